package embedded

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	clickhouse "github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"github.com/goccy/go-yaml"
	"github.com/stretchr/testify/require"
)

// childEnv names the configuration that makes the test binary a ClickHouse child.
const childEnv = "HUSHLOG_TEST_CLICKHOUSE_CHILD"

func TestMain(m *testing.M) {
	path := os.Getenv(childEnv)
	if path == "" {
		os.Exit(m.Run())
	}
	err := runChild(path)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func runChild(path string) error {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	raw, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	var cfg ClickHouseConfig
	err = yaml.UnmarshalWithOptions(raw, &cfg, yaml.Strict())
	if err != nil {
		return err
	}
	return ServeClickHouse(ctx, cfg)
}

// child is a ClickHouse child in a process of its own.
type child struct {
	t   testing.TB
	ca  *testCA
	cfg ClickHouseConfig
	cmd *exec.Cmd
	err *bytes.Buffer

	exited  chan struct{} // closed when the process has ended
	waitErr error         // how; read after exited
}

const testUsers = `<clickhouse>
<profiles><reader>
  <readonly>2</readonly><max_result_rows>1000</max_result_rows><result_overflow_mode>throw</result_overflow_mode>
  <max_execution_time>20</max_execution_time><max_memory_usage>500000000</max_memory_usage>
  <constraints><max_result_rows><min>1</min><max>1000</max></max_result_rows><max_execution_time><min>1</min><max>20</max></max_execution_time></constraints>
</reader></profiles>
<quotas><few><interval><duration>3600</duration><queries>3</queries></interval></few></quotas>
<users>
  <ingest>
    <ssl_certificates><common_name>ingest</common_name></ssl_certificates><networks><ip>::/0</ip></networks>
    <profile>default</profile><quota>default</quota>
    <grants><query>GRANT INSERT ON h.events</query><query>GRANT INSERT(id, name) ON h.partial</query></grants>
  </ingest>
  <retention>
    <ssl_certificates><common_name>retention</common_name></ssl_certificates><networks><ip>::/0</ip></networks>
    <profile>default</profile><quota>default</quota>
    <grants><query>GRANT ALTER TTL, ALTER MATERIALIZE TTL, ALTER DELETE, OPTIMIZE, SHOW COLUMNS ON h.events</query><query>GRANT SELECT ON system.parts</query></grants>
  </retention>
  <role_analyst>
    <ssl_certificates><common_name>role_analyst</common_name></ssl_certificates><networks><ip>::/0</ip></networks>
    <profile>reader</profile><quota>default</quota>
    <grants><query>GRANT SELECT ON h.events</query><query>GRANT SELECT(id) ON h.partial</query></grants>
    <databases><h><events><filter>project = 'a'</filter></events></h></databases>
  </role_analyst>
  <role_few>
    <ssl_certificates><common_name>role_few</common_name></ssl_certificates><networks><ip>::/0</ip></networks>
    <profile>reader</profile><quota>few</quota>
    <grants><query>GRANT SELECT ON h.events</query></grants>
  </role_few>
</users></clickhouse>`

// newChild prepares a child with the test users; start starts it.
func newChild(t testing.TB) *child {
	t.Helper()
	library, err := FindLibrary("")
	if err != nil {
		t.Skipf("skipped: %v", err)
	}
	ca := newTestCA(t)
	users := filepath.Join(t.TempDir(), "users.xml")
	require.NoError(t, os.WriteFile(users, []byte(testUsers), 0o600))
	return &child{t: t, ca: ca, cfg: ClickHouseConfig{
		Address: freePort(t), DataDir: filepath.Join(t.TempDir(), "clickhouse"), UsersFile: users,
		Library: library, TLS: ca.issue("clickhouse"),
	}}
}

// startChild returns a running child.
func startChild(t testing.TB) *child {
	t.Helper()
	c := newChild(t)
	c.start()
	return c
}

// launch starts the process without waiting for it.
func (c *child) launch() {
	c.t.Helper()
	raw, err := yaml.Marshal(c.cfg)
	require.NoError(c.t, err)
	path := filepath.Join(c.t.TempDir(), "clickhouse.yaml")
	require.NoError(c.t, os.WriteFile(path, raw, 0o600))
	c.err = &bytes.Buffer{}
	c.cmd = exec.Command(os.Args[0]) //nolint:noctx // ended by stop or kill
	c.cmd.Env = append(os.Environ(), childEnv+"="+path)
	c.cmd.Stderr = c.err
	c.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	require.NoError(c.t, c.cmd.Start())
	cmd, exited := c.cmd, make(chan struct{})
	c.exited = exited
	go func() {
		c.waitErr = cmd.Wait()
		close(exited)
	}()
	c.t.Cleanup(func() {
		_ = cmd.Process.Kill()
		<-exited
	})
}

// wait returns how the process ended.
func (c *child) wait() error {
	<-c.exited
	return c.waitErr
}

func (c *child) start() {
	c.t.Helper()
	c.launch()
	for start := time.Now(); time.Since(start) < 60*time.Second; time.Sleep(20 * time.Millisecond) {
		if c.ping() == nil {
			return
		}
		if c.ended() {
			break
		}
	}
	c.kill()
	require.FailNow(c.t, "the child did not come up", c.err.String())
}

func (c *child) ended() bool {
	select {
	case <-c.exited:
		return true
	default:
		return false
	}
}

// stop ends the child as a supervisor would.
func (c *child) stop() {
	c.t.Helper()
	require.NoError(c.t, c.cmd.Process.Signal(syscall.SIGTERM))
	require.NoError(c.t, c.wait(), c.err.String())
}

// kill ends it without warning.
func (c *child) kill() {
	c.t.Helper()
	_ = c.cmd.Process.Kill()
	<-c.exited
}

func (c *child) ping() error {
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: c.ca.client("admin"), DisableKeepAlives: true}, Timeout: 5 * time.Second}
	res, err := client.Get("https://" + c.cfg.Address + "/ping") //nolint:noctx // bounded by the client's timeout
	if err != nil {
		return err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err == nil && string(body) != "Ok.\n" {
		err = errors.New("unexpected answer")
	}
	return err
}

