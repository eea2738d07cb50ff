package gateway

import (
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/hushlog/hushlog/pkg/identity"
	"github.com/hushlog/hushlog/pkg/restrict"
	"github.com/hushlog/hushlog/pkg/service"
	"github.com/hushlog/hushlog/pkg/stream"
)

// Config is the gateway's configuration file. Limits of projects and of interactions are the
// policy's.
type Config struct {
	service.Common `yaml:",inline"`
	// Kafka is the stream that sealed records go to.
	Kafka stream.Config `yaml:"kafka"`
	// TLS is the gateway's certificate, shown to clients, and the CA that client certificates, where
	// one is shown, must be signed by.
	TLS identity.TLSFiles `yaml:"tls"`
	// APIKeys is the path of the file of API keys. Changes are followed. Required.
	APIKeys string `yaml:"api_keys"`
	// HashKey is the path of the key that request ids are hashed with. Required, and the redactor's
	// must be the same, or doubles are not recognised.
	HashKey string `yaml:"hash_key"`
	// EpochVerifyKey is the path of the public key that epochs must be signed by. Required.
	EpochVerifyKey string `yaml:"epoch_verify_key"`
	// RestrictVerify names the public keys that orders to suspend or limit senders must be signed by. Required.
	RestrictVerify restrict.KeyFiles `yaml:"restrict_verify"`
	// GRPC is the host and port of the gRPC interface. Default 127.0.0.1:7443.
	GRPC string `yaml:"grpc"`
	// REST is the host and port of the HTTPS interface. Default 127.0.0.1:7444.
	REST string `yaml:"rest"`
	// MemoryMiB bounds what all requests together hold, from their first byte to their answer.
	// Default 512. Too low: senders are told to come back under normal load; too high: the process
	// outgrows its machine in a burst, as it needs about as much again for itself.
	MemoryMiB int `yaml:"memory_mib"`
	// BatchMiB is the largest batch after decompression. Default 32. Too low: large batches must be
	// split; too high: one batch takes the memory of many senders.
	BatchMiB int `yaml:"batch_mib"`
	// StreamItems is how many interactions one LogStream call may carry before it is answered.
	// Default and most 5000, as the answer has up to 700 bytes for each. Too low: clients open streams
	// all the time; too high: long streams fill memory with results.
	StreamItems int `yaml:"stream_items"`
	// StreamInFlight is how many interactions of one stream may wait for Kafka. Default 256. Too low:
	// a stream is slow; too high: it can take its project's whole share of memory.
	StreamInFlight int `yaml:"stream_in_flight"`
	// MaxConnections bounds open connections of each interface. Default 4096. Too low: clients wait to
	// connect; too high: idle connections, about 100 KiB each, fill memory.
	MaxConnections int `yaml:"max_connections"`
	// MaxStreams bounds concurrent calls of one gRPC connection. Default 256. Too low: clients queue
	// calls; too high: one client can hold 64 KiB for each call that it never ends.
	MaxStreams int `yaml:"max_streams"`
	// ReceiveTimeout is how long a message may take to arrive, and a stream may be silent before it
	// is answered. Default 30s. Too low: slow links fail; too high: stuck senders hold memory.
	ReceiveTimeout time.Duration `yaml:"receive_timeout"`
	// PublishTimeout is how long a call waits for Kafka's acknowledgement. Default 8s. Too low:
	// senders retry what is being written; too high: they wait long for a Kafka that is gone.
	PublishTimeout time.Duration `yaml:"publish_timeout"`
	// DrainTimeout is how long calls may end by themselves when the gateway stops. Default 8s. Too low:
	// calls are cut off and sent again; too high: the end of the process, at 25 s, cuts them off.
	DrainTimeout time.Duration `yaml:"drain_timeout"`
	// TallyInterval is how often the counts for the ledger are published. Default 5s. Too low: more
	// records beside the sealed ones; too high: the ledger lags, and a kill loses more counts.
	TallyInterval time.Duration `yaml:"tally_interval"`
}

// DefaultConfig returns the values that hold where a file says nothing.
func DefaultConfig() Config {
	return Config{
		Common: service.DefaultCommon(),
		GRPC:   "127.0.0.1:7443", REST: "127.0.0.1:7444",
		MemoryMiB: 512, BatchMiB: 32, StreamItems: maxStreamItems, StreamInFlight: 256,
		MaxConnections: 4096, MaxStreams: 256,
		ReceiveTimeout: 30 * time.Second, PublishTimeout: 8 * time.Second,
		DrainTimeout: 8 * time.Second, TallyInterval: 5 * time.Second,
	}
}

// maxStreamItems keeps the answer to a stream below gRPC's 4 MiB, which clients accept by default.
const maxStreamItems = 5000

// Validate reports every problem at once.
func (c *Config) Validate() error {
	problems := []error{c.Common.Validate(), c.Kafka.Validate(), c.RestrictVerify.Validate()}
	err := c.TLS.Validate()
	if err != nil {
		problems = append(problems, fmt.Errorf("tls: %w", err))
	}
	for _, path := range []struct{ name, value string }{
		{"api_keys", c.APIKeys}, {"hash_key", c.HashKey}, {"epoch_verify_key", c.EpochVerifyKey},
	} {
		if path.value == "" {
			problems = append(problems, fmt.Errorf("%s: name the file", path.name))
		}
	}
	problems = append(problems, c.validateServing())
	return errors.Join(problems...)
}

// validateServing checks what is the gateway's own, without its dependencies.
func (c *Config) validateServing() error {
	var problems []error
	for _, addr := range []struct{ name, value string }{{"grpc", c.GRPC}, {"rest", c.REST}} {
		_, _, err := net.SplitHostPort(addr.value)
		if err != nil {
			problems = append(problems, fmt.Errorf("%s: must be host:port", addr.name))
		}
	}
	for _, n := range []struct {
		name            string
		value, min, max int
	}{
		{"memory_mib", c.MemoryMiB, 16, 1 << 20},
		{"batch_mib", c.BatchMiB, 1, 1024},
		{"stream_items", c.StreamItems, 1, maxStreamItems},
		{"stream_in_flight", c.StreamInFlight, 1, 1 << 16},
		{"max_connections", c.MaxConnections, 1, 1 << 20},
		{"max_streams", c.MaxStreams, 1, 1 << 16},
	} {
		if n.value < n.min || n.value > n.max {
			problems = append(problems, fmt.Errorf("%s: must be from %d to %d", n.name, n.min, n.max))
		}
	}
	for _, d := range []struct {
		name  string
		value time.Duration
	}{
		{"receive_timeout", c.ReceiveTimeout},
		{"publish_timeout", c.PublishTimeout},
		{"drain_timeout", c.DrainTimeout},
		{"tally_interval", c.TallyInterval},
	} {
		if d.value < 10*time.Millisecond || d.value > 10*time.Minute {
			problems = append(problems, fmt.Errorf("%s: must be from 10ms to 10m", d.name))
		}
	}
	if c.BatchMiB > c.MemoryMiB/2 {
		problems = append(problems, errors.New("batch_mib: must be at most half of memory_mib, or no batch of that size is ever taken"))
	}
	return errors.Join(problems...)
}

func (c *Config) batchLimit() sizeLimit {
	return sizeLimit{c.BatchMiB << 20, fmt.Sprintf("a batch may have %d MiB", c.BatchMiB)}
}

func (c *Config) memoryBytes() int64 { return int64(c.MemoryMiB) << 20 }
