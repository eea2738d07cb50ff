package apachekafka

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/hushlog/hushlog/test/repository"
)

// JarsEnv names a folder that holds the jars, instead of .cache/kafka/jars in the repository.
const JarsEnv = "HUSHLOG_KAFKA_JARS"

// ErrMissing says that a part this package does not bring is not on this machine. Its text says which and what
// to do; tests skip with it.
var ErrMissing = errors.New("not on this machine")

// installation is where everything that the broker is started from lies.
type installation struct {
	java  string // the java program
	jars  string // folder of the jars
	kafka string // deploy/kafka
}

// locate finds Java, the jars and the configuration, or says what is missing.
func locate() (installation, error) {
	root, err := repository.Root()
	if err != nil {
		return installation{}, err
	}
	java, err := exec.LookPath("java")
	if err != nil {
		return installation{}, fmt.Errorf("java (a JRE 17 or newer) is %w; install it", ErrMissing)
	}
	jars := os.Getenv(JarsEnv)
	if jars != "" {
		return installation{java: java, jars: jars, kafka: filepath.Join(root, "deploy", "kafka")}, nil
	}
	jars = filepath.Join(root, ".cache", "kafka", "jars")
	err = checkComplete(jars, filepath.Join(root, "test", "apachekafka", "pom.xml"))
	if err != nil {
		return installation{}, err
	}
	return installation{java: java, jars: jars, kafka: filepath.Join(root, "deploy", "kafka")}, nil
}

// checkComplete compares the mark that fetch.sh leaves with the pom.xml of today.
func checkComplete(jars, pom string) error {
	document, err := os.ReadFile(pom)
	if err != nil {
		return fmt.Errorf("read pom.xml: %w", err)
	}
	mark, err := os.ReadFile(filepath.Join(jars, ".complete"))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("read mark of the Kafka jars: %w", err)
	}
	sum := sha256.Sum256(document)
	if string(mark) != hex.EncodeToString(sum[:]) {
		return fmt.Errorf("the Kafka jars of pom.xml are %w; run test/apachekafka/fetch.sh (needs Maven)", ErrMissing)
	}
	return nil
}
