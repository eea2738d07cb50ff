package detector

import (
	"fmt"

	"github.com/hushlog/hushlog/pkg/redact"
)

// ErrUnavailable says that a detector gave no answer that counts. The text is not inspected: the caller fails closed, and
// may ask again later. It wraps redact.ErrUninspectable.
var ErrUnavailable = fmt.Errorf("%w: an external detector gave no answer", redact.ErrUninspectable)

// Outcome is what became of a try: a closed set, and values of a metric's label.
type Outcome string

// The outcomes.
const (
	OutcomeOK       Outcome = "ok"
	OutcomeTimeout  Outcome = "timeout"    // no answer in time
	OutcomeNetwork  Outcome = "network"    // no connection, or it broke
	OutcomeBusy     Outcome = "busy"       // it says that it has too much to do, or that it failed
	OutcomeRefused  Outcome = "refused"    // it does not take such a request
	OutcomeBad      Outcome = "bad-answer" // an answer that is none: form, offsets, number of results
	OutcomeTooLarge Outcome = "too-large"  // an answer beyond MaxAnswer, or a text beyond what may be sent
	OutcomeOpen     Outcome = "open"       // nothing was sent, as too many tries before have failed
)

// Outcomes returns every outcome. The caller owns the slice.
func Outcomes() []Outcome {
	return []Outcome{
		OutcomeOK, OutcomeTimeout, OutcomeNetwork, OutcomeBusy, OutcomeRefused, OutcomeBad, OutcomeTooLarge, OutcomeOpen,
	}
}

// failure is an outcome as an error. Its text holds names and numbers of our own only: what a server, a proxy or a
// library says may quote a text.
type failure struct {
	outcome Outcome
	detail  string
}

func (f *failure) Error() string {
	if f.detail == "" {
		return string(f.outcome)
	}
	return string(f.outcome) + ": " + f.detail
}

// passes reports whether the same request may fare better later.
func (f *failure) passes() bool {
	return f.outcome == OutcomeTimeout || f.outcome == OutcomeNetwork || f.outcome == OutcomeBusy
}
