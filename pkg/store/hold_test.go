package store_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/hushlog/hushlog/pkg/identity"
	"github.com/hushlog/hushlog/pkg/store"
	"github.com/hushlog/hushlog/pkg/store/storetest"
	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

const (
	firstHold  = "00000000000000000000000000000001"
	secondHold = "00000000000000000000000000000002"
)

// heldTables are the tables that can be held, with their copies.
var heldTables = map[string]string{
	store.TableInteractions: store.TableHeldInteractions, store.TableContents: store.TableHeldContents,
	store.TableFindings: store.TableHeldFindings, store.TableFlags: store.TableHeldFlags, store.TableAlerts: store.TableHeldAlerts,
}

// requireCopies compares, column by column, the rows of a table that meet a condition with the copies under a hold.
func requireCopies(t *testing.T, engine *storetest.Engine, table, where, hold string) {
	t.Helper()
	known, _ := store.Lookup(table)
	var columns []string
	for _, c := range known.Columns {
		columns = append(columns, c.Name)
	}
	list := strings.Join(columns, ", ")
	rows := func(from, where string) string {
		return mustAsk(t, engine, identity.Admin, "SELECT count(), sum(cityHash64("+list+")) FROM hushlog."+from+" WHERE "+where)
	}
	require.Equal(t, rows(table, where), rows(heldTables[table], "hold_id = '"+hold+"'"), table)
}

// holdData stores rows of three end users on several days, one of them flagged, and alerts.
func holdData(t *testing.T, engine *storetest.Engine) {
	t.Helper()
	writer := store.NewBlockWriter(engine.Open(t, identity.Ingest))
	block, contents := blockOf('h', 12, today(), "standard", "short")
	for i, record := range block.GetRecords() {
		record.UserPseudonym = "u_" + string(rune('a'+i%3))
		if i == 1 {
			record.SafetyFlags = []*hushlogv1.SafetyFlag{{Category: "jailbreak", Score: 0.9}}
		}
	}
	contents.Contents = append(contents.Contents, &hushlogv1.Content{Record: 4, Ordinal: 1, Role: hushlogv1.Role_ROLE_ASSISTANT, Kind: "text", Text: "an answer"})
	block.Findings = append(block.Findings, block.GetFindings()[4]) // two that are the same
	block.Records[7].Flags = []*hushlogv1.Flag{{Category: "injection", Score: 0.9, Rule: "model", RuleVersion: "1", Role: hushlogv1.Role_ROLE_USER, Path: "p", Kind: "text", Earlier: true}}
	require.NoError(t, writer.Write(t.Context(), block, contents))
	for i := range 3 {
		at := timestamppb.New(today())
		require.NoError(t, writer.WriteAlert(t.Context(), &hushlogv1.Alert{
			Fingerprint: fmt.Sprintf("f-%d", i), Rule: "r", Severity: hushlogv1.Severity_SEVERITY_WARNING, Project: "demo",
			UserPseudonym: "u_" + string(rune('a'+i)), WindowStart: at, WindowEnd: at, FiredAt: at, Class: "Internal",
		}))
	}
}

