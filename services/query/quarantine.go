package query

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"time"

	"github.com/twmb/franz-go/pkg/kgo" // the request's record
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/hushlog/hushlog/pkg/audit"
	"github.com/hushlog/hushlog/pkg/contract"
	"github.com/hushlog/hushlog/pkg/policy"
	"github.com/hushlog/hushlog/pkg/stream"
	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

// quarantineActions are what may be asked for, by the word that asks; on the trail it is quarantine-WORD.
var quarantineActions = map[string]hushlogv1.QuarantineAction{
	"replay": hushlogv1.QuarantineAction_QUARANTINE_ACTION_REPLAY,
	"drop":   hushlogv1.QuarantineAction_QUARANTINE_ACTION_DROP,
}

const (
	actionQuarantine = "quarantine"
	// maxEvents bounds the events that one order names.
	maxEvents = 1000
)

// order is what a person sends to have quarantined events replayed or dropped.
type order struct {
	Action  string `json:"action"`
	Project string `json:"project"`
	// Purpose is why, a purpose of the policy.
	Purpose string `json:"purpose"`
	// Reason picks events put aside for it; "" is any.
	Reason string `json:"reason"`
	// Events picks single ones; none are all.
	Events []orderEvent `json:"events"`
}

type orderEvent struct {
	Partition int32 `json:"partition"`
	Offset    int64 `json:"offset"`
}

var (
	mayNotOrder = problem{http.StatusForbidden, "not-allowed", "the role may not order about quarantine in this project; the policy's roles.<role>.may says who may", 0, audit.Refused, 0, nil}
	badOrder    = problem{http.StatusBadRequest, "bad-request", `send {"action": "replay" or "drop", "project": "...", "purpose": "...", "reason": "", "events": [{"partition": 0, "offset": 0}]} as application/json and nothing else; at most 1000 events`, 0, audit.Refused, 0, nil}
)

// order takes an order about quarantined events: on the trail before it is published and after.
func (a *attempt) order(w http.ResponseWriter, r *http.Request) (string, *problem) {
	failure := a.signIn(r)
	if failure != nil {
		return "", a.refuse(r.Context(), failure)
	}
	a.entry.Action = actionQuarantine
	var asked order
	failure = decodeOrder(http.MaxBytesReader(w, r.Body, maxBody), &asked)
	if failure != nil {
		return "", a.refuse(r.Context(), failure)
	}
	a.entry.Action = actionQuarantine + "-" + asked.Action
	failure = a.takePurpose(asked.Purpose)
	if failure != nil {
		return "", a.refuse(r.Context(), failure)
	}
	if !a.allowed(policy.RightQuarantine, asked.Project) {
		return "", a.refuse(r.Context(), &mayNotOrder)
	}
	a.entry.Tables = []string{policy.Database + "." + policy.TableQuarantined}
	return a.announced(r.Context(), a.entry.GetAction(), func(id []byte) *problem { return a.publishOrder(r.Context(), id, asked) })
}

func decodeOrder(body io.Reader, into *order) *problem {
	err := decodeStrict(body, into)
	_, known := quarantineActions[into.Action]
	if err != nil || !known || into.Project == "" || len(into.Events) > maxEvents ||
		!contract.Fits(hushlogv1.FieldForm_FIELD_FORM_LABEL, into.Reason) && into.Reason != "" {
		return &badOrder
	}
	return nil
}

// publishOrder publishes the request to the redactors.
func (a *attempt) publishOrder(ctx context.Context, id []byte, asked order) *problem {
	events := make([]*hushlogv1.QuarantinedEvent, len(asked.Events))
	for i, e := range asked.Events {
		events[i] = &hushlogv1.QuarantinedEvent{RawPartition: e.Partition, RawOffset: e.Offset}
	}
	value, err := proto.Marshal(&hushlogv1.Request{
		RequestId: id, Project: asked.Project, At: timestamppb.New(time.Now().Truncate(time.Millisecond)),
		Actor: a.person.Pseudonym(), Role: a.person.Role,
		Quarantine: &hushlogv1.QuarantineOrder{Action: quarantineActions[asked.Action], Reason: asked.Reason, Events: events},
	})
	if err != nil {
		return &broken
	}
	err = a.service.deps.Requests.Publish(ctx, []*kgo.Record{{Topic: stream.TopicRequests, Key: id, Value: value}})[0]
	if err != nil {
		a.service.log.ErrorContext(ctx, "an order about quarantine was not published", slog.Any("error", err))
		return &requestsDown
	}
	return nil
}
