package retention

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"log/slog"
	"time"

	"github.com/hushlog/hushlog/pkg/audit"
	"github.com/hushlog/hushlog/pkg/contract"
	"github.com/hushlog/hushlog/pkg/identity"
	"github.com/hushlog/hushlog/pkg/policy"
	"github.com/hushlog/hushlog/pkg/store"
	"github.com/hushlog/hushlog/pkg/stream"
	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

const (
	// directEvery is how often the logs of statements are read, and directBack how far a process reads back that begins.
	directEvery = time.Minute
	directBack  = 24 * time.Hour
	// directSettle is how old a statement must be: ClickHouse writes its log some seconds later, and the act of the trail has
	// its row after about as long.
	directSettle = 2 * time.Minute
	// directUser stands for a user of ClickHouse whose name no entry may have.
	directUser = "another-user"
)

// queryLogs are ClickHouse's logs of statements; store.QueryLogs.
type queryLogs interface {
	Direct(ctx context.Context, services []string, since, until time.Time) ([]store.DirectAccess, int, error)
	Servers() int
}

// directNoted knows what is on the trail already; store.DB.
type directNoted interface {
	DirectNoted(ctx context.Context, since time.Time) ([]string, error)
}

// direct finds statements that people ran on ClickHouse without the query service, where the servers keep a log of
// statements, and notes them on the trail, by user and minute. An alert rule looks there.
type direct struct {
	logs     queryLogs
	noted    directNoted
	trail    trailNotes
	unread   unreadSince
	policy   *policy.Policy
	services []string
	leads    func() bool
	metrics  *metrics
	log      *slog.Logger
	now      func() time.Time

	next time.Time
	// judged is until when statements were judged, by this process.
	judged time.Time
	// told are the references that this process has noted, with their minute, as long as the rows may not say so.
	told map[string]time.Time
	// kept is how many logs there were at the last look; below 0 before it.
	kept int
}

// serviceUsers are the users of ClickHouse that are no person's.
func serviceUsers(p *policy.Policy) []string {
	var names []string
	for _, user := range p.ClickHouseUsers() {
		if user.Role == "" {
			names = append(names, user.Name)
		}
	}
	return names
}

// run is a step of a round, taken by the process that writes the trail's log.
func (d *direct) run(ctx context.Context) error {
	now := d.now()
	if !d.leads() || now.Before(d.next) {
		return nil
	}
	until, err := d.settled(ctx, now)
	if err != nil {
		return fmt.Errorf("how far the trail's rows are: %w", err)
	}
	since := d.judged
	if since.Before(now.Add(-directBack)) {
		since = now.Add(-directBack).Truncate(time.Minute)
	}
	if !since.Before(until) {
		return nil
	}
	found, kept, err := d.logs.Direct(ctx, d.services, since, until)
	if err != nil {
		return fmt.Errorf("read ClickHouse's log of statements: %w", err)
	}
	d.show(ctx, kept)
	err = d.note(ctx, found, since)
	if err != nil {
		return err
	}
	d.judged, d.next = until, now.Add(directEvery)
	return nil
}

// settled is until when every act of the trail has its row.
func (d *direct) settled(ctx context.Context, now time.Time) (time.Time, error) {
	until := now.Add(-directSettle)
	oldest, unread, err := d.unread(ctx, stream.Group(identity.Ingest, trailGroup), stream.TopicAudit, now, d.policy.Retention.AuditStream.D())
	if err == nil && unread && oldest.Add(-booksMargin).Before(until) {
		until = oldest.Add(-booksMargin)
	}
	return until.Truncate(time.Minute), err
}

// show says how many servers keep a log, and tells when that changes.
func (d *direct) show(ctx context.Context, kept int) {
	missing := d.logs.Servers() - kept
	d.metrics.queryLogs.WithLabelValues(logKept).Set(float64(kept))
	d.metrics.queryLogs.WithLabelValues(logMissing).Set(float64(missing))
	if kept == d.kept {
		return
	}
	d.kept = kept
	if missing > 0 {
		d.log.InfoContext(ctx, "not every ClickHouse server keeps a log of statements: those that go round the query service are not seen there; deploy/clickhouse/query_log.xml has it kept",
			slog.Int("kept", kept), slog.Int("missing", missing))
		return
	}
	d.log.InfoContext(ctx, "statements that go round the query service are looked for", slog.Int("servers", kept))
}

// note puts what is not there yet on the trail.
func (d *direct) note(ctx context.Context, found []store.DirectAccess, since time.Time) error {
	if len(found) == 0 {
		return nil
	}
	refs, err := d.noted.DirectNoted(ctx, since)
	if err != nil {
		return err
	}
	known := map[string]bool{}
	for _, ref := range refs {
		known[ref] = true
	}
	for ref, minute := range d.told {
		if minute.Before(since.Add(-directBack)) {
			delete(d.told, ref)
		}
	}
	for _, access := range found {
		ref := directRef(access)
		if known[ref] || !d.told[ref].IsZero() {
			continue
		}
		err = d.trail.Note(ctx, d.entry(access, ref), audit.Outcome{Result: audit.OK})
		if err != nil {
			return fmt.Errorf("note a direct access: %w", err)
		}
		d.told[ref] = access.Minute
		d.metrics.directStatements.Add(float64(access.Statements))
		d.log.ErrorContext(ctx, "statements went round the query service", slog.String("user", d.actor(access.User)),
			slog.Time("minute", access.Minute), slog.Uint64("statements", access.Statements))
	}
	return nil
}

// directRef names a user's minute.
func directRef(access store.DirectAccess) string {
	sum := sha256.Sum256([]byte("hushlog direct access v1\x00" + access.User + "\x00" + access.Minute.UTC().Format(time.RFC3339)))
	return hex.EncodeToString(sum[:16])
}

// entry says who it was as ClickHouse knows it, and the role whose user that is.
func (d *direct) entry(access store.DirectAccess, ref string) *hushlogv1.AuditEntry {
	entry := &hushlogv1.AuditEntry{Actor: d.actor(access.User), Action: policy.ActionDirect, Ref: ref}
	for _, user := range d.policy.ClickHouseUsers() {
		if user.Name == access.User {
			entry.Role = user.Role
		}
	}
	for _, table := range access.Tables {
		if contract.Fits(hushlogv1.FieldForm_FIELD_FORM_LABEL, table) {
			entry.Tables = append(entry.Tables, table)
		}
	}
	return entry
}

func (d *direct) actor(user string) string {
	if user == "" || !contract.Fits(hushlogv1.FieldForm_FIELD_FORM_ID, user) {
		return directUser
	}
	return user
}
