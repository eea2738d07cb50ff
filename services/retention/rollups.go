package retention

import (
	"context"
	"log/slog"
	"time"

	"github.com/hushlog/hushlog/pkg/store"
)

const (
	// rollupPause is how often rollups of recentRollups are compared with the rows; wholeRollupPause, all of them,
	// which finds what an erasure took of old rows and what came late.
	rollupPause      = 5 * time.Minute
	wholeRollupPause = time.Hour
	recentRollups    = 48 * time.Hour
	// rollupGrace is how long after its end a unit is left alone: rows of it are on their way.
	rollupGrace = 10 * time.Minute
)

// rollupStore is what rollups ask of ClickHouse.
type rollupStore interface {
	RollupDifferences(ctx context.Context, since, until time.Time) ([]store.RollupUnit, error)
	RollUpAgain(ctx context.Context, units []store.RollupUnit) error
}

// rollups makes units anew whose counts are not those of the rows: after a crash that lost a part, an erasure, or an
// older release that knew no rollups. The process that leads does.
type rollups struct {
	store   rollupStore
	leads   func() bool
	keep    time.Duration
	metrics *metrics
	log     *slog.Logger
	now     func() time.Time

	looked, lookedWhole time.Time
}

func (r *rollups) run(ctx context.Context) error {
	now := r.now()
	if !r.leads() || now.Sub(r.looked) < rollupPause {
		return nil
	}
	whole := now.Sub(r.lookedWhole) >= wholeRollupPause
	since := now.Add(-recentRollups)
	if whole {
		since = now.Add(-r.keep - 24*time.Hour)
	}
	units, err := r.store.RollupDifferences(ctx, since, now.Add(-rollupGrace))
	if err != nil {
		return err
	}
	if len(units) > 0 {
		err = r.store.RollUpAgain(ctx, units)
		if err != nil {
			return err
		}
		r.metrics.rolledUpAgain.Add(float64(len(units)))
		r.log.InfoContext(ctx, "rollups differed from the rows and were made anew", slog.Int("units", len(units)), slog.String("first", units[0].Table), slog.Time("at", units[0].Start))
		return nil // the next round looks again, as one comparison does not find all
	}
	r.looked = now
	if whole {
		r.lookedWhole = now
	}
	return nil
}

// longestMetadata is how far back rows of interactions may lie.
func longestMetadata(expiries []store.Expiry) time.Duration {
	longest := time.Duration(0)
	for _, e := range expiries {
		if e.Table == store.TableInteractions {
			longest = max(longest, e.Keep)
		}
	}
	return longest
}
