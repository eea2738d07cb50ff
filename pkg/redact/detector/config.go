package detector

import (
	"errors"
	"fmt"
	"maps"
	"net"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/hushlog/hushlog/pkg/redact"
)

// Config of a detector.
type Config struct {
	// Name of the detector: findings carry the rule detector-<name>.
	Name string
	// URL of the interface: https://host/analyze, or grpcs://host:port. Without TLS (http, grpc) only on this machine.
	URL string
	// CA, Cert and Key are files: whom to trust (empty: the system's roots), and who we are (empty: nobody).
	CA, Cert, Key string
	// Timeout of one try. Too low, and a busy detector is no detector; too high, and it holds up the stream.
	Timeout time.Duration
	// Retries after a try that failed in a way that may pass, up to maxRetries.
	Retries int
	// MaxTexts of a request. With 1, Presidio is sent a plain string, which its older releases ask for.
	MaxTexts int
	// MaxBytes of the texts of a request; a longer text goes alone.
	MaxBytes int
	// Linger is how long the first text of a request waits for others.
	Linger time.Duration
	// MaxAnswer bounds an answer, in bytes.
	MaxAnswer int
	// Failures in a row after which nothing is sent for Pause.
	Failures int
	Pause    time.Duration
	// Languages that the detector knows; the first is for texts in no known one. Empty: it is not told.
	Languages []string
	// Entities maps its names to types, over DefaultEntities. What neither holds is of type OTHER, and counted.
	Entities map[string]redact.Type
	// Ignore lists names of what it finds and nobody wants.
	Ignore []string
}

// Defaults for what a configuration leaves at zero.
const (
	DefaultTimeout   = 2 * time.Second
	DefaultMaxTexts  = 64
	DefaultMaxBytes  = 1 << 20
	DefaultLinger    = 5 * time.Millisecond
	DefaultMaxAnswer = 16 << 20
	DefaultFailures  = 5
	DefaultPause     = 30 * time.Second
)

// Bounds of a configuration.
const (
	maxRetries   = 5
	maxTimeout   = time.Minute
	maxTexts     = 1000
	maxTextBytes = 64 << 20
	maxLinger    = time.Second
	maxPause     = time.Hour
	// maxInFlight bounds the requests under way to one detector: with texts of MaxBytes, 8 MiB.
	maxInFlight = 8
	// maxSpans bounds what may be found in one text.
	maxSpans = 100_000
)

// withDefaults fills in what is zero.
func (c Config) withDefaults() Config {
	fill := func(d *time.Duration, v time.Duration) {
		if *d == 0 {
			*d = v
		}
	}
	count := func(n *int, v int) {
		if *n == 0 {
			*n = v
		}
	}
	fill(&c.Timeout, DefaultTimeout)
	fill(&c.Linger, DefaultLinger)
	fill(&c.Pause, DefaultPause)
	count(&c.MaxTexts, DefaultMaxTexts)
	count(&c.MaxBytes, DefaultMaxBytes)
	count(&c.MaxAnswer, DefaultMaxAnswer)
	count(&c.Failures, DefaultFailures)
	return c
}

// FieldError says which field of a Config cannot be.
type FieldError struct {
	Field   string // as in the policy: "url", "max_texts"
	Problem string
}

// Error is the field and the problem.
func (e *FieldError) Error() string { return e.Field + ": " + e.Problem }

// Validate returns a FieldError for each field that cannot be, joined. It opens no file.
func (c Config) Validate() error {
	c = c.withDefaults()
	var problems []error
	add := func(field, format string, args ...any) {
		problems = append(problems, &FieldError{field, fmt.Sprintf(format, args...)})
	}
	if c.Name == "" || len(Rule(c.Name)) > 64 {
		add("name", "is missing or too long")
	}
	_, problem := c.address()
	if problem != "" {
		add("url", "%s", problem)
	}
	if (c.Cert == "") != (c.Key == "") {
		add("cert", "cert and key go together")
	}
	for _, b := range []struct {
		field      string
		value, max int64
	}{
		{"timeout", int64(c.Timeout), int64(maxTimeout)},
		{"max_texts", int64(c.MaxTexts), maxTexts},
		{"max_bytes", int64(c.MaxBytes), maxTextBytes},
		{"linger", int64(c.Linger), int64(maxLinger)},
		{"max_answer", int64(c.MaxAnswer), maxTextBytes},
		{"failures", int64(c.Failures), 1000},
		{"pause", int64(c.Pause), int64(maxPause)},
		{"retries", int64(c.Retries) + 1, maxRetries + 1},
	} {
		if b.value < 1 || b.value > b.max {
			add(b.field, "is out of range")
		}
	}
	for _, name := range slices.Sorted(maps.Keys(c.Entities)) {
		if !c.Entities[name].Valid() {
			add("entities."+name, "is not a type of finding")
		}
	}
	return errors.Join(problems...)
}

// Rule is the rule of what a detector finds.
func Rule(name string) string { return redact.DetectorPrefix + name }

// endpoint is where, and how, a detector is asked.
type endpoint struct {
	url  *url.URL
	grpc bool
	tls  bool
}

// address reads the URL, or says what is wrong with it.
func (c Config) address() (endpoint, string) {
	u, err := url.Parse(c.URL)
	if err != nil || u.Hostname() == "" || u.User != nil || u.Fragment != "" {
		return endpoint{}, "is no address such as https://host/analyze or grpcs://host:port"
	}
	e := endpoint{url: u}
	switch u.Scheme {
	case "https":
		e.tls = true
	case "grpcs":
		e.tls, e.grpc = true, true
	case "grpc":
		e.grpc = true
	case "http":
	default:
		return endpoint{}, "has a scheme other than https, http, grpcs and grpc"
	}
	if e.grpc && (u.Port() == "" || strings.Trim(u.Path, "/") != "" || u.RawQuery != "") {
		return endpoint{}, "is no address such as grpcs://host:port"
	}
	if !e.tls && !local(u.Hostname()) {
		return endpoint{}, "would send content in clear over a network: use https or grpcs"
	}
	if !e.tls && c.CA+c.Cert+c.Key != "" {
		return endpoint{}, "is without TLS, and ca, cert or key are given"
	}
	return e, ""
}

// local reports whether a host is this very machine.
func local(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
