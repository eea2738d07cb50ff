package retention

import (
	"errors"
	"time"

	"github.com/hushlog/hushlog/pkg/service"
	"github.com/hushlog/hushlog/pkg/store"
	"github.com/hushlog/hushlog/pkg/stream"
)

// Config of retention.
type Config struct {
	service.Common `yaml:",inline"`
	// Kafka is where the topics are, and who we are there.
	Kafka stream.Config `yaml:"kafka"`
	// ClickHouse is where the tables are, and who we are there.
	ClickHouse store.Config `yaml:"clickhouse"`
	// Interval is the pause between rounds. Default 1m. Longer, and records and
	// rows outlive their date by more; shorter costs a few questions a round.
	Interval time.Duration `yaml:"interval"`
}

// DefaultConfig returns the values that hold where a file says nothing.
func DefaultConfig() Config {
	return Config{Common: service.DefaultCommon(), Interval: time.Minute}
}

// Validate names each field that is missing or out of range.
func (c Config) Validate() error {
	problems := []error{c.Common.Validate(), c.Kafka.Validate(), c.ClickHouse.Validate()}
	if c.Interval < time.Second || c.Interval > time.Hour {
		problems = append(problems, errors.New("interval: must be between 1s and 1h"))
	}
	return errors.Join(problems...)
}
