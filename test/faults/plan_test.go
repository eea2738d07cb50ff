package faults

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestPlans: a seed gives one plan, and many seeds hit everything in every way.
func TestPlans(t *testing.T) {
	for name, at := range map[string]site{
		"embedded": {brokers: []string{"kafka"}, disks: []string{"kafka", "clickhouse"}},
		"apache":   {brokers: []string{"kafka-1", "kafka-2", "kafka-3"}, disks: []string{"clickhouse"}},
	} {
		t.Run(name, func(t *testing.T) {
			hit := map[fault]bool{}
			for seed := range uint64(300) {
				made, again := at.plan(rand.New(rand.NewPCG(seed, 1))), at.plan(rand.New(rand.NewPCG(seed, 1)))
				require.Equal(t, made, again)
				require.Len(t, made, faultsInPlan)
				total, kinds := time.Duration(0), map[kind]bool{}
				for _, f := range made {
					hit[fault{kind: f.kind, target: f.target, cut: f.cut}] = true
					kinds[f.kind] = true
					total += f.wait + f.lasts
				}
				require.Less(t, total, 2*time.Minute)
				for _, k := range []kind{killInTransaction, expire, fill, remove} {
					require.True(t, kinds[k], "seed %d", seed)
				}
			}
			for _, want := range at.all() {
				require.True(t, hit[want], "%s", want)
			}
		})
	}
}

// all are the faults that there can be, without their times.
func (s site) all() []fault {
	var all []fault
	add := func(k kind, targets []string) {
		for _, target := range targets {
			all = append(all, fault{kind: k, target: target})
		}
	}
	add(kill, s.processes())
	add(pause, s.processes())
	add(killInTransaction, s.brokers)
	add(expire, s.brokers)
	add(fill, s.disks)
	add(remove, replicated)
	for _, c := range []cut{cutDrop, cutHang, cutDelay, cutHalf} {
		for _, target := range s.fronts() {
			all = append(all, fault{kind: cutOff, target: target, cut: c})
		}
	}
	return all
}
