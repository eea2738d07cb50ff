package embedded

import (
	"context"
	"math/big"
	"testing"
	"time"

	clickhouse "github.com/ClickHouse/clickhouse-go/v2"
	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
)

// TestRoundTripOfTypes writes and reads every column type that hushlog uses,
// through clickhouse-go, in each compression that it offers.
func TestRoundTripOfTypes(t *testing.T) {
	c := startChild(t)
	c.admin("CREATE DATABASE h", `CREATE TABLE h.types (
		id UInt64, big UInt128, small UInt8, signed Int32, ratio Float64, flag Bool, name String, fixed FixedString(4),
		low LowCardinality(String), maybe Nullable(String), lowmaybe LowCardinality(Nullable(String)), word Enum8('a' = 1, 'b' = 2),
		day Date, second DateTime('UTC'), at DateTime64(9, 'UTC'), list Array(String), numbers Array(UInt32),
		tags Map(String, String), counts Map(LowCardinality(String), UInt64), uid UUID, price Decimal(18, 4), pair Tuple(UInt8, String), ip IPv6,
		nested Array(Tuple(String, UInt8))
	) ENGINE = MergeTree ORDER BY id`)
	methods := map[string]*clickhouse.Compression{
		"none": nil, "lz4": {Method: clickhouse.CompressionLZ4}, "zstd": {Method: clickhouse.CompressionZSTD}, "gzip": {Method: clickhouse.CompressionGZIP, Level: 3},
	}
	id := uint64(0)
	for name, method := range methods {
		id++
		t.Run(name, func(t *testing.T) {
			conn := c.open("admin", func(o *clickhouse.Options) { o.Compression = method })
			require.NoError(t, conn.Ping(t.Context()))
			roundTrip(t, c, conn, id)
		})
	}
}

func roundTrip(t *testing.T, c *child, conn clickhouse.Conn, id uint64) {
	t.Helper()
	at := time.Date(2026, 11, 23, 18, 0, 0, 123456789, time.UTC)
	big128, ok := new(big.Int).SetString("340282366920938463463374607431768211455", 10)
	require.True(t, ok)
	uid, text := uuid.New(), "maybe"
	batch, err := conn.PrepareBatch(t.Context(), "INSERT INTO h.types")
	require.NoError(t, err)
	require.NoError(t, batch.Append(id, big128, uint8(7), int32(-5), 0.5, true, "naïve \x00 'quoted'\n\t\\", "four",
		"low", &text, (*string)(nil), "b", at, at, at, []string{"x", "", "ü"}, []uint32{1, 2, 3},
		map[string]string{"k": "v"}, map[string]uint64{"n": 9}, uid, "12.3456", []any{uint8(1), "two"}, "2001:db8::1",
		[][]any{{"x", uint8(1)}}))
	require.NoError(t, batch.Send())

	var (
		gotBig             big.Int
		name, fixed, low   string
		maybe, lowMaybe    *string
		word               string
		day, second, gotAt time.Time
		list               []string
		numbers            []uint32
		tags               map[string]string
		counts             map[string]uint64
		gotUID             uuid.UUID
	)
	row := conn.QueryRow(t.Context(), `SELECT big, name, fixed, low, maybe, lowmaybe, word, day, second, at, list, numbers, tags, counts, uid
		FROM h.types WHERE id = $1`, id)
	require.NoError(t, row.Scan(&gotBig, &name, &fixed, &low, &maybe, &lowMaybe, &word, &day, &second, &gotAt, &list, &numbers, &tags, &counts, &gotUID))
	require.Zero(t, big128.Cmp(&gotBig))
	require.Equal(t, "naïve \x00 'quoted'\n\t\\", name)
	require.Equal(t, "four", fixed)
	require.Equal(t, "low", low)
	require.Equal(t, &text, maybe)
	require.Nil(t, lowMaybe)
	require.Equal(t, "b", word)
	require.True(t, at.Equal(gotAt))
	require.True(t, at.Truncate(time.Second).Equal(second))
	require.True(t, at.Truncate(24*time.Hour).Equal(day))
	require.Equal(t, []string{"x", "", "ü"}, list)
	require.Equal(t, []uint32{1, 2, 3}, numbers)
	require.Equal(t, map[string]string{"k": "v"}, tags)
	require.Equal(t, map[string]uint64{"n": 9}, counts)
	require.Equal(t, uid, gotUID)

	rows, err := conn.Query(t.Context(), "SELECT * FROM h.types WHERE id = {id:UInt64}", clickhouse.Named("id", id))
	require.NoError(t, err)
	require.True(t, rows.Next())
	require.Len(t, rows.Columns(), 24)
	require.False(t, rows.Next())
	require.NoError(t, rows.Err())
	require.NoError(t, rows.Close())
	_ = c
}

// TestManyRows inserts 100,000 rows of about 500 B and reads them back in many blocks.
func TestManyRows(t *testing.T) {
	c := startChild(t)
	c.admin("CREATE DATABASE h", `CREATE TABLE h.many (id UInt64, text String, tags Map(LowCardinality(String), String), list Array(UInt32))
		ENGINE = MergeTree ORDER BY id`)
	conn := c.open("admin", func(o *clickhouse.Options) {
		o.Compression = &clickhouse.Compression{Method: clickhouse.CompressionLZ4}
	})
	text := string(make([]byte, 450))
	start := time.Now()
	batch, err := conn.PrepareBatch(t.Context(), "INSERT INTO h.many")
	require.NoError(t, err)
	for i := range uint64(100_000) {
		require.NoError(t, batch.Append(i, text, map[string]string{"k": "v"}, []uint32{1, 2}))
	}
	require.NoError(t, batch.Send())
	t.Logf("insert: %s", time.Since(start))
	start = time.Now()
	rows, err := conn.Query(t.Context(), "SELECT id, text, tags, list FROM h.many ORDER BY id")
	require.NoError(t, err)
	defer rows.Close()
	n := uint64(0)
	for rows.Next() {
		var id uint64
		var got string
		var tags map[string]string
		var list []uint32
		require.NoError(t, rows.Scan(&id, &got, &tags, &list))
		require.Equal(t, n, id)
		n++
	}
	require.NoError(t, rows.Err())
	require.Equal(t, uint64(100_000), n)
	t.Logf("select: %s", time.Since(start))
}

// TestSmallQueries says what a point query costs.
func TestSmallQueries(t *testing.T) {
	c := startChild(t)
	c.withEvents()
	for _, user := range []string{"admin", "role_analyst"} {
		conn := c.open(user)
		start := time.Now()
		const n = 50
		for range n {
			var count uint64
			require.NoError(t, conn.QueryRow(context.Background(), "SELECT count() FROM h.events").Scan(&count))
		}
		t.Logf("%s: %s a query", user, time.Since(start)/n)
	}
}
