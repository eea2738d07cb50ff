package retention

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"log/slog"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kgo"
	"golang.org/x/mod/sumdb/note"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/hushlog/hushlog/pkg/audit"
	"github.com/hushlog/hushlog/pkg/store"
	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

// fakeHolds are the tables of holds, with the crashes of fakeTables: a hold copies all rows that are there.
type fakeHolds struct {
	*fakeTables
	copies   map[string]uint64 // by hold
	steps    []store.HoldStep
	subjects map[string][]string
	since    []time.Time
}

func (f *fakeHolds) PreserveHold(_ context.Context, h store.Hold, since time.Time) (n uint64, err error) {
	err = f.do(func() {
		f.since = append(f.since, since)
		n = sum(f.rows)
		if n > 0 && n > f.copies[h.ID] {
			f.copies[h.ID] = n
		}
	})
	return n, err
}

func (f *fakeHolds) CountHold(_ context.Context, id string) (n uint64, err error) {
	err = f.do(func() { n = f.copies[id] })
	return n, err
}

func (f *fakeHolds) DropHold(_ context.Context, id string) error {
	return f.do(func() {
		delete(f.copies, id)
		delete(f.subjects, id)
	})
}

func (f *fakeHolds) DropHoldSteps(_ context.Context, id string) error {
	return f.do(func() { f.steps = slices.DeleteFunc(f.steps, func(s store.HoldStep) bool { return s.HoldID == id }) })
}

func (f *fakeHolds) HoldSteps(context.Context) (steps []store.HoldStep, err error) {
	err = f.do(func() { steps = slices.Clone(f.steps) })
	return steps, err
}

func (f *fakeHolds) AddHoldStep(_ context.Context, step store.HoldStep) error {
	return f.do(func() {
		if !slices.ContainsFunc(f.steps, func(s store.HoldStep) bool {
			return s.HoldID == step.HoldID && s.RequestID == step.RequestID && s.State == step.State
		}) {
			f.steps = append(f.steps, step)
		}
	})
}

func (f *fakeHolds) AddHoldSubjects(_ context.Context, h store.Hold) error {
	return f.do(func() {
		if f.subjects == nil {
			f.subjects = map[string][]string{}
		}
		f.subjects[h.ID] = h.Pseudonyms
	})
}

func (f *fakeHolds) HoldSubjects(_ context.Context, id string) (pseudonyms []string, err error) {
	err = f.do(func() { pseudonyms = f.subjects[id] })
	return pseudonyms, err
}

func (f *fakeHolds) states() []string {
	var states []string
	for _, s := range f.steps {
		states = append(states, s.State)
	}
	return states
}

var (
	holdID     = []byte("hold-hold-hold-1")
	holdHex    = hex.EncodeToString(holdID)
	holdsBegan = time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC)
)

func holdRequest() *hushlogv1.Request {
	return &hushlogv1.Request{
		Kind: hushlogv1.RequestKind_REQUEST_KIND_HOLD, RequestId: holdID, Project: "demo", Actor: "carla", Role: "compliance", Reason: "case-1",
		Resolved: true, At: timestamppb.New(holdsBegan), Pseudonyms: []string{"u_abc"},
	}
}

// about is a request about the release of the hold.
func about(id, actor string, kind hushlogv1.RequestKind) *hushlogv1.Request {
	return &hushlogv1.Request{Kind: kind, RequestId: []byte(id), Project: "demo", Actor: actor, Role: "compliance", Reason: "case-1-over", Resolved: true, HoldId: holdID, At: timestamppb.New(holdsBegan)}
}

const (
	asks   = hushlogv1.RequestKind_REQUEST_KIND_RELEASE
	agrees = hushlogv1.RequestKind_REQUEST_KIND_APPROVE_RELEASE
)

