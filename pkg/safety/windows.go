package safety

import "math"

// Sizes of windows and their steps, in words. A text shorter than the first is one window; the whole text is one, too.
var windowSizes = [...]struct{ size, step int }{{20, 10}, {64, 32}, {192, 96}}

// maxWords is how many words are scored together: longer texts are read piece by piece, overlapping by maxOverlap.
const (
	maxWords   = 4096
	maxOverlap = 192
)

// eachWindow calls f with the windows of n words.
func eachWindow(n int, f func(from, to int)) {
	if n == 0 {
		return
	}
	f(0, n)
	for _, w := range windowSizes {
		if n <= w.size {
			return
		}
		from := 0
		for ; from+w.size < n; from += w.step {
			f(from, from+w.size)
		}
		f(n-w.size, n)
	}
}

// damping keeps few rows from weighing as much as many.
const damping = 30

// length is what a sum over rows is divided by: a vector of so many ones has this length.
func length(rows int) float64 { return math.Sqrt(float64(rows + damping)) }

// Every window of a text is another chance of a harmless one to score high. For that, the score of a text of n words, more than
// costFrom and costTo at most, is lowered by cost·ln(n/costFrom). The costs, by head, were chosen on sources left out.
const (
	costFrom = 20
	costTo   = 1024
)

var costs = [heads]float64{0.3, 0.3, 0.3, 0.5, 0.3, 0.3}

// chances is what the scores of a text of so many words are lowered by, times the cost of a head.
func chances(words int) float64 {
	return math.Log(float64(max(costFrom, min(words, costTo))) / costFrom)
}

// Cost returns what the scores of a view are lowered by for its length.
func (v *View) Cost() (cost [heads]float64) {
	n := chances(len(v.Ends))
	for h := range cost {
		cost[h] = n * costs[h]
	}
	return cost
}
