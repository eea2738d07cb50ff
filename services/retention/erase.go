package retention

import (
	"context"
	"encoding/hex"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
	"golang.org/x/mod/sumdb/note" // receipts are signed as checkpoints are
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/hushlog/hushlog/pkg/audit"
	"github.com/hushlog/hushlog/pkg/identity"
	"github.com/hushlog/hushlog/pkg/policy"
	"github.com/hushlog/hushlog/pkg/store"
	"github.com/hushlog/hushlog/pkg/stream"
	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

const (
	actionErasure = "erasure"
	// erasePause is how often requests under way are looked after.
	erasePause = 2 * time.Second
	// writersKnow is how long after tombstones every writer goes by them, or has ended a write that it
	// began before: store.TombstoneAge, and the longest that one write takes.
	writersKnow = store.TombstoneAge + 35*time.Second
	// eraseTimeout bounds one step, in which ClickHouse rewrites the parts that hold the rows.
	eraseTimeout = 10 * time.Minute
)

// eraseStore is what an erasure asks of ClickHouse.
type eraseStore interface {
	CountSubject(ctx context.Context, s store.Subject) (map[string]uint64, error)
	EraseSubject(ctx context.Context, s store.Subject) error
	MutationsRunning(ctx context.Context) (uint64, error)
	ErasedPartsLeft(ctx context.Context, until time.Time) (uint64, error)
	ErasureSteps(ctx context.Context, requestID string) ([]store.ErasureStep, error)
	AddErasedToLedger(ctx context.Context, requestID string, wave uint32, s store.Subject) error
	AddErasureStep(ctx context.Context, step store.ErasureStep) error
	AddTombstones(ctx context.Context, requestID string, s store.Subject, now time.Time) error
	CountHeld(ctx context.Context, s store.Subject) (map[string]uint64, error)
	DelayedErasures(ctx context.Context) ([]store.ErasureStep, error)
}

// trailNotes puts what was done on the trail.
type trailNotes interface {
	Note(ctx context.Context, entry *hushlogv1.AuditEntry, outcome audit.Outcome) error
}

// erasures works on resolved requests until each has a receipt. All that it knows is in the stream (what
// is asked for) and in the table erasures (what was done), each step written down before and after it is
// taken: whoever takes over goes on where the last one was.
type erasures struct {
	store eraseStore
	// holds are worked on first: what is under one is copied before anything is deleted.
	holds  *holds
	trail  trailNotes
	signer note.Signer
	policy *policy.Policy
	// leads says whether this process is the one that works on them.
	leads   func() bool
	metrics *metrics
	log     *slog.Logger
	now     func() time.Time
	// settle is writersKnow; tests make it shorter.
	settle time.Duration

	mu      sync.Mutex // guards pending
	pending map[string]*hushlogv1.Request
}

// take gets the records of the requests' topic, from its start.
func (e *erasures) take(r *kgo.Record) {
	request := &hushlogv1.Request{}
	err := proto.Unmarshal(r.Value, request)
	if err != nil || !request.GetResolved() || len(request.GetRequestId()) == 0 {
		return // the redactor has told of what does not decode
	}
	if request.GetKind() != hushlogv1.RequestKind_REQUEST_KIND_UNSPECIFIED {
		e.holds.take(request)
		return
	}
	id := hex.EncodeToString(request.GetRequestId())
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.pending[id] == nil {
		e.pending[id] = request
	}
}

func (e *erasures) waiting() map[string]*hushlogv1.Request {
	e.mu.Lock()
	defer e.mu.Unlock()
	waiting := make(map[string]*hushlogv1.Request, len(e.pending))
	for id, request := range e.pending {
		waiting[id] = request
	}
	return waiting
}

func (e *erasures) done(id string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	delete(e.pending, id)
}

// run looks after requests until ctx ends. What fails is told once and tried again.
func (e *erasures) run(ctx context.Context) error {
	failed := map[string]string{}
	var remembered time.Time
	for {
		if e.leads() {
			e.advanceHolds(ctx, failed)
			if e.now().Sub(remembered) > rememberPause && e.tell(ctx, failed, "delayed erasures are looked for", e.remember(ctx)) {
				remembered = e.now()
			}
			for id, request := range e.waiting() {
				err := e.advance(ctx, id, request)
				if ctx.Err() != nil {
					return nil
				}
				if err != nil && failed[id] != err.Error() {
					e.log.ErrorContext(ctx, "an erasure does not go on and is tried again", slog.String("request", id), slog.String("error", err.Error()))
					failed[id] = err.Error()
				}
			}
			e.metrics.erasuresWaiting.Set(float64(len(e.waiting())))
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(erasePause):
		}
	}
}

// advanceHolds does what can be done of holds.
func (e *erasures) advanceHolds(ctx context.Context, failed map[string]string) {
	bounded, cancel := context.WithTimeout(ctx, eraseTimeout)
	defer cancel()
	e.tell(ctx, failed, "holds", e.holds.advance(bounded))
}

// tell logs a failure once and says whether all is well.
func (e *erasures) tell(ctx context.Context, failed map[string]string, what string, err error) bool {
	switch {
	case err == nil:
		failed[what] = ""
	case ctx.Err() == nil && failed[what] != err.Error():
		e.log.ErrorContext(ctx, "a request does not go on and is tried again", slog.String("what", what), slog.String("error", err.Error()))
		failed[what] = err.Error()
	}
	return err == nil
}

// rememberPause is how often delayed erasures are looked up that the stream does not tell of any more.
const rememberPause = time.Hour

// remember takes up erasures that wait for the release of a hold, for longer than the stream keeps requests.
func (e *erasures) remember(ctx context.Context) error {
	delayed, err := e.store.DelayedErasures(ctx)
	if err != nil {
		return err
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, s := range delayed {
		id, err := hex.DecodeString(s.RequestID)
		if err == nil && e.pending[s.RequestID] == nil {
			e.pending[s.RequestID] = &hushlogv1.Request{RequestId: id, Project: s.Project, Actor: s.Actor, At: timestamppb.New(s.RequestedAt), Resolved: true}
		}
	}
	return nil
}

// erasure is one request with the steps that were taken.
type erasure struct {
	*erasures
	id      string
	request *hushlogv1.Request
	subject store.Subject
	steps   []store.ErasureStep
}

// advance takes every step of a request that can be taken now.
func (e *erasures) advance(ctx context.Context, id string, request *hushlogv1.Request) error {
	ctx, cancel := context.WithTimeout(ctx, eraseTimeout)
	defer cancel()
	steps, err := e.store.ErasureSteps(ctx, id)
	if err != nil {
		return err
	}
	one := &erasure{
		erasures: e, id: id, request: request, steps: steps,
		subject: store.Subject{Project: request.GetProject(), Pseudonyms: request.GetPseudonyms(), Until: request.GetAt().AsTime()},
	}
	if one.find(store.ErasureStep.Final) != nil {
		e.done(id)
		return nil
	}
	if request.GetFailure() != "" {
		return one.finish(ctx, store.ErasureFailed, request.GetFailure())
	}
	started := one.find(func(s store.ErasureStep) bool { return s.State == store.ErasureStarted })
	if started == nil {
		return one.start(ctx)
	}
	if e.now().Sub(started.At) < e.settle {
		return nil
	}
	if one.find(isDelayed) != nil {
		return one.resume(ctx)
	}
	return one.erase(ctx)
}

func (e *erasure) find(is func(store.ErasureStep) bool) *store.ErasureStep {
	for i := range e.steps {
		if is(e.steps[i]) {
			return &e.steps[i]
		}
	}
	return nil
}

// start sets the tombstones, and only then says so. A hold that was asked for before comes first: what arrives late under it is
// copied by it if it is older than the tombstones.
func (e *erasure) start(ctx context.Context) error {
	if e.holds.waitingIn(e.subject.Project) {
		return errHoldsWaiting
	}
	err := e.store.AddTombstones(ctx, e.id, e.subject, e.now())
	if err != nil {
		return err
	}
	return e.step(ctx, store.ErasureStep{State: store.ErasureStarted})
}

// step writes down what was done.
func (e *erasure) step(ctx context.Context, s store.ErasureStep) error {
	s.RequestID, s.Project, s.Actor = e.id, e.request.GetProject(), e.request.GetActor()
	s.RequestedAt, s.At = e.request.GetAt().AsTime(), e.now().UTC().Truncate(time.Millisecond)
	err := e.store.AddErasureStep(ctx, s)
	if err == nil {
		e.steps = append(e.steps, s)
	}
	return err
}

// erase deletes in waves until nothing is found: a write that had begun before the tombstones may end
// after a wave. A wave's counts are written down before it deletes.
func (e *erasure) erase(ctx context.Context) error {
	running, err := e.store.MutationsRunning(ctx)
	if err != nil || running > 0 {
		return err // a deletion that was begun before goes on; what it leaves is counted when it has ended
	}
	err = e.holds.preserve(ctx, e.subject)
	if err != nil {
		return fmt.Errorf("copy what is under a hold: %w", err)
	}
	wave, open := e.wave()
	for {
		counts, err := e.store.CountSubject(ctx, e.subject)
		if err != nil {
			return err
		}
		if sum(counts) == 0 && !open {
			break
		}
		if open {
			counts = e.uncounted(wave, counts)
		}
		if sum(counts) > 0 {
			wave++
			err = e.found(ctx, wave, counts)
			if err != nil {
				return err
			}
		}
		err = e.store.EraseSubject(ctx, e.subject)
		if err != nil {
			return err
		}
		err = e.step(ctx, store.ErasureStep{State: store.ErasureDeleted, Wave: wave})
		if err != nil {
			return err
		}
		open = false
	}
	err = e.delay(ctx)
	switch {
	case err != nil:
		return err
	case e.find(isDelayed) != nil:
		return e.resume(ctx)
	case wave == 0:
		return e.finish(ctx, store.ErasureNotFound, "not-found")
	}
	return e.end(ctx)
}

// end finishes when nothing is on the disk any more.
func (e *erasure) end(ctx context.Context) error {
	left, err := e.store.ErasedPartsLeft(ctx, e.lastDeletion())
	if err != nil || left > 0 {
		return err // ClickHouse removes them within a minute; the next look goes on here
	}
	if e.find(hadRows) == nil {
		return e.finish(ctx, store.ErasureNotFound, "not-found")
	}
	return e.finish(ctx, store.ErasureDone, "")
}

// hadRows says that a step tells of rows of the end user: in a table, or as copies under a hold.
func hadRows(s store.ErasureStep) bool {
	return s.State == store.ErasureFound || s.Rows > 0 && (isDelayed(s) || isResumed(s))
}

func isDelayed(s store.ErasureStep) bool { return s.State == store.ErasureDelayed }

// delay writes down which holds have copies of the rows, and which name the end user: what of theirs is in the stream, or in
// quarantine, will be copied when it arrives.
func (e *erasure) delay(ctx context.Context) error {
	held, err := e.store.CountHeld(ctx, e.subject)
	if err != nil {
		return err
	}
	naming, err := e.holds.naming(ctx, e.subject)
	if err != nil {
		return err
	}
	for _, id := range naming {
		held[id] += 0
	}
	for _, id := range slices.Sorted(maps.Keys(held)) {
		if e.find(func(s store.ErasureStep) bool { return isDelayed(s) && s.Place == id }) != nil {
			continue
		}
		err = e.step(ctx, store.ErasureStep{State: store.ErasureDelayed, Place: id, Rows: held[id]})
		if err != nil {
			return err
		}
		e.log.InfoContext(ctx, "an erasure is delayed by a hold", slog.String("request", e.id), slog.String("hold", id), slog.Uint64("rows", held[id]))
	}
	return nil
}

// resume ends a delayed erasure when no hold that delays it has copies any more: its release deletes all of them.
// It needs no pseudonym, which the stream may have forgotten by then.
func (e *erasure) resume(ctx context.Context) error {
	if len(e.subject.Pseudonyms) > 0 && e.find(isResumed) == nil {
		err := e.delay(ctx) // one more, when the last process did not get to write down all
		if err != nil {
			return err
		}
	}
	if e.find(isResumed) == nil {
		late, released, err := e.released(ctx)
		if err != nil || !released {
			return err
		}
		err = e.step(ctx, store.ErasureStep{State: store.ErasureResumed, Rows: late})
		if err != nil {
			return err
		}
	}
	return e.end(ctx)
}

// released says whether no hold that delays the erasure is in force or has copies any more, and how many rows those had on their
// release that had none when the erasure came to them.
func (e *erasure) released(ctx context.Context) (late uint64, released bool, err error) {
	known, err := e.holds.known(ctx)
	if err != nil {
		return 0, false, err
	}
	for _, s := range e.steps {
		if !isDelayed(s) {
			continue
		}
		one := known[s.Place]
		if one != nil && one.active() {
			return 0, false, nil
		}
		held, err := e.holds.store.CountHold(ctx, s.Place)
		if err != nil || held > 0 {
			return 0, false, err
		}
		if one != nil && s.Rows == 0 {
			late += one.state(store.HoldReleaseApproved).Rows
		}
	}
	return late, true, nil
}

func isResumed(s store.ErasureStep) bool { return s.State == store.ErasureResumed }

// uncounted are rows of an open wave that its counts do not tell of. A place that holds as many rows as
// were counted is not deleted yet; one that holds none is; any other holds what came in between.
func (e *erasure) uncounted(wave uint32, counts map[string]uint64) map[string]uint64 {
	rest := map[string]uint64{}
	for place, n := range counts {
		counted := e.find(func(s store.ErasureStep) bool {
			return s.State == store.ErasureFound && s.Wave == wave && s.Place == place
		})
		if n > 0 && (counted == nil || counted.Rows != n) {
			rest[place] = n
		}
	}
	return rest
}

// wave is the last one that was counted as a whole, and whether its deletion is still to be done.
func (e *erasure) wave() (last uint32, open bool) {
	for _, s := range e.steps {
		if s.State == store.ErasureOpen {
			last = max(last, s.Wave)
		}
	}
	deleted := e.find(func(s store.ErasureStep) bool { return s.State == store.ErasureDeleted && s.Wave == last })
	return last, last > 0 && deleted == nil
}

func (e *erasure) lastDeletion() time.Time {
	var last time.Time
	for _, s := range e.steps {
		if (s.State == store.ErasureDeleted || s.State == store.ErasureResumed) && s.At.After(last) {
			last = s.At
		}
	}
	return last
}

// found writes down what a wave will delete, all places before the wave is open: a crash between two of
// them has the wave counted again, under the same tokens.
func (e *erasure) found(ctx context.Context, wave uint32, counts map[string]uint64) error {
	for _, place := range store.ErasablePlaces() {
		if counts[place] == 0 {
			continue
		}
		if e.find(func(s store.ErasureStep) bool {
			return s.State == store.ErasureFound && s.Wave == wave && s.Place == place
		}) != nil {
			continue
		}
		err := e.step(ctx, store.ErasureStep{State: store.ErasureFound, Place: place, Wave: wave, Rows: counts[place]})
		if err != nil {
			return err
		}
	}
	if counts[store.TableInteractions] > 0 {
		err := e.store.AddErasedToLedger(ctx, e.id, wave, e.subject)
		if err != nil {
			return err
		}
	}
	return e.step(ctx, store.ErasureStep{State: store.ErasureOpen, Wave: wave})
}

func sum(counts map[string]uint64) uint64 {
	total := uint64(0)
	for _, n := range counts {
		total += n
	}
	return total
}

// finish asks once more, signs the receipt, puts it on the trail and writes it down. In this order: an
// erasure that has a receipt is on the trail.
func (e *erasure) finish(ctx context.Context, state, reason string) error {
	receipt, rows, err := e.receipt(state, reason)
	if err != nil {
		return err
	}
	outcome := audit.Outcome{Result: audit.OK, Rows: rows}
	if reason != "" {
		outcome = audit.Outcome{Result: audit.Failed, Reason: reason}
	}
	err = e.trail.Note(ctx, &hushlogv1.AuditEntry{Actor: identity.Retention, Action: actionErasure, Ref: e.id, Tables: tablesOf(e.steps)}, outcome)
	if err != nil {
		return fmt.Errorf("put the erasure on the trail: %w", err)
	}
	err = e.step(ctx, store.ErasureStep{State: state, Rows: rows, Receipt: receipt})
	if err != nil {
		return err
	}
	e.metrics.erasures.WithLabelValues(state).Inc()
	e.log.InfoContext(ctx, "an erasure has ended", slog.String("request", e.id), slog.String("state", state), slog.Uint64("rows", rows))
	e.done(e.id)
	return nil
}

func tablesOf(steps []store.ErasureStep) []string {
	var names []string
	for _, place := range store.ErasablePlaces() {
		for _, s := range steps {
			if s.State == store.ErasureFound && s.Place == place {
				names = append(names, store.Database+"."+place)
				break
			}
		}
	}
	return names
}

// topicsWithSubjects are those whose records are, or may be, of an end user, and how long each keeps them.
var topicsWithSubjects = []string{stream.TopicRaw, stream.TopicEvents, stream.TopicAlerts, stream.TopicAlertState, stream.TopicQuarantine, stream.TopicRequests, stream.TopicRestrictions}