func TestHeldRowsAreCopiedOnceAndWhole(t *testing.T) {
	for _, place := range store.ErasablePlaces() {
		require.Contains(t, heldTables, place, "what an erasure deletes can be held")
	}
	engine := migrated(t)
	holdData(t, engine)
	retention := engine.Open(t, identity.Retention)
	of := func(h store.Hold) store.Hold {
		h.ID, h.Project = firstHold, "demo"
		return h
	}
	day := today().Format(time.DateOnly)
	for _, tc := range []struct {
		name string
		hold store.Hold
		// where says of interactions, and alerts of alerts, what is held.
		where, alerts string
	}{
		{"a project", of(store.Hold{}), "1", "1"},
		{"an end user", of(store.Hold{BySubject: true, Pseudonyms: []string{"u_b", "u_of_another_key"}}), "user_pseudonym = 'u_b'", "user_pseudonym = 'u_b'"},
		{"a day", of(store.Hold{From: today().Add(-time.Hour), Until: today().Add(time.Hour)}), "toDate(accepted_at) = '" + day + "'", "1"},
		{"before a moment", of(store.Hold{Until: today()}), "accepted_at < toDateTime64('" + today().Format(time.DateTime) + "', 3, 'UTC')", "0"},
		{"a flag", of(store.Hold{Flag: "jailbreak"}), "has(safety_categories, 'jailbreak')", "0"},
		{"a flag of the redactor", of(store.Hold{Flag: "injection"}), "request_id = 'r-h-7'", "0"},
		{"a flag that nothing has", of(store.Hold{Flag: "none"}), "0", "0"},
		{"another project", store.Hold{ID: firstHold, Project: "other"}, "0", "0"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			for round := range 2 {
				copied, err := retention.PreserveHold(t.Context(), tc.hold, time.Time{})
				require.NoError(t, err)
				require.True(t, round == 0 || copied == 0, "a second round copies nothing")
				byRequest := "request_id IN (SELECT request_id FROM hushlog.interactions WHERE " + tc.where + ")"
				requireCopies(t, engine, store.TableInteractions, tc.where, firstHold)
				requireCopies(t, engine, store.TableContents, byRequest, firstHold)
				requireCopies(t, engine, store.TableFindings, byRequest, firstHold)
				requireCopies(t, engine, store.TableFlags, byRequest, firstHold)
				requireCopies(t, engine, store.TableAlerts, tc.alerts, firstHold)
			}
			require.NoError(t, retention.DropHold(t.Context(), firstHold))
			n, err := retention.CountHold(t.Context(), firstHold)
			require.NoError(t, err)
			require.Zero(t, n)
		})
	}
	require.Equal(t, "12", mustAsk(t, engine, identity.Admin, "SELECT count() FROM hushlog.interactions"), "a release deletes copies and nothing else")

	for name, bad := range map[string]store.Hold{"no project": {ID: firstHold}, "no id": {Project: "demo"}, "an id that ends its literal": {ID: "x' OR 1 --", Project: "demo"}, "nobody": of(store.Hold{BySubject: true})} {
		_, err := retention.PreserveHold(t.Context(), bad, time.Time{})
		require.ErrorIs(t, err, store.ErrHold, name)
	}
	require.ErrorIs(t, retention.DropHold(t.Context(), "x"), store.ErrHold)
}

