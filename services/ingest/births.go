package ingest

import (
	"context"
	"sync"

	"github.com/hushlog/hushlog/pkg/store"
	"github.com/hushlog/hushlog/pkg/stream"
)

// lives tells ClickHouse's lives apart; store.DB.
type lives interface {
	Life(ctx context.Context) (store.Life, error)
	Lives(life store.Life) bool
}

// births knows which blocks were published in the life that ClickHouse's process has now. It asks for the life first, and
// then where the partitions end: a block from there on was published after the life began, whatever clocks say, so that
// nobody, not even an ingest that was paused and wakes, can have tried to store it in an earlier life. Partitions that are
// added later are not known until the next life. Safe for concurrent use.
type births struct {
	lives lives
	ends  func(ctx context.Context) (map[stream.Partition]int64, error)

	mu   sync.Mutex // guards what follows, and lets one ask for all
	life store.Life
	from map[stream.Partition]int64
}

// of returns the life in which the block at an offset was published, or the zero Life where that is not known: then the
// block's rows are counted.
func (b *births) of(ctx context.Context, at stream.Partition, offset int64) store.Life {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.lives.Lives(b.life) && !b.begin(ctx) {
		return store.Life{}
	}
	from, known := b.from[at]
	if !known || offset < from {
		return store.Life{}
	}
	return b.life
}

// begin notes a life and what is published from then on. What cannot be asked is asked for again with the next block.
func (b *births) begin(ctx context.Context) bool {
	b.life = store.Life{}
	life, err := b.lives.Life(ctx)
	if err != nil || life == (store.Life{}) {
		return false
	}
	ends, err := b.ends(ctx)
	if err != nil {
		return false
	}
	b.life, b.from = life, ends
	return true
}
