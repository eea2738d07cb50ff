package ingest

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/hushlog/hushlog/pkg/store"
)

// connection is to a ClickHouse that need not be there yet when ingest starts: until then ingest is
// live and not ready.
type connection struct {
	cfg   store.Config
	log   *slog.Logger
	ready chan struct{}

	mu  sync.Mutex // guards what follows
	db  *store.DB
	err error
}

var errNotConnected = errors.New("not connected yet")

func newConnection(cfg store.Config, log *slog.Logger) *connection {
	return &connection{cfg: cfg, log: log, ready: make(chan struct{}), err: errNotConnected}
}

// connectPause is how long after a failed attempt the next one begins, give or take half.
const connectPause = 2 * time.Second

// run connects and returns once that is done or ctx has ended.
func (c *connection) run(ctx context.Context) error {
	for {
		db, err := store.Open(ctx, c.cfg)
		if err == nil {
			c.set(db, nil)
			close(c.ready)
			return nil
		}
		if ctx.Err() != nil {
			return nil
		}
		if c.set(nil, err) {
			c.log.WarnContext(ctx, "ClickHouse cannot be reached; trying on", slog.String("error", err.Error()))
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(connectPause/2 + rand.N(connectPause)): //nolint:gosec // jitter
		}
	}
}

// set keeps the state and says whether the error is news.
func (c *connection) set(db *store.DB, err error) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	news := err != nil && (c.err == nil || c.err.Error() != err.Error())
	c.db, c.err = db, err
	return news
}

// get returns the connection, or why there is none.
func (c *connection) get() (*store.DB, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.db, c.err
}

// ping is the health check.
func (c *connection) ping(ctx context.Context) error {
	db, err := c.get()
	if err != nil {
		return err
	}
	return db.Ping(ctx)
}

func (c *connection) close(context.Context) error {
	db, err := c.get()
	if err != nil {
		return nil //nolint:nilerr // nothing was opened
	}
	return db.Close()
}
