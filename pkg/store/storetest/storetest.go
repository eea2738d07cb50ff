// Package storetest is a store for tests: the embedded ClickHouse child with a deployment's
// certificates and the users of a policy, in a process of its own that ends with the test.
package storetest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/hushlog/hushlog/pkg/embedded"
	"github.com/hushlog/hushlog/pkg/identity"
	"github.com/hushlog/hushlog/pkg/policy"
	"github.com/hushlog/hushlog/pkg/store"
	"github.com/hushlog/hushlog/pkg/supervise"
)

// childEnv carries the configuration that makes a test binary the child.
const childEnv = "HUSHLOG_STORETEST_CHILD"

const startTimeout = 30 * time.Second

// Main is for TestMain: it runs the tests, or the child where the binary was started as one. It
// returns the process's exit code.
func Main(m *testing.M) int {
	raw, isChild := os.LookupEnv(childEnv)
	if !isChild {
		return m.Run()
	}
	err := runChild(raw)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

func runChild(raw string) error {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	var cfg embedded.ClickHouseConfig
	err := json.Unmarshal([]byte(raw), &cfg)
	if err != nil {
		return fmt.Errorf("child: %w", err)
	}
	return embedded.ServeClickHouse(ctx, cfg)
}

// Engine is a running child. The test that started it ends it.
type Engine struct {
	// Policy is the one that users, grants and row filters were derived from.
	Policy *policy.Policy

	layout  identity.Layout
	address string
	config  string
	// backupS3 is where backups are, or empty: a directory.
	backupS3 string
	process  *exec.Cmd
}

// Start starts a child with the users of a policy. The test is skipped, with the reason, where the
// engine's library is missing. The binary must have called Main.
func Start(t testing.TB, p *policy.Policy) *Engine {
	t.Helper()
	return StartIn(t, p, t.TempDir())
}

// StartIn is Start with the deployment in a directory that the caller keeps: what an earlier child stored there is there
// again. The policy has to be the same.
func StartIn(t testing.TB, p *policy.Policy, dir string) *Engine {
	t.Helper()
	return start(t, &Engine{Policy: p, layout: identity.Layout{Dir: dir}})
}

// StartWithBackupsIn is Start with backups in a place that speaks S3; see embedded.ClickHouseConfig.BackupS3.
func StartWithBackupsIn(t testing.TB, p *policy.Policy, place string) *Engine {
	t.Helper()
	return start(t, &Engine{Policy: p, layout: identity.Layout{Dir: t.TempDir()}, backupS3: place})
}

func start(t testing.TB, e *Engine) *Engine {
	t.Helper()
	library, err := embedded.FindLibrary("")
	if err != nil {
		t.Skipf("skipped: %v", err)
	}
	err = e.prepare(library)
	if err != nil {
		t.Fatalf("storetest: %v", err)
	}
	t.Cleanup(e.Kill)
	e.Restart(t)
	return e
}

func (e *Engine) prepare(library string) error {
	users := filepath.Join(e.layout.Dir, "users.xml")
	err := os.MkdirAll(e.layout.Dir, 0o700)
	if err != nil {
		return err
	}
	file, err := os.Create(users)
	if err != nil {
		return err
	}
	err = errors.Join(e.Policy.RenderUsersXML(file), file.Close())
	if err != nil {
		return err
	}
	disks := filepath.Join(e.layout.Dir, "disks.xml")
	_, err = os.Stat(disks)
	if errors.Is(err, fs.ErrNotExist) {
		err = e.makeKeys(disks)
	}
	if err != nil {
		return err
	}
	e.address, err = supervise.FreeAddress()
	if err != nil {
		return err
	}
	config, err := json.Marshal(embedded.ClickHouseConfig{
		Address: e.address, DataDir: filepath.Join(e.layout.Dir, "clickhouse"), UsersFile: users, Library: library,
		DisksFile: disks, BackupDir: e.BackupDir(), BackupS3: e.backupS3,
		TLS: e.layout.TLS(identity.ClickHouse),
	})
	e.config = string(config)
	return err
}

// makeKeys makes the certificates, and then the keys of the disks, which are encrypted as those of deployments are.
func (e *Engine) makeKeys(disks string) error {
	names := []string{identity.Ingest, identity.Retention, identity.Query, identity.Canary, identity.Admin}
	for role := range e.Policy.Roles {
		names = append(names, identity.RoleUser(role))
	}
	err := identity.CreateCA(e.layout.PKI())
	if err != nil {
		return err
	}
	for _, name := range append(names, identity.ClickHouse) {
		err = identity.IssueCert(e.layout.PKI(), name, "127.0.0.1")
		if err != nil {
			return err
		}
	}
	return os.WriteFile(disks, identity.NewDiskKeys(), 0o600)
}

// Kill ends the child without warning, as a crash would, and waits for its end.
func (e *Engine) Kill() {
	if e.process == nil {
		return
	}
	_ = e.process.Process.Kill() // it may have ended by itself
	_ = e.process.Wait()
	e.process = nil
}

// Restart starts the child, on the data that it left, and waits until it answers.
func (e *Engine) Restart(t testing.TB) {
	t.Helper()
	e.Kill()
	process := exec.Command(os.Args[0]) //nolint:noctx,gosec // our own binary, ended by Kill
	process.Env = append(os.Environ(), childEnv+"="+e.config)
	process.Stderr = os.Stderr
	// The child does not outlive a test binary that is killed.
	process.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	err := process.Start()
	if err != nil {
		t.Fatalf("storetest: start the child: %v", err)
	}
	e.process = process
	db := e.Open(t, identity.Admin)
	err = db.Close()
	if err != nil {
		t.Fatalf("storetest: %v", err)
	}
}

// Config is the configuration of one identity.
func (e *Engine) Config(user string) store.Config {
	certificate := user
	role, exports := strings.CutPrefix(user, identity.ExportPrefix)
	switch { // these have none of their own
	case exports:
		certificate = identity.RoleUser(role)
	case user == identity.RescanUser:
		certificate = identity.Retention
	}
	return store.Config{Addresses: []string{e.address}, User: user, TLS: e.layout.TLS(certificate), OpenTimeout: startTimeout}
}

// BackupDir is the directory of the disk that backups go to.
func (e *Engine) BackupDir() string { return filepath.Join(e.layout.Dir, "backups") }

// PKI is the directory of the certificates.
func (e *Engine) PKI() string { return e.layout.PKI() }

// Open connects as an identity; the connection is closed with the test.
func (e *Engine) Open(t testing.TB, user string) *store.DB {
	t.Helper()
	db, err := store.Open(t.Context(), e.Config(user))
	if err != nil {
		t.Fatalf("storetest: open as %s: %v", user, err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// ProcessorTime is what the child has used so far. The test is skipped where no /proc tells.
func (e *Engine) ProcessorTime(t testing.TB) time.Duration {
	t.Helper()
	used, err := supervise.ProcessorTime(e.process.Process.Pid)
	if errors.Is(err, fs.ErrNotExist) {
		t.Skipf("skipped: %v", err)
	}
	if err != nil {
		t.Fatalf("storetest: %v", err)
	}
	return used
}
