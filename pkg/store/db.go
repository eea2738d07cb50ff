package store

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	// ClickHouse's client, over its HTTP protocol: the only one that the embedded child speaks too.
	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/hushlog/hushlog/pkg/identity"
)

// Database is the database of every table of hushlog.
const Database = "hushlog"

const (
	dialTimeout = 5 * time.Second
	// readTimeout bounds the wait for the headers of an answer; an insert answers after it is on disk.
	readTimeout     = 2 * time.Minute
	connMaxLifetime = 10 * time.Minute
	pingTimeout     = 5 * time.Second
	openRetry       = 250 * time.Millisecond
)

// DB is a pool of connections as one user. Safe for concurrent use.
type DB struct {
	conn driver.Conn
	user string
	// cluster that the schema is made on; empty for a single server.
	cluster string

	tombstones tombstones
	opened     time.Time

	mu      sync.Mutex // guards started
	started int64      // Unix time since when the server runs, as last seen
}

// Open connects as cfg.User and returns when ClickHouse has answered, or with the last error when it
// has not within cfg.OpenTimeout or ctx. A refusal of the user or of a certificate is final at once.
// The caller closes.
func Open(ctx context.Context, cfg Config) (*DB, error) {
	db, err := dial(cfg, "")
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, cfg.withDefaults().OpenTimeout)
	defer cancel()
	err = db.waitForAnswer(ctx)
	if err != nil {
		_ = db.Close()
		return nil, err
	}
	return db, nil
}

// dial prepares connections whose unqualified names are looked up in database; empty before there is one.
func dial(cfg Config, database string) (*DB, error) {
	err := cfg.Validate()
	if err != nil {
		return nil, err
	}
	cfg = cfg.withDefaults()
	tlsConfig, err := identity.ClientTLS(cfg.TLS, cfg.ServerName)
	if err != nil {
		return nil, err
	}
	return connect(cfg, tlsConfig, database)
}

func connect(cfg Config, tlsConfig *tls.Config, database string) (*DB, error) {
	conn, err := clickhouse.Open(&clickhouse.Options{
		Protocol:            clickhouse.HTTP,
		Addr:                cfg.Addresses,
		Auth:                clickhouse.Auth{Username: cfg.User, Database: database},
		TLS:                 tlsConfig,
		Settings:            clusterSettings(cfg.Cluster),
		DialTimeout:         dialTimeout,
		ReadTimeout:         readTimeout,
		MaxOpenConns:        cfg.MaxConnections,
		MaxIdleConns:        cfg.MaxConnections,
		ConnMaxLifetime:     connMaxLifetime,
		HttpMaxConnsPerHost: cfg.MaxConnections,
	})
	if err != nil {
		return nil, clean("open ClickHouse", err)
	}
	return &DB{conn: conn, user: cfg.User, cluster: cfg.Cluster, opened: time.Now()}, nil
}

// waitForAnswer retries until ClickHouse answers, refuses, or ctx ends.
func (db *DB) waitForAnswer(ctx context.Context) error {
	for {
		err := db.Ping(ctx)
		if err == nil || isFinal(err) {
			return err
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("no answer in time, check clickhouse.addresses and that it runs: %w", err)
		case <-time.After(openRetry):
		}
	}
}

// finalCodes are ClickHouse's for who we are: UNKNOWN_USER, WRONG_PASSWORD, REQUIRED_PASSWORD,
// ACCESS_DENIED, AUTHENTICATION_FAILED.
var finalCodes = []int32{192, 193, 194, 497, 516}

// isFinal says that asking again cannot help: who we are, or who answers, is wrong.
func isFinal(err error) bool {
	var refused *Error
	if errors.As(err, &refused) {
		return slices.Contains(finalCodes, refused.Code)
	}
	var verify *tls.CertificateVerificationError
	return errors.As(err, &verify)
}

// Ping asks for an answer, within ctx and 5 s.
func (db *DB) Ping(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, pingTimeout)
	defer cancel()
	return clean("ping ClickHouse as "+db.user, db.conn.Ping(ctx))
}

// Close closes the pool. Statements under way may fail.
func (db *DB) Close() error {
	return clean("close ClickHouse", db.conn.Close())
}

// texts runs a statement whose rows are one text each.
func (db *DB) texts(ctx context.Context, op, query string, args ...any) ([]string, error) {
	rows, err := db.conn.Query(ctx, query, args...)
	if err != nil {
		return nil, clean(op, err)
	}
	defer func() { _ = rows.Close() }()
	var texts []string
	for rows.Next() {
		var text string
		err = rows.Scan(&text)
		if err != nil {
			return nil, clean(op, err)
		}
		texts = append(texts, text)
	}
	return texts, clean(op, rows.Err())
}
