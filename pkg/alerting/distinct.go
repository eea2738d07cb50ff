package alerting

import (
	"fmt"
	"slices"

	"github.com/axiomhq/hyperloglog" // HyperLogLog as the field knows it: distinct counts in bounded memory
	"github.com/cespare/xxhash/v2"   // a hash that is the same in every process, as the sketches need
)

const (
	// exactDistinct is up to how many different texts are counted exactly, 8 bytes each.
	exactDistinct = 256
	// sketchPrecision gives 4,096 registers: 4 KiB, and a standard error of 1.6 %.
	sketchPrecision = 12
)

// distinct counts different texts. What it says depends on the set of texts only, not on their order: exact while there
// are few, and a dense sketch, which is a function of the set, beyond.
type distinct struct {
	exact  []uint64 // sorted
	sketch *hyperloglog.Sketch
}

// add reports whether the count may have changed.
func (d *distinct) add(text string) {
	h := xxhash.Sum64String(text)
	if d.sketch != nil {
		d.sketch.InsertHash(h)
		return
	}
	i, found := slices.BinarySearch(d.exact, h)
	if found {
		return
	}
	d.exact = slices.Insert(d.exact, i, h)
	if len(d.exact) <= exactDistinct {
		return
	}
	d.sketch = newSketch()
	for _, h := range d.exact {
		d.sketch.InsertHash(h)
	}
	d.exact = nil
}

func newSketch() *hyperloglog.Sketch {
	sketch, err := hyperloglog.NewSketch(sketchPrecision, false)
	if err != nil {
		panic("alerting: " + err.Error()) // the precision is a constant
	}
	return sketch
}

// count is how many different texts there were. A sketch never says less than what was exact before it.
func (d *distinct) count() float64 {
	if d == nil {
		return 0
	}
	if d.sketch == nil {
		return float64(len(d.exact))
	}
	return max(float64(d.sketch.Estimate()), exactDistinct+1)
}

func (d *distinct) encode() ([]byte, error) {
	if d == nil || d.sketch == nil {
		return nil, nil
	}
	data, err := d.sketch.MarshalBinary()
	if err != nil {
		return nil, fmt.Errorf("encode sketch: %w", err)
	}
	return data, nil
}

func decodeDistinct(exact []uint64, sketch []byte) (*distinct, error) {
	if len(sketch) == 0 {
		if len(exact) > exactDistinct || !slices.IsSorted(exact) {
			return nil, fmt.Errorf("distinct count: %w", ErrState)
		}
		return &distinct{exact: exact}, nil
	}
	d := &distinct{sketch: newSketch()}
	err := d.sketch.UnmarshalBinary(sketch)
	if err != nil {
		return nil, fmt.Errorf("distinct count: %w", ErrState)
	}
	return d, nil
}
