package alerting

import (
	"math"
	"slices"
	"time"
)

// normal makes the median absolute deviation comparable with a standard deviation.
const normal = 1.4826

// history is what a key did in earlier windows: a ring of values for each slot, which is an hour of the week (UTC) or, with
// no season, the only one.
type history struct {
	slots map[uint8]*ring
}

// ring keeps the newest values.
type ring struct {
	values []float32
	next   int
}

func (r *ring) add(v float64, most int) {
	if len(r.values) < most {
		r.values = append(r.values, float32(v))
		return
	}
	r.values[r.next] = float32(v)
	r.next = (r.next + 1) % most
}

func newHistory() *history { return &history{slots: map[uint8]*ring{}} }

// slotOf is where a window's value goes.
func (c *compiled) slotOf(window int64) uint8 {
	if c.Baseline.Seasonal == seasonNone {
		return 0
	}
	at := time.Unix(0, window*c.window).UTC()
	return uint8(int(at.Weekday())*24 + at.Hour()) //nolint:gosec // 0 to 167
}

func (h *history) add(c *compiled, window int64, v float64) {
	slot := c.slotOf(window)
	r := h.slots[slot]
	if r == nil {
		r = &ring{}
		h.slots[slot] = r
	}
	r.add(v, c.slotSamples)
}

// compare says whether a value is as far from what was before as the rule minds, and which value would just not have been.
func (h *history) compare(c *compiled, window int64, v, volume float64) (limit float64, holds bool) {
	b := c.Baseline
	r := h.slots[c.slotOf(window)]
	if r == nil || len(r.values) < b.MinSamples {
		return 0, false
	}
	middle, deviation := medianAndDeviation(r.values)
	far := b.Deviations * max(normal*deviation, b.Floor*math.Abs(middle))
	if b.Direction != directionBelow && v > middle+far && volume >= float64(c.MinVolume) {
		return middle + far, true
	}
	if c.fillsZero() {
		volume = middle // a key that fell silent has no volume of its own
		if c.Aggregate == Rate {
			volume *= time.Duration(c.window).Seconds()
		}
	}
	if b.Direction != directionAbove && v < middle-far && volume >= float64(c.MinVolume) {
		return middle - far, true
	}
	return 0, false
}

// fillsZero says whether a window without events has a value: nothing was counted. A mean of nothing is no value.
func (c *compiled) fillsZero() bool {
	return c.Baseline != nil && c.Aggregate != Ratio && c.Aggregate != Mean
}

// medianAndDeviation is the median, and the median of the distances from it.
func medianAndDeviation(values []float32) (middle, deviation float64) {
	sorted := slices.Clone(values)
	middle = median(sorted)
	for i, v := range values {
		sorted[i] = float32(math.Abs(float64(v) - middle))
	}
	return middle, median(sorted)
}

// median sorts values.
func median(values []float32) float64 {
	slices.Sort(values)
	half := len(values) / 2
	if len(values)%2 == 1 {
		return float64(values[half])
	}
	return (float64(values[half-1]) + float64(values[half])) / 2
}
