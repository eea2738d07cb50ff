package main

import (
	"bytes"
	"testing"

	"github.com/spf13/cobra"
	"github.com/stretchr/testify/require"
)

// runRoot runs the whole program's command tree and returns what it printed and its error.
func runRoot(t *testing.T, args ...string) (string, error) {
	t.Helper()
	root := newRootCommand()
	var out bytes.Buffer
	root.SetIn(bytes.NewReader(nil))
	root.SetOut(&out)
	root.SetErr(&out)
	root.SetArgs(args)
	err := root.ExecuteContext(t.Context())
	return out.String(), err
}

func TestWrongUseSaysHowItIsWritten(t *testing.T) {
	for _, tt := range []struct {
		name string
		args []string
		want string
	}{
		{"no such command", []string{"jane.doe"}, "hushlog has no command of that name; see hushlog --help"},
		{"nearly a command", []string{"redakt"}, "hushlog has no command of that name (did you mean redact?); see hushlog --help"},
		{"no such command of a group", []string{"policy", "jane.doe"}, "hushlog policy has no command of that name; see hushlog policy --help"},
		{"argument where there is none", []string{"erase", "jane.doe"}, "hushlog erase was given 1 argument(s); it is written hushlog erase --project PROJECT < ID [flags]; see hushlog erase --help"},
		{"argument missing", []string{"alert", "test"}, "hushlog alert test was given 0 argument(s); it is written hushlog alert test "},
		{"flag missing", []string{"store", "backup"}, `required flag(s) "config", "manifest" not set; see hushlog store backup --help`},
		{"unknown flag", []string{"sql", "--nothing"}, "unknown flag: --nothing; see hushlog sql --help"},
		{"directory missing", []string{"pseudonyms", "list", "--dir", ""}, "name the deployment directory with --dir or HUSHLOG_DIR"},
		{"purpose missing", []string{"report"}, "say why you read this with --purpose"},
		{"no purpose for an archive", []string{"evidence", "--out", "x", "--sign-key", ""}, "name the trail's signing key"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := runRoot(t, tt.args...)
			require.ErrorContains(t, err, tt.want)
			require.NotContains(t, err.Error(), "jane.doe", "what was given may be somebody's id")
		})
	}
}

// Whatever is wrong with the arguments of a command, where its help is is part of the error; a group alone shows it.
func TestEveryCommandRefusesArgumentsWithItsHelp(t *testing.T) {
	var visit func(cmd *cobra.Command)
	visit = func(cmd *cobra.Command) {
		if cmd.Args != nil {
			err := cmd.Args(cmd, []string{"a", "b", "c", "d", "e", "f"})
			if err != nil {
				require.ErrorContains(t, err, cmd.CommandPath()+" --help")
			}
		}
		if isGroup(cmd) {
			require.NoError(t, cmd.Args(cmd, nil), cmd.CommandPath())
		}
		require.Nil(t, cmd.PersistentPreRun, "%s: the one of the root would not be run", cmd.CommandPath())
		require.Equal(t, cmd == cmd.Root(), cmd.PersistentPreRunE != nil, "%s: the one of the root would not be run", cmd.CommandPath())
		for _, sub := range cmd.Commands() {
			visit(sub)
		}
	}
	visit(newRootCommand())
	out, err := runRoot(t)
	require.NoError(t, err)
	require.Contains(t, out, "Services, in the order of the data:")
}
