package faults

import (
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/hushlog/hushlog/pkg/identity"
)

// kind is what is done.
type kind int

const (
	// kill ends a process with SIGKILL. It is started again.
	kill kind = iota
	// killInTransaction kills a broker while a transaction is open.
	killInTransaction
	// expire deletes everything that may be deleted from the raw topic, and kills a broker.
	expire
	// pause stops a process with SIGSTOP for a while.
	pause
	// cutOff does something to the connections to a part for a while.
	cutOff
	// fill leaves no room on a part's disk for a while.
	fill
	// remove ends a replica in order, and starts it again after a while: two rebalances.
	remove
)

// fault is one step of a campaign.
type fault struct {
	// wait comes before it.
	wait time.Duration
	kind kind
	// target is a process, or the part that a proxy stands in front of or that a disk belongs to.
	target string
	// cut is what cutOff does.
	cut cut
	// lasts is how long it is before what was done is undone. A broker of several that was killed is gone for so long.
	lasts time.Duration
}

// String is a line of the plan, as it is printed.
func (f fault) String() string {
	what := map[kind]string{
		kill: "%s killed, for %s where nobody starts it", killInTransaction: "%s killed in a transaction, for %s where nobody starts it",
		expire: "what was redacted is deleted and %s killed, for %s where nobody starts it",
		pause:  "%s paused for %s", fill: "the disk of %s full for %s", remove: "%s removed for %s", cutOff: f.cut.String() + " in front of %s for %s",
	}
	return fmt.Sprintf("after %s: "+what[f.kind], f.wait, f.target, f.lasts)
}

const (
	faultsInPlan  = 16
	longestWait   = 2500 * time.Millisecond
	longestStop   = 13 * time.Second // longer than a session of the redactors' group (10 s) in some
	longestCut    = 4 * time.Second
	secondReplica = "-1"
)

// replicas are those of the deployment under test.
var replicas = map[string]int{identity.Gateway: 2, identity.Redactor: 2, identity.Ingest: 2, identity.Alert: 2}

// replicated are the processes that can be removed, as there is another one.
var replicated = []string{
	identity.Gateway, identity.Gateway + secondReplica, identity.Redactor, identity.Redactor + secondReplica,
	identity.Ingest, identity.Ingest + secondReplica, identity.Alert, identity.Alert + secondReplica,
}

// site is what faults can be done to. The query service is left alone: it is who counts.
type site struct {
	// brokers are the processes of Kafka.
	brokers []string
	// disks are the parts of which a disk can be filled.
	disks []string
}

// processes are what can be killed and paused.
func (s site) processes() []string {
	return append(append(append([]string{}, replicated...), identity.Retention, identity.ClickHouse), s.brokers...)
}

// fronts are what a proxy stands in front of.
func (s site) fronts() []string { return append([]string{identity.ClickHouse}, s.brokers...) }

// plan is the campaign of a seed at a site: the same each time. In each something is removed, a disk filled, and a broker
// killed in a transaction and where records have expired; every process is killed or paused, or cut off, in some.
func (s site) plan(rng *rand.Rand) []fault {
	kinds := []kind{killInTransaction, expire, fill, remove}
	for len(kinds) < faultsInPlan {
		kinds = append(kinds, []kind{kill, kill, kill, kill, pause, pause, pause, cutOff, cutOff, cutOff, remove, killInTransaction}[rng.IntN(12)])
	}
	rng.Shuffle(len(kinds), func(i, j int) { kinds[i], kinds[j] = kinds[j], kinds[i] })
	faults := make([]fault, 0, len(kinds))
	for _, k := range kinds {
		faults = append(faults, s.fault(rng, k))
	}
	return faults
}

func (s site) fault(rng *rand.Rand, k kind) fault {
	upTo := func(least, most time.Duration) time.Duration {
		return least + time.Duration(rng.Int64N(int64(most-least)/int64(time.Millisecond)))*time.Millisecond
	}
	oneOf := func(names []string) string { return names[rng.IntN(len(names))] }
	f := fault{wait: upTo(200*time.Millisecond, longestWait), kind: k, lasts: upTo(200*time.Millisecond, longestCut)}
	switch k {
	case kill:
		f.target = oneOf(s.processes())
	case killInTransaction, expire:
		f.target = oneOf(s.brokers)
	case pause:
		f.target = oneOf(s.processes())
		if rng.IntN(3) == 0 {
			f.lasts = upTo(3*time.Second, longestStop)
		}
	case cutOff:
		f.target, f.cut = oneOf(s.fronts()), cut(1+rng.IntN(4))
	case fill:
		f.target = oneOf(s.disks)
	case remove:
		f.target = oneOf(replicated)
	}
	return f
}
