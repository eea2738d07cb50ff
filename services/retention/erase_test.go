package retention

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"log/slog"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kgo"
	"golang.org/x/mod/sumdb/note"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/hushlog/hushlog/pkg/audit"
	"github.com/hushlog/hushlog/pkg/policy"
	"github.com/hushlog/hushlog/pkg/store"
	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

var errCrash = errors.New("crash")

// fakeTables are ClickHouse and the trail as an erasure sees them. Call number crashAt fails: before it
// has done anything, or after it has done all.
type fakeTables struct {
	rows       map[string]uint64
	late       map[string]uint64 // comes after the first deletion, as a write that had begun before
	left       uint64            // parts out of use
	steps      []store.ErasureStep
	tombstones bool
	notes      []*hushlogv1.AuditEntry
	holds      *fakeHolds
	outcomes   []audit.Outcome

	calls, crashAt int
	after          bool
}

func (f *fakeTables) do(work func()) error {
	f.calls++
	if f.calls == f.crashAt && !f.after {
		return errCrash
	}
	work()
	if f.calls == f.crashAt {
		return errCrash
	}
	return nil
}

func (f *fakeTables) CountSubject(context.Context, store.Subject) (counts map[string]uint64, err error) {
	err = f.do(func() { counts = maps.Clone(f.rows) })
	return counts, err
}

func (f *fakeTables) EraseSubject(context.Context, store.Subject) error {
	return f.do(func() {
		if !f.tombstones {
			panic("deleted before writers were told")
		}
		if sum(f.rows) > 0 {
			f.left = 2
		}
		f.rows, f.late = f.late, nil
	})
}

func (f *fakeTables) MutationsRunning(context.Context) (n uint64, err error) {
	err = f.do(func() {})
	return n, err
}

func (f *fakeTables) ErasedPartsLeft(context.Context, time.Time) (left uint64, err error) {
	err = f.do(func() {
		left = f.left
		f.left = max(f.left, 1) - 1
	})
	return left, err
}

func (f *fakeTables) ErasureSteps(context.Context, string) (steps []store.ErasureStep, err error) {
	err = f.do(func() { steps = slices.Clone(f.steps) })
	return steps, err
}

func (f *fakeTables) AddErasedToLedger(context.Context, string, uint32, store.Subject) error {
	return f.do(func() {})
}

func (f *fakeTables) AddErasureStep(_ context.Context, step store.ErasureStep) error {
	return f.do(func() {
		for _, s := range f.steps {
			if s.State == step.State && s.Place == step.Place && s.Wave == step.Wave {
				return // the same token
			}
		}
		f.steps = append(f.steps, step)
	})
}

func (f *fakeTables) AddTombstones(context.Context, string, store.Subject, time.Time) error {
	return f.do(func() { f.tombstones = true })
}

func (f *fakeTables) CountHeld(context.Context, store.Subject) (counts map[string]uint64, err error) {
	err = f.do(func() { counts = maps.Clone(f.holds.copies) })
	return counts, err
}

func (f *fakeTables) DelayedErasures(context.Context) (first []store.ErasureStep, err error) {
	err = f.do(func() {
		if slices.ContainsFunc(f.steps, isDelayed) && !slices.ContainsFunc(f.steps, store.ErasureStep.Final) {
			first = f.steps[:1]
		}
	})
	return first, err
}

func (f *fakeTables) Note(_ context.Context, entry *hushlogv1.AuditEntry, outcome audit.Outcome) error {
	return f.do(func() {
		f.notes, f.outcomes = append(f.notes, entry), append(f.outcomes, outcome)
	})
}

func newErasures(t *testing.T, f *fakeTables, signer note.Signer, now func() time.Time) *erasures {
	t.Helper()
	if f.holds == nil {
		f.holds = &fakeHolds{fakeTables: f, copies: map[string]uint64{}}
	}
	return &erasures{
		store: f, holds: newHolds(f.holds, f, 400*24*time.Hour, slog.New(slog.DiscardHandler), now), trail: f, signer: signer, policy: policy.Default(), leads: func() bool { return true },
		metrics: newMetrics(prometheus.NewRegistry(), nil), log: slog.New(slog.DiscardHandler), now: now, settle: time.Minute,
		pending: map[string]*hushlogv1.Request{},
	}
}

// trailKeys draws keys as hushlog secrets does.
func trailKeys(t *testing.T) (note.Signer, note.Verifier) {
	t.Helper()
	sign, verify, err := note.GenerateKey(rand.Reader, "hushlog-trail-test")
	require.NoError(t, err)
	signer, err := note.NewSigner(sign)
	require.NoError(t, err)
	verifier, err := note.NewVerifier(verify)
	require.NoError(t, err)
	return signer, verifier
}

