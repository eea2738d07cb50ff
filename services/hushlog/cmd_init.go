package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/hushlog/hushlog/pkg/service"
	"github.com/hushlog/hushlog/services/setup"
)

// newInitCommand brings Kafka and ClickHouse to what the policy asks for.
func newInitCommand() *cobra.Command {
	var path string
	cmd := &cobra.Command{
		Use:   "init --config FILE",
		Short: "Make topics, users, rights and tables as the policy asks",
		Long: "Connects to Kafka and ClickHouse as admin and makes what is missing or not as the policy asks: topics and\n" +
			"their settings, users and rights on Kafka, tables and dates on ClickHouse. Rights that the policy does not give\n" +
			"are taken away. It is run before the services, and again when the policy or the release has changed.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg := setup.DefaultConfig()
			err := service.Load(path, &cfg)
			if err != nil {
				return err
			}
			err = setup.Init(cmd.Context(), cfg)
			if err != nil {
				return err
			}
			_, err = fmt.Fprintln(cmd.OutOrStdout(), "topics, users, rights and tables are as the policy asks")
			return err
		},
	}
	addConfigFlag(cmd, &path)
	return cmd
}
