package evaluate

// Tally counts marked spans and predictions.
type Tally struct {
	Gold       int // marked spans
	Typed      int // found by predictions of their type
	Any        int // found by predictions of whatever type
	Pred       int // counted predictions
	RightTyped int // those that touch a found span of their type
	RightAny   int // those that touch a found span
	Chars      int // code points of the marked spans
	Leaked     int // those that no prediction covers
}

func (t *Tally) add(o Tally) {
	t.Gold += o.Gold
	t.Typed += o.Typed
	t.Any += o.Any
	t.Pred += o.Pred
	t.RightTyped += o.RightTyped
	t.RightAny += o.RightAny
	t.Chars += o.Chars
	t.Leaked += o.Leaked
}

// Leak is the share of marked code points that no prediction covers.
func (t Tally) Leak() float64 { return ratio(t.Leaked, t.Chars) }

// TypedQuality counts only predictions of a span's own type as finding it.
func (t Tally) TypedQuality() Quality { return newQuality(t.RightTyped, t.Pred, t.Typed, t.Gold) }

// AnyQuality counts predictions of every type as finding a span.
func (t Tally) AnyQuality() Quality { return newQuality(t.RightAny, t.Pred, t.Any, t.Gold) }

// Quality are the four numbers of a tally, each from 0 to 1. HasPrecision and HasRecall tell 0 from nothing to divide
// by; F1 and F2 are 0 then.
type Quality struct {
	Precision, Recall, F1, F2 float64
	HasPrecision, HasRecall   bool
}

func newQuality(right, pred, found, gold int) Quality {
	q := Quality{Precision: ratio(right, pred), Recall: ratio(found, gold), HasPrecision: pred > 0, HasRecall: gold > 0}
	q.F1, q.F2 = q.f(1), q.f(4)
	return q
}

// f is the harmonic mean in which recall weighs square times as much as precision.
func (q Quality) f(square float64) float64 {
	if q.Precision+q.Recall == 0 || !q.HasPrecision || !q.HasRecall {
		return 0
	}
	return (1 + square) * q.Precision * q.Recall / (square*q.Precision + q.Recall)
}

// ratio is a/b, or 0 when there is nothing to divide by.
func ratio(a, b int) float64 {
	if b == 0 {
		return 0
	}
	return float64(a) / float64(b)
}