// TestHoldsGoOnWhereverTheyAreInterrupted crashes at every call there is, before and after its effect.
func TestHoldsGoOnWhereverTheyAreInterrupted(t *testing.T) {
	for crashAt := range 30 {
		for _, after := range []bool{false, true} {
			f := &fakeTables{rows: map[string]uint64{store.TableInteractions: 3, store.TableContents: 4}, crashAt: crashAt, after: after}
			f.holds = &fakeHolds{fakeTables: f, copies: map[string]uint64{}}
			clock := holdsBegan
			run := func(requests ...*hushlogv1.Request) {
				t.Helper()
				for range 3 { // each crash is a new process, which reads the stream from its start
					h := newHolds(f.holds, f, 400*24*time.Hour, slog.New(slog.DiscardHandler), func() time.Time { return clock })
					for _, r := range requests {
						h.take(r)
						h.take(r)
					}
					err := h.advance(t.Context())
					require.True(t, err == nil || errors.Is(err, errCrash), "%v", err)
					clock = clock.Add(time.Minute)
				}
			}
			run(holdRequest())
			require.Equal(t, []string{store.HoldActive, store.HoldPreserved}, f.holds.states())
			require.Equal(t, uint64(7), f.holds.steps[1].Rows)
			f.rows = map[string]uint64{}
			all := []*hushlogv1.Request{holdRequest(), about("release-release1", "carla", asks), about("release-release2", "carla", agrees), about("release-release3", "sam", agrees)}
			run(all...)
			require.Equal(t, []string{
				store.HoldActive, store.HoldPreserved, store.HoldReleaseAsked, store.HoldReleaseRefused, store.HoldReleaseApproved, store.HoldReleased,
			}, f.holds.states(), "crash at call %d, after its effect: %t", crashAt, after)
			require.Equal(t, refusedSamePerson, f.holds.steps[3].Reason)
			require.Equal(t, "sam", f.holds.steps[5].Actor)
			require.Equal(t, uint64(7), f.holds.steps[5].Rows)
			require.Empty(t, f.holds.copies)
			require.Empty(t, f.holds.subjects)
			f.holds.copies[holdHex] = 1 // of a writer that did not know of the release yet
			clock = clock.Add(wholeHoldPause)
			run()
			require.Empty(t, f.holds.copies)
			require.True(t, slices.ContainsFunc(f.outcomes, func(o audit.Outcome) bool {
				return o == audit.Outcome{Result: audit.Refused, Reason: refusedSamePerson}
			}))
			last := len(f.notes) - 1
			require.Equal(t, actionRelease, f.notes[last].GetAction())
			require.Equal(t, holdHex, f.notes[last].GetRef())

			clock = clock.Add(399 * 24 * time.Hour)
			run(all...)
			require.Len(t, f.holds.steps, 6, "what was done is kept as long as the trail")
			clock = clock.Add(2 * 24 * time.Hour)
			run()
			require.Empty(t, f.holds.steps)
		}
	}
}

func TestReleasesThatDoNotHold(t *testing.T) {
	for name, tc := range map[string]struct {
		requests []*hushlogv1.Request
		want     []string
		reason   string
	}{
		"nobody asked": {
			[]*hushlogv1.Request{holdRequest(), about("release-release1", "sam", agrees)},
			[]string{store.HoldActive, store.HoldReleaseRefused, store.HoldPreserved},
			refusedNotAsked,
		},
		"it failed": {
			[]*hushlogv1.Request{{Kind: hushlogv1.RequestKind_REQUEST_KIND_HOLD, RequestId: holdID, Project: "demo", Resolved: true, Failure: "unreadable"}, about("release-release1", "sam", asks)},
			[]string{store.HoldFailed, store.HoldReleaseRefused},
			refusedReleased,
		},
		"no such hold": {[]*hushlogv1.Request{about("release-release1", "sam", asks)}, nil, ""},
		"another project": {
			[]*hushlogv1.Request{holdRequest(), {Kind: asks, RequestId: []byte("release-release1"), Project: "other", HoldId: holdID, Actor: "sam", Resolved: true}},
			[]string{store.HoldActive, store.HoldPreserved},
			"",
		},
	} {
		t.Run(name, func(t *testing.T) {
			f := &fakeTables{rows: map[string]uint64{store.TableInteractions: 1}}
			f.holds = &fakeHolds{fakeTables: f, copies: map[string]uint64{}}
			h := newHolds(f.holds, f, time.Hour, slog.New(slog.DiscardHandler), func() time.Time { return holdsBegan })
			for _, r := range tc.requests {
				h.take(r)
			}
			require.NoError(t, h.advance(t.Context()))
			require.Equal(t, tc.want, f.holds.states())
			if tc.reason != "" {
				require.True(t, slices.ContainsFunc(f.holds.steps, func(s store.HoldStep) bool { return s.State == store.HoldReleaseRefused && s.Reason == tc.reason }))
			}
		})
	}
}

// TestRowsThatComeUnderAHoldAreCopied: recent ones each minute, all each hour.
func TestRowsThatComeUnderAHoldAreCopied(t *testing.T) {
	f := &fakeTables{rows: map[string]uint64{store.TableInteractions: 1}}
	f.holds = &fakeHolds{fakeTables: f, copies: map[string]uint64{}}
	clock := holdsBegan
	h := newHolds(f.holds, f, time.Hour, slog.New(slog.DiscardHandler), func() time.Time { return clock })
	h.take(holdRequest())
	for _, pass := range []time.Duration{0, 30 * time.Second, 30 * time.Second, 58 * time.Minute, time.Minute} {
		clock = clock.Add(pass)
		require.NoError(t, h.advance(t.Context()))
	}
	require.Equal(t, []time.Time{{}, holdsBegan.Add(time.Minute - holdRecent), holdsBegan.Add(59*time.Minute - holdRecent), {}}, f.holds.since)
}

