package alerting

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require" // says what differed
)

// TestBuiltin runs the samples that come with the built-in rules.
func TestBuiltin(t *testing.T) {
	rules, err := Builtin()
	require.NoError(t, err)
	files, err := BuiltinTests()
	require.NoError(t, err)
	fires, silent := map[string]bool{}, map[string]bool{}
	for _, file := range files {
		for i := range file.Tests {
			test := &file.Tests[i]
			for _, name := range test.Only {
				fires[name] = fires[name] || len(test.Alerts) > 0
				silent[name] = silent[name] || len(test.Alerts) == 0
			}
			t.Run(test.Name, func(t *testing.T) {
				failure, err := test.run(rules)
				require.NoError(t, err)
				if failure != nil {
					t.Fatalf("missing:\n%s\nunexpected:\n%s", strings.Join(failure.Missing, "\n"), strings.Join(failure.Unexpected, "\n"))
				}
			})
		}
	}
	for _, rule := range rules.List() {
		require.True(t, fires[rule.Name], "%s has no sample that fires", rule.Name)
		require.True(t, silent[rule.Name], "%s has no sample that must not fire", rule.Name)
	}
}