// erase runs a request to its end; each crash is a new process.
func erase(t *testing.T, f *fakeTables, request *hushlogv1.Request) (Receipt, store.ErasureStep) {
	t.Helper()
	signer, verifier := trailKeys(t)
	clock := request.GetAt().AsTime()
	now := func() time.Time { return clock }
	value, err := proto.Marshal(request)
	require.NoError(t, err)

	for range 40 {
		e := newErasures(t, f, signer, now)
		e.take(&kgo.Record{Value: value})
		e.take(&kgo.Record{Value: value}) // the redactor may resolve a request twice
		for id, waiting := range e.waiting() {
			err = e.advance(t.Context(), id, waiting)
			require.True(t, err == nil || errors.Is(err, errCrash), "%v", err)
		}
		clock = clock.Add(time.Minute)
		last := len(f.steps) - 1
		if last >= 0 && f.steps[last].Final() {
			signed, err := note.Open([]byte(f.steps[last].Receipt), note.VerifierList(verifier))
			require.NoError(t, err)
			var receipt Receipt
			require.NoError(t, json.Unmarshal([]byte(signed.Text), &receipt))
			return receipt, f.steps[last]
		}
	}
	t.Fatal("the erasure does not end")
	return Receipt{}, store.ErasureStep{}
}

func request() *hushlogv1.Request {
	return &hushlogv1.Request{
		RequestId: []byte("0123456789abcdef"), Project: "demo", Actor: "carla", Role: "compliance", Resolved: true,
		At: timestamppb.New(time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC)), Pseudonyms: []string{"u_abc"},
	}
}

// TestErasureResumesWhereverItIsInterrupted crashes at every call there is, before and after its effect.
func TestErasureResumesWhereverItIsInterrupted(t *testing.T) {
	for crashAt := 0; crashAt < 40; crashAt++ {
		for _, after := range []bool{false, true} {
			f := &fakeTables{
				rows:    map[string]uint64{store.TableInteractions: 3, store.TableContents: 7, store.TableAlerts: 1, store.TableFindings: 0},
				late:    map[string]uint64{store.TableInteractions: 1, store.TableContents: 2},
				crashAt: crashAt, after: after,
			}
			receipt, step := erase(t, f, request())
			require.Equal(t, store.ErasureDone, receipt.State)
			require.Equal(t, map[string]uint64{store.TableInteractions: 4, store.TableContents: 9, store.TableAlerts: 1, store.TableFindings: 0, store.TableFlags: 0}, receipt.Rows,
				"crash at call %d, after its effect: %t", crashAt, after)
			require.Equal(t, uint64(14), step.Rows)
			require.Zero(t, sum(f.rows))
			require.Zero(t, f.left, "parts are gone from the disk")
			require.NotEmpty(t, f.notes)
			require.Equal(t, audit.Outcome{Result: audit.OK, Rows: 14}, f.outcomes[0])
			require.Len(t, receipt.Topics, len(topicsWithSubjects))
			require.NotContains(t, f.steps[len(f.steps)-1].Receipt, "u_abc", "a receipt does not tell the pseudonym")
		}
	}
}

func TestWhoIsNotThereIsNotErased(t *testing.T) {
	f := &fakeTables{rows: map[string]uint64{}}
	receipt, _ := erase(t, f, request())
	require.Equal(t, store.ErasureNotFound, receipt.State)
	require.Equal(t, audit.Outcome{Result: audit.Failed, Reason: "not-found"}, f.outcomes[0])
	require.True(t, f.tombstones, "what is still on its way is not stored")
}

func TestUnreadableIDIsSaidSo(t *testing.T) {
	asked := request()
	asked.Pseudonyms, asked.Failure = nil, "unreadable"
	f := &fakeTables{rows: map[string]uint64{store.TableInteractions: 1}}
	receipt, _ := erase(t, f, asked)
	require.Equal(t, store.ErasureFailed, receipt.State)
	require.Equal(t, "unreadable", receipt.Reason)
	require.Equal(t, uint64(1), sum(f.rows))
}

func TestOnlyTheLeaderErases(t *testing.T) {
	f := &fakeTables{rows: map[string]uint64{store.TableInteractions: 1}}
	e := newErasures(t, f, nil, time.Now)
	e.leads = func() bool { return false }
	value, err := proto.Marshal(request())
	require.NoError(t, err)
	e.take(&kgo.Record{Value: value})
	e.take(&kgo.Record{Value: []byte("\xff")})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.NoError(t, e.run(ctx))
	require.Zero(t, f.calls)
}
