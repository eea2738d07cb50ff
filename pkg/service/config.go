// Package service is the life of one service: its configuration file, its
// logger, its metrics and health endpoints, its start, its run and its drain.
//
// It knows nothing of what a service does, of Kafka or of ClickHouse: those
// bring their own configuration types, which a service's Config embeds.
package service

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"os"
	"runtime/debug"

	"github.com/goccy/go-yaml" // strict decoding with line and column in its errors

	"github.com/hushlog/hushlog/pkg/identity"
)

// Common is what every service's configuration begins with.
type Common struct {
	// Log says how much is logged and in which form.
	Log LogConfig `yaml:"log"`
	// Admin is where health and metrics are served.
	Admin AdminConfig `yaml:"admin"`
	// Memory is how memory is traded for processor time.
	Memory MemoryConfig `yaml:"memory"`
	// Policy is the path of the policy document. Required.
	Policy string `yaml:"policy"`
}

// MemoryConfig is when garbage is collected. GOGC and GOMEMLIMIT in the environment win over it.
type MemoryConfig struct {
	// GCPercent is by how much the heap may grow over what is in use before garbage is collected, in percent.
	// Default 400. Lower costs processor time (with 100 gateway, redactor and ingest took a tenth more), higher takes
	// memory: at 400 up to five times what is in use, which is some 30 MiB of a gateway.
	GCPercent int `yaml:"gc_percent"`
	// LimitMiB is the size of the whole process's memory, in MiB, near which garbage is collected whatever GCPercent says.
	// Default 2048. Lower than what is in use, and collecting takes up to half of the processor time; higher than what
	// the machine or the container has, and the process is killed.
	LimitMiB int64 `yaml:"limit_mib"`
}

// LogConfig is how a service logs. Logs go to standard error.
type LogConfig struct {
	// Level is debug, info, warn or error. Default info.
	Level string `yaml:"level"`
	// Format is json or text. Default json.
	Format string `yaml:"format"`
}

// AdminConfig is where a service answers about itself.
type AdminConfig struct {
	// Listen is a host and port on a loopback address, or any address with TLS.
	// Default 127.0.0.1:0 (a free port, which is logged).
	Listen string `yaml:"listen"`
	// TLS serves with the service's own certificate and asks callers for one of
	// the deployment's. Required when Listen is not a loopback address: metrics
	// name projects.
	TLS bool `yaml:"tls"`
}

// DefaultCommon returns the values that hold where a file says nothing.
func DefaultCommon() Common {
	return Common{
		Log:    LogConfig{Level: "info", Format: "json"},
		Admin:  AdminConfig{Listen: "127.0.0.1:0"},
		Memory: MemoryConfig{GCPercent: 400, LimitMiB: 2048},
	}
}

// Validate checks the common part; all problems are reported at once.
func (c Common) Validate() error {
	var problems []error
	_, err := parseLevel(c.Log.Level)
	if err != nil {
		problems = append(problems, err)
	}
	if c.Log.Format != "json" && c.Log.Format != "text" {
		problems = append(problems, errors.New("log.format: must be json or text"))
	}
	if c.Policy == "" {
		problems = append(problems, errors.New("policy: path of the policy document is missing"))
	}
	if c.Memory.GCPercent < minGCPercent || c.Memory.GCPercent > maxGCPercent {
		problems = append(problems, fmt.Errorf("memory.gc_percent: must be between %d and %d", minGCPercent, maxGCPercent))
	}
	if c.Memory.LimitMiB < minLimitMiB || c.Memory.LimitMiB > maxLimitMiB {
		problems = append(problems, fmt.Errorf("memory.limit_mib: must be between %d and %d", minLimitMiB, maxLimitMiB))
	}
	problems = append(problems, c.Admin.validate())
	return errors.Join(problems...)
}

// Bounds that keep a mistyped number from stopping a service with collecting, or from collecting nothing.
const (
	minGCPercent, maxGCPercent = 10, 1000
	minLimitMiB, maxLimitMiB   = 64, 1 << 20
)

// apply sets the runtime of this process, of which a service is the only one.
func (c MemoryConfig) apply() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(c.GCPercent)
	}
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(c.LimitMiB << 20)
	}
}

func (c AdminConfig) validate() error {
	host, _, err := net.SplitHostPort(c.Listen)
	if err != nil {
		return errors.New("admin.listen: must be host:port")
	}
	if !identity.OnThisMachine(host) && !c.TLS {
		return errors.New("admin.listen: is not a loopback address; set admin.tls: true or listen on 127.0.0.1")
	}
	return nil
}

// Load reads a YAML file into a configuration that already holds its defaults.
// Unknown and double fields are errors; errors name file, line and column.
func Load(path string, into any) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("read the configuration: %w", err)
	}
	err = yaml.NewDecoder(bytes.NewReader(data), yaml.Strict()).Decode(into)
	if err != nil {
		return fmt.Errorf("%s: %s", path, yaml.FormatError(err, false, false))
	}
	return nil
}
