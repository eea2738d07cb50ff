package ingest

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/twmb/franz-go/pkg/kgo" // records as the stream gives them
	"google.golang.org/protobuf/proto" // the form of blocks

	"github.com/hushlog/hushlog/pkg/seal"
	"github.com/hushlog/hushlog/pkg/store"
	"github.com/hushlog/hushlog/pkg/stream"
	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

const (
	// handleBudget is when a handler hands back what it has not stored yet, so that a slow ClickHouse
	// does not hold up a rebalance of the group (whose timeout is a minute).
	handleBudget = 15 * time.Second
	// writeTimeout bounds one block. What it cuts off is repeated under the same token.
	writeTimeout = 30 * time.Second
)

// errUnopened says that the sealed contents of a block could not be opened.
var errUnopened = errors.New("sealed contents of the block cannot be opened")

// blockStore stores blocks: repeating one is harmless.
type blockStore interface {
	WriteBorn(ctx context.Context, born store.Life, block *hushlogv1.Block, contents *hushlogv1.Contents) error
}

// opener opens contents that were sealed to ingest.
type opener interface {
	Open(ctx context.Context, sealed []byte, h seal.Header) ([]byte, error)
}

// blocks stores the records of the events topic, one block each. Whatever goes wrong with a block is
// repeated until it is stored: a block is never skipped. Partitions do not wait for each other.
type blocks struct {
	store   blockStore
	births  *births
	opener  opener
	metrics *metrics
	log     *slog.Logger
}

// handle is a stream.Handler.
func (b *blocks) handle(ctx context.Context, at stream.Partition, records []*kgo.Record) error {
	deadline := time.Now().Add(handleBudget)
	for i, r := range records {
		if i > 0 && time.Now().After(deadline) {
			return stream.Rest(r)
		}
		err := b.one(ctx, at, r)
		if err != nil {
			return blocked(ctx, b.log, b.metrics, kindBlock, at, r, err)
		}
	}
	return nil
}

// blocked reports a record that was not stored, and asks for it again.
func blocked(ctx context.Context, log *slog.Logger, m *metrics, kind string, at stream.Partition, r *kgo.Record, err error) error {
	m.failed(kind, err)
	if hopeless(err) {
		log.ErrorContext(ctx, "a record cannot be stored and holds up its partition; nothing is skipped",
			slog.String("kind", kind), slog.String("partition", at.String()), slog.Int64("offset", r.Offset),
			slog.String("reason", string(reasonOf(err))), slog.String("error", err.Error()))
	}
	return stream.RetryFrom(r, fmt.Errorf("%s at offset %d: %w", kind, r.Offset, err))
}

// one stores one block.
func (b *blocks) one(ctx context.Context, at stream.Partition, r *kgo.Record) error {
	start := time.Now()
	block := &hushlogv1.Block{}
	err := proto.Unmarshal(r.Value, block)
	if err != nil {
		return errUndecodable // protobuf's own error may quote the input
	}
	ctx, cancel := context.WithTimeout(ctx, writeTimeout)
	defer cancel()
	contents, err := b.contents(ctx, block)
	if err != nil {
		return err
	}
	err = b.store.WriteBorn(ctx, b.births.of(ctx, at, r.Offset), block, contents)
	if err != nil {
		return err
	}
	b.metrics.storedOne(kindBlock, time.Since(start))
	b.metrics.storedBlock(block, contents, time.Now())
	return nil
}

// contents opens what belongs to the block; nil when it has none.
func (b *blocks) contents(ctx context.Context, block *hushlogv1.Block) (*hushlogv1.Contents, error) {
	if len(block.GetSealedContents()) == 0 {
		return nil, nil //nolint:nilnil // a block without contents is usual
	}
	if len(block.GetBlockId()) != seal.HashSize {
		return nil, fmt.Errorf("block id of %d bytes: %w", len(block.GetBlockId()), errUndecodable)
	}
	header := seal.ContentsHeader(stream.TopicEvents, [seal.HashSize]byte(block.GetBlockId()))
	plain, err := b.opener.Open(ctx, block.GetSealedContents(), header)
	if err != nil {
		return nil, fmt.Errorf("block %x: %w: %w", block.GetBlockId(), errUnopened, err)
	}
	defer clear(plain)
	contents := &hushlogv1.Contents{}
	err = proto.Unmarshal(plain, contents)
	if err != nil {
		return nil, fmt.Errorf("contents of block %x: %w", block.GetBlockId(), errUndecodable)
	}
	return contents, nil
}
