package main

import (
	"context"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/hushlog/hushlog/pkg/service"
)

// newServiceCommand runs a service with a strict configuration file over its defaults.
func newServiceCommand[C any](name, short string, defaults C, run func(context.Context, C, io.Writer) error) *cobra.Command {
	var path string
	cmd := &cobra.Command{
		Use:   name + " --config FILE",
		Short: short,
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg := defaults
			err := service.Load(path, &cfg)
			if err != nil {
				return err
			}
			return run(cmd.Context(), cfg, os.Stderr)
		},
	}
	addConfigFlag(cmd, &path)
	return cmd
}