// open returns a clickhouse-go client of the user.
func (c *child) open(user string, change ...func(*clickhouse.Options)) driver.Conn {
	c.t.Helper()
	opt := &clickhouse.Options{
		Addr: []string{c.cfg.Address}, Protocol: clickhouse.HTTP, TLS: c.ca.client(user),
		Auth: clickhouse.Auth{Username: user}, DialTimeout: 5 * time.Second, ReadTimeout: time.Minute,
	}
	for _, f := range change {
		f(opt)
	}
	conn, err := clickhouse.Open(opt)
	require.NoError(c.t, err)
	c.t.Cleanup(func() { _ = conn.Close() })
	return conn
}

// post sends a statement as plain HTTP and returns status, body and exception code.
func (c *child) post(user, statement string, params url.Values) (int, string, string) {
	c.t.Helper()
	return c.send(user, user, statement, params)
}

func (c *child) send(user, certificate, statement string, params url.Values) (int, string, string) {
	c.t.Helper()
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: c.ca.client(certificate), DisableKeepAlives: true}, Timeout: time.Minute}
	r, err := http.NewRequestWithContext(c.t.Context(), http.MethodPost, "https://"+c.cfg.Address+"/?"+params.Encode(), strings.NewReader(statement))
	require.NoError(c.t, err)
	r.Header.Set("X-ClickHouse-User", user)
	r.Header.Set("X-ClickHouse-SSL-Certificate-Auth", "on")
	res, err := client.Do(r)
	require.NoError(c.t, err)
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	require.NoError(c.t, err)
	return res.StatusCode, string(body), res.Header.Get("X-ClickHouse-Exception-Code")
}

// admin runs statements that must succeed and returns the last one's output.
func (c *child) admin(statements ...string) string {
	c.t.Helper()
	var out string
	for _, statement := range statements {
		status, body, _ := c.post("admin", statement, nil)
		require.Equal(c.t, http.StatusOK, status, body)
		out = body
	}
	return strings.TrimSpace(out)
}

// withEvents makes the tables that the test users have rights on.
func (c *child) withEvents() {
	c.t.Helper()
	c.admin("CREATE DATABASE h",
		`CREATE TABLE h.events (id UInt64, project LowCardinality(String), name String, at DateTime64(3, 'UTC') DEFAULT now64(3))
		 ENGINE = MergeTree PARTITION BY id % 4 ORDER BY id SETTINGS non_replicated_deduplication_window = 1000`,
		"CREATE TABLE h.partial (id UInt64, name String, secret String DEFAULT 'hidden') ENGINE = MergeTree ORDER BY id",
		"CREATE TABLE h.secret (id UInt64, secret String) ENGINE = MergeTree ORDER BY id",
		"INSERT INTO h.events (id, project, name) VALUES (1, 'a', 'one'), (2, 'b', 'two'), (3, 'a', 'three')",
		"INSERT INTO h.partial (id, name) VALUES (1, 'one')",
		"INSERT INTO h.secret VALUES (1, 'SECRETVALUE')")
}
