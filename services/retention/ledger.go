package retention

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/hushlog/hushlog/pkg/identity"
	"github.com/hushlog/hushlog/pkg/policy"
	"github.com/hushlog/hushlog/pkg/store"
	"github.com/hushlog/hushlog/pkg/stream"
)

const (
	// booksRecent is how much of the ledger every look compares, and booksAll is how often all of it is.
	booksRecent = 24 * time.Hour
	booksAll    = 6 * time.Hour
	// booksSettle is how old a minute is when all of it has usually been stored.
	booksSettle = 3 * time.Minute
	// booksMargin is by how much the clock of a gateway may differ from a broker's.
	booksMargin = 5 * time.Minute
	// gapsTold bounds the minutes that one error names.
	gapsTold = 5
)

// booksStore is what the books are compared by.
type booksStore interface {
	LedgerGaps(ctx context.Context, since, until time.Time) ([]store.LedgerLine, error)
	MutationsRunning(ctx context.Context) (uint64, error)
}

// unreadSince says since when the stream holds what a group has not finished; false when it holds nothing.
type unreadSince func(ctx context.Context, group, topic string, now time.Time, within time.Duration) (time.Time, bool, error)

// unfinished is a topic on which an event can be under way to its row, and who reads it.
type unfinished struct {
	topic, group string
	keep         time.Duration
}

// unfinishedTopics are those between the gateway and ClickHouse.
func unfinishedTopics(r policy.Retention) []unfinished {
	return []unfinished{
		{stream.TopicRaw, stream.Group(identity.Redactor, ""), r.RawAtMost.D()},
		{stream.TopicEvents, stream.Group(identity.Ingest, ""), r.Events.D()},
	}
}

// gapKey names a line of the ledger.
type gapKey struct {
	project string
	minute  time.Time
}

// books compares what the ledger says with the rows that there are, minute by minute of acceptance: what was
// accepted is read, what was read became something, and what was stored, less what was erased, is there. Minutes
// of which something is under way, and days of which rows have reached their date, are not judged. A gap is told
// when two looks in a row find the same: a block that is being stored looks like one for a moment.
type books struct {
	store    booksStore
	unread   unreadSince
	topics   []unfinished
	keep     time.Duration // the shortest time that rows of interactions are kept
	interval time.Duration
	metrics  *metrics
	log      *slog.Logger
	now      func() time.Time

	next, nextAll time.Time
	before        map[gapKey]store.LedgerLine
	told          map[gapKey]bool
	failure       error
}

// shortestMetadata is after how long the first rows of a day of interactions go.
func shortestMetadata(r policy.Retention) time.Duration {
	shortest := time.Duration(0)
	for _, label := range r.Labels {
		if shortest == 0 || label.Metadata.D() < shortest {
			shortest = label.Metadata.D()
		}
	}
	return shortest
}

// run looks when it is time, and returns what the last look has found.
func (b *books) run(ctx context.Context) error {
	now := b.now()
	if now.Before(b.next) {
		return b.failure
	}
	since := now.Add(-booksRecent)
	all := !now.Before(b.nextAll)
	oldest := now.Add(-b.keep).Truncate(24*time.Hour).AddDate(0, 0, 1) // the day after the last that may have lost rows
	if all || since.Before(oldest) {
		since = oldest
	}
	judged, err := b.look(ctx, since, now)
	if err != nil {
		return fmt.Errorf("compare the ledger with the rows: %w", err)
	}
	if !judged {
		return b.failure
	}
	b.next = now.Add(b.interval)
	if all && len(b.before) == len(b.told) { // unconfirmed ones are looked at again over the same time
		b.nextAll = now.Add(booksAll)
	}
	return b.failure
}

// look compares once. It says whether it has: not while rows are being deleted, which the ledger knows before
// they are gone.
func (b *books) look(ctx context.Context, since, now time.Time) (bool, error) {
	running, err := b.store.MutationsRunning(ctx)
	if err != nil || running > 0 {
		return false, err
	}
	until, err := b.settled(ctx, now)
	if err != nil {
		return false, err
	}
	found := map[gapKey]store.LedgerLine{}
	if since.Before(until) {
		lines, err := b.store.LedgerGaps(ctx, since, until)
		if err != nil {
			return false, err
		}
		for _, line := range lines {
			found[gapKey{line.Project, line.Minute}] = line
		}
	}
	for key, line := range b.before {
		if key.minute.Before(since) {
			found[key] = line // not looked at this time
		}
	}
	b.judge(ctx, found)
	return true, nil
}

// settled is until when everything accepted has its row.
func (b *books) settled(ctx context.Context, now time.Time) (time.Time, error) {
	until := now.Add(-booksSettle)
	for _, topic := range b.topics {
		oldest, unread, err := b.unread(ctx, topic.group, topic.topic, now, topic.keep)
		if err != nil {
			return until, err
		}
		if unread && oldest.Add(-booksMargin).Before(until) {
			until = oldest.Add(-booksMargin)
		}
	}
	return until.Truncate(time.Minute), nil
}

// judge tells of gaps that the look before had found, too, and were not told yet.
func (b *books) judge(ctx context.Context, found map[gapKey]store.LedgerLine) {
	var confirmed []store.LedgerLine
	told := map[gapKey]bool{}
	for key, line := range found {
		before, again := b.before[key]
		if !again || before.Gap() != line.Gap() {
			continue
		}
		confirmed = append(confirmed, line)
		told[key] = true
		if !b.told[key] {
			b.log.ErrorContext(ctx, "the ledger has a gap", slog.String("project", line.Project), slog.Time("minute", line.Minute),
				slog.Uint64("accepted", line.Accepted), slog.Uint64("read", line.Read), slog.Uint64("stored", line.Stored), slog.Uint64("counted", line.Counted), slog.Int64("gap", line.Gap()))
		}
	}
	b.before, b.told = found, told
	b.show(confirmed)
	b.failure = gapError(confirmed)
}

func (b *books) show(lines []store.LedgerLine) {
	gaps := map[string]float64{gapUnread: 0, gapUnaccounted: 0, gapMissing: 0, gapSurplus: 0}
	for _, l := range lines {
		gaps[gapUnread] += positive(l.Accepted, l.Read)
		became := l.Stored + l.Duplicates + l.Quarantined + l.SampledOut + l.Dropped
		gaps[gapUnaccounted] += positive(l.Read, became) + positive(became, l.Read)
		gaps[gapMissing] += positive(l.Stored, l.Counted)
		gaps[gapSurplus] += positive(l.Counted, l.Stored)
	}
	for kind, n := range gaps {
		b.metrics.ledgerGap.WithLabelValues(kind).Set(n)
	}
}

func positive(a, b uint64) float64 {
	if a > b {
		return float64(a - b)
	}
	return 0
}

func gapError(lines []store.LedgerLine) error {
	if len(lines) == 0 {
		return nil
	}
	var names []string
	for i, l := range lines {
		if i == gapsTold {
			names = append(names, "and more")
			break
		}
		names = append(names, fmt.Sprintf("%s at %s (%d)", l.Project, l.Minute.UTC().Format(time.DateTime), l.Gap()))
	}
	return errors.New("the ledger has gaps, look with hushlog ledger: " + strings.Join(names, ", "))
}
