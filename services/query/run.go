package query

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/hushlog/hushlog/pkg/audit"
	"github.com/hushlog/hushlog/pkg/identity"
	"github.com/hushlog/hushlog/pkg/policy"
	"github.com/hushlog/hushlog/pkg/store"
	"github.com/hushlog/hushlog/services/query/guard"
)

// run checks the statement, announces it, runs it and shows its result.
func (a *attempt) run(w http.ResponseWriter, r *http.Request) (failure *problem, cut bool) {
	statement, failure := a.check(r.Context())
	if failure != nil {
		return a.refuse(r.Context(), failure), false
	}
	a.entry.Statement, a.entry.Tables = statement.Masked, statement.Tables
	act, err := a.service.deps.Trail.Begin(r.Context(), a.entry)
	if err != nil {
		a.service.log.ErrorContext(r.Context(), "a statement was not run: its intent was not audited", slog.Any("error", err))
		return a.notAnnounced(err), false
	}
	return a.show(w, r, act, statement)
}

// notAnnounced tells a trail that is down from an entry that it must not take.
func (a *attempt) notAnnounced(err error) *problem {
	if errors.Is(err, audit.ErrEntry) {
		return &broken
	}
	return &trailDown
}

func (a *attempt) check(ctx context.Context) (*guard.Statement, *problem) {
	ctx, cancel := context.WithTimeout(ctx, checkTimeout)
	defer cancel()
	rights := guard.Rights{Role: a.person.Role, Tables: slices.Sorted(maps.Keys(a.role.Tables))}
	statement, err := a.service.deps.Guard.Check(ctx, a.request.SQL, rights)
	if err != nil {
		a.entry.Statement = a.maskedIfAny(ctx)
		failure := ofGuard(err)
		a.service.logFailure(ctx, failure)
		return nil, failure
	}
	return statement, nil
}

// explainLimit tells a result that is too large from one that is too large to be looked at.
func (a *attempt) explainLimit(failure *problem) *problem {
	if failure == nil || failure.code != tooManyRows.code || !a.looks() {
		return failure
	}
	p := tooMuchToSee
	p.cause = failure.cause
	return &p
}

// explainDenied adds which columns the role reads, where it does not read all of a table.
func (a *attempt) explainDenied(failure *problem) {
	if failure.code != denied.code {
		return
	}
	for _, table := range slices.Sorted(maps.Keys(a.role.Tables)) {
		columns := a.role.Tables[table]
		if len(columns) > 0 && slices.Contains(a.entry.GetTables(), store.Database+"."+table) {
			failure.message += fmt.Sprintf("; of %s it reads %s", table, strings.Join(columns, ", "))
		}
	}
}

// logFailure tells operators of failures that are ours or the store's; people are told the others.
func (s *Service) logFailure(ctx context.Context, failure *problem) {
	if failure.status >= http.StatusInternalServerError && failure.cause != nil {
		s.log.WarnContext(ctx, "a statement was not run to its end", slog.String("outcome", string(failure.code)), slog.Any("error", failure.cause))
	}
}

// maskedIfAny is a refused statement for the trail: without literals, or nothing when that cannot be said.
func (a *attempt) maskedIfAny(ctx context.Context) string {
	masked := a.service.deps.Guard.Masked(ctx, a.request.SQL)
	if audit.CheckStatement(masked) != nil {
		return ""
	}
	return masked
}

