package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestEmbeddedCommand refuses what it cannot run, and says what is wrong.
func TestEmbeddedCommand(t *testing.T) {
	write := func(text string) string {
		path := filepath.Join(t.TempDir(), "config.yaml")
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		return path
	}
	tests := []struct {
		name string
		args []string
		want string
	}{
		{"no configuration", []string{"kafka"}, "config"},
		{"missing file", []string{"clickhouse", "--config", "/nonexistent"}, "read the configuration"},
		{"unknown field", []string{"kafka", "--config", write("address: 127.0.0.1:9092\ncolour: red\n")}, "colour"},
		{"kafka without data", []string{"kafka", "--config", write("address: 127.0.0.1:9092\n")}, "data_dir"},
		{"clickhouse without data", []string{"clickhouse", "--config", write("address: 127.0.0.1:8443\n")}, "data_dir"},
		{"clickhouse without the library", []string{"clickhouse", "--config", write(
			"address: 127.0.0.1:8443\ndata_dir: x\nusers_file: x\nlibrary: /nonexistent\ntls: {ca: x, cert: x, key: x}\n",
		)}, "make deps"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			cmd := newEmbeddedCommand()
			cmd.SilenceUsage, cmd.SilenceErrors = true, true
			cmd.SetArgs(tt.args)
			require.ErrorContains(t, cmd.ExecuteContext(t.Context()), tt.want)
		})
	}
}