// TestHeldRowsOutliveTheirDateAndAnErasure has the rows of a held end user expired and erased: the copies stay, whole,
// until the release, and copies that a crash left incomplete are made anew.
func TestHeldRowsOutliveTheirDateAndAnErasure(t *testing.T) {
	engine := migrated(t)
	holdData(t, engine)
	retention := engine.Open(t, identity.Retention)
	one := store.Hold{ID: firstHold, Project: "demo", BySubject: true, Pseudonyms: []string{"u_b"}}
	_, err := retention.PreserveHold(t.Context(), one, time.Time{})
	require.NoError(t, err)
	_, err = retention.PreserveHold(t.Context(), store.Hold{ID: secondHold, Project: "demo"}, time.Time{})
	require.NoError(t, err)

	// A crash between the parts of a copy cannot be made at will; its trace can: some rows of an id are missing.
	held := mustAsk(t, engine, identity.Admin, "SELECT request_id FROM hushlog.held_contents WHERE hold_id = '"+firstHold+"' GROUP BY request_id HAVING count() = 2")
	require.NoError(t, store.Exec(t.Context(), engine.Open(t, identity.Admin), "ALTER TABLE hushlog.held_contents DELETE WHERE ordinal = 1 AND hold_id = '"+firstHold+"' SETTINGS mutations_sync = 2"))
	require.NotEmpty(t, held)
	copied, err := retention.PreserveHold(t.Context(), one, time.Time{})
	require.NoError(t, err)
	require.Equal(t, uint64(1), copied)
	requireCopies(t, engine, store.TableContents, "request_id IN (SELECT request_id FROM hushlog.interactions WHERE user_pseudonym = 'u_b')", firstHold)

	before := mustAsk(t, engine, identity.Admin, "SELECT sum(cityHash64(*)) FROM hushlog.held_interactions")
	subject := store.Subject{Project: "demo", Pseudonyms: []string{"u_b"}, Until: today().Add(time.Hour)}
	require.NoError(t, retention.EraseSubject(t.Context(), subject))
	for _, date := range expiries(engine.Policy) { // whatever is left reaches its date
		overdue, err := retention.Overdue(t.Context(), expiries(engine.Policy), today().Add(date.Keep+48*time.Hour))
		require.NoError(t, err)
		require.NoError(t, retention.DropOverdue(t.Context(), slices.DeleteFunc(overdue, func(o store.OverdueRows) bool { return o.Table != date.Table })))
	}
	require.Equal(t, "0", mustAsk(t, engine, identity.Admin, "SELECT count() FROM hushlog.contents"))
	require.Equal(t, "0", mustAsk(t, engine, identity.Admin, "SELECT count() FROM hushlog.interactions"))
	for _, hold := range []store.Hold{one, {ID: secondHold, Project: "demo"}} {
		copied, err = retention.PreserveHold(t.Context(), hold, time.Time{})
		require.NoError(t, err)
		require.Zero(t, copied)
	}
	require.Equal(t, before, mustAsk(t, engine, identity.Admin, "SELECT sum(cityHash64(*)) FROM hushlog.held_interactions"))
	counts, err := retention.CountHeld(t.Context(), subject)
	require.NoError(t, err)
	// 4 interactions with 5 contents, 5 findings, a flag and an alert.
	require.Equal(t, map[string]uint64{firstHold: 16, secondHold: 16}, counts)
	require.NoError(t, retention.DropHold(t.Context(), firstHold))
	counts, err = retention.CountHeld(t.Context(), subject)
	require.NoError(t, err)
	require.Equal(t, map[string]uint64{secondHold: 16}, counts)
}

func TestStepsOfHoldsAreStoredOnce(t *testing.T) {
	engine := migrated(t)
	retention := engine.Open(t, identity.Retention)
	step := store.HoldStep{HoldID: firstHold, RequestID: firstHold, Project: "demo", At: today(), Actor: "carla", Role: "compliance", State: store.HoldActive, Reason: "case-1", Until: today(), BySubject: true}
	one := store.Hold{ID: firstHold, Project: "demo", BySubject: true, Pseudonyms: []string{"u_a", "u_b"}}
	for range 2 {
		require.NoError(t, retention.AddHoldStep(t.Context(), step))
		require.NoError(t, retention.AddHoldSubjects(t.Context(), one))
	}
	steps, err := retention.HoldSteps(t.Context())
	require.NoError(t, err)
	require.Len(t, steps, 1)
	require.Equal(t, store.Hold{ID: firstHold, Project: "demo", Until: today(), BySubject: true}, steps[0].Hold())
	subjects, err := retention.HoldSubjects(t.Context(), firstHold)
	require.NoError(t, err)
	require.Equal(t, one.Pseudonyms, subjects)
	require.NoError(t, retention.DropHold(t.Context(), firstHold))
	subjects, err = retention.HoldSubjects(t.Context(), firstHold)
	require.NoError(t, err)
	require.Empty(t, subjects, "whom a released hold was about is forgotten")
	require.NoError(t, retention.DropHoldSteps(t.Context(), firstHold))
	steps, err = retention.HoldSteps(t.Context())
	require.NoError(t, err)
	require.Empty(t, steps)
}

