package policy

import (
	"errors"
	"iter"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

var (
	errDuration = errors.New("write a number and one of ms, s, m, h, d, as 90s or 30d")
	errBytes    = errors.New("write a number and one of B, KiB, MiB, GiB, as 4MiB")
)

// Duration is a time.Duration that a document writes as 500ms, 90s, 5m, 24h or 30d.
type Duration time.Duration

// D is the plain duration.
func (d Duration) D() time.Duration { return time.Duration(d) }

// String writes the duration in the largest unit that divides it.
func (d Duration) String() string {
	return unitText(int64(d), slices.Backward(durationUnits), time.Duration(d).String())
}

// MarshalText is String.
func (d Duration) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads what a document, or a flag, may write.
func (d *Duration) UnmarshalText(text []byte) error {
	v, ok := parseUnits(string(text), durationUnits)
	if !ok {
		return errDuration
	}
	*d = Duration(v)
	return nil
}

// Bytes is a size that a document writes as 512KiB, 4MiB or 1GiB.
type Bytes int64

// String writes the size in the largest unit that divides it.
func (b Bytes) String() string {
	bySize := []unit{byteUnits[2], byteUnits[1], byteUnits[0], byteUnits[3]}
	return unitText(int64(b), slices.All(bySize), strconv.FormatInt(int64(b), 10)+"B")
}

// MarshalText is String.
func (b Bytes) MarshalText() ([]byte, error) { return []byte(b.String()), nil }

// UnmarshalText reads what a document, or a flag, may write.
func (b *Bytes) UnmarshalText(text []byte) error {
	v, ok := parseUnits(string(text), byteUnits)
	if !ok {
		return errBytes
	}
	*b = Bytes(v)
	return nil
}

type unit struct {
	suffix string
	factor int64
}

// durationUnits has ms first: it ends in another suffix.
var durationUnits = []unit{
	{"ms", int64(time.Millisecond)}, {"s", int64(time.Second)}, {"m", int64(time.Minute)}, {"h", int64(time.Hour)}, {"d", int64(24 * time.Hour)},
}

// byteUnits has B last: every other suffix ends in it too.
var byteUnits = []unit{{"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30}, {"B", 1}}

// parseUnits reads digits and one unit, without sign, blank or overflow.
func parseUnits(s string, units []unit) (int64, bool) {
	for _, u := range units {
		digits, ok := strings.CutSuffix(s, u.suffix)
		if !ok {
			continue
		}
		v, err := strconv.ParseUint(digits, 10, 63)
		if err != nil || v > uint64(math.MaxInt64/u.factor) { //nolint:gosec // factors are positive
			return 0, false
		}
		return int64(v) * u.factor, true
	}
	return 0, false
}

// unitText writes v in the first unit that divides it, or the fallback when there is none.
func unitText(v int64, units iter.Seq2[int, unit], fallback string) string {
	for _, u := range units {
		if v != 0 && v%u.factor == 0 {
			return strconv.FormatInt(v/u.factor, 10) + u.suffix
		}
	}
	return fallback
}
