package alerting

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"

	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

// snapshotVersion is the form of AlertSnapshot.
const snapshotVersion = 1

// ErrState says that a snapshot is not one, or of another version. Start without it: what was counted before is lost.
var ErrState = errors.New("not a state that rules can go on from")

// Snapshot is all that the engine knows. Offsets and blocks are for the caller to add.
func (e *Engine) Snapshot() (*hushlogv1.AlertSnapshot, error) {
	snapshot := &hushlogv1.AlertSnapshot{Version: snapshotVersion, Watermark: e.watermark}
	for _, s := range e.rules {
		encoded, err := s.encode()
		if err != nil {
			return nil, fmt.Errorf("rule %s: %w", s.Name, err)
		}
		snapshot.Rules = append(snapshot.Rules, encoded)
	}
	return snapshot, nil
}

func (s *state) encode() (*hushlogv1.AlertRuleState, error) {
	name := sha256.Sum256([]byte(s.Name))
	out := &hushlogv1.AlertRuleState{
		Rule: name[:], Digest: s.digest[:], Closed: s.closed, Done: s.done, Started: s.started, Began: s.began,
	}
	for _, index := range slices.Sorted(maps.Keys(s.windows)) {
		w := &hushlogv1.AlertWindow{Index: index}
		for _, key := range slices.Sorted(maps.Keys(s.windows[index].counters)) {
			c := s.windows[index].counters[key]
			sketch, err := c.distinct.encode()
			if err != nil {
				return nil, err
			}
			encoded := &hushlogv1.AlertCounter{Key: []byte(key), Count: c.count, Hits: c.hits, Sum: c.sum, Rank: uint32(c.rank), Fired: c.fired, Sketch: sketch}
			if c.distinct != nil {
				encoded.Exact = c.distinct.exact
			}
			w.Counters = append(w.Counters, encoded)
		}
		out.Windows = append(out.Windows, w)
	}
	for _, key := range slices.Sorted(maps.Keys(s.known)) {
		out.Tracks = append(out.Tracks, s.known[key].encode(key))
	}
	for _, block := range slices.Sorted(maps.Keys(s.fired)) {
		for _, key := range slices.Sorted(maps.Keys(s.fired[block])) {
			in := s.fired[block][key]
			out.Fired = append(out.Fired, &hushlogv1.AlertInstance{
				Key: []byte(key), Block: block, FiredAt: in.firedAt, Value: in.value, Threshold: in.threshold, Rank: uint32(in.rank),
			})
		}
	}
	for _, p := range s.pending {
		out.Pending = append(out.Pending, &hushlogv1.AlertStep{Key: []byte(p.key), At: p.at, Then: p.then, Rank: uint32(p.rank)})
	}
	return out, nil
}

func (t *track) encode(key string) *hushlogv1.AlertTrack {
	out := &hushlogv1.AlertTrack{Key: []byte(key), Seen: t.seen, Run: t.run, Held: t.held, Times: t.times, Baseline: t.history != nil}
	if t.history == nil {
		return out
	}
	for _, slot := range slices.Sorted(maps.Keys(t.history.slots)) {
		r := t.history.slots[slot]
		out.Slots = append(out.Slots, &hushlogv1.AlertSlot{Slot: uint32(slot), Values: r.values, Next: uint32(r.next)}) //nolint:gosec // below maxSamples
	}
	return out
}

// Restore replaces all that the engine knows. Rules that the snapshot does not have, or has in another form, start with
// nothing known; the number of those that it had in another form is returned. After an error, which is ErrState, the engine
// knows nothing.
func (e *Engine) Restore(snapshot *hushlogv1.AlertSnapshot) (changed int, err error) {
	if snapshot.GetVersion() != snapshotVersion {
		return 0, fmt.Errorf("version %d: %w", snapshot.GetVersion(), ErrState)
	}
	byName := map[[sha256.Size]byte]*hushlogv1.AlertRuleState{}
	for _, r := range snapshot.GetRules() {
		if len(r.GetRule()) == sha256.Size {
			byName[[sha256.Size]byte(r.GetRule())] = r
		}
	}
	fresh := make([]*state, len(e.rules))
	for i, old := range e.rules {
		s := newState(old.compiled)
		s.matchIndex, s.stats = old.matchIndex, old.stats
		encoded := byName[sha256.Sum256([]byte(s.Name))]
		switch {
		case encoded == nil:
		case string(encoded.GetDigest()) != string(s.digest[:]):
			changed++
		default:
			err = s.decode(encoded)
			if err != nil {
				return 0, fmt.Errorf("rule %s: %w", s.Name, err)
			}
		}
		fresh[i] = s
	}
	e.watermark = snapshot.GetWatermark()
	e.rules, e.bySource = fresh, map[Source][]*state{}
	for _, s := range fresh {
		e.bySource[s.Source] = append(e.bySource[s.Source], s)
		if s.closed == math.MinInt64 && e.watermark != math.MinInt64 {
			// A rule that is new counts from now on.
			s.closed, s.done = floorDiv(e.watermark-s.lateness, s.window), e.watermark-s.lateness
		}
	}
	return changed, nil
}

