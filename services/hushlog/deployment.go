package main

import (
	"errors"
	"fmt"
	"os"
	"os/user"

	"github.com/spf13/cobra"

	"github.com/hushlog/hushlog/pkg/identity"
	"github.com/hushlog/hushlog/services/setup"
)

// requireDir says how to name the directory when neither flag nor environment did.
func requireDir(layout identity.Layout) error {
	if layout.Dir == "" {
		return errors.New("name the deployment directory with --dir or HUSHLOG_DIR")
	}
	return nil
}

// caller names who runs a command, for the lists of keys and people.
func caller() string {
	u, err := user.Current()
	if err != nil || u.Username == "" {
		return fmt.Sprintf("uid-%d", os.Getuid())
	}
	return u.Username
}

// reportFiles prints one line a file.
func reportFiles(cmd *cobra.Command, files []setup.File) {
	for _, file := range files {
		what := "kept"
		if file.Created {
			what = "made"
		}
		fmt.Fprintf(cmd.OutOrStdout(), "%s %s\n", what, file.Path)
	}
}
