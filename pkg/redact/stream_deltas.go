package redact

import "strings"

// DeltaWindow is the most text of a message part that a DeltaJoiner holds back, in bytes.
const DeltaWindow = 32 << 10

var deltaLimits = limits{window: DeltaWindow, before: 8 << 10, ahead: 8 << 10}

// DeltaJoiner sanitizes the deltas of one message part, as models stream them: "my card is 4111", " 1111 11", "11 1111".
// A value is found across deltas. What stands in its place goes to the delta in which it starts, and the rest of it is
// taken out of the others, so that the sanitized deltas, put together, are the sanitized text; a Writer's bounds hold,
// with DeltaWindow in the place of StreamWindow. Deltas of different parts, or of different choices, go to joiners of
// their own. After an error nothing more comes out. It is used by one goroutine.
type DeltaJoiner struct {
	in      stream
	lengths []int // of deltas not yet given back
	given   int   // bytes of the first of them that were let go already
	open    strings.Builder
	found   []Finding
	err     error
}

// NewDeltaJoiner returns a joiner for one message part.
func NewDeltaJoiner(e *Engine, h Hints) *DeltaJoiner {
	return &DeltaJoiner{in: stream{eng: e, hints: h, lim: deltaLimits}}
}

// Push takes in the next delta and returns the sanitized forms of those deltas, of this and former calls, that nothing
// which follows can change: one for each, in order, empty ones too. A delta need not hold whole characters. The error
// wraps ErrUninspectable.
func (d *DeltaJoiner) Push(delta string) ([]string, error) {
	if d.err != nil {
		return nil, d.err
	}
	d.lengths = append(d.lengths, len(delta))
	var out []string
	for p := []byte(delta); len(p) > 0; {
		n := d.in.add(p)
		p = p[n:]
		if !d.in.full() {
			break
		}
		ready, err := d.settle(false)
		if err != nil {
			return nil, err
		}
		out = append(out, ready...)
	}
	return out, nil
}

// Flush ends the part and returns the sanitized forms of all deltas that are left. The joiner is not used again.
func (d *DeltaJoiner) Flush() ([]string, error) {
	if d.err != nil {
		return nil, d.err
	}
	out, err := d.settle(true)
	if err != nil {
		return nil, err
	}
	for len(d.lengths) > 0 { // empty ones
		out = append(out, d.next())
	}
	d.err = errClosed
	return out, nil
}

// Findings returns what was found in the deltas given back so far, in offsets of the whole part.
func (d *DeltaJoiner) Findings() []Finding { return append([]Finding{}, d.found...) }

// settle shares what is certain out to the deltas and returns those that are complete.
func (d *DeltaJoiner) settle(over bool) ([]string, error) {
	part, err := d.in.settle(over)
	if err != nil {
		d.err = err
		d.in = stream{}
		d.open.Reset()
		return nil, err
	}
	d.found = append(d.found, part.findings...)
	var out []string
	pos, edits := 0, part.edits
	for len(d.lengths) > 0 {
		n := d.lengths[0] - d.given
		end := min(len(part.raw), pos+n)
		edits = d.share(part.raw, pos, end, edits)
		d.given += end - pos
		pos = end
		if d.given < d.lengths[0] {
			break
		}
		out = append(out, d.next())
	}
	return out, nil
}

// next closes the first delta that was not given back.
func (d *DeltaJoiner) next() string {
	s := d.open.String()
	d.open.Reset()
	d.lengths, d.given = d.lengths[1:], 0
	return s
}

// share writes raw[pos:end] with its edits to the open delta, and returns the edits that go on after it: their text is
// written where they start.
func (d *DeltaJoiner) share(raw string, pos, end int, edits []edit) []edit {
	for pos < end {
		if len(edits) == 0 || edits[0].start >= end {
			d.open.WriteString(raw[pos:end])
			return edits
		}
		e := edits[0]
		if e.start >= pos {
			d.open.WriteString(raw[pos:e.start])
			d.open.WriteString(e.text)
		}
		if e.end > end {
			return edits
		}
		pos = e.end
		edits = edits[1:]
	}
	return edits
}
