package canary

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"path/filepath"
	"time"

	"github.com/hushlog/hushlog/pkg/identity"
	"github.com/hushlog/hushlog/pkg/service"
	"github.com/hushlog/hushlog/pkg/store"
	"github.com/hushlog/hushlog/pkg/stream"
)

// Config of the canary.
type Config struct {
	service.Common `yaml:",inline"`
	// Kafka is where topics are searched and alerts published, and who we are there.
	Kafka stream.Config `yaml:"kafka"`
	// ClickHouse is where canaries arrive, and who we are there.
	ClickHouse store.Config `yaml:"clickhouse"`
	// TLS is the canary's certificate: the gateway knows canaries by it and by nothing else.
	TLS identity.TLSFiles `yaml:"tls"`
	// Key is the path of the key that values are drawn with. Required.
	Key string `yaml:"key"`
	// GRPC and REST are host:port of the gateway's two interfaces. Required. Nothing may stand in between that ends TLS.
	GRPC string `yaml:"grpc"`
	REST string `yaml:"rest"`
	// ServerName is the name wanted in the gateway's certificate. Empty: the host dialed.
	ServerName string `yaml:"server_name"`
	// Interval is how often a canary is sent on every path. Default 10s. Longer, and a path that stands still or leaks is
	// told later; shorter costs more rows: six an interval.
	Interval time.Duration `yaml:"interval"`
	// LookInterval is how often canaries are looked for. Default 30s. Longer, and what is found is told later; shorter
	// reads the rows of Window more often.
	LookInterval time.Duration `yaml:"look_interval"`
	// ArriveWithin is when a canary that has no row counts as lost. Default 1m. Too low, and a restart of a service is an
	// alarm; too high, and a stream that stands still is told late.
	ArriveWithin time.Duration `yaml:"arrive_within"`
	// Window is for how long after it was sent a canary is looked for. Default 5m. Longer finds what comes late, and reads
	// more rows at each look.
	Window time.Duration `yaml:"window"`
	// Logs are patterns (as of a shell) of processes' log files to look through. Empty: logs are not files that this process
	// reads.
	Logs []string `yaml:"logs"`
	// Metrics are URLs of processes' metrics to look through. For https the canary shows its certificate.
	Metrics []string `yaml:"metrics"`
	// Purpose that canaries carry, one of the policy's. Empty: the first, by name, with which content is stored.
	Purpose string `yaml:"purpose"`
}

// DefaultConfig returns the values that hold where a file says nothing.
func DefaultConfig() Config {
	return Config{
		Common: service.DefaultCommon(), Interval: 10 * time.Second, LookInterval: 30 * time.Second,
		ArriveWithin: time.Minute, Window: 5 * time.Minute,
	}
}

// Validate names each field that is missing or out of range.
func (c Config) Validate() error {
	problems := []error{c.Common.Validate(), c.Kafka.Validate(), c.ClickHouse.Validate()}
	err := c.TLS.Validate()
	if err != nil {
		problems = append(problems, fmt.Errorf("tls: %w", err))
	}
	if c.Key == "" {
		problems = append(problems, errors.New("key: name the file"))
	}
	for _, addr := range []struct{ name, value string }{{"grpc", c.GRPC}, {"rest", c.REST}} {
		_, _, err = net.SplitHostPort(addr.value)
		if err != nil {
			problems = append(problems, fmt.Errorf("%s: must be host:port", addr.name))
		}
	}
	for _, d := range []struct {
		name            string
		value, min, max time.Duration
	}{
		{"interval", c.Interval, time.Second, time.Hour},
		{"look_interval", c.LookInterval, time.Second, time.Hour},
		{"arrive_within", c.ArriveWithin, time.Second, time.Hour},
		{"window", c.Window, 2 * c.LookInterval, 24 * time.Hour},
	} {
		if d.value < d.min || d.value > d.max {
			problems = append(problems, fmt.Errorf("%s: must be from %s to %s", d.name, d.min, d.max))
		}
	}
	for i, glob := range c.Logs {
		_, err = filepath.Match(glob, "")
		if err != nil {
			problems = append(problems, fmt.Errorf("logs[%d]: is no pattern of file names", i))
		}
	}
	for i, metrics := range c.Metrics {
		parsed, err := url.Parse(metrics)
		if err != nil || parsed.Host == "" || parsed.Scheme != "http" && parsed.Scheme != "https" {
			problems = append(problems, fmt.Errorf("metrics[%d]: must be an http or https URL", i))
		}
	}
	if c.Window < c.ArriveWithin+c.LookInterval {
		problems = append(problems, errors.New("window: must be at least arrive_within and look_interval together, or a canary is forgotten before it counts as lost"))
	}
	return errors.Join(problems...)
}
