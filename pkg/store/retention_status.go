package store

import (
	"context"
	"slices"
	"strings"
	"time"
)

// PlaceStatus says of the rows of a table, of one retention label where it has labels, how long they are
// kept and what is there.
type PlaceStatus struct {
	Table, Label string
	// Keep is the policy's date.
	Keep time.Duration
	// Rows that are there, and the day of the oldest, UTC; zero when there is none.
	Rows   uint64
	Oldest time.Time
	// Overdue are rows that should be gone.
	Overdue uint64
}

// RetentionStatus tells of every table and label that has a date or rows, seen from now. It reads no row.
func (db *DB) RetentionStatus(ctx context.Context, desired []Expiry, now time.Time) ([]PlaceStatus, error) {
	places := map[[2]string]*PlaceStatus{}
	for _, e := range desired {
		places[[2]string{e.Table, e.Label}] = &PlaceStatus{Table: e.Table, Label: e.Label, Keep: e.Keep}
	}
	err := db.eachDated(ctx, desired, func(p OverdueRows, rule expiryRule) {
		place := places[[2]string{p.Table, p.Label}]
		if place == nil { // a label that the policy does not know any more gets the shortest date
			place = &PlaceStatus{Table: p.Table, Label: p.Label, Keep: time.Duration(rule.fallback()) * day}
			places[[2]string{p.Table, p.Label}] = place
		}
		place.Rows += p.Rows
		if place.Oldest.IsZero() || p.Day.Before(place.Oldest) {
			place.Oldest = p.Day
		}
		if !rule.expires(p).After(now) {
			place.Overdue += p.Rows
		}
	})
	if err != nil {
		return nil, err
	}
	statuses := make([]PlaceStatus, 0, len(places))
	for _, place := range places {
		statuses = append(statuses, *place)
	}
	slices.SortFunc(statuses, func(a, b PlaceStatus) int {
		return strings.Compare(a.Table+"\x00"+a.Label, b.Table+"\x00"+b.Label)
	})
	return statuses, nil
}
