package evaluate

import (
	"math"

	"github.com/hushlog/hushlog/pkg/redact"
)

// Buckets is how many equal parts the scale of confidence is cut into.
const Buckets = 10

// Bucket holds the counted predictions whose confidence lies in one part of the scale.
type Bucket struct {
	Pred  int     // counted predictions
	Right int     // those that are right, typed
	Sum   float64 // of their confidences
}

// Predicted is the mean confidence.
func (b Bucket) Predicted() float64 {
	if b.Pred == 0 {
		return 0
	}
	return b.Sum / float64(b.Pred)
}

// Observed is the precision.
func (b Bucket) Observed() float64 { return ratio(b.Right, b.Pred) }

// Calibration sets predicted confidence against observed precision, by type.
type Calibration map[redact.Type]*[Buckets]Bucket

// add counts a prediction; one without confidence says nothing about it.
func (c Calibration) add(p Span, right bool) {
	if p.Confidence <= 0 || p.Confidence > 1 {
		return
	}
	if c[p.Type] == nil {
		c[p.Type] = &[Buckets]Bucket{}
	}
	b := &c[p.Type][min(Buckets-1, int(p.Confidence*Buckets))]
	b.Pred++
	b.Right += one(right)
	b.Sum += p.Confidence
}

// All adds up the types.
func (c Calibration) All() [Buckets]Bucket {
	var out [Buckets]Bucket
	for _, row := range c {
		for i, b := range row {
			out[i].Pred += b.Pred
			out[i].Right += b.Right
			out[i].Sum += b.Sum
		}
	}
	return out
}

// Error is the expected calibration error: the mean distance of confidence and precision over the buckets, weighted by
// their predictions.
func Error(buckets [Buckets]Bucket) float64 {
	n, sum := 0, 0.0
	for _, b := range buckets {
		n += b.Pred
		sum += float64(b.Pred) * math.Abs(b.Predicted()-b.Observed())
	}
	if n == 0 {
		return 0
	}
	return sum / float64(n)
}
