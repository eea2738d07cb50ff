package alerting

import (
	"encoding/json"
	"math"
	"strconv"
	"time"

	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

// row is a row of the tables interactions, audit or quarantined as ClickHouse writes it in JSONEachRow: what is stored is
// replayed so. Columns that no rule looks at are not read.
type row struct {
	AcceptedAt string `json:"accepted_at"`
	At         string `json:"at"`

	Project        string            `json:"project"`
	Classification string            `json:"classification"`
	RetentionLabel string            `json:"retention_label"`
	SessionID      string            `json:"session_id"`
	ConversationID string            `json:"conversation_id"`
	Environment    string            `json:"environment"`
	Region         string            `json:"region"`
	Service        string            `json:"service"`
	Purpose        string            `json:"purpose"`
	KeyID          string            `json:"key_id"`
	LatencyMS      *count            `json:"latency_ms"`
	FirstTokenMS   *count            `json:"time_to_first_token_ms"`
	Provider       string            `json:"provider"`
	Model          string            `json:"model"`
	ModelVersion   string            `json:"model_version"`
	Stream         bool              `json:"stream"`
	FinishReasons  []string          `json:"finish_reasons"`
	ToolNames      []string          `json:"tool_names"`
	InputTokens    count             `json:"input_tokens"`
	OutputTokens   count             `json:"output_tokens"`
	CachedTokens   count             `json:"cached_input_tokens"`
	ReasonTokens   count             `json:"reasoning_tokens"`
	Cost           float64           `json:"cost"`
	ErrorType      string            `json:"error_type"`
	ErrorCode      string            `json:"error_code"`
	Failed         bool              `json:"failed"`
	GuardrailNames []string          `json:"guardrail_names"`
	Decisions      []string          `json:"guardrail_decisions"`
	Categories     []string          `json:"safety_categories"`
	Scores         []float64         `json:"safety_scores"`
	UserPseudonym  string            `json:"user_pseudonym"`
	Template       string            `json:"template"`
	Tags           []string          `json:"tags"`
	ContentStored  bool              `json:"content_stored"`
	MessageCount   count             `json:"message_count"`
	ContentBytes   count             `json:"content_bytes"`
	FindingCounts  map[string]uint32 `json:"finding_counts"`
	MediaTypes     []string          `json:"media_types"`

	Phase   string   `json:"phase"`
	Actor   string   `json:"actor"`
	Role    string   `json:"role"`
	Action  string   `json:"action"`
	Outcome string   `json:"outcome"`
	Reason  string   `json:"reason"`
	TokenID string   `json:"token_id"`
	Tables  []string `json:"tables"`
	Rows    count    `json:"rows"`
	Bytes   count    `json:"bytes"`
}

// count is a number that ClickHouse may write in quotation marks, as it does with 64 bits when it is told to.
type count uint64

// UnmarshalJSON implements json.Unmarshaler.
func (c *count) UnmarshalJSON(data []byte) error {
	text := string(data)
	if len(text) > 1 && text[0] == '"' && text[len(text)-1] == '"' {
		text = text[1 : len(text)-1]
	}
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		return errEvent
	}
	*c = count(n)
	return nil
}

// rowTime is how ClickHouse writes DateTime64(3, 'UTC').
const rowTime = "2006-01-02 15:04:05.999"

// decodeRow reads a row of one of the three tables; which one, its columns say.
func decodeRow(line []byte) (*Event, error) {
	var r row
	err := json.Unmarshal(line, &r)
	if err != nil {
		return nil, errEvent
	}
	at := r.AcceptedAt
	if at == "" {
		at = r.At
	}
	when, err := time.Parse(rowTime, at)
	if err != nil {
		return nil, errEvent
	}
	switch {
	case r.AcceptedAt == "" && r.Actor != "":
		return &Event{Entry: r.entry(when)}, nil
	case r.AcceptedAt != "" && r.Classification == "" && r.Reason != "":
		return &Event{Quarantined: &hushlogv1.Quarantined{Project: r.Project, Reason: r.Reason, AcceptedAt: timestamppb.New(when)}}, nil
	case r.AcceptedAt != "" && r.Project != "":
		return &Event{Record: r.record(when)}, nil
	}
	return nil, errEvent
}

func (r *row) entry(at time.Time) *hushlogv1.AuditEntry {
	phase := hushlogv1.AuditPhase_AUDIT_PHASE_INTENT
	if r.Phase == phases[hushlogv1.AuditPhase_AUDIT_PHASE_OUTCOME] {
		phase = hushlogv1.AuditPhase_AUDIT_PHASE_OUTCOME
	}
	return &hushlogv1.AuditEntry{
		At: timestamppb.New(at), Phase: phase, Actor: r.Actor, Role: r.Role, Action: r.Action, Purpose: r.Purpose, Outcome: r.Outcome, Reason: r.Reason,
		TokenId: r.TokenID, Tables: r.Tables, Rows: uint64(r.Rows), Bytes: uint64(r.Bytes),
	}
}

func (r *row) record(at time.Time) *hushlogv1.Record {
	record := &hushlogv1.Record{
		AcceptedAt: timestamppb.New(at), Project: r.Project, Class: classNamed(r.Classification), RetentionLabel: r.RetentionLabel,
		SessionId: r.SessionID, ConversationId: r.ConversationID, Environment: r.Environment, Region: r.Region, Service: r.Service,
		Purpose: r.Purpose, KeyId: r.KeyID, Latency: millis(r.LatencyMS), TimeToFirstToken: millis(r.FirstTokenMS), Provider: r.Provider,
		Model: r.Model, ModelVersion: r.ModelVersion, Stream: r.Stream, FinishReasons: r.FinishReasons, ToolNames: r.ToolNames,
		Usage: &hushlogv1.Usage{
			InputTokens: uint64(r.InputTokens), OutputTokens: uint64(r.OutputTokens), CachedInputTokens: uint64(r.CachedTokens),
			ReasoningTokens: uint64(r.ReasonTokens), Cost: r.Cost,
		},
		ErrorType: r.ErrorType, ErrorCode: r.ErrorCode, Failed: r.Failed, UserPseudonym: r.UserPseudonym, Tags: r.Tags, Template: r.Template,
		ContentStored: r.ContentStored, MessageCount: uint32(min(r.MessageCount, math.MaxUint32)), ContentBytes: uint64(r.ContentBytes),
		FindingCounts: r.FindingCounts, MediaTypes: r.MediaTypes,
	}
	for i := range min(len(r.GuardrailNames), len(r.Decisions)) {
		record.Guardrails = append(record.Guardrails, &hushlogv1.GuardrailOutcome{Name: r.GuardrailNames[i], Decision: r.Decisions[i]})
	}
	for i := range min(len(r.Categories), len(r.Scores)) {
		record.SafetyFlags = append(record.SafetyFlags, &hushlogv1.SafetyFlag{Category: r.Categories[i], Score: r.Scores[i]})
	}
	return record
}

// classNamed is unspecified, which counts as the highest, for a name that no class has.
func classNamed(name string) hushlogv1.Class {
	for r := range highestRank + 1 {
		if string(r.class()) == name {
			return hushlogv1.Class_CLASS_PUBLIC + hushlogv1.Class(r)
		}
	}
	return hushlogv1.Class_CLASS_UNSPECIFIED
}

func millis(ms *count) *durationpb.Duration {
	if ms == nil || *ms > math.MaxInt32 {
		return nil
	}
	return durationpb.New(time.Duration(*ms) * time.Millisecond)
}
