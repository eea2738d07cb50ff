package embedded

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	clickhouse "github.com/ClickHouse/clickhouse-go/v2"
	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"github.com/hushlog/hushlog/pkg/identity"
)

// TestRestartKeepsData stops and starts the child on the same directory.
func TestRestartKeepsData(t *testing.T) {
	c := startChild(t)
	c.withEvents()
	c.stop()
	c.start()
	require.Equal(t, "3", c.admin("SELECT count() FROM h.events"))
	require.Equal(t, "2", c.as("role_analyst", "SELECT count() FROM h.events"))
}

// TestSecondOwner refuses the data directory to a second child.
func TestSecondOwner(t *testing.T) {
	c := startChild(t)
	second := *c
	second.cfg.Address = freePort(t)
	second.launch()
	err := second.wait()
	require.Error(t, err)
	require.Contains(t, second.err.String(), ErrInUse.Error())
	require.Contains(t, second.err.String(), strconv.Itoa(c.cmd.Process.Pid))
	require.NoError(t, c.ping())
}

// TestMissingLibrary says what to do.
func TestMissingLibrary(t *testing.T) {
	t.Setenv(LibraryEnv, "")
	t.Chdir(t.TempDir())
	err := ServeClickHouse(t.Context(), ClickHouseConfig{
		Address: "127.0.0.1:1", DataDir: t.TempDir(), UsersFile: "users.xml", Library: "/nonexistent/libchdb.so",
		TLS: identity.TLSFiles{CA: "x", Cert: "x", Key: "x"},
	})
	require.ErrorIs(t, err, ErrNoLibrary)
	require.ErrorContains(t, err, "make deps")
	_, err = FindLibrary("")
	if err != nil { // the test's own binary may lie below a checkout
		require.ErrorIs(t, err, ErrNoLibrary)
	}
}

// TestConcurrency runs readers and writers at the same time, more than there
// are sessions.
func TestConcurrency(t *testing.T) {
	c := startChild(t)
	c.withEvents()
	writer, reader := c.open("ingest"), c.open("role_analyst")
	group, ctx := errgroup.WithContext(t.Context())
	const writers, batches, rows = 8, 5, 100
	for w := range writers {
		group.Go(func() error {
			for b := range batches {
				batch, err := writer.PrepareBatch(ctx, "INSERT INTO h.events (id, project, name)")
				if err != nil {
					return err
				}
				for r := range rows {
					err = batch.Append(uint64(1000+w*batches*rows+b*rows+r), "a", "n")
					if err != nil {
						return err
					}
				}
				err = batch.Send()
				if err != nil {
					return err
				}
			}
			return nil
		})
		group.Go(func() error {
			for range batches {
				var n uint64
				err := reader.QueryRow(ctx, "SELECT count() FROM h.events WHERE project = {p:String}", clickhouse.Named("p", "a")).Scan(&n)
				if err != nil {
					return err
				}
			}
			return nil
		})
	}
	require.NoError(t, group.Wait())
	require.Equal(t, strconv.Itoa(2+writers*batches*rows), c.as("role_analyst", "SELECT count() FROM h.events"))
}

// TestCancel ends a statement whose client has gone, at the next chunk.
func TestCancel(t *testing.T) {
	c := startChild(t)
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	rows, err := c.open("admin").Query(ctx, "SELECT number, repeat('x', 1000) FROM numbers(1000000000)")
	if err == nil {
		for rows.Next() {
		}
		err = rows.Err()
		_ = rows.Close()
	}
	require.Error(t, err)
	require.Eventually(t, func() bool { return c.admin("SELECT count() FROM system.processes") == "1" }, 10*time.Second, 50*time.Millisecond)
}

// TestLateError fails after the first bytes are sent, and no client takes the
// answer for complete.
func TestLateError(t *testing.T) {
	c := startChild(t)
	const statement = "SELECT throwIf(number = 1500000, 'late'), repeat('x', 100) FROM numbers(2000000)"
	rows, err := c.open("admin").Query(t.Context(), statement)
	require.NoError(t, err)
	for rows.Next() {
	}
	require.ErrorContains(t, rows.Err(), "late")
	_ = rows.Close()
	cfg := c.ca.client("admin")
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: cfg}}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://"+c.cfg.Address+"/?"+url.Values{"query": {statement}}.Encode(), http.NoBody)
	require.NoError(t, err)
	r.Header.Set("X-ClickHouse-User", "admin")
	r.Header.Set("X-ClickHouse-SSL-Certificate-Auth", "on")
	res, err := client.Do(r)
	require.NoError(t, err)
	defer res.Body.Close()
	buf := make([]byte, 1<<20)
	for err == nil {
		_, err = res.Body.Read(buf)
	}
	require.ErrorContains(t, err, "unexpected EOF")
}

