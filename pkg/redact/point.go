package redact

import (
	"errors"
	"fmt"
)

// Point says how sure a finding must be.
type Point string

// The operating points.
const (
	PointStrict   Point = "strict"   // finds more, and more that is nothing
	PointBalanced Point = "balanced" // the default
	PointLenient  Point = "lenient"  // finds only what is near certain
)

// Points returns every operating point, the one that finds most first. The caller owns the slice.
func Points() []Point { return []Point{PointStrict, PointBalanced, PointLenient} }

// defaultMinConfidence is the least confidence at which a candidate is a finding when Options do not say.
const defaultMinConfidence = 0.5

// Least confidences by point, and types that differ. A word too many that is masked costs a reader little; a name that
// is none costs more, as names are made of the words of the language. What must never be logged counts on less.
var leastConfidence = map[Point]struct {
	all   float64
	other map[Type]float64
}{
	PointStrict:   {all: 0.3, other: map[Type]float64{TypePerson: 0.35, TypeLocation: 0.35, TypeOrg: 0.4}},
	PointBalanced: {all: defaultMinConfidence, other: map[Type]float64{TypePerson: 0.6, TypeLocation: 0.6, TypeOrg: 0.6}},
	PointLenient: {all: 0.75, other: map[Type]float64{
		TypePerson: 0.8, TypeLocation: 0.8, TypeOrg: 0.85,
		TypeSecret: 0.6, TypeCreditCard: 0.6, TypeUSSSN: 0.6, TypeGovID: 0.6, TypeMedical: 0.6,
	}},
}

// LeastConfidence returns the confidence from which on a candidate of type t is a finding at point p, or 0 for what is
// no point.
func LeastConfidence(p Point, t Type) float64 {
	row := leastConfidence[p]
	v, ok := row.other[t]
	if ok {
		return v
	}
	return row.all
}

// thresholds are the least confidences of an engine.
type thresholds struct {
	low, high float64            // below low none is a finding, from high on every one
	byType    [typeCount]float64 // by the types' indices
}

// newThresholds reads them from o.
func newThresholds(o Options) (thresholds, error) {
	if !(o.MinConfidence >= 0 && o.MinConfidence <= 1) {
		return thresholds{}, errors.New("minimal confidence must be from 0 to 1")
	}
	point := o.Point
	if point == "" {
		point = PointBalanced
	}
	_, known := leastConfidence[point]
	if !known {
		return thresholds{}, fmt.Errorf("unknown operating point %q", string(point))
	}
	th := thresholds{low: 1, high: 0}
	for i, t := range allTypes {
		v := o.MinConfidence
		if v == 0 {
			v = LeastConfidence(point, t)
		}
		th.byType[i] = v
		th.low, th.high = min(th.low, v), max(th.high, v)
	}
	return th, nil
}

// pass reports whether a candidate is a finding.
func (th *thresholds) pass(c *cand) bool {
	if c.conf >= th.high {
		return true
	}
	return c.conf >= th.low && c.conf >= th.byType[c.rule.Type.index()]
}
