package retention

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"time"

	"golang.org/x/mod/sumdb/note"
	"google.golang.org/protobuf/proto" // the form of entries

	"github.com/hushlog/hushlog/pkg/audit/translog"
	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

const (
	// reconcileGrace is how old an entry must be to be looked for in both places.
	reconcileGrace = 10 * time.Minute
	// reconcileEvery is how often the last day is compared, and all days once in reconcileAll.
	reconcileEvery = 10 * time.Minute
	reconcileAll   = 24 * time.Hour
	// clockSkew is how far an entry's own time may be from the broker's.
	clockSkew = time.Hour
	oneDay    = 24 * time.Hour
)

// auditRows reads the trail's rows in ClickHouse.
type auditRows interface {
	AuditEntries(ctx context.Context, from, to time.Time, each func(*hushlogv1.AuditEntry) error) error
}

// differences are how the trail's rows in ClickHouse differ from its log.
type differences struct {
	// Missing rows are in the log and not in ClickHouse, Added the other way round; Changed are in both
	// and not the same, Doubled there more than once.
	Missing, Added, Changed, Doubled int
}

func (d differences) sum() int { return d.Missing + d.Added + d.Changed + d.Doubled }

func (d *differences) add(other differences) {
	d.Missing += other.Missing
	d.Added += other.Added
	d.Changed += other.Changed
	d.Doubled += other.Doubled
}

// reconciler compares the trail's rows in ClickHouse with its log, which is the one that can be proven.
type reconciler struct {
	dir      string
	verifier note.Verifier
	rows     auditRows
	// keep is how long ClickHouse keeps rows.
	keep    time.Duration
	log     *slog.Logger
	metrics *metrics
	now     func() time.Time

	last, lastAll time.Time
	found         differences
}

// run is a step of a round: it compares when it is time to, and fails as long as something differs.
func (r *reconciler) run(ctx context.Context) error {
	now := r.now()
	if now.Sub(r.last) >= reconcileEvery {
		from := now.Add(-oneDay)
		whole := now.Sub(r.lastAll) >= reconcileAll
		if whole {
			from = now.Add(-r.keep + 2*oneDay)
		}
		found, err := r.compare(ctx, from, now.Add(-reconcileGrace))
		if err != nil {
			return fmt.Errorf("compare the trail's rows with its log: %w", err)
		}
		r.last, r.found = now, found
		if whole {
			r.lastAll = now
		}
		for what, n := range map[string]int{"missing": found.Missing, "added": found.Added, "changed": found.Changed, "doubled": found.Doubled} {
			r.metrics.trailDifferences.WithLabelValues(what).Set(float64(n))
		}
	}
	if r.found.sum() > 0 {
		return fmt.Errorf("the trail's rows in ClickHouse are not those of its log: %d missing, %d added, %d changed, %d doubled",
			r.found.Missing, r.found.Added, r.found.Changed, r.found.Doubled)
	}
	return nil
}

// compare goes day by day, so that memory is bounded by a day's entries.
func (r *reconciler) compare(ctx context.Context, from, to time.Time) (differences, error) {
	var all differences
	first, err := r.begin(from)
	if err != nil || !first.Before(to) {
		return all, err
	}
	for ; first.Before(to); first = first.Add(oneDay) {
		end := first.Add(oneDay)
		if end.After(to) {
			end = to
		}
		found, err := r.day(ctx, first, end)
		if err != nil {
			return all, err
		}
		all.add(found)
	}
	return all, nil
}

// begin is the later of from and the first entry that was ever logged: rows from before there was a log
// have nothing to be compared with. Entries of its first minutes may have been published before it.
func (r *reconciler) begin(from time.Time) (time.Time, error) {
	for entry, err := range translog.Entries(r.dir, r.verifier, 0) {
		if err != nil {
			return from, err
		}
		e := &hushlogv1.AuditEntry{}
		err = proto.Unmarshal(entry.Value, e)
		if err != nil {
			return from, fmt.Errorf("entry %d of the log: %w", entry.Index, translog.ErrLeaf)
		}
		if e.GetAt().AsTime().Add(reconcileGrace).After(from) {
			return e.GetAt().AsTime().Add(reconcileGrace), nil
		}
		return from, nil
	}
	return r.now(), nil // nothing is logged yet
}

func (r *reconciler) day(ctx context.Context, from, to time.Time) (differences, error) {
	logged, err := r.logged(from, to)
	if err != nil {
		return differences{}, err
	}
	var found differences
	seen := map[string]bool{}
	err = r.rows.AuditEntries(ctx, from, to, func(row *hushlogv1.AuditEntry) error {
		id := string(row.GetEntryId())
		entry, known := logged[id]
		switch {
		case seen[id]:
			found.Doubled++
		case !known:
			found.Added++
		case !sameEntry(entry, row):
			found.Changed++
		}
		seen[id] = true
		return nil
	})
	for id := range logged {
		if !seen[id] {
			found.Missing++
		}
	}
	return found, err
}

// logged are the log's entries whose own time is within the bounds.
func (r *reconciler) logged(from, to time.Time) (map[string]*hushlogv1.AuditEntry, error) {
	start, err := translog.Seek(r.dir, r.verifier, from.Add(-clockSkew))
	if err != nil {
		return nil, err
	}
	logged := map[string]*hushlogv1.AuditEntry{}
	for entry, err := range translog.Entries(r.dir, r.verifier, start) {
		if err != nil {
			return nil, err
		}
		if entry.Time.After(to.Add(clockSkew)) {
			break
		}
		e := &hushlogv1.AuditEntry{}
		err = proto.Unmarshal(entry.Value, e)
		if err != nil {
			return nil, fmt.Errorf("entry %d of the log: %w", entry.Index, translog.ErrLeaf)
		}
		at := e.GetAt().AsTime().Truncate(time.Millisecond)
		if !at.Before(from) && at.Before(to) {
			logged[string(e.GetEntryId())] = e
		}
	}
	return logged, nil
}

// sameEntry compares what both places keep: ClickHouse keeps milliseconds.
func sameEntry(logged, row *hushlogv1.AuditEntry) bool {
	if !logged.GetAt().AsTime().Truncate(time.Millisecond).Equal(row.GetAt().AsTime()) || !bytes.Equal(logged.GetActId(), row.GetActId()) {
		return false
	}
	a, okA := proto.Clone(logged).(*hushlogv1.AuditEntry)
	b, okB := proto.Clone(row).(*hushlogv1.AuditEntry)
	if !okA || !okB {
		return false
	}
	a.At, b.At = nil, nil
	return proto.Equal(a, b)
}
