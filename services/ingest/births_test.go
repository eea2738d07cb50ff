package ingest

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hushlog/hushlog/pkg/identity"
	"github.com/hushlog/hushlog/pkg/policy"
	"github.com/hushlog/hushlog/pkg/store"
	"github.com/hushlog/hushlog/pkg/store/storetest"
	"github.com/hushlog/hushlog/pkg/stream"
)

// fakeLives is a server whose life is not known, or that of another.
type fakeLives struct {
	lives
	err error
}

func (f *fakeLives) Life(ctx context.Context) (store.Life, error) {
	if f.lives == nil || f.err != nil {
		return store.Life{}, f.err
	}
	return f.lives.Life(ctx)
}

func (f *fakeLives) Lives(life store.Life) bool { return f.lives != nil && f.lives.Lives(life) }

func TestBlocksAreOfTheLifeInWhichTheyWerePublished(t *testing.T) {
	engine := storetest.Start(t, policy.Default())
	db := engine.Open(t, identity.Admin)
	var life store.Life
	settled := func() bool {
		var err error
		life, err = db.Life(t.Context())
		return err == nil && life != store.Life{}
	}
	require.Eventually(t, settled, time.Minute, 200*time.Millisecond)

	at, other := stream.Partition{Topic: stream.TopicEvents, ID: 0}, stream.Partition{Topic: stream.TopicEvents, ID: 7}
	server := &fakeLives{lives: db, err: errors.New("away")}
	end, asked := int64(10), 0
	var cannotAsk error
	b := &births{lives: server, ends: func(context.Context) (map[stream.Partition]int64, error) {
		asked++
		return map[stream.Partition]int64{at: end}, cannotAsk
	}}
	require.Zero(t, b.of(t.Context(), at, 100), "the server does not answer")
	server.err, cannotAsk = nil, errors.New("no broker")
	require.Zero(t, b.of(t.Context(), at, 100), "the broker does not answer")
	cannotAsk = nil
	require.Equal(t, life, b.of(t.Context(), at, 10))
	require.Equal(t, life, b.of(t.Context(), at, 11))
	require.Zero(t, b.of(t.Context(), at, 9), "it was there before the life was known")
	require.Zero(t, b.of(t.Context(), other, 100), "a partition that was not there")
	require.Equal(t, 2, asked)

	engine.Kill()
	engine.Restart(t)
	end = 20
	before := life
	require.Eventually(t, settled, time.Minute, 200*time.Millisecond)
	require.NotEqual(t, before, life)
	require.Zero(t, b.of(t.Context(), at, 15), "it may have been tried before the server ended")
	require.Equal(t, life, b.of(t.Context(), at, 20))
}
