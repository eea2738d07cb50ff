package stream

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"time"
)

// steadyRun is how long a run must have lasted for its failure to count as the first again.
const steadyRun = time.Minute

// Keep runs a reader (the Run of a Transactor or a Consumer), and again after a failure, with growing
// pauses: what was not committed is read again. It returns when run returns nil, when ctx ends, and with
// an error of run that is, or wraps, one of final.
func Keep(ctx context.Context, log *slog.Logger, run func(context.Context) error, final ...error) error {
	for failures := 1; ; failures++ {
		started := time.Now()
		err := run(ctx)
		if err == nil || ctx.Err() != nil || slices.ContainsFunc(final, func(f error) bool { return errors.Is(err, f) }) {
			return err
		}
		if time.Since(started) > steadyRun {
			failures = 1
		}
		log.WarnContext(ctx, "reading stopped; starting again", slog.String("error", err.Error()), slog.Int("failures", failures))
		pause(ctx, failures+1)
		if ctx.Err() != nil {
			return nil
		}
	}
}