func (s *state) decode(in *hushlogv1.AlertRuleState) error {
	s.closed, s.done, s.started, s.began = in.GetClosed(), in.GetDone(), in.GetStarted(), in.GetBegan()
	for _, w := range in.GetWindows() {
		err := s.decodeWindow(w)
		if err != nil {
			return err
		}
	}
	for _, t := range in.GetTracks() {
		err := s.decodeTrack(t)
		if err != nil {
			return err
		}
	}
	for _, f := range in.GetFired() {
		if !s.validKey(f.GetKey()) {
			return fmt.Errorf("alert: %w", ErrState)
		}
		if s.fired[f.GetBlock()] == nil {
			s.fired[f.GetBlock()] = map[string]*instance{}
		}
		s.fired[f.GetBlock()][string(f.GetKey())] = &instance{f.GetFiredAt(), f.GetValue(), f.GetThreshold(), toRank(f.GetRank())}
	}
	if s.Sequence == nil && len(in.GetPending()) > 0 || len(in.GetPending()) > maxPending {
		return fmt.Errorf("sequence: %w", ErrState)
	}
	for _, p := range in.GetPending() {
		if !s.validKey(p.GetKey()) {
			return fmt.Errorf("sequence: %w", ErrState)
		}
		s.pending = append(s.pending, step{p.GetAt(), p.GetThen(), string(p.GetKey()), toRank(p.GetRank())})
	}
	return nil
}

func (s *state) decodeWindow(in *hushlogv1.AlertWindow) error {
	if in.GetIndex() < s.closed || s.windows[in.GetIndex()] != nil {
		return fmt.Errorf("window: %w", ErrState)
	}
	w := &window{in.GetIndex(), make(map[string]*counter, len(in.GetCounters()))}
	for _, c := range in.GetCounters() {
		if !s.validKey(c.GetKey()) || w.counters[string(c.GetKey())] != nil || c.GetSum() < 0 {
			return fmt.Errorf("counter: %w", ErrState)
		}
		restored := &counter{count: c.GetCount(), hits: c.GetHits(), sum: c.GetSum(), rank: toRank(c.GetRank()), fired: c.GetFired()}
		if s.Aggregate == Distinct {
			var err error
			restored.distinct, err = decodeDistinct(c.GetExact(), c.GetSketch())
			if err != nil {
				return err
			}
		}
		w.counters[string(c.GetKey())] = restored
	}
	s.windows[w.index] = w
	s.live += len(w.counters)
	return nil
}

func (s *state) decodeTrack(in *hushlogv1.AlertTrack) error {
	if !s.validKey(in.GetKey()) || s.Sequence == nil && len(in.GetTimes()) > 0 || len(in.GetTimes()) > maxSequence {
		return fmt.Errorf("track: %w", ErrState)
	}
	t := &track{seen: in.GetSeen(), run: in.GetRun(), held: in.GetHeld(), times: in.GetTimes()}
	if in.GetBaseline() != (s.Baseline != nil) {
		return fmt.Errorf("track: %w", ErrState)
	}
	if in.GetBaseline() {
		t.history = newHistory()
	}
	for _, slot := range in.GetSlots() {
		if t.history == nil || slot.GetSlot() >= hoursOfWeek || len(slot.GetValues()) > s.slotSamples || int(slot.GetNext()) >= s.slotSamples {
			return fmt.Errorf("baseline: %w", ErrState)
		}
		t.history.slots[uint8(slot.GetSlot())] = &ring{slot.GetValues(), int(slot.GetNext())} //nolint:gosec // below hoursOfWeek
	}
	s.known[string(in.GetKey())] = t
	return nil
}

func toRank(v uint32) rank { return rank(min(v, uint32(highestRank))) }