// TestCrash kills the child while clients write blocks under tokens and retry,
// and finds no row twice. A block may lack a whole part: the engine writes a
// token down before the part that it stands for is in place, and a crash in
// between makes it refuse the repetition. Package store counts what it writes
// and fills that; here the hole may show, and nothing else.
func TestCrash(t *testing.T) {
	c := startChild(t)
	c.withEvents()
	conn := c.open("ingest", func(o *clickhouse.Options) { o.DialTimeout = time.Second })
	const blocks, rows = 40, 1000
	var kills atomic.Int64
	stop := make(chan struct{})
	var killer sync.WaitGroup
	killer.Go(func() {
		for {
			select {
			case <-stop:
				return
			case <-time.After(150 * time.Millisecond):
			}
			c.kill()
			c.start()
			kills.Add(1)
		}
	})
	stopKilling := sync.OnceFunc(func() {
		close(stop)
		killer.Wait()
	})
	defer stopKilling()
	for b := range blocks {
		insertBlock(t, conn, b, rows)
	}
	stopKilling()
	for b := range blocks { // everything once more: nothing may be added
		insertBlock(t, conn, b, rows)
	}
	require.Equal(t, "0", c.admin("SELECT count() - uniqExact(id) FROM h.events WHERE id >= 1000"), "a row is there twice")
	require.Equal(t, "1", c.admin("SELECT uniqExact(n) FROM (SELECT count() AS n FROM h.events WHERE id >= 1000 GROUP BY intDiv(id, 1000), _partition_id)"),
		"a part is there in part")
	there, err := strconv.Atoi(c.admin("SELECT count() FROM h.events WHERE id >= 1000"))
	require.NoError(t, err)
	missing := blocks*rows - there
	require.Less(t, missing, blocks*rows/10)
	t.Logf("%d blocks of %d rows through %d kills; %d rows lost with their parts", blocks, rows, kills.Load(), missing)
	require.Positive(t, kills.Load())
}

// insertBlock inserts the same rows in the same order under the same token
// until it is acknowledged.
func insertBlock(t *testing.T, conn clickhouse.Conn, block, rows int) {
	t.Helper()
	ctx := clickhouse.Context(t.Context(), clickhouse.WithSettings(clickhouse.Settings{"insert_deduplication_token": "block-" + strconv.Itoa(block)}))
	var err error
	for start := time.Now(); time.Since(start) < time.Minute; {
		err = sendBlock(ctx, conn, block, rows)
		if err == nil {
			return
		}
		var exception *clickhouse.Exception
		require.NotErrorAs(t, err, &exception)
		time.Sleep(20 * time.Millisecond)
	}
	require.NoError(t, err)
}

func sendBlock(ctx context.Context, conn clickhouse.Conn, block, rows int) error {
	batch, err := conn.PrepareBatch(ctx, "INSERT INTO h.events (id, project, name)")
	if err != nil {
		return err
	}
	for r := range rows {
		err = batch.Append(uint64(1000+block*rows+r), "a", "name")
		if err != nil {
			return err
		}
	}
	return batch.Send()
}

// TestTTLAndTextIndex uses what hushlog's schema does: parts dropped by their
// date, and an index of words.
func TestTTLAndTextIndex(t *testing.T) {
	c := startChild(t)
	c.admin("CREATE DATABASE h", `CREATE TABLE h.texts (
			day Date, label LowCardinality(String), id UInt64, text String, INDEX words text TYPE text(tokenizer = 'splitByNonAlpha')
		) ENGINE = MergeTree PARTITION BY (label, day) ORDER BY id
		TTL day + toIntervalDay(multiIf(label = 'short', 1, 365))
		SETTINGS ttl_only_drop_parts = 1, merge_with_ttl_timeout = 1, non_replicated_deduplication_window = 100`,
		"INSERT INTO h.texts SELECT today() - 10, 'short', number, 'gone' FROM numbers(10)",
		"INSERT INTO h.texts SELECT today() - 10, 'long', number, concat('word', toString(number), ' hello') FROM numbers(10000)")
	require.Eventually(t, func() bool { return c.admin("SELECT count() FROM h.texts WHERE label = 'short'") == "0" }, 60*time.Second, 200*time.Millisecond)
	require.Equal(t, "10000", c.admin("SELECT count() FROM h.texts"))
	require.Equal(t, "1", c.admin("SELECT count() FROM h.texts WHERE hasToken(text, 'word77')"))
	require.Contains(t, c.admin("EXPLAIN indexes = 1 SELECT count() FROM h.texts WHERE hasToken(text, 'word77')"), "words")
}

// TestConfigOfClickHouse says what is missing.
func TestConfigOfClickHouse(t *testing.T) {
	good := ClickHouseConfig{Address: "127.0.0.1:1", DataDir: "d", UsersFile: "u", TLS: identity.TLSFiles{CA: "a", Cert: "b", Key: "c"}}
	tests := []struct {
		name   string
		change func(*ClickHouseConfig)
		want   string
	}{
		{"address", func(c *ClickHouseConfig) { c.Address = "x" }, "address"},
		{"data", func(c *ClickHouseConfig) { c.DataDir = "" }, "data_dir"},
		{"users", func(c *ClickHouseConfig) { c.UsersFile = "" }, "users_file"},
		{"sessions", func(c *ClickHouseConfig) { c.Sessions = -1 }, "sessions"},
		{"body", func(c *ClickHouseConfig) { c.MaxBodyBytes = -1 }, "max_body_bytes"},
		{"default", func(c *ClickHouseConfig) { c.FullUsers = []string{"default"} }, "full_users"},
		{"tls", func(c *ClickHouseConfig) { c.TLS.Key = "" }, "tls"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			cfg := good
			tt.change(&cfg)
			require.ErrorContains(t, ServeClickHouse(t.Context(), cfg), tt.want)
		})
	}
}
