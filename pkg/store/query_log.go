package store

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	// ClickHouse's client: query parameters.
	"github.com/ClickHouse/clickhouse-go/v2"

	"github.com/hushlog/hushlog/pkg/identity"
	"github.com/hushlog/hushlog/pkg/policy"
)

// queryLog is ClickHouse's own log of statements, which a server keeps or does not.
const queryLog = "system.query_log"

// actWithin is how far the time of an act may be from that of its statement in ClickHouse's log: the clocks of two machines,
// and what a statement waits for.
const actWithin = 5 * time.Minute

// unknownTable is ClickHouse's UNKNOWN_TABLE.
const unknownTable = 60

// DirectAccess is what one user of ClickHouse ran within a minute without an act of the trail.
type DirectAccess struct {
	User       string
	Minute     time.Time
	Statements uint64
	// Tables of hushlog that were read, as far as ClickHouse says, 64 at most.
	Tables []string
}

// QueryLogs are the logs of statements of all servers of a deployment: each server has its own. Safe for concurrent use.
type QueryLogs struct {
	servers []*DB
	names   []string
	table   string
}

// OpenQueryLogs prepares connections to each address of cfg without making one. The caller closes.
func OpenQueryLogs(cfg Config) (*QueryLogs, error) {
	logs := &QueryLogs{table: queryLog}
	for _, address := range cfg.Addresses {
		one := cfg
		one.Addresses = []string{address}
		db, err := dial(one, "")
		if err != nil {
			return nil, errors.Join(err, logs.Close())
		}
		logs.servers, logs.names = append(logs.servers, db), append(logs.names, address)
	}
	return logs, nil
}

// Close closes the connections.
func (l *QueryLogs) Close() error {
	var errs []error
	for _, db := range l.servers {
		errs = append(errs, db.Close())
	}
	return errors.Join(errs...)
}

// Direct lists, by user and minute, the statements of [since, until), whole minutes, that did not come through the query
// service: those of a user that is none of services, under an id that is no act of the trail of the user's role, or under
// the id of an act that has read already. Kept is on how many servers there is a log. The trail's rows must be complete
// until then.
func (l *QueryLogs) Direct(ctx context.Context, services []string, since, until time.Time) (found []DirectAccess, kept int, err error) {
	for i, db := range l.servers {
		some, err := db.direct(ctx, l.table, services, since, until)
		var refused *Error
		if errors.As(err, &refused) && refused.Code == unknownTable {
			continue // this server keeps none, or has not written one yet
		}
		if err != nil {
			return nil, 0, fmt.Errorf("%s: %w", l.names[i], err)
		}
		kept++
		found = append(found, some...)
	}
	return found, kept, nil
}

// Servers is how many servers are asked.
func (l *QueryLogs) Servers() int { return len(l.servers) }

// directSQL reads no text of a statement. The statement that a client of ours asks first on a new connection bears the id of
// the act, too; it reads nothing, and so is no second use of it.
const directSQL = `WITH acts AS
(
    SELECT lower(hex(act_id)) AS id, role FROM ` + Database + `.` + TableAudit + `
    WHERE phase = 'intent' AND at >= toDateTime({acts_since:Int64}, 'UTC') AND at < toDateTime({acts_until:Int64}, 'UTC')
)
SELECT user, toDateTime(toStartOfMinute(time), 'UTC') AS minute, count() AS statements,
    arraySlice(arraySort(groupUniqArrayArray(arrayFilter(t -> startsWith(t, '` + Database + `.'), read))), 1, 64)
FROM
(
    SELECT toString(user) AS user, toTimeZone(event_time, 'UTC') AS time, arrayMap(t -> toString(t), tables) AS read,
        arrayExists(t -> startsWith(t, '` + Database + `.'), read) AS reads,
        (query_id, user) IN (SELECT id, concat('` + identity.RolePrefix + `', role) FROM acts UNION ALL SELECT id, concat('` + identity.ExportPrefix + `', role) FROM acts) AS known,
        row_number() OVER (PARTITION BY query_id, user, reads ORDER BY event_time_microseconds) AS nth
    FROM %s
    WHERE event_date >= toDate(toDateTime({acts_since:Int64})) AND event_time >= toDateTime({acts_since:Int64})
        AND event_time < toDateTime({until:Int64}) AND type IN ('QueryStart', 'ExceptionBeforeStart') AND is_initial_query
        AND user NOT IN ({services:Array(String)})
)
WHERE time >= toDateTime({since:Int64}) AND (NOT known OR reads AND nth > 1)
GROUP BY user, minute
ORDER BY minute, user`

func (db *DB) direct(ctx context.Context, table string, services []string, since, until time.Time) ([]DirectAccess, error) {
	const op = "read the log of statements"
	seconds := func(t time.Time) string { return strconv.FormatInt(t.Unix(), 10) }
	rows, err := db.conn.Query(ctx, fmt.Sprintf(directSQL, table),
		clickhouse.Named("acts_since", seconds(since.Add(-actWithin))), clickhouse.Named("acts_until", seconds(until.Add(actWithin))),
		clickhouse.Named("since", seconds(since)), clickhouse.Named("until", seconds(until)), clickhouse.Named("services", services))
	if err != nil {
		return nil, clean(op, err)
	}
	defer func() { _ = rows.Close() }()
	var found []DirectAccess
	for rows.Next() {
		var d DirectAccess
		err = rows.Scan(&d.User, &d.Minute, &d.Statements, &d.Tables)
		if err != nil {
			return nil, clean(op, err)
		}
		d.Minute = d.Minute.UTC()
		found = append(found, d)
	}
	return found, clean(op, rows.Err())
}

// DirectNoted are the references of the direct accesses that are on the trail since a moment. What was noted in the last
// seconds may not be there yet.
func (db *DB) DirectNoted(ctx context.Context, since time.Time) ([]string, error) {
	return db.texts(ctx, "list noted direct accesses", "SELECT DISTINCT ref FROM "+Database+"."+TableAudit+
		" WHERE action = {action:String} AND at >= toDateTime64({since:String}, 3, 'UTC')",
		clickhouse.Named("action", policy.ActionDirect), clickhouse.Named("since", clickHouseTime(since)))
}
