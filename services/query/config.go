package query

import (
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/hushlog/hushlog/pkg/identity"
	"github.com/hushlog/hushlog/pkg/restrict"
	"github.com/hushlog/hushlog/pkg/service"
	"github.com/hushlog/hushlog/pkg/store"
	"github.com/hushlog/hushlog/pkg/stream"
)

// Config is the query service's configuration file. What roles may read, and how much at a time, is
// the policy's.
type Config struct {
	service.Common `yaml:",inline"`
	// Listen is the host and port of the HTTPS interface for people. Default 127.0.0.1:7445.
	Listen string `yaml:"listen"`
	// TLS is the service's certificate, shown to people.
	TLS identity.TLSFiles `yaml:"tls"`
	// People is the path of the file of people's tokens. Changes are followed. Required.
	People string `yaml:"people"`
	// ClickHouse is the store, as the service's own user: it only lets statements be parsed.
	ClickHouse store.Config `yaml:"clickhouse"`
	// RolePKI is the directory of the roles' certificates, role_<role>.crt and .key. Required.
	RolePKI string `yaml:"role_pki"`
	// EpochVerifyKey is the path of the public key that epochs must be signed by: the ids of who is to be
	// erased are sealed to the redactor. Required.
	EpochVerifyKey string `yaml:"epoch_verify_key"`
	// RestrictSignKey is the path of the key that signs people's orders to suspend or limit senders, RestrictVerify names the
	// public halves of it and of the alert service's. Required.
	RestrictSignKey string            `yaml:"restrict_sign_key"`
	RestrictVerify  restrict.KeyFiles `yaml:"restrict_verify"`
	// Kafka takes the audit trail, and requests for erasures.
	Kafka stream.Config `yaml:"kafka"`
	// PerPerson is how many statements of one person may run at a time. Default 4. Too low: dashboards
	// of one person queue; too high: one person can take what everybody shares.
	PerPerson int `yaml:"per_person"`
	// Concurrent is how many statements may run at a time. Default 16. Too low: people are sent away;
	// too high: ClickHouse runs out of memory for inserts.
	Concurrent int `yaml:"concurrent"`
	// ResultMiB bounds one result as it is sent. Default 64. Too low: exports fail; too high: much
	// content can leave by one statement.
	ResultMiB int `yaml:"result_mib"`
	// AuditTimeout is how long the trail may take to acknowledge. Default 10s. Too low: a slow broker
	// refuses people; too high: people wait long to be refused.
	AuditTimeout time.Duration `yaml:"audit_timeout"`
	// DrainTimeout is how long statements may go on when the service stops. Default 8s. Too low:
	// results are cut off; too high: the end of the process, at 25 s, cuts them off.
	DrainTimeout time.Duration `yaml:"drain_timeout"`
}

// DefaultConfig returns the values that hold where a file says nothing.
func DefaultConfig() Config {
	return Config{
		Common: service.DefaultCommon(), Listen: "127.0.0.1:7445",
		PerPerson: 4, Concurrent: 16, ResultMiB: 64,
		AuditTimeout: 10 * time.Second, DrainTimeout: 8 * time.Second,
	}
}

// Validate reports every problem at once.
func (c *Config) Validate() error {
	problems := []error{c.Common.Validate(), c.ClickHouse.Validate(), c.Kafka.Validate(), c.RestrictVerify.Validate(), c.validateServing()}
	err := c.TLS.Validate()
	if err != nil {
		problems = append(problems, fmt.Errorf("tls: %w", err))
	}
	if c.People == "" {
		problems = append(problems, errors.New("people: name the file of people's tokens"))
	}
	if c.EpochVerifyKey == "" {
		problems = append(problems, errors.New("epoch_verify_key: name the file of the key that epochs are verified with"))
	}
	if c.RestrictSignKey == "" {
		problems = append(problems, errors.New("restrict_sign_key: name the file of the key that people's restrictions are signed with; make it with `hushlog secrets`"))
	}
	if c.RolePKI == "" {
		problems = append(problems, errors.New("role_pki: name the directory of the roles' certificates"))
	}
	return errors.Join(problems...)
}

// validateServing checks what is the service's own, without its dependencies.
func (c *Config) validateServing() error {
	var problems []error
	_, _, err := net.SplitHostPort(c.Listen)
	if err != nil {
		problems = append(problems, errors.New("listen: must be host:port"))
	}
	for _, n := range []struct {
		name       string
		value, max int
	}{{"per_person", c.PerPerson, 1 << 10}, {"concurrent", c.Concurrent, 1 << 10}, {"result_mib", c.ResultMiB, 1 << 20}} {
		if n.value < 1 || n.value > n.max {
			problems = append(problems, fmt.Errorf("%s: must be from 1 to %d", n.name, n.max))
		}
	}
	for _, d := range []struct {
		name  string
		value time.Duration
	}{{"audit_timeout", c.AuditTimeout}, {"drain_timeout", c.DrainTimeout}} {
		if d.value < 10*time.Millisecond || d.value > 10*time.Minute {
			problems = append(problems, fmt.Errorf("%s: must be from 10ms to 10m", d.name))
		}
	}
	return errors.Join(problems...)
}
