package store

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	// ClickHouse's client: query parameters.
	"github.com/ClickHouse/clickhouse-go/v2"
)

// LedgerLine is the ledger of one project and minute of acceptance.
type LedgerLine struct {
	Project string
	Minute  time.Time
	// Received is Accepted and Rejected.
	Received uint64
	// Rejected by the gateway.
	Rejected uint64
	// Accepted is what the gateway acknowledged by its own tally, or what was read from the stream
	// where that is more: a gateway that was killed takes its last tally with it, and a broker may
	// double records.
	Accepted uint64
	// Read is what the redactor read from the stream.
	Read uint64
	// Stored, Duplicates, Quarantined, SampledOut and Dropped are what became of Read. Quarantined are those
	// that are in quarantine still, Dropped those that left it for good.
	Stored, Duplicates, Quarantined, SampledOut, Dropped uint64
	// InFlight is what is known to wait in the stream. Ledger leaves it zero; the caller sets it.
	InFlight uint64
	// Counted is how many rows of interactions there are, and were erased since they were stored.
	Counted uint64
}

// Gap is how many events are unaccounted for: what was read and became nothing known, and what was
// stored and is no row, or the other way round. Zero when the books balance. Rows that reached their
// date are gaps too: look back no further than the shortest of them.
func (l LedgerLine) Gap() int64 {
	became := signed(l.Stored) + signed(l.Duplicates) + signed(l.Quarantined) + signed(l.SampledOut) + signed(l.Dropped)
	unread := max(signed(l.Accepted)-signed(l.Read)-signed(l.InFlight), 0)
	return abs(signed(l.Read)-became) + abs(signed(l.Stored)-signed(l.Counted)) + unread
}

func signed(n uint64) int64 { return int64(n) } //nolint:gosec // counts stay far below 2^63

func abs(n int64) int64 { return max(n, -n) }

// LedgerSQL is the statement behind Ledger with the first minute written in: one SELECT over two
// tables that a role may be given, for people who read the ledger through the query service.
func LedgerSQL(since time.Time) string {
	moment := "toDateTime('" + since.UTC().Truncate(time.Minute).Format(time.DateTime) + "', 'UTC')"
	return strings.ReplaceAll(ledgerQuery, ledgerSince, moment)
}

const ledgerSince = "{since:DateTime('UTC')}"

// maxGaps bounds what LedgerGaps returns: more than that is one answer, too.
const maxGaps = 10_000

// LedgerGaps returns the lines of minutes from since until before until whose books do not balance, at most
// 10,000. Both are cut to the minute. InFlight is zero: ask for no minute of which something is under way.
func (db *DB) LedgerGaps(ctx context.Context, since, until time.Time) ([]LedgerLine, error) {
	query := "SELECT project, minute, received, rejected, accepted, read, stored, duplicates, quarantined, sampled_out, dropped, counted FROM (" + ledgerQuery +
		") WHERE minute < {until:DateTime('UTC')} AND (accepted > read OR stored != counted OR read != stored + duplicates + quarantined + sampled_out + dropped)" +
		" ORDER BY project, minute LIMIT " + strconv.Itoa(maxGaps)
	return db.ledgerLines(ctx, "look for gaps of the ledger", query,
		clickhouse.Named("since", since.UTC().Truncate(time.Minute).Format(time.DateTime)),
		clickhouse.Named("until", until.UTC().Truncate(time.Minute).Format(time.DateTime)))
}

const ledgerQuery = `SELECT project, minute,
	accepted + rejected AS received, sum(gateway_rejected) AS rejected,
	greatest(sum(gateway_accepted), sum(taken)) AS accepted, sum(taken) AS read,
	sum(stored) AS stored, sum(duplicates) AS duplicates,
	toUInt64(greatest(toInt64(sum(aside)) - toInt64(sum(released)), 0)) AS quarantined, sum(sampled_out) AS sampled_out, sum(dropped) AS dropped,
	sum(counted) + sum(erased) AS counted
FROM (
	SELECT project, minute, gateway_accepted, gateway_rejected, accepted AS taken, stored, duplicates, quarantined AS aside, released, dropped, sampled_out, erased, toUInt64(0) AS counted
	FROM hushlog.ledger WHERE minute >= ` + ledgerSince + `
	UNION ALL
	SELECT project, toStartOfMinute(toDateTime(accepted_at, 'UTC')) AS minute, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, count() AS counted
	FROM hushlog.interactions WHERE accepted_at >= ` + ledgerSince + ` GROUP BY project, minute
)
GROUP BY project, minute ORDER BY project, minute`

