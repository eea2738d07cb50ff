package detector

import (
	"context"
	"strings"
	"sync"
	"time"
)

// batches gathers the texts of callers that come at the same time. There is no goroutine behind it: the first caller of
// a request waits for others, sends it for all, and hands out the answer.
type batches struct {
	maxTexts, maxBytes int
	linger             time.Duration
	send               func(ctx context.Context, texts []Text) ([][]span, error)

	mu   sync.Mutex        // guards open and the batches in it
	open map[string]*batch // by language, those that still take texts
}

// batch is one request in the making.
type batch struct {
	texts []Text
	bytes int
	full  chan struct{} // closed when it takes no more
	done  chan struct{} // closed when spans or err are set
	spans [][]span
	err   error
}

// do has texts looked at within a request, which they fit into, and returns what was found in each.
func (b *batches) do(ctx context.Context, language string, texts []Text) ([][]span, error) {
	batch, from, first := b.join(language, texts)
	if first {
		b.lead(ctx, language, batch)
	}
	select {
	case <-batch.done:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if batch.err != nil {
		return nil, batch.err
	}
	return batch.spans[from : from+len(texts)], nil
}

// join adds texts to a request of their language and says where in it they are, and whether it is a new one.
func (b *batches) join(language string, texts []Text) (joined *batch, from int, first bool) {
	size := 0
	for _, t := range texts {
		size += len(t.Text)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.open == nil {
		b.open = map[string]*batch{}
	}
	joined = b.open[language]
	if joined != nil && (len(joined.texts)+len(texts) > b.maxTexts || joined.bytes+size > b.maxBytes) {
		b.shutLocked(language, joined)
		joined = nil
	}
	if joined == nil {
		joined, first = &batch{full: make(chan struct{}), done: make(chan struct{})}, true
		b.open[language] = joined
	}
	from = len(joined.texts)
	joined.texts = append(joined.texts, texts...)
	joined.bytes += size
	if len(joined.texts) >= b.maxTexts || joined.bytes >= b.maxBytes {
		b.shutLocked(language, joined)
	}
	return joined, from, first
}

// shutLocked takes a request out of those that take texts.
func (b *batches) shutLocked(language string, batch *batch) {
	if b.open[language] == batch {
		delete(b.open, language)
		close(batch.full)
	}
}

// lead waits until the request is full or has waited long enough, and sends it. Others wait for the answer, too: it is
// sent even when the context of the one who leads has ended, which the timeout of each try bounds.
func (b *batches) lead(ctx context.Context, language string, batch *batch) {
	timer := time.NewTimer(b.linger)
	select {
	case <-batch.full:
	case <-timer.C:
	case <-ctx.Done():
	}
	timer.Stop()
	b.mu.Lock()
	b.shutLocked(language, batch)
	b.mu.Unlock()
	defer close(batch.done)
	batch.spans, batch.err = nil, &failure{outcome: OutcomeBad} // what holds if send panics
	batch.spans, batch.err = b.send(context.WithoutCancel(ctx), batch.texts)
}

// sameLanguage compares the main parts of two BCP 47 tags.
func sameLanguage(a, b string) bool {
	return a != "" && strings.EqualFold(mainPart(a), mainPart(b))
}

func mainPart(tag string) string {
	end := strings.IndexAny(tag, "-_")
	if end < 0 {
		return tag
	}
	return tag[:end]
}
