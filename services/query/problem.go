package query

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"

	"github.com/hushlog/hushlog/pkg/audit"
	"github.com/hushlog/hushlog/pkg/identity"
	"github.com/hushlog/hushlog/pkg/store"
	"github.com/hushlog/hushlog/services/query/guard"
)

// code says from a closed set what went wrong. It is a metric's label and a reason on the trail.
type code string

// problem is an answer that is no result: what is wrong, where, and what to do. It quotes nothing of
// the statement's literals and nothing that ClickHouse said.
type problem struct {
	status   int
	code     code
	message  string
	position int
	// outcome on the trail: refused before anything was read, or failed after.
	outcome string
	// retryAfter in seconds; 0 means that the same attempt will not go better.
	retryAfter int
	// cause is for the log: pkg/store's errors hold codes and no texts.
	cause error
}

var (
	unknownToken = problem{http.StatusUnauthorized, "unknown-token", "the token is not known; ask for one (hushlog person add) and send it as Authorization: Bearer hp_...", 0, audit.Refused, 0, nil}
	expiredToken = problem{http.StatusUnauthorized, "expired-token", "the token has expired; ask for a new one", 0, audit.Refused, 0, nil}
	revokedToken = problem{http.StatusUnauthorized, "revoked-token", "the token was revoked; ask for a new one", 0, audit.Refused, 0, nil}
	noTokens     = problem{http.StatusServiceUnavailable, "tokens-unavailable", "tokens cannot be checked now, so everybody is refused; try again soon", 0, audit.Refused, 5, nil}
	unknownRole  = problem{http.StatusForbidden, "unknown-role", "the policy has no such role any more; ask for a token with another role", 0, audit.Refused, 0, nil}
	badRequest   = problem{http.StatusBadRequest, "bad-request", `send {"sql": "SELECT ...", "purpose": "...", "format": "JSONEachRow"} as application/json and nothing else`, 0, audit.Refused, 0, nil}
	tooLarge     = problem{http.StatusRequestEntityTooLarge, "request-too-large", "the request has more than 64 KiB; shorten the statement", 0, audit.Refused, 0, nil}
	badPurpose   = problem{http.StatusBadRequest, "unknown-purpose", "name a purpose of the policy", 0, audit.Refused, 0, nil}
	badFormat    = problem{http.StatusBadRequest, "unknown-format", "name a format", 0, audit.Refused, 0, nil}
	tooMany      = problem{http.StatusTooManyRequests, "too-many", "as many statements run as may at a time; wait for one to end", 0, audit.Refused, 1, nil}
	trailDown    = problem{http.StatusServiceUnavailable, "trail-unavailable", "the audit trail takes no entries now, so nothing may be read; try again soon", 0, audit.Refused, 5, nil}
	storeDown    = problem{http.StatusServiceUnavailable, "store-unavailable", "the store does not answer; try again soon", 0, audit.Failed, 5, nil}
	storeFailed  = problem{http.StatusBadGateway, "store-failed", "the store could not run the statement", 0, audit.Failed, 0, nil}
	denied       = problem{http.StatusForbidden, "denied", "the role may not read a table or column that the statement names", 0, audit.Failed, 0, nil}
	badStatement = problem{http.StatusBadRequest, "statement-failed", "ClickHouse could not run the statement", 0, audit.Failed, 0, nil}
	tooSlow      = problem{http.StatusUnprocessableEntity, "limit-time", "the statement ran longer than the role may; narrow it, by accepted_at first", 0, audit.Failed, 0, nil}
	tooManyRows  = problem{http.StatusUnprocessableEntity, "limit-result", "the result is larger than the role may get; add LIMIT or aggregate", 0, audit.Failed, 0, nil}
	tooMuchToSee = problem{http.StatusUnprocessableEntity, "limit-look", "more records than may be looked at; narrow the statement, add LIMIT or aggregate, or export them: a role that may export sends \"export\": true (hushlog sql --export)", 0, audit.Failed, 0, nil}
	mayNotExport = problem{http.StatusForbidden, "export-not-allowed", "the role may not export; the policy's roles.<role>.may says who may", 0, audit.Refused, 0, nil}
	tooMuchRAM   = problem{http.StatusUnprocessableEntity, "limit-memory", "the statement needs more memory than the role may use; narrow it", 0, audit.Failed, 0, nil}
	overQuota    = problem{http.StatusTooManyRequests, "quota", "the role has used its statements of this hour; wait", 0, audit.Failed, 60, nil}
	clientGone   = problem{http.StatusRequestTimeout, "client-gone", "the answer was not taken", 0, audit.Failed, 0, nil}
	broken       = problem{http.StatusInternalServerError, "internal", "hushlog could not go on; nothing more is shown", 0, audit.Failed, 0, nil}
)