// show runs a statement whose intent is on the trail. The order is what matters: the end of the result
// leaves after the outcome was acknowledged, and never without.
func (a *attempt) show(w http.ResponseWriter, r *http.Request, act *audit.Act, statement *guard.Statement) (failure *problem, cut bool) {
	ctx, cancel := context.WithTimeout(r.Context(), a.role.Limits.MaxTime.D()+grace)
	defer cancel()
	counter := &rowCounter{format: a.format}
	body := &tail{out: &personWriter{w: w, control: http.NewResponseController(w), contentType: a.format.contentType}}
	bytes, failure := a.copyResult(ctx, act.ID(), body, counter, statement)
	failure = a.explainLimit(failure)
	outcome := audit.Outcome{Result: audit.OK, Rows: counter.rows(), Bytes: bytes}
	if failure != nil {
		a.explainDenied(failure)
		outcome.Result, outcome.Reason = audit.Failed, string(failure.code)
		a.service.logFailure(ctx, failure)
	}
	err := act.End(r.Context(), outcome)
	if err != nil {
		a.service.log.ErrorContext(r.Context(), "a result was cut: its outcome was not audited", slog.Any("error", err))
		return &trailDown, body.passed
	}
	if failure != nil {
		return failure, body.passed
	}
	a.leave() // before the end is shown: who asks again at once finds the place free
	err = body.release()
	if err != nil {
		return &clientGone, true
	}
	a.service.metrics.rows.Add(float64(counter.rows()))
	a.service.metrics.bytes.Add(float64(bytes))
	return nil, false
}

// copyResult runs the statement under the id of its act and copies its result. It says how many bytes there were, and what
// went wrong.
func (a *attempt) copyResult(ctx context.Context, act string, body *tail, counter *rowCounter, statement *guard.Statement) (uint64, *problem) {
	limits := a.limits()
	result, err := a.service.deps.Runner.Run(ctx, a.user(), act, statement.SQL, a.request.Format, limits)
	if err != nil {
		return 0, ofStore(err)
	}
	defer func() { _ = result.Close() }() // what it could still say was said by Read
	total := uint64(0)
	chunk := make([]byte, 32<<10)
	for {
		n, err := result.Read(chunk)
		total += uint64(n) //nolint:gosec // io.Reader: not negative
		if total > limits.Bytes {
			return total, &tooManyRows
		}
		counter.count(chunk[:n])
		_, writeErr := body.Write(chunk[:n])
		if writeErr != nil {
			return total, &clientGone
		}
		if errors.Is(err, io.EOF) {
			return total, nil
		}
		if err != nil {
			return total, ofStore(err)
		}
	}
}

// limits are those of the role in the policy.
func (a *attempt) limits() store.Limits {
	most := a.role.Limits
	limits := store.Limits{
		Time:   most.MaxTime.D(),
		Rows:   uint64(max(most.MaxRows, 1)),
		Memory: uint64(max(most.MaxMemory, 1)),
		Bytes:  uint64(a.service.cfg.ResultMiB) << 20, //nolint:gosec // Validate bounds it
	}
	if a.looks() {
		limits.Rows = min(limits.Rows, uint64(max(most.LookRows, 1)))
		limits.Bytes = min(limits.Bytes, uint64(max(most.LookBytes, 1)))
	}
	return limits
}

// looks says that the result is made from records and is no export: it has to be as small as what a person reads.
func (a *attempt) looks() bool {
	return !a.request.Export && slices.ContainsFunc(a.entry.GetTables(), func(name string) bool {
		return policy.HoldsRecords(strings.TrimPrefix(name, store.Database+"."))
	})
}

// user is who the statement runs as: ClickHouse shows the user of a role's exports less.
func (a *attempt) user() string {
	if a.request.Export {
		return identity.ExportUser(a.person.Role)
	}
	return identity.RoleUser(a.person.Role)
}

// personWriter writes parts of a result; the first one sends the headers.
type personWriter struct {
	w           http.ResponseWriter
	control     *http.ResponseController
	contentType string
	begun       bool
}

// Write gives the person a bounded time to take p.
func (p *personWriter) Write(b []byte) (int, error) {
	if !p.begun {
		p.begun = true
		secure(p.w)
		p.w.Header().Set("Content-Type", p.contentType)
		p.w.WriteHeader(http.StatusOK)
	}
	err := p.control.SetWriteDeadline(time.Now().Add(writeTimeout))
	if err != nil {
		return 0, err
	}
	n, err := p.w.Write(b)
	if err != nil {
		return n, err
	}
	return n, p.control.Flush()
}
