package query

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestReadmeListsEveryCode(t *testing.T) {
	raw, err := os.ReadFile("README.md")
	require.NoError(t, err)
	readme := string(raw)
	all := problems()
	for _, p := range all {
		require.Contains(t, readme, fmt.Sprintf("| `%s` |", p.code))
	}
	require.Equal(t, len(all), strings.Count(readme, "\n| `"), "the table lists what there is, once")
	for name := range formats {
		require.Contains(t, readme, "`"+name+"`")
		require.Contains(t, formatNames(), name)
	}
}
