package store

import (
	"context"
	"encoding/hex"
	"io"
	"math"
	"strconv"
	"strings"
	"time"

	// ClickHouse's client: settings of one statement.
	"github.com/ClickHouse/clickhouse-go/v2"
)

// FormatStatement lets ClickHouse's parser read text and write it again on one line, without comments.
// Nothing of it runs. It must be one statement; else the error is an *Error with ClickHouse's code and
// the position in text.
func (db *DB) FormatStatement(ctx context.Context, text string) (string, error) {
	const op = "format statement"
	// Hexadecimal, so that no byte of text can end the literal it travels in.
	query := "SELECT formatQuerySingleLine(unhex('" + hex.EncodeToString([]byte(text)) + "'))"
	var formatted string
	err := db.conn.QueryRow(ctx, query).Scan(&formatted)
	return formatted, clean(op, err)
}

// ExplainTree is EXPLAIN AST of a statement that FormatStatement wrote and that begins with SELECT or
// WITH. Nothing of it runs; tables need not exist.
func (db *DB) ExplainTree(ctx context.Context, formatted string) (string, error) {
	const op = "explain statement"
	rows, err := db.conn.Query(ctx, "EXPLAIN AST "+formatted)
	if err != nil {
		return "", clean(op, err)
	}
	defer func() { _ = rows.Close() }()
	var tree strings.Builder
	for rows.Next() {
		var line string
		err = rows.Scan(&line)
		if err != nil {
			return "", clean(op, err)
		}
		tree.WriteString(line)
		tree.WriteByte('\n')
	}
	return tree.String(), clean(op, rows.Err())
}

// Limits bound one statement of a person. They must be within those of the user's profile, which also
// says that a larger result is an error.
type Limits struct {
	// Time it may run, cut to whole seconds, at least one.
	Time time.Duration
	// Rows of the result; more is an error, never a cut.
	Rows uint64
	// Bytes of the result before it is formatted; more is an error.
	Bytes uint64
	// Memory it may use.
	Memory uint64
}

func (l Limits) settings() clickhouse.Settings {
	seconds := max(int64(math.Ceil(l.Time.Seconds())), 1)
	return clickhouse.Settings{
		"max_execution_time":    seconds,
		"timeout_overflow_mode": "throw",
		"max_result_rows":       strconv.FormatUint(l.Rows, 10),
		"max_result_bytes":      strconv.FormatUint(l.Bytes, 10),
		"max_memory_usage":      strconv.FormatUint(l.Memory, 10),
		"max_threads":           2,
		// Who goes away leaves nothing running.
		"cancel_http_readonly_queries_on_client_close": 1,
	}
}

// Reader runs statements as one role's user. Safe for concurrent use.
type Reader struct{ db *DB }

// NewReader prepares connections as cfg.User without making one: a role that nobody uses costs
// nothing, and a store that is down is found by the first statement. Names without a database are those
// of hushlog. The caller closes.
func NewReader(cfg Config) (*Reader, error) {
	db, err := dial(cfg, Database)
	if err != nil {
		return nil, err
	}
	return &Reader{db}, nil
}

// Run runs a statement that the guard let pass, under an id that ClickHouse's own log of statements has, too, and streams its
// result in one of ClickHouse's formats.
// Reads return an *Error when ClickHouse ends the statement before it is complete: what was read until
// then is a part, and no end of it. The caller closes, which ends the statement.
func (r *Reader) Run(ctx context.Context, id, statement, format string, limits Limits) (io.ReadCloser, error) {
	ctx = clickhouse.Context(noDeadline{ctx}, clickhouse.WithQueryID(id), clickhouse.WithSettings(limits.settings()))
	result, err := r.db.conn.QueryFormat(ctx, format, statement)
	if err != nil {
		return nil, clean("run statement", err)
	}
	return &cleanReader{result}, nil
}

// noDeadline is a context that ends when its deadline has passed and does not tell when that is: the
// client would set max_execution_time by it, over the limits, which the role's profile refuses.
type noDeadline struct{ context.Context }

// Deadline tells of none.
func (noDeadline) Deadline() (time.Time, bool) { return time.Time{}, false }

// Close closes the connections.
func (r *Reader) Close() error { return r.db.Close() }

// cleanReader keeps ClickHouse's messages out of the errors of a stream.
type cleanReader struct{ result io.ReadCloser }

func (r *cleanReader) Read(p []byte) (int, error) {
	n, err := r.result.Read(p)
	if err == nil || err == io.EOF {
		return n, err
	}
	return n, clean("read result", err)
}

func (r *cleanReader) Close() error { return clean("close result", r.result.Close()) }