// TestTheOldestPseudonymIsFoundWhereverItIs: under a hold, too, where the row itself is gone.
func TestTheOldestPseudonymIsFoundWhereverItIs(t *testing.T) {
	engine := migrated(t)
	admin := engine.Open(t, identity.Admin)
	oldest, err := admin.OldestPseudonym(t.Context())
	require.NoError(t, err)
	require.True(t, oldest.IsZero())
	at := time.Now().UTC().Truncate(time.Millisecond)
	for i, table := range []string{store.TableInteractions, store.TableContents, store.TableHeldInteractions, store.TableHeldContents} {
		at = at.AddDate(0, 0, -1)
		mustAsk(t, engine, identity.Admin, fmt.Sprintf("INSERT INTO hushlog.%s (project, classification, accepted_at, request_id, retention_label) VALUES ('demo', 'Public', '%s', 'r%d', 'standard')",
			table, at.Format("2006-01-02 15:04:05.000"), i))
		oldest, err = admin.OldestPseudonym(t.Context())
		require.NoError(t, err)
		require.Equal(t, at, oldest, table)
	}
}

// TestWhatArrivesUnderAHold writes blocks whose rows were in the stream, or in quarantine, when a hold began: they are copied
// as they arrive where their date is near or an erasure, which the hold came before, leaves them out.
func TestWhatArrivesUnderAHold(t *testing.T) {
	began := today().Add(-30 * time.Minute)
	for _, tc := range []struct {
		name string
		hold store.Hold
		// erased is when the end users were erased; zero: they were not. accepted is when the records were.
		erased, accepted time.Time
		released         bool
		// stored and held are rows of interactions; held ones are of u_b, or of records with a flag.
		stored, held string
	}{
		{"of an end user who was erased after it began", store.Hold{BySubject: true, Pseudonyms: []string{"u_b"}}, began.Add(time.Minute), today(), false, "0", "2"},
		{"by a flag, erased after it began", store.Hold{Flag: "injection"}, began.Add(time.Minute), today(), false, "0", "1"},
		{"by the caller's flag, erased after it began", store.Hold{Flag: "jailbreak"}, began.Add(time.Minute), today(), false, "0", "1"},
		{"of a time that they are not of", store.Hold{Until: today().Add(-time.Hour)}, began.Add(time.Minute), today(), false, "0", "0"},
		{"erased before it began", store.Hold{}, began.Add(-time.Minute), today(), false, "0", "0"},
		{"released", store.Hold{}, began.Add(time.Minute), today(), true, "0", "0"},
		{"late", store.Hold{BySubject: true, Pseudonyms: []string{"u_b"}}, time.Time{}, today().Add(-20 * time.Hour), false, "6", "2"},
		{"in time, which is copied by rounds", store.Hold{}, time.Time{}, time.Now().UTC(), false, "6", "0"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			engine := migrated(t)
			retention := engine.Open(t, identity.Retention)
			tc.hold.ID, tc.hold.Project, tc.hold.BySubject = firstHold, "demo", len(tc.hold.Pseudonyms) > 0
			if tc.hold.BySubject {
				require.NoError(t, retention.AddHoldSubjects(t.Context(), tc.hold))
			}
			step := store.HoldStep{
				HoldID: firstHold, RequestID: firstHold, Project: "demo", At: began, Actor: "carla", Role: "compliance", State: store.HoldActive, Reason: "case-1",
				From: tc.hold.From, Until: tc.hold.Until, Flag: tc.hold.Flag, BySubject: tc.hold.BySubject,
			}
			require.NoError(t, retention.AddHoldStep(t.Context(), step))
			if tc.released {
				step.RequestID, step.State = secondHold, store.HoldReleaseApproved
				require.NoError(t, retention.AddHoldStep(t.Context(), step))
			}
			if !tc.erased.IsZero() {
				everybody := store.Subject{Project: "demo", Pseudonyms: []string{"u_a", "u_b", "u_c"}, Until: today().Add(24 * time.Hour)}
				require.NoError(t, retention.AddTombstones(t.Context(), "0123", everybody, tc.erased))
			}
			block, contents := blockOf('l', 6, today(), "standard")
			for i, record := range block.GetRecords() {
				record.UserPseudonym, record.AcceptedAt = "u_"+string(rune('a'+i%3)), timestamppb.New(tc.accepted)
			}
			block.Records[1].SafetyFlags = []*hushlogv1.SafetyFlag{{Category: "jailbreak", Score: 0.9}}
			block.Records[4].Flags = []*hushlogv1.Flag{{Category: "injection", Score: 0.9, Rule: "model", RuleVersion: "1", Role: hushlogv1.Role_ROLE_USER, Path: "p", Kind: "text"}}
			alert := &hushlogv1.Alert{
				Fingerprint: "f", Rule: "r", Severity: hushlogv1.Severity_SEVERITY_WARNING, Project: "demo", UserPseudonym: "u_b",
				WindowStart: timestamppb.New(tc.accepted), WindowEnd: timestamppb.New(tc.accepted), FiredAt: timestamppb.New(tc.accepted), Class: "Internal",
			}
			for range 2 { // a block is repeated as after a restart, and by a writer that knows nothing of the first
				writer := store.NewBlockWriter(engine.Open(t, identity.Ingest))
				require.NoError(t, writer.Write(t.Context(), block, contents))
				require.NoError(t, writer.WriteAlert(t.Context(), alert))
			}
			count := func(table string) string {
				return mustAsk(t, engine, identity.Admin, "SELECT count() FROM hushlog."+table)
			}
			require.Equal(t, tc.stored, count(store.TableInteractions))
			require.Equal(t, tc.held, count(store.TableHeldInteractions))
			require.Equal(t, tc.held, count(store.TableHeldContents))
			require.Equal(t, tc.held, count(store.TableHeldFindings))
			if tc.held == "0" {
				return
			}
			alerts, flags := "0", "1"
			if tc.hold.Flag == "" && !tc.erased.IsZero() {
				alerts = "1"
			}
			if tc.hold.Flag == "jailbreak" {
				flags = "0"
			}
			require.Equal(t, alerts, count(store.TableHeldAlerts))
			require.Equal(t, flags, count(store.TableHeldFlags))
			copied, err := retention.PreserveHold(t.Context(), tc.hold, time.Time{})
			require.NoError(t, err)
			if tc.erased.IsZero() {
				require.Equal(t, uint64(1), copied, "the alert; what was copied as it arrived is not copied again")
				byRequest := "request_id IN (SELECT request_id FROM hushlog.interactions WHERE user_pseudonym = 'u_b')"
				for _, table := range []string{store.TableInteractions, store.TableContents, store.TableFindings, store.TableFlags} {
					requireCopies(t, engine, table, byRequest, firstHold)
				}
			}
			require.NoError(t, retention.DropHold(t.Context(), firstHold))
			require.Equal(t, "0", count(store.TableHeldContents))
		})
	}
}

// TestWhatIsUnderAHoldIsCopiedBeforeADateChanges shortens a date to before rows under a hold that no round has looked at yet.
func TestWhatIsUnderAHoldIsCopiedBeforeADateChanges(t *testing.T) {
	engine := migrated(t)
	holdData(t, engine)
	retention := engine.Open(t, identity.Retention)
	step := store.HoldStep{HoldID: firstHold, RequestID: firstHold, Project: "demo", At: today(), Actor: "carla", Role: "compliance", State: store.HoldActive, Reason: "case-1"}
	require.NoError(t, retention.AddHoldStep(t.Context(), step))
	require.Equal(t, "0", mustAsk(t, engine, identity.Admin, "SELECT count() FROM hushlog.held_contents"))
	shorter := expiries(engine.Policy)
	for i := range shorter {
		shorter[i].Keep = 24 * time.Hour
	}
	require.NoError(t, retention.ApplyRetention(t.Context(), shorter))
	require.Equal(t, "12", mustAsk(t, engine, identity.Admin, "SELECT count() FROM hushlog.held_interactions"))
	require.Equal(t, "13", mustAsk(t, engine, identity.Admin, "SELECT count() FROM hushlog.held_contents"))
}
