package faults

import (
	"fmt"
	"math/rand/v2"
	"syscall"
	"time"

	"github.com/hushlog/hushlog/pkg/identity"
	"github.com/hushlog/hushlog/test/stack"
)

// fault is one step of a campaign.
type fault struct {
	// pause comes before it.
	pause time.Duration
	// target is a process, or the part that a proxy stands in front of.
	target string
	// signal is sent to the process; or cut is done to the connections. A process that was stopped goes on, and
	// what was cut passes again, after lasts.
	signal syscall.Signal
	cut    cut
	lasts  time.Duration
}

// String is a line of the plan, as it is printed.
func (f fault) String() string {
	if f.cut != cutNone {
		return fmt.Sprintf("after %s: %s in front of %s for %s", f.pause, f.cut, f.target, f.lasts)
	}
	if f.signal == syscall.SIGSTOP {
		return fmt.Sprintf("after %s: %s paused for %s", f.pause, f.target, f.lasts)
	}
	return fmt.Sprintf("after %s: %s killed", f.pause, f.target)
}

const (
	faultsInPlan  = 14
	longestPause  = 2500 * time.Millisecond
	longestStop   = 13 * time.Second // longer than a session of the redactors' group (10 s) in some
	longestCut    = 4 * time.Second
	secondReplica = "-1"
)

// replicas are those of the deployment under test.
var replicas = map[string]int{identity.Redactor: 2, identity.Ingest: 2}

// processes are what can be killed and paused. The query service is left alone: it is who counts.
var processes = []string{
	identity.Gateway, identity.Redactor, identity.Redactor + secondReplica, identity.Ingest, identity.Ingest + secondReplica,
	identity.Alert, identity.Retention, identity.Kafka, identity.ClickHouse,
}

// plan is the campaign of a seed: the same each time. Every process is killed or paused, or cut off, in some seeds.
func plan(rng *rand.Rand) []fault {
	upTo := func(least, most time.Duration) time.Duration {
		return least + time.Duration(rng.Int64N(int64(most-least)/int64(time.Millisecond)))*time.Millisecond
	}
	faults := make([]fault, faultsInPlan)
	for i := range faults {
		f := fault{pause: upTo(200*time.Millisecond, longestPause)}
		switch rng.IntN(10) {
		case 0, 1, 2:
			f.target = []string{identity.Kafka, identity.ClickHouse}[rng.IntN(2)]
			f.cut, f.lasts = cut(1+rng.IntN(4)), upTo(200*time.Millisecond, longestCut)
		case 3, 4, 5:
			f.target, f.signal = processes[rng.IntN(len(processes))], syscall.SIGSTOP
			f.lasts = upTo(300*time.Millisecond, 3*time.Second)
			if rng.IntN(3) == 0 {
				f.lasts = upTo(3*time.Second, longestStop)
			}
		default:
			f.target, f.signal = processes[rng.IntN(len(processes))], syscall.SIGKILL
		}
		faults[i] = f
	}
	return faults
}

// ground is a deployment and what stands between its parts.
type ground struct {
	*stack.Stack
	proxies map[string]*proxy
}

// do brings a fault about and ends it again. A process that does not run at the moment was hit by an earlier one.
func (g *ground) do(f fault) {
	time.Sleep(f.pause)
	if f.cut != cutNone {
		g.proxies[f.target].set(f.cut)
		time.Sleep(f.lasts)
		g.proxies[f.target].set(cutNone)
		return
	}
	_ = g.Signal(f.target, f.signal)
	if f.signal == syscall.SIGSTOP {
		time.Sleep(f.lasts)
		_ = g.Signal(f.target, syscall.SIGCONT)
	}
}

// heal ends what a fault may have left.
func (g *ground) heal() {
	for _, p := range g.proxies {
		p.set(cutNone)
	}
	for _, name := range processes {
		_ = g.Signal(name, syscall.SIGCONT)
	}
}
