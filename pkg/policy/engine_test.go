package policy_test

import (
	"bytes"
	"context"
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

	"github.com/goccy/go-yaml"            // the child's configuration
	"github.com/stretchr/testify/require" // says what differed

	"github.com/hushlog/hushlog/pkg/embedded"
	"github.com/hushlog/hushlog/pkg/identity"
	"github.com/hushlog/hushlog/pkg/policy"
	"github.com/hushlog/hushlog/pkg/store"
	"github.com/hushlog/hushlog/pkg/supervise"
)

// childEnv names the configuration that makes the test binary a ClickHouse child.
const childEnv = "HUSHLOG_POLICY_TEST_CHILD"

func TestMain(m *testing.M) {
	path := os.Getenv(childEnv)
	if path == "" {
		os.Exit(m.Run())
	}
	err := serveChild(path)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func serveChild(path string) error {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	raw, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	var cfg embedded.ClickHouseConfig
	err = yaml.UnmarshalWithOptions(raw, &cfg, yaml.Strict())
	if err != nil {
		return err
	}
	return embedded.ServeClickHouse(ctx, cfg)
}

// TestColumnsOfRolesExist compares the default policy with the schema.
func TestColumnsOfRolesExist(t *testing.T) {
	require.Len(t, store.Tables(), len(policy.AllTables()))
	for _, name := range policy.AllTables() {
		_, ok := store.Lookup(name)
		require.True(t, ok, name)
	}
	for role, rules := range policy.Default().Roles {
		for name, columns := range rules.Tables {
			table, _ := store.Lookup(name)
			for _, column := range columns {
				_, ok := table.ColumnNamed(column)
				require.True(t, ok, "%s: %s.%s", role, name, column)
			}
		}
	}
}

// engine is ClickHouse with the users of a policy.
type engine struct {
	t       *testing.T
	layout  identity.Layout
	address string
}

func startEngine(t *testing.T, p *policy.Policy) *engine {
	t.Helper()
	library, err := embedded.FindLibrary("")
	if err != nil {
		t.Skipf("skipped: %v", err)
	}
	e := &engine{t: t, layout: identity.Layout{Dir: t.TempDir()}, address: freePort(t)}
	require.NoError(t, identity.CreateCA(e.layout.PKI()))
	for _, name := range []string{identity.ClickHouse, identity.Ingest, identity.Retention, identity.Query, identity.Admin, identity.Gateway} {
		require.NoError(t, identity.IssueCert(e.layout.PKI(), name))
	}
	for role := range p.Roles {
		require.NoError(t, identity.IssueCert(e.layout.PKI(), identity.RoleUser(role)))
	}
	var users bytes.Buffer
	require.NoError(t, p.RenderUsersXML(&users))
	usersFile := filepath.Join(e.layout.Dir, "users.xml")
	require.NoError(t, os.WriteFile(usersFile, users.Bytes(), 0o600))
	e.launch(embedded.ClickHouseConfig{
		Address: e.address, DataDir: filepath.Join(e.layout.Dir, "data"), UsersFile: usersFile, Library: library,
		TLS: e.layout.TLS(identity.ClickHouse),
	})
	db, err := store.Open(t.Context(), store.Config{
		Addresses: []string{e.address}, User: identity.Admin, TLS: e.layout.TLS(identity.Admin),
		OpenTimeout: 20 * time.Second, MaxConnections: 2,
	})
	require.NoError(t, err)
	defer db.Close()
	require.NoError(t, db.Migrate(t.Context()))
	return e
}

func freePort(t *testing.T) string {
	t.Helper()
	address, err := supervise.FreeAddress()
	require.NoError(t, err)
	return address
}

func (e *engine) launch(cfg embedded.ClickHouseConfig) {
	e.t.Helper()
	raw, err := yaml.Marshal(cfg)
	require.NoError(e.t, err)
	path := filepath.Join(e.layout.Dir, "child.yaml")
	require.NoError(e.t, os.WriteFile(path, raw, 0o600))
	child := exec.CommandContext(context.WithoutCancel(e.t.Context()), os.Args[0])
	child.Env = append(os.Environ(), childEnv+"="+path)
	child.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	require.NoError(e.t, child.Start())
	e.t.Cleanup(func() {
		_ = child.Process.Kill()
		_ = child.Wait()
	})
}

// ask runs a statement as a user and says whether it was allowed, and what came.
func (e *engine) ask(user, statement string, settings ...string) (bool, string) {
	e.t.Helper()
	holder := user
	if user == identity.RescanUser {
		holder = identity.Retention
	}
	tlsConfig, err := identity.ClientTLS(e.layout.TLS(holder), "")
	require.NoError(e.t, err)
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: tlsConfig, DisableKeepAlives: true}, Timeout: 30 * time.Second}
	params := url.Values{}
	for _, setting := range settings {
		name, value, _ := strings.Cut(setting, "=")
		params.Set(name, value)
	}
	req, err := http.NewRequestWithContext(e.t.Context(), http.MethodPost, "https://"+e.address+"/?"+params.Encode(), strings.NewReader(statement))
	require.NoError(e.t, err)
	req.Header.Set("X-ClickHouse-User", user)
	req.Header.Set("X-ClickHouse-SSL-Certificate-Auth", "on")
	resp, err := client.Do(req)
	require.NoError(e.t, err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	require.NoError(e.t, err)
	return resp.StatusCode == http.StatusOK, strings.TrimSpace(string(body))
}

