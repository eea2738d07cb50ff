package main

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/hushlog/hushlog/pkg/embedded"
	"github.com/hushlog/hushlog/pkg/service"
)

// brokerStopTimeout bounds the broker's last writes.
const brokerStopTimeout = 15 * time.Second

// newEmbeddedCommand runs Kafka or ClickHouse on this machine. `hushlog dev`
// starts both as children.
func newEmbeddedCommand() *cobra.Command {
	return newGroup("embedded", "Run the embedded Kafka or ClickHouse (children of hushlog dev)",
		embeddedCommand("kafka", "Run a persistent single-node Kafka broker", runEmbeddedKafka),
		embeddedCommand("clickhouse", "Serve ClickHouse's HTTPS interface over the engine's library", runEmbeddedClickHouse),
	)
}

func embeddedCommand(name, short string, run func(ctx context.Context, path string) error) *cobra.Command {
	var path string
	cmd := &cobra.Command{
		Use:   name + " --config FILE",
		Short: short,
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return run(cmd.Context(), path) },
	}
	addConfigFlag(cmd, &path)
	return cmd
}

func runEmbeddedKafka(ctx context.Context, path string) error {
	var cfg embedded.BrokerConfig
	err := service.Load(path, &cfg)
	if err != nil {
		return err
	}
	cfg.Logger = embeddedLogger("embedded-kafka")
	broker, err := embedded.StartBroker(ctx, cfg)
	if err != nil {
		return err
	}
	cfg.Logger.InfoContext(ctx, "embedded kafka serves", slog.String("address", broker.Address()))
	select {
	case <-ctx.Done():
		err = nil
	case err = <-broker.Failed():
	}
	stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), brokerStopTimeout)
	defer cancel()
	return errors.Join(err, broker.Close(stop))
}

func runEmbeddedClickHouse(ctx context.Context, path string) error {
	var cfg embedded.ClickHouseConfig
	err := service.Load(path, &cfg)
	if err != nil {
		return err
	}
	cfg.Logger = embeddedLogger("embedded-clickhouse")
	return embedded.ServeClickHouse(ctx, cfg)
}

func embeddedLogger(component string) *slog.Logger {
	return slog.New(slog.NewJSONHandler(os.Stderr, nil)).With(slog.String("component", component))
}
