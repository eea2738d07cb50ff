package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"time"

	// goccy/go-yaml decodes strictly and says the line and the field that is wrong.
	"github.com/goccy/go-yaml"
	"github.com/spf13/cobra"

	"github.com/hushlog/hushlog/pkg/embedded"
)

// brokerStopTimeout bounds the broker's last writes.
const brokerStopTimeout = 15 * time.Second

// newEmbeddedCommand runs Kafka or ClickHouse on this machine. `hushlog dev`
// starts both as children.
func newEmbeddedCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "embedded",
		Short: "Run the embedded Kafka or ClickHouse (children of hushlog dev)",
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(
		embeddedCommand("kafka", "Run a persistent single-node Kafka broker", runEmbeddedKafka),
		embeddedCommand("clickhouse", "Serve ClickHouse's HTTPS interface over the engine's library", runEmbeddedClickHouse),
	)
	return cmd
}

func embeddedCommand(name, short string, run func(ctx context.Context, path string) error) *cobra.Command {
	var path string
	cmd := &cobra.Command{
		Use:   name,
		Short: short,
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return run(cmd.Context(), path) },
	}
	cmd.Flags().StringVar(&path, "config", "", "YAML configuration file")
	err := cmd.MarkFlagRequired("config")
	if err != nil {
		panic(err) // the flag is defined one line above
	}
	return cmd
}

func runEmbeddedKafka(ctx context.Context, path string) error {
	var cfg embedded.BrokerConfig
	err := readEmbeddedConfig(path, &cfg)
	if err != nil {
		return err
	}
	cfg.Logger = embeddedLogger("embedded-kafka")
	broker, err := embedded.StartBroker(ctx, cfg)
	if err != nil {
		return err
	}
	cfg.Logger.InfoContext(ctx, "embedded kafka serves", slog.String("address", broker.Address()))
	<-ctx.Done()
	stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), brokerStopTimeout)
	defer cancel()
	return broker.Close(stop)
}

func runEmbeddedClickHouse(ctx context.Context, path string) error {
	var cfg embedded.ClickHouseConfig
	err := readEmbeddedConfig(path, &cfg)
	if err != nil {
		return err
	}
	cfg.Logger = embeddedLogger("embedded-clickhouse")
	return embedded.ServeClickHouse(ctx, cfg)
}

// readEmbeddedConfig decodes the file and refuses fields that are not known.
func readEmbeddedConfig(path string, cfg any) error {
	raw, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("read the configuration: %w", err)
	}
	err = yaml.UnmarshalWithOptions(raw, cfg, yaml.Strict())
	if err != nil {
		return fmt.Errorf("configuration %s: %w", path, err)
	}
	return nil
}

func embeddedLogger(component string) *slog.Logger {
	return slog.New(slog.NewJSONHandler(os.Stderr, nil)).With(slog.String("component", component))
}
