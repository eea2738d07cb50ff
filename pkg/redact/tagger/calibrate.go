package tagger

import "math"

// Calibrate sets the calibration of w by what its model finds in examples that it was not trained on: for each kind, the
// logistic curve that fits best to which of its findings were right (Platt 1999). With too few findings of a kind, its
// calibration is left as it is.
func Calibrate(w *Weights, examples []Example) error {
	for k := range w.Calibration {
		w.Calibration[k] = [2]float32{1, 0}
	}
	t, err := Read(string(Pack(w)))
	if err != nil {
		return err
	}
	var seen [kindCount][]outcome
	var found []Entity
	for _, x := range examples {
		found = t.Tag(x.Text, Options{Least: [kindCount]float32{leastCalibrated, leastCalibrated, leastCalibrated}, Masks: x.Masks, Keep: [kindCount]bool{true, true, true}}, found[:0])
		for _, e := range found {
			seen[e.Kind] = append(seen[e.Kind], outcome{logit: logit(e.Confidence), right: isRight(e, x.Names)})
		}
	}
	for k := range w.Calibration {
		if len(seen[k]) >= minCalibrated {
			w.Calibration[k] = fitCurve(seen[k])
		}
	}
	return nil
}

const (
	leastCalibrated = 0.05 // findings below it are not looked at
	minCalibrated   = 100  // findings
)

// outcome is a finding and whether it was right.
type outcome struct {
	logit float64
	right bool
}

// isRight reports whether e covers at least half of a name of its kind, or lies at least half in one.
func isRight(e Entity, names []Entity) bool {
	for _, g := range names {
		common := min(e.End, g.End) - max(e.Start, g.Start)
		if g.Kind == e.Kind && common > 0 && 2*common >= min(e.End-e.Start, g.End-g.Start) {
			return true
		}
	}
	return false
}

// Bounds of a slope: a model that is less sure than it should be is left alone, one that is surer is corrected.
const (
	minSlope = 0.1
	maxSlope = 1
)

// fitCurve fits slope and offset by gradient descent with a shrinking step, which ends near enough to the minimum of a
// convex function whatever the data.
func fitCurve(seen []outcome) [2]float32 {
	a, b := 1.0, 0.0
	const rounds = 2000
	n := float64(len(seen))
	for i := range rounds {
		ga, gb := 0.0, 0.0
		for _, o := range seen {
			d := 1 / (1 + math.Exp(-a*o.logit-b))
			if o.right {
				d--
			}
			ga, gb = ga+d*o.logit/n, gb+d/n
		}
		step := 0.2 / (1 + 0.01*float64(i))
		a, b = max(minSlope, min(maxSlope, a-0.1*step*ga)), b-step*gb
	}
	return [2]float32{float32(a), float32(b)}
}
