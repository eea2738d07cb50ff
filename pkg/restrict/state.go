package restrict

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// maxTargets bounds the senders about which anything is known, some 400 bytes each. People's orders are taken beyond it.
const maxTargets = 50_000

// State is what is in force, from the records of the topic in any order and however often they come: of the orders of people
// about the same sender the latest counts, of those of a rule the rule's latest, and of what then is in force the strictest.
// A resumption ends what was issued before it. Safe for concurrent use.
type State struct {
	keys    Keys
	allowed func(Order) error
	now     func() time.Time

	// any is false while nothing has ever been in force: the usual case costs one load.
	any atomic.Bool

	mu      sync.RWMutex // guards what follows
	targets map[target]*standing
	senders map[target]Sender // by project and tag
	tagged  map[target]Sender // by project and user
	users   map[string]int    // by project: end users about which anything is known
	pruned  time.Time
}

// target is a sender: a project, and a user of it or its tag.
type target struct {
	project string
	hash    Hash
}

// standing is what is known about one sender.
type standing struct {
	person  *Order
	resumed *Order
	rules   map[string]*Order
}

// NewState checks records against keys, and orders of rules by allowed, as ByPolicy's. now tells the time; nil means time.Now.
func NewState(keys Keys, allowed func(Order) error, now func() time.Time) (*State, error) {
	err := keys.check()
	if err != nil {
		return nil, err
	}
	if now == nil {
		now = time.Now
	}
	return &State{
		keys: keys, allowed: allowed, now: now, targets: map[target]*standing{}, senders: map[target]Sender{},
		tagged: map[target]Sender{}, users: map[string]int{},
	}, nil
}

// Add takes a record of the topic. The error says why it changes nothing now; see Usual.
func (s *State) Add(record []byte) error {
	o, sender, err := s.keys.read(record)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	s.pruneLocked(now)
	if sender != nil {
		return s.addSenderLocked(*sender, now)
	}
	return s.addOrderLocked(o, now)
}

func (s *State) addOrderLocked(o *Order, now time.Time) error {
	if o.IssuedAt.Sub(now) > maxAhead {
		return ErrEarly
	}
	if o.Rule != "" {
		err := s.allowed(*o)
		if err != nil {
			return err
		}
	}
	at := target{o.Project, o.User}
	known := s.targets[at]
	if known == nil {
		if o.Rule != "" && len(s.targets) >= maxTargets {
			return fmt.Errorf("about %d senders: %w", len(s.targets), ErrFull)
		}
		known = &standing{rules: map[string]*Order{}}
		s.targets[at] = known
		if !o.WholeProject() {
			s.users[o.Project]++
		}
	}
	superseded := !known.take(o)
	s.any.Store(true)
	switch {
	case superseded:
		return ErrSuperseded
	case o.Kind != Resume && !now.Before(o.Until):
		return ErrExpired // and remembered: what it has replaced must not come back
	}
	return nil
}

// take remembers an order unless a later one is known.
func (k *standing) take(o *Order) bool {
	place := &k.person
	switch {
	case o.Kind == Resume:
		place = &k.resumed
	case o.Rule != "":
		before := k.rules[o.Rule]
		if before != nil && !before.before(o) {
			return false
		}
		k.rules[o.Rule] = o
		return k.resumed.before(o)
	}
	if *place != nil && !(*place).before(o) {
		return false
	}
	*place = o
	return o.Kind == Resume || k.resumed.before(o)
}

// before says that next was given after o. Two of the same moment are told apart by their ids, so that everybody decides alike.
func (o *Order) before(next *Order) bool {
	if o == nil {
		return true
	}
	return cmp.Or(o.IssuedAt.Compare(next.IssuedAt), bytes.Compare(o.ID[:], next.ID[:])) < 0
}

// strictest is the order that is in force, or nil.
func (k *standing) strictest(now time.Time) *Order {
	var best *Order
	consider := func(o *Order) {
		if o == nil || !now.Before(o.Until) || !k.resumed.before(o) {
			return
		}
		if best == nil || o.stricter(best) {
			best = o
		}
	}
	consider(k.person)
	for _, o := range k.rules {
		consider(o)
	}
	return best
}

// stricter compares what is let through, then how long, then ids.
func (o *Order) stricter(than *Order) bool {
	return cmp.Or(cmp.Compare(o.EventsPerMinute, than.EventsPerMinute), than.Until.Compare(o.Until), bytes.Compare(o.ID[:], than.ID[:])) < 0
}

