package containers

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/testcontainers/testcontainers-go" // containers that end with the test that started them
)

// ErrMissing says that a part this package does not bring is not on this machine. Its text says which and what
// to do; tests skip with it.
var ErrMissing = errors.New("not on this machine")

const (
	// engineTimeout bounds asking whether a Docker engine is there.
	engineTimeout = 10 * time.Second
	// pullTimeout bounds pulling one image.
	pullTimeout = 5 * time.Minute
	// PullEnv set to "never" keeps this package from pulling images: what is not there is missing.
	PullEnv = "HUSHLOG_PULL"
)

// image is one image of docker-compose.yml and what may take its place.
type image struct {
	env      string // the variable that names it, in docker-compose.yml too
	official string
	standin  string // as deploy/images/standins.sh names it
}

var (
	kafkaImage      = image{"KAFKA_IMAGE", "apache/kafka:4.3.0", "hushlog-standin/kafka:4.3.0"}
	clickHouseImage = image{"CLICKHOUSE_IMAGE", "clickhouse/clickhouse-server:26.3", "hushlog-standin/clickhouse:26"}
)

// engine connects to Docker or says that it is missing.
func engine(ctx context.Context) (*testcontainers.DockerProvider, error) {
	// The reaper is one more image; Stop removes what was started. And where this machine looks like a
	// container itself, published ports would be sought at the gateway's address.
	err := errors.Join(setDefault("TESTCONTAINERS_RYUK_DISABLED", "true"), setDefault("TESTCONTAINERS_HOST_OVERRIDE", "127.0.0.1"))
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, engineTimeout)
	defer cancel()
	provider, err := dockerProvider()
	if err != nil {
		return nil, fmt.Errorf("a Docker engine is %w; start one, or name it in DOCKER_HOST: %w", ErrMissing, err)
	}
	err = provider.Health(ctx)
	if err != nil {
		_ = provider.Close()
		return nil, fmt.Errorf("a Docker engine is %w; start one, or name it in DOCKER_HOST: %w", ErrMissing, err)
	}
	return provider, nil
}

// setDefault sets a variable that testcontainers reads, unless it is set.
func setDefault(name, value string) error {
	_, set := os.LookupEnv(name)
	if set {
		return nil
	}
	return os.Setenv(name, value)
}

// dockerProvider turns testcontainers' panic without an engine into an error.
func dockerProvider() (provider *testcontainers.DockerProvider, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("testcontainers: %v", r)
		}
	}()
	return testcontainers.NewDockerProvider()
}

// find returns the name of an image that is on this machine: the one set, the official one, the
// official one once pulled, or the stand-in; or says what is missing.
func (i image) find(ctx context.Context, provider *testcontainers.DockerProvider) (string, error) {
	candidates := []string{i.official, i.standin}
	set := os.Getenv(i.env)
	if set != "" {
		candidates = []string{set}
	}
	for _, name := range candidates {
		_, err := provider.Client().ImageInspect(ctx, name)
		if err == nil {
			return name, nil
		}
	}
	if os.Getenv(PullEnv) != "never" {
		ctx, cancel := context.WithTimeout(ctx, pullTimeout)
		defer cancel()
		err := provider.PullImage(ctx, candidates[0])
		if err == nil {
			return candidates[0], nil
		}
	}
	return "", fmt.Errorf("image %s is %w and was not pulled; pull it, or build its stand-in with deploy/images/standins.sh",
		candidates[0], ErrMissing)
}