// guardProblems are refusals of the guard; messages are the guard's.
var guardProblems = map[guard.Code]problem{
	guard.CodeTooLong:   {status: http.StatusRequestEntityTooLarge, outcome: audit.Refused},
	guard.CodeSyntax:    {status: http.StatusBadRequest, outcome: audit.Refused},
	guard.CodeNotSelect: {status: http.StatusForbidden, outcome: audit.Refused},
	guard.CodeClause:    {status: http.StatusForbidden, outcome: audit.Refused},
	guard.CodeSettings:  {status: http.StatusForbidden, outcome: audit.Refused},
	guard.CodeTable:     {status: http.StatusForbidden, outcome: audit.Refused},
	guard.CodeFunction:  {status: http.StatusForbidden, outcome: audit.Refused},
	guard.CodeName:      {status: http.StatusForbidden, outcome: audit.Refused},
	guard.CodeTooDeep:   {status: http.StatusBadRequest, outcome: audit.Refused},
}

// problems lists every problem there is, for metrics that start at zero.
func problems() []problem {
	all := []problem{
		unknownToken, expiredToken, revokedToken, noTokens, unknownRole, badRequest, tooLarge, badPurpose, badFormat, tooMany,
		trailDown, storeDown, storeFailed, denied, badStatement, tooSlow, tooManyRows, tooMuchToSee, mayNotExport, tooMuchRAM, overQuota, clientGone, broken,
		mayNot, noEpoch, requestsDown, noReview,
	}
	for refusal := range guardProblems {
		all = append(all, problem{code: guardCode(refusal)})
	}
	return all
}

func guardCode(c guard.Code) code { return code("statement-" + string(c)) }

// ofToken is what a failed sign-in is answered with.
func ofToken(err error) *problem {
	for known, p := range map[error]problem{
		identity.ErrExpired: expiredToken, identity.ErrRevoked: revokedToken, identity.ErrUnavailable: noTokens,
	} {
		if errors.Is(err, known) {
			return &p
		}
	}
	p := unknownToken
	return &p
}

// ofGuard is what a statement is answered with that the guard did not let pass.
func ofGuard(err error) *problem {
	var refusal *guard.Refusal
	if !errors.As(err, &refusal) {
		return ofStore(err)
	}
	p, known := guardProblems[refusal.Code]
	if !known {
		p = problem{status: http.StatusForbidden, outcome: audit.Refused}
	}
	p.code, p.message, p.position = guardCode(refusal.Code), refusal.Message, refusal.Position
	return &p
}

// storeProblems says which of ClickHouse's codes mean what.
var storeProblems = []struct {
	problem problem
	codes   []int32
}{
	{denied, []int32{497, 491}},
	{tooSlow, []int32{159, 160}},
	{tooManyRows, []int32{158, 307, 396}},
	{tooMuchRAM, []int32{241, 173}},
	{overQuota, []int32{201}},
	{storeDown, []int32{202, 210, 209, 394}},
}

// internalCodes are ClickHouse's own faults: storage, logic, system. What is neither these nor above is
// what a statement can be wrong in: names, types, arguments, values that do not convert.
var internalCodes = []int32{49, 74, 75, 76, 164, 192, 193, 194, 236, 246, 271, 452, 516, 999, 1000, 1001, 1002}

// ofStore is what is answered when ClickHouse, or the way there, did not run a statement to its end.
func ofStore(err error) *problem {
	p := storeDown
	var refused *store.Error
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		p = tooSlow
	case errors.As(err, &refused) && refused.Code != 0:
		p = ofStoreCode(refused)
	case errors.As(err, &refused):
		p = storeFailed
	}
	p.cause = err
	return &p
}

func ofStoreCode(refused *store.Error) problem {
	for _, known := range storeProblems {
		if slices.Contains(known.codes, refused.Code) {
			return known.problem
		}
	}
	if slices.Contains(internalCodes, refused.Code) {
		return storeFailed
	}
	p := badStatement
	p.message = fmt.Sprintf("ClickHouse could not run the statement: %s (%d); its message is left out, as it may quote data", refused.Name, refused.Code)
	p.position = refused.Position
	return p
}
