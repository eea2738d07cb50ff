package canary

import (
	"slices"
	"sync"
	"time"
)

// flight is a canary that was taken by the gateway.
type flight struct {
	made
	sent time.Time
	// lost is set once it has no row when it should; seen once it has.
	lost, seen bool
}

// flights are the canaries that are looked for. Safe for concurrent use.
type flights struct {
	within, window time.Duration
	metrics        *metrics

	mu  sync.Mutex // guards all
	all map[string]*flight
}

func newFlights(within, window time.Duration, m *metrics) *flights {
	return &flights{within: within, window: window, metrics: m, all: map[string]*flight{}}
}

// taken notes a canary that the gateway has taken.
func (f *flights) taken(m made, at time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.all[m.interaction.GetRequestId()] = &flight{made: m, sent: at}
}

// arrived is told of the canaries that had rows at a moment. It says which paths have canaries that should have arrived and
// did not, sorted, and forgets canaries older than the window.
func (f *flights) arrived(ids []string, asOf time.Time) []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, id := range ids {
		c := f.all[id]
		if c == nil || c.seen {
			continue
		}
		c.seen = true
		outcome := outcomeArrived
		if c.lost {
			outcome = outcomeLate
		}
		f.metrics.interactions.WithLabelValues(c.path, outcome).Inc()
	}
	missing := map[string]int{}
	for id, c := range f.all {
		age := asOf.Sub(c.sent)
		if !c.seen && age >= f.within {
			if !c.lost {
				c.lost = true
				f.metrics.interactions.WithLabelValues(c.path, outcomeLost).Inc()
			}
			missing[c.path]++
		}
		if age >= f.window {
			delete(f.all, id)
		}
	}
	var names []string
	for _, path := range paths() {
		f.metrics.missing.WithLabelValues(path).Set(float64(missing[path]))
		if missing[path] > 0 {
			names = append(names, path)
		}
	}
	slices.Sort(names)
	return names
}
