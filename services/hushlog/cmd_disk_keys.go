package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/hushlog/hushlog/pkg/kms"
)

// newDiskKeysCommand wraps and unwraps the keys of ClickHouse's disks, which can rest under a key of a KMS.
func newDiskKeysCommand() *cobra.Command {
	return newGroup("disk-keys", "Keep the keys of ClickHouse's encrypted disks under a key of a KMS",
		newDiskKeysPart("wrap", "Encrypt the file of keys under the KMS's key; the readable file is then to be destroyed", kms.WrapSecret),
		newDiskKeysPart("unwrap", "Make the readable file again, for a server that starts: into a memory disk", kms.UnwrapSecret))
}

func newDiskKeysPart(name, short string, do func(ctx context.Context, url string, in []byte) ([]byte, error)) *cobra.Command {
	var url, in, out string
	cmd := &cobra.Command{
		Use:   name + " --kms URL --in FILE --out FILE",
		Short: short,
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			raw, err := os.ReadFile(filepath.Clean(in))
			if err != nil {
				return fmt.Errorf("--in: %w", err)
			}
			defer clear(raw)
			made, err := do(cmd.Context(), url, raw)
			if err != nil {
				return fmt.Errorf("--kms: %w", err)
			}
			defer clear(made)
			err = replaceFile(out, made)
			if err != nil {
				return fmt.Errorf("--out: %w", err)
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&url, "kms", "", "`URL` of the KMS's key, as hashivault://clickhouse-disks or awskms://alias/clickhouse-disks; required")
	cmd.Flags().StringVar(&in, "in", "", "`file` to read; required")
	cmd.Flags().StringVar(&out, "out", "", "`file` to write, for its owner alone; required")
	required(cmd, "kms", "in", "out")
	return cmd
}
