package ingest

import (
	"context"
	"log/slog"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
	"google.golang.org/protobuf/proto"

	"github.com/hushlog/hushlog/pkg/stream"
	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

// trailStore stores alerts and audit entries: repeating one is harmless.
type trailStore interface {
	WriteAlert(ctx context.Context, alert *hushlogv1.Alert) error
	WriteAudit(ctx context.Context, entry *hushlogv1.AuditEntry) error
}

// trail stores the records of the alerts and the audit topic, one row each. As with blocks, nothing is
// skipped.
type trail struct {
	store   trailStore
	metrics *metrics
	log     *slog.Logger
}

// handle is a stream.Handler.
func (t *trail) handle(ctx context.Context, at stream.Partition, records []*kgo.Record) error {
	kind, one := kindAlert, t.alert
	if at.Topic == stream.TopicAudit {
		kind, one = kindAudit, t.entry
	}
	deadline := time.Now().Add(handleBudget)
	for i, r := range records {
		if i > 0 && time.Now().After(deadline) {
			return stream.Rest(r)
		}
		start := time.Now()
		err := one(ctx, r.Value)
		if err != nil {
			return blocked(ctx, t.log, t.metrics, kind, at, r, err)
		}
		t.metrics.storedOne(kind, time.Since(start))
	}
	return nil
}

func (t *trail) alert(ctx context.Context, value []byte) error {
	alert := &hushlogv1.Alert{}
	err := proto.Unmarshal(value, alert)
	if err != nil {
		return errUndecodable
	}
	ctx, cancel := context.WithTimeout(ctx, writeTimeout)
	defer cancel()
	return t.store.WriteAlert(ctx, alert)
}

func (t *trail) entry(ctx context.Context, value []byte) error {
	entry := &hushlogv1.AuditEntry{}
	err := proto.Unmarshal(value, entry)
	if err != nil {
		return errUndecodable
	}
	ctx, cancel := context.WithTimeout(ctx, writeTimeout)
	defer cancel()
	return t.store.WriteAudit(ctx, entry)
}
