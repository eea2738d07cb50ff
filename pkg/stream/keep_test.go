package stream

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"
)

func TestKeepRunsAgainUntilItMayNot(t *testing.T) {
	log := slog.New(slog.DiscardHandler)
	synctest.Test(t, func(t *testing.T) {
		runs := 0
		err := Keep(t.Context(), log, func(context.Context) error {
			runs++
			if runs < 20 {
				return errors.New("passing")
			}
			return nil
		}, ErrFenced)
		require.NoError(t, err)
		require.Equal(t, 20, runs)

		err = Keep(t.Context(), log, func(context.Context) error { return errors.Join(errors.New("begin"), ErrFenced) }, ErrDenied, ErrFenced)
		require.ErrorIs(t, err, ErrFenced)

		ctx, cancel := context.WithCancel(t.Context())
		runs = 0
		err = Keep(ctx, log, func(context.Context) error {
			runs++
			if runs == 3 {
				go cancel()
			}
			return errors.New("passing")
		})
		require.NoError(t, err)
		require.LessOrEqual(t, runs, 4)
	})
}
