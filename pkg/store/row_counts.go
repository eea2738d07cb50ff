package store

import (
	"maps"
	"slices"

	// ClickHouse's client: a map whose pairs have an order.
	"github.com/ClickHouse/clickhouse-go/v2/lib/column"
)

// counts is a map that is written in the order of its keys: ClickHouse keeps pairs as they come, and
// takes maps that differ in order for different.
type counts map[string]uint32

var _ column.IterableOrderedMap = counts{}

// Put is called by the client when it reads.
func (c counts) Put(key, value any) {
	name, isName := key.(string)
	count, isCount := value.(uint32)
	if !isName || !isCount {
		panic("store: a count is not of a name")
	}
	c[name] = count
}

// Iterator is called by the client when it writes.
func (c counts) Iterator() column.MapIterator {
	return &countsIterator{counts: c, names: slices.Sorted(maps.Keys(c)), at: -1}
}

type countsIterator struct {
	counts counts
	names  []string
	at     int
}

func (i *countsIterator) Next() bool {
	i.at++
	return i.at < len(i.names)
}

func (i *countsIterator) Key() any { return i.names[i.at] }

func (i *countsIterator) Value() any { return i.counts[i.names[i.at]] }
