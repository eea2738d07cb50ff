package store

import (
	"context"
	"strings"
	"time"

	// ClickHouse's client: query parameters.
	"github.com/ClickHouse/clickhouse-go/v2"
)

// States of a hold, in their order.
const (
	// HoldActive: rows under it are copied from now on. HoldFailed: it could not begin, Reason says why.
	HoldActive = "active"
	HoldFailed = "failed"
	// HoldPreserved: what was there when it began is copied.
	HoldPreserved = "preserved"
	// HoldReleaseAsked: a person asks for its release. HoldReleaseRefused: a request about the release does not
	// hold, Reason says why. HoldReleaseApproved: another person agrees; the copies are about to be deleted.
	HoldReleaseAsked    = "release-asked"
	HoldReleaseRefused  = "release-refused"
	HoldReleaseApproved = "release-approved"
	// HoldReleased: its copies are deleted.
	HoldReleased = "released"
)

// HoldStep is one row of the table holds.
type HoldStep struct {
	HoldID string `ch:"hold_id"`
	// RequestID is the request that the step answers, in hexadecimal.
	RequestID string    `ch:"request_id"`
	Project   string    `ch:"project"`
	At        time.Time `ch:"at"`
	// Actor asked for it, in Role.
	Actor string `ch:"actor"`
	Role  string `ch:"role"`
	State string `ch:"state"`
	// Reason is the reference that the person gave, or a code.
	Reason string `ch:"reason"`
	// From and Until are the hold's; the Unix epoch is no bound.
	From      time.Time `ch:"accepted_from"`
	Until     time.Time `ch:"accepted_until"`
	Flag      string    `ch:"flag"`
	BySubject bool      `ch:"by_subject"`
	// Rows that are copied, or were until the release.
	Rows uint64 `ch:"rows"`
}

// Hold is what a step says of its hold, without the pseudonyms.
func (s HoldStep) Hold() Hold {
	h := Hold{ID: s.HoldID, Project: s.Project, Flag: s.Flag, BySubject: s.BySubject}
	if s.From.Unix() > 0 {
		h.From = s.From
	}
	if s.Until.Unix() > 0 {
		h.Until = s.Until
	}
	return h
}

// HoldSteps reads what was done of all holds, in order.
func (db *DB) HoldSteps(ctx context.Context) ([]HoldStep, error) {
	const op = "read steps of holds"
	rows, err := db.conn.Query(ctx, "SELECT hold_id, request_id, project, at, actor, role, state, reason, accepted_from, accepted_until, flag, by_subject, rows FROM "+
		Database+"."+TableHolds+" ORDER BY at")
	if err != nil {
		return nil, clean(op, err)
	}
	defer func() { _ = rows.Close() }()
	var steps []HoldStep
	for rows.Next() {
		var s HoldStep
		err = rows.Scan(&s.HoldID, &s.RequestID, &s.Project, &s.At, &s.Actor, &s.Role, &s.State, &s.Reason, &s.From, &s.Until, &s.Flag, &s.BySubject, &s.Rows)
		if err != nil {
			return nil, clean(op, err)
		}
		steps = append(steps, s)
	}
	return steps, clean(op, rows.Err())
}

// AddHoldStep stores a step once: hold, request and state are its token.
func (db *DB) AddHoldStep(ctx context.Context, s HoldStep) error {
	if s.From.IsZero() {
		s.From = time.Unix(0, 0)
	}
	if s.Until.IsZero() {
		s.Until = time.Unix(0, 0)
	}
	return insert(ctx, db, TableHolds, strings.Join([]string{"hold", s.HoldID, s.RequestID, s.State}, "-"), []*HoldStep{&s})
}

type holdSubjectRow struct {
	HoldID    string `ch:"hold_id"`
	Project   string `ch:"project"`
	Pseudonym string `ch:"pseudonym"`
}

// AddHoldSubjects stores whom a hold is about, once.
func (db *DB) AddHoldSubjects(ctx context.Context, h Hold) error {
	err := h.check()
	if err != nil {
		return err
	}
	var rows []*holdSubjectRow
	for _, pseudonym := range h.Pseudonyms {
		rows = append(rows, &holdSubjectRow{h.ID, h.Project, pseudonym})
	}
	return insert(ctx, db, TableHoldSubjects, "hold-"+h.ID, rows)
}

// HoldSubjects reads whom a hold is about.
func (db *DB) HoldSubjects(ctx context.Context, id string) ([]string, error) {
	return db.texts(ctx, "read whom a hold is about", "SELECT DISTINCT pseudonym FROM "+Database+"."+TableHoldSubjects+" WHERE hold_id = {id:String} ORDER BY pseudonym", clickhouse.Named("id", id))
}