func (s *State) addSenderLocked(sender Sender, now time.Time) error {
	if !now.Before(sender.Until) {
		return ErrExpired
	}
	if sender.Until.Sub(now) > MaxLife+maxAhead {
		return fmt.Errorf("a sender is known for longer than any restriction lasts: %w", ErrMalformed)
	}
	at := target{sender.Project, sender.User}
	if known, ok := s.tagged[at]; ok && !sender.Until.After(known.Until) {
		return ErrSuperseded
	}
	if len(s.senders) >= maxTargets {
		return fmt.Errorf("%d senders: %w", len(s.senders), ErrFull)
	}
	s.tagged[at] = sender
	s.senders[target{sender.Project, sender.Tag}] = sender
	return nil
}

// pruneEvery is how often what is over is forgotten.
const pruneEvery = time.Minute

// pruneLocked forgets what can make no difference any more: an order until nothing that was issued before it can be in force.
func (s *State) pruneLocked(now time.Time) {
	if now.Sub(s.pruned) < pruneEvery {
		return
	}
	s.pruned = now
	for at, known := range s.targets {
		for rule, o := range known.rules {
			if now.Sub(o.IssuedAt) > MaxRuleLife {
				delete(known.rules, rule)
			}
		}
		known.person, known.resumed = unlessOld(known.person, now), unlessOld(known.resumed, now)
		if known.person == nil && known.resumed == nil && len(known.rules) == 0 {
			delete(s.targets, at)
			if at.hash != (Hash{}) {
				s.users[at.project]--
			}
		}
	}
	for at, sender := range s.senders {
		if !now.Before(sender.Until) {
			delete(s.senders, at)
			delete(s.tagged, target{sender.Project, sender.User})
		}
	}
}

func unlessOld(o *Order, now time.Time) *Order {
	if o != nil && now.Sub(o.IssuedAt) > MaxLife {
		return nil
	}
	return o
}

// Project is the order in force about a whole project.
func (s *State) Project(project string) (Order, bool) { return s.find(target{project: project}) }

// HasUsers says whether any end user of the project may be under a restriction.
func (s *State) HasUsers(project string) bool {
	if !s.any.Load() {
		return false
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.users[project] > 0
}

// User is the order in force about the end user of a project whose tag is known.
func (s *State) User(project string, tag Hash) (Order, bool) {
	s.mu.RLock()
	sender, known := s.senders[target{project, tag}]
	s.mu.RUnlock()
	if !known {
		return Order{}, false
	}
	return s.find(target{project, sender.User})
}

func (s *State) find(at target) (Order, bool) {
	if !s.any.Load() {
		return Order{}, false
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	known := s.targets[at]
	if known == nil {
		return Order{}, false
	}
	o := known.strictest(s.now())
	if o == nil {
		return Order{}, false
	}
	return *o, true
}

// Wanted says whether gateways must be told how to recognise an end user, and until when.
func (s *State) Wanted(project string, user Hash) (until time.Time, wanted bool) {
	o, found := s.find(target{project, user})
	if !found {
		return time.Time{}, false
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	return o.Until, s.tagged[target{project, user}].Until.Before(o.Until)
}

// IssueAt is when an order about a sender is to be issued at now so that it counts.
func (s *State) IssueAt(project string, user Hash, now time.Time) time.Time {
	s.mu.RLock()
	defer s.mu.RUnlock()
	at := now.UTC().Truncate(time.Millisecond)
	known := s.targets[target{project, user}]
	if known == nil {
		return at
	}
	issued := []*Order{known.person, known.resumed}
	for _, o := range known.rules {
		issued = append(issued, o)
	}
	for _, o := range issued {
		if o != nil && !o.IssuedAt.Before(at) {
			at = o.IssuedAt.Add(time.Millisecond)
		}
	}
	return at
}

// InForce lists the orders in force, one for each sender, by project and user.
func (s *State) InForce() []Order {
	s.mu.RLock()
	defer s.mu.RUnlock()
	var orders []Order
	now := s.now()
	for _, known := range s.targets {
		o := known.strictest(now)
		if o != nil {
			orders = append(orders, *o)
		}
	}
	slices.SortFunc(orders, func(a, b Order) int {
		return cmp.Or(cmp.Compare(a.Project, b.Project), bytes.Compare(a.User[:], b.User[:]))
	})
	return orders
}
