package redactor

import (
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// shownAsZero is how long a new series is shown with 0 before what it has counted is added. Too short and a second scraper
// misses the 0; too long and a process that ends takes more with it than what it counted since the last scrape.
const shownAsZero = 30 * time.Second

// newborn is a counter whose series are not known beforehand, as those of models. Each begins with a 0 that scrapers see:
// rate() takes the first value of a series for where it begins, and what was counted until then would be in no rate.
// Its caller bounds its series. Safe for concurrent use.
type newborn struct {
	vec *prometheus.CounterVec
	now func() time.Time

	mu    sync.Mutex // guards what follows
	known map[string]bool
	fresh map[prometheus.Counter]*held
}

// held is what a series has counted that is shown as 0, since when, if it was collected yet.
type held struct {
	value float64
	shown time.Time
}

func newNewborn(reg prometheus.Registerer, now func() time.Time, opts prometheus.CounterOpts, labels ...string) *newborn {
	n := &newborn{vec: prometheus.NewCounterVec(opts, labels), now: now, known: map[string]bool{}, fresh: map[prometheus.Counter]*held{}}
	reg.MustRegister(n)
	return n
}

// add counts v, which is not negative.
func (n *newborn) add(v float64, labels ...string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	counter, key := n.vec.WithLabelValues(labels...), strings.Join(labels, "\x00")
	if !n.known[key] {
		n.known[key] = true
		n.fresh[counter] = &held{}
	}
	if waiting := n.fresh[counter]; waiting != nil {
		waiting.value += v
		return
	}
	counter.Add(v)
}

// Describe implements prometheus.Collector.
func (n *newborn) Describe(ch chan<- *prometheus.Desc) { n.vec.Describe(ch) }

// Collect implements prometheus.Collector.
func (n *newborn) Collect(ch chan<- prometheus.Metric) {
	n.mu.Lock()
	defer n.mu.Unlock()
	now := n.now()
	for counter, waiting := range n.fresh {
		switch {
		case waiting.shown.IsZero():
			waiting.shown = now
		case now.Sub(waiting.shown) >= shownAsZero:
			counter.Add(waiting.value)
			delete(n.fresh, counter)
		}
	}
	n.vec.Collect(ch)
}
