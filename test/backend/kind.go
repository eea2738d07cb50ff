package backend

import (
	"errors"
	"fmt"
	"os"
)

// KindEnv chooses the backend of the tests: embedded (also when it is not set), kafka or containers.
const KindEnv = "HUSHLOG_TEST_BACKEND"

// ErrMissing says that a part of a backend is not on this machine. Its text says which and what to do; tests
// skip with it.
var ErrMissing = errors.New("backend is not available")

// Kind is one of the three.
type Kind string

const (
	// Embedded is the broker and the ClickHouse child of pkg/embedded.
	Embedded Kind = "embedded"
	// ApacheKafka is Apache Kafka from its jars, and the ClickHouse child.
	ApacheKafka Kind = "kafka"
	// Containers is both in containers.
	Containers Kind = "containers"
)

// FromEnv reads KindEnv.
func FromEnv() (Kind, error) {
	switch kind := Kind(os.Getenv(KindEnv)); kind {
	case "":
		return Embedded, nil
	case Embedded, ApacheKafka, Containers:
		return kind, nil
	default:
		return "", fmt.Errorf("%s: want embedded, kafka or containers", KindEnv)
	}
}
