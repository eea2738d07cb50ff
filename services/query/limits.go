package query

import (
	"sync"

	"golang.org/x/time/rate" // token buckets
)

// places are the statements that may run at a time, of all and of each person. Safe for concurrent use.
type places struct {
	perPerson, total int

	mu     sync.Mutex // guards what follows
	taken  int
	people map[string]int
}

func newPlaces(perPerson, total int) *places {
	return &places{perPerson: perPerson, total: total, people: make(map[string]int)}
}

// take takes a place, or says that there is none.
func (p *places) take(person string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.taken >= p.total || p.people[person] >= p.perPerson {
		return false
	}
	p.taken++
	p.people[person]++
	return true
}

func (p *places) give(person string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.taken--
	p.people[person]--
	if p.people[person] == 0 {
		delete(p.people, person)
	}
}

const (
	// Strangers share one bucket: whoever tries tokens must not be able to fill the trail.
	strangerRate, strangerBurst = 2, 20
	// A person's refused attempts are put on the trail one by one up to this rate.
	personRate, personBurst = 5, 50
	// maxBuckets bounds the people remembered, some 100 bytes each; beyond it all buckets are forgotten,
	// which lets a few more entries through.
	maxBuckets = 10_000
)

// notes bounds how many refused attempts are put on the trail. Safe for concurrent use.
type notes struct {
	strangers *rate.Limiter

	mu     sync.Mutex // guards people
	people map[string]*rate.Limiter
}

func newNotes() *notes {
	return &notes{strangers: rate.NewLimiter(strangerRate, strangerBurst), people: make(map[string]*rate.Limiter)}
}

// allow says whether an attempt of the person, or of a stranger when empty, is put on the trail.
func (n *notes) allow(person string) bool {
	if person == "" {
		return n.strangers.Allow()
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	bucket, known := n.people[person]
	if !known {
		if len(n.people) >= maxBuckets {
			clear(n.people)
		}
		bucket = rate.NewLimiter(personRate, personBurst)
		n.people[person] = bucket
	}
	return bucket.Allow()
}