// TestUsersOnTheEngine holds every role and service to what the default policy gives it.
func TestUsersOnTheEngine(t *testing.T) {
	p := policy.Default()
	e := startEngine(t, p)
	for i, class := range policy.AllClasses() {
		for _, table := range []string{policy.TableInteractions, policy.TableContents, policy.TableFindings} {
			ok, out := e.ask(identity.Admin, fmt.Sprintf(
				"INSERT INTO hushlog.%s (project, classification, accepted_at, request_id, retention_label) VALUES ('demo', '%s', now64(3), 'r%d', 'standard')", table, class, i))
			require.True(t, ok, out)
		}
	}
	t.Run("roles read what they may and nothing else", func(t *testing.T) {
		for name, role := range p.Roles {
			user := identity.RoleUser(name)
			for _, table := range policy.AllTables() {
				columns, may := role.Tables[table]
				what := "count()"
				if len(columns) > 0 {
					what = "count(" + columns[0] + ")"
				}
				ok, out := e.ask(user, "SELECT "+what+" FROM hushlog."+table)
				require.Equal(t, may, ok, "%s %s: %s", user, table, out)
				all, out := e.ask(user, "SELECT * FROM hushlog."+table)
				require.Equal(t, may && len(columns) == 0, all, "%s *: %s", user, out)
			}
		}
	})
	t.Run("rows by class", func(t *testing.T) {
		for user, want := range map[string]string{"role_analyst": "3", "role_security": "4", "role_engineering": "4", "role_oncall": "4", "admin": "4"} {
			ok, out := e.ask(user, "SELECT count(project) FROM hushlog.interactions")
			require.True(t, ok, out)
			require.Equal(t, want, out, user)
		}
		_, out := e.ask("role_analyst", "SELECT groupUniqArray(toString(classification)) FROM hushlog.contents")
		require.NotContains(t, out, "Restricted")
	})
	t.Run("roles change nothing", func(t *testing.T) {
		for _, statement := range []string{
			"INSERT INTO hushlog.contents (project) VALUES ('x')", "ALTER TABLE hushlog.contents DELETE WHERE 1", "TRUNCATE TABLE hushlog.contents",
			"DROP TABLE hushlog.contents", "CREATE TABLE hushlog.x (a Int8) ENGINE = Memory", "CREATE TABLE x (a Int8) ENGINE = Memory", "SYSTEM SHUTDOWN",
			"CREATE USER x", "GRANT SELECT ON *.* TO role_security", "KILL QUERY WHERE 1",
		} {
			ok, _ := e.ask("role_security", statement)
			require.False(t, ok, statement)
		}
		_, out := e.ask(identity.Admin, "SELECT count() FROM hushlog.contents")
		require.Equal(t, "4", out)
	})
	t.Run("roles see nothing of the server", func(t *testing.T) {
		for _, statement := range []string{
			"SELECT count() FROM system.processes", "SELECT count() FROM system.users", "SELECT count() FROM system.parts",
			"SELECT * FROM file('/etc/passwd', 'LineAsString')", "SELECT * FROM url('http://127.0.0.1:1/', 'LineAsString')",
		} {
			ok, out := e.ask("role_security", statement)
			require.False(t, ok, "%s: %s", statement, out)
		}
	})
	t.Run("limits", func(t *testing.T) {
		ok, _ := e.ask("role_analyst", "SELECT project, number FROM hushlog.interactions, numbers(1) LIMIT 1")
		require.False(t, ok, "table functions need a right of their own")
		for _, setting := range []string{"max_result_rows=10000000", "max_execution_time=0", "max_memory_usage=0", "readonly=0", "allow_ddl=1", "result_overflow_mode=break"} {
			ok, out := e.ask("role_analyst", "SELECT 1", setting)
			require.False(t, ok, "%s: %s", setting, out)
		}
		ok, out := e.ask("role_analyst", "SELECT count() FROM hushlog.interactions", "max_execution_time=5", "max_result_rows=10")
		require.True(t, ok, "narrower limits may be asked for: %s", out)
	})
	t.Run("services", func(t *testing.T) {
		for _, tc := range []struct {
			user, statement string
			want            bool
		}{
			{identity.Ingest, "INSERT INTO hushlog.ledger (project, minute) FORMAT TSV\ndemo\t1760000000\n", true},
			{identity.Ingest, "SELECT count() FROM hushlog.contents WHERE block_id = 'x' AND accepted_at > 0 AND retention_label = ''", true},
			{identity.Ingest, "SELECT text FROM hushlog.contents", false},
			{identity.Ingest, "SELECT request_id FROM hushlog.interactions", false},
			{identity.Ingest, "ALTER TABLE hushlog.contents DELETE WHERE 1", false},
			{identity.Retention, "ALTER TABLE hushlog.contents MODIFY TTL toDate(accepted_at) + toIntervalDay(30)", true},
			{identity.Retention, "SELECT count() FROM system.parts", true},
			{identity.Retention, "SELECT text FROM hushlog.contents", false},
			{identity.Retention, "SELECT text FROM hushlog.held_contents", false},
			{identity.Retention, "ALTER TABLE hushlog.held_contents MODIFY TTL toDate(held_at) + toIntervalDay(1)", false},
			{identity.Retention, "INSERT INTO hushlog.held_contents (hold_id) FORMAT TSV\nx\n", false},
			{identity.Ingest, "INSERT INTO hushlog.held_contents (hold_id) FORMAT TSV\nx\n", true},
			{identity.Ingest, "SELECT text FROM hushlog.held_contents", false},
			{identity.Ingest, "ALTER TABLE hushlog.held_contents DELETE WHERE 0", false},
			{identity.Ingest, "INSERT INTO hushlog.holds (hold_id) FORMAT TSV\nx\n", false},
			{identity.Ingest, "INSERT INTO hushlog.hold_picks (hold_id) FORMAT TSV\nx\n", false},
			{identity.Retention, "INSERT INTO hushlog.contents (project) FORMAT TSV\ndemo\n", false},
			{identity.RescanUser, "SELECT text FROM hushlog.contents LIMIT 1", true},
			{identity.RescanUser, "INSERT INTO hushlog.findings (project) FORMAT TSV\ndemo\n", true},
			{identity.RescanUser, "ALTER TABLE hushlog.contents DELETE WHERE 0", true},
			{identity.RescanUser, "ALTER TABLE hushlog.contents UPDATE text = '' WHERE 0", false},
			{identity.RescanUser, "SELECT text FROM hushlog.held_contents", false},
			{identity.RescanUser, "SELECT user_pseudonym FROM hushlog.interactions", false},
			{identity.RescanUser, "ALTER TABLE hushlog.findings DELETE WHERE 0", false},
			{identity.Query, "SELECT formatQuerySingleLine('select 1')", true},
			{identity.Query, "SELECT count() FROM hushlog.interactions", false},
		} {
			ok, out := e.ask(tc.user, tc.statement)
			require.Equal(t, tc.want, ok, "%s: %s: %s", tc.user, tc.statement, out)
		}
		ok, _ := e.ask(identity.Gateway, "SELECT 1")
		require.False(t, ok, "gateway is no user")
	})
}
