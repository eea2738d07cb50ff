// Package dial is how tests reach a Kafka of any backend: as an identity of a deployment, with its
// certificate and its password, as the services do.
package dial

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/twmb/franz-go/pkg/kadm" // the admin side of franz-go: users, ACLs, broker lists
	"github.com/twmb/franz-go/pkg/kgo"  // the Kafka client of the whole project
	"github.com/twmb/franz-go/pkg/sasl/scram"

	"github.com/hushlog/hushlog/pkg/identity"
)

const (
	// probePause is between two looks at a starting broker.
	probePause = 200 * time.Millisecond
	// probeTimeout bounds one look.
	probeTimeout = 3 * time.Second
)

// Kafka makes a client of brokers for the identity name. opts come last and win. The caller closes it.
func Kafka(deployment identity.Layout, brokers []string, name string, opts ...kgo.Opt) (*kgo.Client, error) {
	password, err := identity.LoadPassword(deployment.KafkaPassword(name))
	if err != nil {
		return nil, err
	}
	tlsConfig, err := identity.ClientTLS(deployment.TLS(name), "")
	if err != nil {
		return nil, err
	}
	client, err := kgo.NewClient(append([]kgo.Opt{
		kgo.SeedBrokers(brokers...),
		kgo.DialTLSConfig(tlsConfig),
		kgo.SASL(scram.Auth{User: name, Pass: password}.AsSha512Mechanism()),
	}, opts...)...)
	if err != nil {
		return nil, fmt.Errorf("make Kafka client of %s: %w", name, err)
	}
	return client, nil
}

// WaitKafka returns when every one of brokers is in the metadata that the admin is given, or with
// ctx's error. alive is asked before each look: its error, that the broker has ended, ends the wait.
func WaitKafka(ctx context.Context, deployment identity.Layout, brokers []string, alive func() error) error {
	client, err := Kafka(deployment, brokers, identity.Admin)
	if err != nil {
		return err
	}
	defer client.Close()
	admin := kadm.NewClient(client)
	for {
		err = alive()
		if err != nil {
			return err
		}
		err = probe(ctx, admin, len(brokers))
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("wait for Kafka: %w", errors.Join(ctx.Err(), err))
		case <-time.After(probePause):
		}
	}
}

func probe(ctx context.Context, admin *kadm.Client, want int) error {
	ctx, cancel := context.WithTimeout(ctx, probeTimeout)
	defer cancel()
	brokers, err := admin.ListBrokers(ctx)
	if err != nil {
		return fmt.Errorf("list brokers: %w", err)
	}
	if len(brokers) != want {
		return fmt.Errorf("%d of %d brokers are there", len(brokers), want)
	}
	return nil
}
