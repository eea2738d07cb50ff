package retention

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
	"golang.org/x/mod/sumdb/note" // the form of the trail's keys

	"github.com/hushlog/hushlog/pkg/audit/translog"
	"github.com/hushlog/hushlog/pkg/identity"
	"github.com/hushlog/hushlog/pkg/stream"
)

const (
	// trailGroup is the part of the name of the group that reads the trail for its log.
	trailGroup = "trail"
	// trailRewind is how many records before the committed one are read again: a log that lost its last
	// entries with its disk's cache is filled from the topic, with the same leaves.
	trailRewind = 1000
	// trailPause is how long a log that cannot be written is left alone.
	trailPause = 5 * time.Second
	// appendTimeout bounds one batch; it is below the rebalance timeout.
	appendTimeout = 30 * time.Second
)

// trailLog sequences the trail's topic into its log. Whoever holds the lock of the log's directory does;
// others wait for it.
type trailLog struct {
	kafka    []kgo.Opt
	cfg      TrailConfig
	signer   note.Signer
	verifier note.Verifier
	metrics  *metrics
	stream   *stream.Metrics
	log      *slog.Logger

	leads atomic.Bool
	// began tells whoever waits for it that this process leads now.
	began chan struct{}

	mu  sync.Mutex // guards err
	err error
}

func newTrailLog(kafka []kgo.Opt, cfg TrailConfig, m *metrics, s *stream.Metrics, log *slog.Logger) (*trailLog, error) {
	signer, err := identity.LoadTrailSigner(cfg.SignKey)
	if err != nil {
		return nil, fmt.Errorf("trail.sign_key: %w", err)
	}
	verifier, err := identity.LoadTrailVerifier(cfg.VerifyKey)
	if err != nil {
		return nil, fmt.Errorf("trail.verify_key: %w", err)
	}
	if verifier.KeyHash() != signer.KeyHash() || verifier.Name() != signer.Name() {
		return nil, errors.New("trail.verify_key: does not belong to trail.sign_key")
	}
	return &trailLog{kafka: kafka, cfg: cfg, signer: signer, verifier: verifier, metrics: m, stream: s, log: log, began: make(chan struct{}, 1)}, nil
}

// run writes the log until ctx ends. A refusal by the brokers ends the service; anything else is told
// and tried again.
func (t *trailLog) run(ctx context.Context) error {
	for {
		err := t.write(ctx)
		if ctx.Err() != nil {
			return nil
		}
		if errors.Is(err, stream.ErrDenied) {
			return err
		}
		t.tell(ctx, err)
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(trailPause):
		}
	}
}

// write is one life of the writer.
func (t *trailLog) write(ctx context.Context) error {
	w, err := translog.Open(ctx, translog.Options{
		Dir: t.cfg.Dir, Signer: t.signer, Verifier: t.verifier, ResumeAt: t.cfg.ResumeAt, Log: t.log,
	})
	if err != nil {
		return err
	}
	// A failed append is not known to be undone: the end of this life finds out, and the next goes on.
	run, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	consumer, err := stream.NewConsumer(t.kafka, stream.ConsumerConfig{
		Group: stream.Group(identity.Retention, trailGroup), Topics: []string{stream.TopicAudit},
		Rewind: trailRewind, Metrics: t.stream, Log: t.log,
	}, func(ctx context.Context, at stream.Partition, records []*kgo.Record) error {
		err := t.append(ctx, w, at, records)
		if err != nil {
			cancel(err)
		}
		return err
	})
	if err == nil {
		t.tell(ctx, nil)
		t.leads.Store(true)
		select {
		case t.began <- struct{}{}:
		default: // told already
		}
		err = consumer.Run(run)
		t.leads.Store(false)
	}
	if cause := context.Cause(run); cause != nil && ctx.Err() == nil {
		err = cause
	}
	stop, end := context.WithTimeout(context.WithoutCancel(ctx), appendTimeout)
	defer end()
	return errors.Join(err, w.Close(stop))
}

func (t *trailLog) append(ctx context.Context, w *translog.Writer, at stream.Partition, records []*kgo.Record) error {
	ctx, cancel := context.WithTimeout(ctx, appendTimeout)
	defer cancel()
	batch := make([]translog.Record, len(records))
	for i, r := range records {
		batch[i] = translog.Record{Partition: at.ID, Offset: r.Offset, Time: r.Timestamp.UTC().Truncate(time.Millisecond), Value: r.Value}
	}
	err := w.Append(ctx, batch)
	if err != nil {
		return err
	}
	t.metrics.trailLogged.Add(float64(len(records)))
	return nil
}

// tell keeps what is wrong, for health and metrics, and logs it when it is news.
func (t *trailLog) tell(ctx context.Context, err error) {
	if errors.Is(err, translog.ErrLocked) {
		err = nil // somebody else writes, which is well
	}
	t.mu.Lock()
	news := (err == nil) != (t.err == nil) || err != nil && t.err.Error() != err.Error()
	t.err = err
	t.mu.Unlock()
	t.metrics.setTrail(err)
	switch {
	case news && err != nil:
		t.log.ErrorContext(ctx, "the trail is not logged", slog.String("error", err.Error()))
	case news:
		t.log.InfoContext(ctx, "the trail is logged again")
	}
}

// healthy is the health check.
func (t *trailLog) healthy(context.Context) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.err
}
