package store_test

import (
	"encoding/hex"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/hushlog/hushlog/pkg/identity"
	"github.com/hushlog/hushlog/pkg/policy"
	"github.com/hushlog/hushlog/pkg/store"
	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

// likeQueryLog has the columns of system.query_log that are read, with its types: the engine keeps no log itself.
const likeQueryLog = `CREATE TABLE hushlog.like_query_log (type Enum8('QueryStart' = 1, 'QueryFinish' = 2, 'ExceptionBeforeStart' = 3, 'ExceptionWhileProcessing' = 4),
event_date Date, event_time DateTime, event_time_microseconds DateTime64(6), is_initial_query UInt8, user LowCardinality(String), query_id String,
tables Array(LowCardinality(String))) ENGINE = MergeTree ORDER BY (event_date, event_time)`

func TestStatementsThatWentRoundTheQueryService(t *testing.T) {
	engine := migrated(t)
	admin, writer := engine.Open(t, identity.Admin), store.NewBlockWriter(engine.Open(t, identity.Ingest))
	logs, err := store.OpenQueryLogs(engine.Config(identity.Admin)) // retention's grants are for the real table
	require.NoError(t, err)
	defer func() { require.NoError(t, logs.Close()) }()
	store.ReadQueryLog(logs, "hushlog.like_query_log")
	require.NoError(t, store.Exec(t.Context(), admin, likeQueryLog))

	begin := today().Add(9 * time.Hour)
	entries := byte(0)
	act := func(role string, at time.Time) string {
		entries++
		id := append(make([]byte, 15), entries)
		require.NoError(t, writer.WriteAudit(t.Context(), &hushlogv1.AuditEntry{
			EntryId: id, ActId: id, Phase: hushlogv1.AuditPhase_AUDIT_PHASE_INTENT, At: timestamppb.New(at), Actor: "ada", Role: role, Action: "query",
		}))
		return hex.EncodeToString(id)
	}
	ran := func(kind, user, id string, at time.Time, initial int, tables string) {
		require.NoError(t, store.Exec(t.Context(), admin, fmt.Sprintf("INSERT INTO hushlog.like_query_log VALUES ('%s', toDate(%[2]d), %[2]d, toDateTime64(%[2]d, 6), %d, '%s', '%s', %s)",
			kind, at.Unix(), initial, user, id, tables)))
	}
	const start, none, contents = "QueryStart", "[]", "['hushlog.contents','system.one','hushlog.interactions']"
	at := func(minutes int) time.Time { return begin.Add(time.Duration(minutes)*time.Minute + 10*time.Second) }

	// Through the query service: what its client asks first, the statement, its parts on other servers, its end.
	through := act("analyst", at(1))
	ran(start, "role_analyst", through, at(1), 1, "['system.one']")
	ran(start, "role_analyst", through, at(1).Add(time.Second), 1, contents)
	ran(start, "role_analyst", through+"-1", at(1).Add(time.Second), 0, contents)
	ran("QueryFinish", "role_analyst", through, at(1).Add(2*time.Second), 1, contents)
	ran(start, "export_compliance", act("compliance", at(1)), at(1), 1, contents)
	ran(start, "role_analyst", act("analyst", at(2).Add(30*time.Second)), at(2), 1, contents) // clocks differ
	ran("ExceptionBeforeStart", "role_analyst", act("analyst", at(2)), at(2), 1, none)
	ran(start, "ingest", "own", at(2), 1, contents) // a service
	// Round it.
	ran(start, "role_analyst", "b0a5f1d4-5c7e-4f43-9c6e-0d5f8f8f0001", at(3), 1, contents)
	ran(start, "role_analyst", "b0a5f1d4-5c7e-4f43-9c6e-0d5f8f8f0002", at(3), 1, "['hushlog.flags']")
	ran("ExceptionBeforeStart", "role_compliance", "", at(4), 1, none)
	ran(start, "default", "x", at(5), 1, none)
	ran(start, "role_engineering", through, at(6), 1, contents) // the act of another role
	// The same id once more, soon after, and when the act is long over.
	ran(start, "role_analyst", through, at(4), 1, contents)
	ran(start, "role_analyst", through, at(30), 1, contents)
	// Not within the time that is asked for.
	ran(start, "role_analyst", "early", at(-1), 1, contents)
	ran(start, "role_analyst", "late", at(40), 1, contents)

	found, kept, err := logs.Direct(t.Context(), []string{"ingest", "retention"}, begin, begin.Add(40*time.Minute))
	require.NoError(t, err)
	require.Equal(t, 1, kept)
	minute := func(n int) time.Time { return begin.Add(time.Duration(n) * time.Minute).UTC() }
	both := []string{"hushlog.contents", "hushlog.interactions"}
	require.Equal(t, []store.DirectAccess{
		{User: "role_analyst", Minute: minute(3), Statements: 2, Tables: []string{"hushlog.contents", "hushlog.flags", "hushlog.interactions"}},
		{User: "role_analyst", Minute: minute(4), Statements: 1, Tables: both},
		{User: "role_compliance", Minute: minute(4), Statements: 1, Tables: []string{}},
		{User: "default", Minute: minute(5), Statements: 1, Tables: []string{}},
		{User: "role_engineering", Minute: minute(6), Statements: 1, Tables: both},
		{User: "role_analyst", Minute: minute(30), Statements: 1, Tables: both},
	}, found)
	again, _, err := logs.Direct(t.Context(), []string{"ingest"}, begin.Add(4*time.Minute), begin.Add(5*time.Minute))
	require.NoError(t, err)
	require.Equal(t, found[1:3], again, "the first use of an act is remembered where only a later minute is asked for")
}

// A server that keeps no log is not taken for one on which nothing happened; what is noted is found by its reference.
func TestAServerWithoutALogOfStatements(t *testing.T) {
	engine := migrated(t)
	logs, err := store.OpenQueryLogs(engine.Config(identity.Retention))
	require.NoError(t, err)
	defer func() { require.NoError(t, logs.Close()) }()
	found, kept, err := logs.Direct(t.Context(), []string{"ingest"}, today(), today().Add(time.Hour))
	require.NoError(t, err)
	require.Empty(t, found)
	require.Zero(t, kept)
	require.Equal(t, 1, logs.Servers())

	id := make([]byte, 16)
	require.NoError(t, store.NewBlockWriter(engine.Open(t, identity.Ingest)).WriteAudit(t.Context(), &hushlogv1.AuditEntry{
		EntryId: id, ActId: id, Phase: hushlogv1.AuditPhase_AUDIT_PHASE_OUTCOME, At: timestamppb.New(today().Add(time.Hour)), Actor: "role_analyst",
		Action: policy.ActionDirect, Outcome: "ok", Ref: "r1",
	}))
	refs, err := engine.Open(t, identity.Retention).DirectNoted(t.Context(), today())
	require.NoError(t, err)
	require.Equal(t, []string{"r1"}, refs)
	refs, err = engine.Open(t, identity.Retention).DirectNoted(t.Context(), today().Add(2*time.Hour))
	require.NoError(t, err)
	require.Empty(t, refs)
}
