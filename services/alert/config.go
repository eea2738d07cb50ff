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
	// Alertmanager is told of alerts. Without URLs it is not.
	Alertmanager AlertmanagerConfig `yaml:"alertmanager"`
	// RestrictSignKey is the path of the key that signs limits which follow from alerts. Required where the policy has rules
	// that limit senders (alerts.restrict).
	RestrictSignKey string `yaml:"restrict_sign_key"`
	// SnapshotEvery is how often what the rules know is written down; a large state less often, so that it takes at most a
	// fiftieth of the time. Default 15s. Too low: load on the brokers; too high: more is read again after a restart.
	SnapshotEvery time.Duration `yaml:"snapshot_every"`
	// Idle is how far behind the clock event time goes on when nothing comes although the redactor has read everything.
	// Default 2m. Too low: what a gateway was slow to acknowledge is not counted; too high: silence is noticed later.
	Idle time.Duration `yaml:"idle"`
	// Takeover is after how long an instance that is silent loses its place. Default 10s. Too low: a
	// pause or a slow broker moves the work about; too high: alerts are late after a crash.
	Takeover time.Duration `yaml:"takeover"`
}

// AlertmanagerConfig says which Alertmanagers to tell.
type AlertmanagerConfig struct {
	// URLs of the members of a cluster, each of which is told: https, or http on a loopback address.
	URLs []string `yaml:"urls"`
	// Token is the path of a file whose text is sent as a bearer token. Empty: none is sent.
	Token string `yaml:"token"`
	// CA is the path of the CA (PEM) that the certificates are signed by. Empty: the system's.
	CA string `yaml:"ca"`
	// Cert and Key are the paths of a certificate (PEM) to show, where the Alertmanagers want one. Empty: none is shown.
	Cert string `yaml:"cert"`
	Key  string `yaml:"key"`
	// Timeout of one attempt. Default 10s.
	Timeout time.Duration `yaml:"timeout"`
	// Resend is how often alerts that are on are posted again, and the dead man's switch with them; Alertmanager ends what
	// was not for four times as long. Default 1m. Too low: load on Alertmanager; too high: it notices later that nobody
	// posts any more.
	Resend time.Duration `yaml:"resend"`
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
		Common:        service.DefaultCommon(),
		Webhook:       WebhookConfig{Timeout: 10 * time.Second, MaxAge: 72 * time.Hour},
		Alertmanager:  AlertmanagerConfig{Timeout: 10 * time.Second, Resend: time.Minute},
		SnapshotEvery: 15 * time.Second,
		Idle:          2 * time.Minute,
		Takeover:      10 * time.Second,
	}
}

// Validate reports every problem at once.
func (c *Config) Validate() error {
	problems := []error{c.Common.Validate(), c.Kafka.Validate(), c.Webhook.validate(), c.Alertmanager.validate()}
	if c.SnapshotEvery < 100*time.Millisecond || c.SnapshotEvery > 10*time.Minute {
		problems = append(problems, errors.New("snapshot_every: must be from 100ms to 10m"))
	}
	if c.Idle < time.Second || c.Idle > time.Hour {
		problems = append(problems, errors.New("idle: must be from 1s to 1h"))
	}
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

func (c *AlertmanagerConfig) validate() error {
	var problems []error
	for i, url := range c.URLs {
		err := notify.CheckURL(url)
		if err != nil {
			problems = append(problems, fmt.Errorf("alertmanager.urls[%d]: must be https, or http on a loopback address, without a user", i))
		}
	}
	if (c.Cert != "" || c.Key != "") && (c.CA == "" || c.Cert == "" || c.Key == "") {
		problems = append(problems, errors.New("alertmanager: name ca, cert and key together"))
	}
	if len(c.URLs) > 0 && (c.Timeout < time.Second || c.Timeout > time.Minute) {
		problems = append(problems, errors.New("alertmanager.timeout: must be from 1s to 1m"))
	}
	if len(c.URLs) > 0 && (c.Resend < 5*time.Second || c.Resend > 10*time.Minute) {
		problems = append(problems, errors.New("alertmanager.resend: must be from 5s to 10m"))
	}
	return errors.Join(problems...)
}
