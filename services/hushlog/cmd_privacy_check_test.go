package main

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

func TestPrivacyCheckIsRepeated(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		var out bytes.Buffer
		var at []time.Duration
		begin := time.Now()
		check := func(context.Context) error {
			at = append(at, time.Since(begin))
			if len(at) == 3 {
				cancel()
			}
			return errors.New("masking: failed")
		}
		require.NoError(t, runChecks(ctx, &out, time.Hour, check), "told to stop")
		require.Equal(t, []time.Duration{0, time.Hour, 2 * time.Hour}, at)
		require.Equal(t, 2, strings.Count(out.String(), "masking: failed"), "a failure does not end it")

		require.ErrorContains(t, runChecks(t.Context(), &out, 0, check), "masking", "once: it is the command's")
		require.ErrorContains(t, runChecks(t.Context(), &out, time.Second, check), "at least 1m")
		require.Len(t, at, 4)
	})
}
