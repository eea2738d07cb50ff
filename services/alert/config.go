package alert

import (
	"errors"
	"fmt"
	"time"

	"github.com/hushlog/hushlog/pkg/notify"
	"github.com/hushlog/hushlog/pkg/service"
	"github.com/hushlog/hushlog/pkg/stream"
)

// Config is the alert service's configuration file.
type Config struct {
	service.Common `yaml:",inline"`
	// Kafka is where the stream is and who we are to it.
	Kafka stream.Config `yaml:"kafka"`
	// Webhook is told of alerts. Without a URL alerts go to their topic, and so to ClickHouse, only.
	Webhook WebhookConfig `yaml:"webhook"`
	// Takeover is after how long an instance that is silent loses its place. Default 10s. Too low: a
	// pause or a slow broker moves the work about; too high: alerts are late after a crash.
	Takeover time.Duration `yaml:"takeover"`
}

// WebhookConfig says whom to tell.
type WebhookConfig struct {
	// URL of the receiver: https, or http on a loopback address. Empty: nobody is told.
	URL string `yaml:"url"`
	// Key is the path of the Standard Webhooks secret that messages are signed with. Required with a URL.
	Key string `yaml:"key"`
	// CA is the path of the CA (PEM) that the receiver's certificate is signed by. Empty: the system's.
	CA string `yaml:"ca"`
	// Timeout of one attempt. Default 10s. Too low: slow receivers get doubles; too high: one that
	// hangs delays the next alert.
	Timeout time.Duration `yaml:"timeout"`
	// MaxAge is after which an alert that was not delivered is given up, counted as expired. Default
	// 72h. Too low: alerts are lost in an outage of the receiver; too high: it is told what nobody
	// needs to know any more.
	MaxAge time.Duration `yaml:"max_age"`
}

// DefaultConfig returns the values that hold where a file says nothing.
func DefaultConfig() Config {
	return Config{
		Common:   service.DefaultCommon(),
		Webhook:  WebhookConfig{Timeout: 10 * time.Second, MaxAge: 72 * time.Hour},
		Takeover: 10 * time.Second,
	}
}

// Validate reports every problem at once.
func (c *Config) Validate() error {
	problems := []error{c.Common.Validate(), c.Kafka.Validate(), c.Webhook.validate()}
	if c.Takeover < 6*time.Second || c.Takeover > 5*time.Minute {
		problems = append(problems, errors.New("takeover: must be from 6s, which brokers want at least, to 5m"))
	}
	return errors.Join(problems...)
}

func (c *WebhookConfig) validate() error {
	if c.URL == "" {
		return nil
	}
	var problems []error
	err := notify.CheckURL(c.URL)
	if err != nil {
		problems = append(problems, fmt.Errorf("webhook.url: %w", err))
	}
	if c.Key == "" {
		problems = append(problems, errors.New("webhook.key: path of the secret is missing; make it with `hushlog secrets`"))
	}
	if c.Timeout < time.Second || c.Timeout > time.Minute {
		problems = append(problems, errors.New("webhook.timeout: must be from 1s to 1m"))
	}
	if c.MaxAge < time.Minute {
		problems = append(problems, errors.New("webhook.max_age: must be at least 1m"))
	}
	return errors.Join(problems...)
}
