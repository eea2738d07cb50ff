package main

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hushlog/hushlog/pkg/policy"
)

// TestAKeyIsKeptForWhatIsStoredAndForWhatIsOnTheWay: whichever is older.
func TestAKeyIsKeptForWhatIsStoredAndForWhatIsOnTheWay(t *testing.T) {
	now := time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)
	keys := policy.Retention{Keys: policy.Duration(5 * 24 * time.Hour)}
	require.Equal(t, now.AddDate(0, 0, -6), unusedBefore(now, time.Time{}, keys), "nothing is stored")
	require.Equal(t, now.AddDate(0, 0, -6), unusedBefore(now, now.AddDate(0, 0, -1), keys), "what is stored is young")
	require.Equal(t, now.AddDate(0, 0, -90), unusedBefore(now, now.AddDate(0, 0, -90), keys))
}