// Ledger sums the steps by project and minute of acceptance, and counts the rows of interactions
// beside them. since is cut to the minute.
func (db *DB) Ledger(ctx context.Context, since time.Time) ([]LedgerLine, error) {
	return db.ledgerLines(ctx, "read the ledger", ledgerQuery, clickhouse.Named("since", since.UTC().Truncate(time.Minute).Format(time.DateTime)))
}

func (db *DB) ledgerLines(ctx context.Context, op, query string, args ...any) ([]LedgerLine, error) {
	rows, err := db.conn.Query(ctx, query, args...)
	if err != nil {
		return nil, clean(op, err)
	}
	defer func() { _ = rows.Close() }()
	var lines []LedgerLine
	for rows.Next() {
		var l LedgerLine
		err = rows.Scan(&l.Project, &l.Minute, &l.Received, &l.Rejected, &l.Accepted, &l.Read,
			&l.Stored, &l.Duplicates, &l.Quarantined, &l.SampledOut, &l.Dropped, &l.Counted)
		if err != nil {
			return nil, clean(op, err)
		}
		l.Minute = l.Minute.UTC()
		lines = append(lines, l)
	}
	return lines, clean(op, rows.Err())
}

// LedgerHeader names the columns of FormatLedger.
func LedgerHeader() []string {
	return []string{
		"project", "minute", "received", "rejected", "accepted", "stored", "duplicates", "quarantined",
		"sampled out", "dropped", "in flight", "counted rows", "gap",
	}
}

// FormatLedger writes the lines as a table, with a line of sums under it.
func FormatLedger(w io.Writer, lines []LedgerLine) error {
	table := [][]string{LedgerHeader()}
	total := LedgerLine{Project: "total"}
	gap := int64(0)
	for _, line := range lines {
		table = append(table, append([]string{line.Project, line.Minute.UTC().Format("2006-01-02 15:04")}, line.numbers(line.Gap())...))
		total.add(line)
		gap += line.Gap()
	}
	table = append(table, append([]string{total.Project, ""}, total.numbers(gap)...))
	return writeTable(w, table)
}

func (l *LedgerLine) add(other LedgerLine) {
	l.Received += other.Received
	l.Rejected += other.Rejected
	l.Accepted += other.Accepted
	l.Read += other.Read
	l.Stored += other.Stored
	l.Duplicates += other.Duplicates
	l.Quarantined += other.Quarantined
	l.SampledOut += other.SampledOut
	l.Dropped += other.Dropped
	l.InFlight += other.InFlight
	l.Counted += other.Counted
}

func (l *LedgerLine) numbers(gap int64) []string {
	var cells []string
	for _, n := range []uint64{
		l.Received, l.Rejected, l.Accepted, l.Stored, l.Duplicates, l.Quarantined, l.SampledOut, l.Dropped, l.InFlight, l.Counted,
	} {
		cells = append(cells, strconv.FormatUint(n, 10))
	}
	return append(cells, strconv.FormatInt(gap, 10))
}

// nameColumns is how many columns, from the left, are names and set flush left.
const nameColumns = 2

func writeTable(w io.Writer, table [][]string) error {
	widths := make([]int, len(table[0]))
	for _, row := range table {
		for i, cell := range row {
			widths[i] = max(widths[i], len(cell))
		}
	}
	for _, row := range table {
		var line strings.Builder
		for i, cell := range row {
			if i < nameColumns {
				fmt.Fprintf(&line, "%-*s  ", widths[i], cell)
				continue
			}
			fmt.Fprintf(&line, "%*s  ", widths[i], cell)
		}
		_, err := fmt.Fprintln(w, strings.TrimRight(line.String(), " "))
		if err != nil {
			return fmt.Errorf("write the ledger: %w", err)
		}
	}
	return nil
}