// TestErasureIsDelayedByAHoldAndFinishedOnItsRelease crashes at every call, and lets the stream forget the request
// while the hold lasts.
func TestErasureIsDelayedByAHoldAndFinishedOnItsRelease(t *testing.T) {
	signer, verifier := trailKeys(t)
	erasure, err := proto.Marshal(request())
	require.NoError(t, err)
	var requests [][]byte
	for _, r := range []*hushlogv1.Request{holdRequest(), request(), about("release-release1", "carla", asks), about("release-release2", "sam", agrees)} {
		value, err := proto.Marshal(r)
		require.NoError(t, err)
		requests = append(requests, value)
	}
	require.Equal(t, erasure, requests[1])
	for crashAt := range 60 {
		for _, after := range []bool{false, true} {
			rows := map[string]uint64{store.TableInteractions: 3, store.TableContents: 7, store.TableAlerts: 0, store.TableFindings: 0, store.TableFlags: 0}
			f := &fakeTables{rows: maps.Clone(rows), crashAt: crashAt, after: after}
			clock := holdsBegan
			process := func(values [][]byte, rounds int) {
				t.Helper()
				for range rounds {
					e := newErasures(t, f, signer, func() time.Time { return clock })
					for _, value := range values {
						e.take(&kgo.Record{Value: value})
					}
					err := e.remember(t.Context())
					require.True(t, err == nil || errors.Is(err, errCrash), "%v", err)
					err = e.holds.advance(t.Context())
					require.True(t, err == nil || errors.Is(err, errCrash), "%v", err)
					for id, waiting := range e.waiting() {
						err = e.advance(t.Context(), id, waiting)
						require.True(t, err == nil || errors.Is(err, errCrash) || errors.Is(err, errHoldsWaiting), "%v", err)
					}
					clock = clock.Add(time.Minute)
				}
			}
			process(requests[:2], 12)
			require.Zero(t, sum(f.rows), "everything but the copies is erased")
			require.Equal(t, map[string]uint64{holdHex: 10}, f.holds.copies, "crash at call %d, after its effect: %t", crashAt, after)
			last := f.steps[len(f.steps)-1]
			require.Equal(t, store.ErasureDelayed, last.State)
			require.Equal(t, holdHex, last.Place)
			require.Equal(t, uint64(10), last.Rows)

			clock = clock.AddDate(0, 2, 0) // the stream has forgotten the first requests
			process(requests[2:3], 2)
			require.Equal(t, store.ErasureDelayed, f.steps[len(f.steps)-1].State, "one person releases nothing")
			process(requests[2:], 8)
			last = f.steps[len(f.steps)-1]
			require.Equal(t, store.ErasureDone, last.State)
			require.Empty(t, f.holds.copies)
			signed, err := note.Open([]byte(last.Receipt), note.VerifierList(verifier))
			require.NoError(t, err)
			var receipt Receipt
			require.NoError(t, json.Unmarshal([]byte(signed.Text), &receipt))
			require.Equal(t, rows, receipt.Rows)
			require.Equal(t, map[string]uint64{holdHex: 10}, receipt.DelayedBy)
		}
	}
}

// TestErasureOfWhoIsHeldAndHasNoRowsYet: what a hold names may still arrive. The erasure waits for the release, and says
// then whether there was anything.
func TestErasureOfWhoIsHeldAndHasNoRowsYet(t *testing.T) {
	signer, _ := trailKeys(t)
	for late, want := range map[uint64]string{0: store.ErasureNotFound, 3: store.ErasureDone} {
		f := &fakeTables{rows: map[string]uint64{}}
		clock := holdsBegan
		e := newErasures(t, f, signer, func() time.Time { return clock })
		round := func() {
			t.Helper()
			require.NoError(t, e.holds.advance(t.Context()))
			for id, waiting := range e.waiting() {
				require.NoError(t, e.advance(t.Context(), id, waiting))
			}
			clock = clock.Add(time.Minute)
		}
		take := func(r *hushlogv1.Request) {
			value, err := proto.Marshal(r)
			require.NoError(t, err)
			e.take(&kgo.Record{Value: value})
		}
		take(request())
		take(holdRequest())
		err := e.advance(t.Context(), hex.EncodeToString(request().GetRequestId()), request())
		require.ErrorIs(t, err, errHoldsWaiting, "a hold that was asked for before comes before the tombstones")
		require.False(t, f.tombstones)
		for range 3 {
			round()
		}
		require.Equal(t, store.ErasureDelayed, f.steps[len(f.steps)-1].State)
		if late > 0 {
			f.holds.copies[holdHex] = late // copied as they arrived
		}
		take(about("release-release1", "carla", asks))
		round()
		require.Equal(t, store.ErasureDelayed, f.steps[len(f.steps)-1].State)
		take(about("release-release2", "sam", agrees))
		for range 3 {
			round()
		}
		require.Equal(t, want, f.steps[len(f.steps)-1].State)
		require.Empty(t, f.holds.copies)
	}
}
