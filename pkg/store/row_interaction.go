package store

import (
	"time"

	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

// interactionRow is a row of the table interactions.
type interactionRow struct {
	commonRow
	TraceID            string    `ch:"trace_id"`
	SpanID             string    `ch:"span_id"`
	SessionID          string    `ch:"session_id"`
	ConversationID     string    `ch:"conversation_id"`
	Environment        string    `ch:"environment"`
	Region             string    `ch:"region"`
	Service            string    `ch:"service"`
	Purpose            string    `ch:"purpose"`
	KeyID              string    `ch:"key_id"`
	StartedAt          time.Time `ch:"started_at"`
	LatencyMS          *uint32   `ch:"latency_ms"`
	FirstTokenMS       *uint32   `ch:"time_to_first_token_ms"`
	Provider           string    `ch:"provider"`
	Model              string    `ch:"model"`
	ModelVersion       string    `ch:"model_version"`
	Temperature        *float64  `ch:"temperature"`
	TopP               *float64  `ch:"top_p"`
	TopK               *int64    `ch:"top_k"`
	MaxTokens          *int64    `ch:"max_tokens"`
	Seed               *int64    `ch:"seed"`
	Stream             bool      `ch:"stream"`
	ResponseID         string    `ch:"response_id"`
	FinishReasons      []string  `ch:"finish_reasons"`
	ToolNames          []string  `ch:"tool_names"`
	InputTokens        uint64    `ch:"input_tokens"`
	OutputTokens       uint64    `ch:"output_tokens"`
	CachedInputTokens  uint64    `ch:"cached_input_tokens"`
	ReasoningTokens    uint64    `ch:"reasoning_tokens"`
	Cost               float64   `ch:"cost"`
	CostCurrency       string    `ch:"cost_currency"`
	ErrorType          string    `ch:"error_type"`
	ErrorCode          string    `ch:"error_code"`
	Failed             bool      `ch:"failed"`
	GuardrailNames     []string  `ch:"guardrail_names"`
	GuardrailDecisions []string  `ch:"guardrail_decisions"`
	SafetyCategories   []string  `ch:"safety_categories"`
	SafetyScores       []float64 `ch:"safety_scores"`
	UserPseudonym      string    `ch:"user_pseudonym"`
	Tags               []string  `ch:"tags"`
	ContentStored      bool      `ch:"content_stored"`
	MessageCount       uint32    `ch:"message_count"`
	ContentBytes       uint64    `ch:"content_bytes"`
	FindingCounts      counts    `ch:"finding_counts"`
	PolicyDigest       string    `ch:"policy_digest"`
	EngineVersion      string    `ch:"engine_version"`
	MediaTypes         []string  `ch:"media_types"`
	Template           string    `ch:"template"`
}

// interactionRowOf converts a Record. Milliseconds are kept of times, the currency is always named.
func interactionRowOf(r *hushlogv1.Record, common commonRow) (*interactionRow, error) {
	row := &interactionRow{
		commonRow: common,
		TraceID:   r.GetTraceId(), SpanID: r.GetSpanId(), SessionID: r.GetSessionId(), ConversationID: r.GetConversationId(),
		Environment: r.GetEnvironment(), Region: r.GetRegion(), Service: r.GetService(), Purpose: r.GetPurpose(), KeyID: r.GetKeyId(),
		Provider: r.GetProvider(), Model: r.GetModel(), ModelVersion: r.GetModelVersion(),
		Temperature: r.Temperature, TopP: r.TopP, TopK: r.TopK, MaxTokens: r.MaxTokens, Seed: r.Seed, Stream: r.GetStream(),
		ResponseID: r.GetResponseId(), FinishReasons: r.GetFinishReasons(), ToolNames: r.GetToolNames(),
		ErrorType: r.GetErrorType(), ErrorCode: r.GetErrorCode(), Failed: r.GetFailed(),
		UserPseudonym: r.GetUserPseudonym(), Tags: r.GetTags(), ContentStored: r.GetContentStored(),
		MessageCount: r.GetMessageCount(), ContentBytes: r.GetContentBytes(), FindingCounts: counts(r.GetFindingCounts()),
		PolicyDigest: r.GetPolicyDigest(), EngineVersion: r.GetEngineVersion(), MediaTypes: r.GetMediaTypes(), Template: r.GetTemplate(),
	}
	row.setUsage(r.GetUsage())
	row.setDecisions(r)
	err := row.setTimes(r)
	if err != nil {
		return nil, err
	}
	return row, row.checkNumbers()
}

func (row *interactionRow) setUsage(u *hushlogv1.Usage) {
	row.InputTokens, row.OutputTokens = u.GetInputTokens(), u.GetOutputTokens()
	row.CachedInputTokens, row.ReasoningTokens = u.GetCachedInputTokens(), u.GetReasoningTokens()
	row.Cost, row.CostCurrency = u.GetCost(), u.GetCostCurrency()
	if row.CostCurrency == "" {
		row.CostCurrency = DefaultCurrency
	}
}

func (row *interactionRow) setDecisions(r *hushlogv1.Record) {
	for _, g := range r.GetGuardrails() {
		row.GuardrailNames = append(row.GuardrailNames, g.GetName())
		row.GuardrailDecisions = append(row.GuardrailDecisions, g.GetDecision())
	}
	for _, f := range r.GetSafetyFlags() {
		row.SafetyCategories = append(row.SafetyCategories, f.GetCategory())
		row.SafetyScores = append(row.SafetyScores, f.GetScore())
	}
}

func (row *interactionRow) setTimes(r *hushlogv1.Record) error {
	var err error
	row.StartedAt, err = timeOf("started_at", r.GetStartedAt())
	if err != nil {
		return err
	}
	row.LatencyMS, err = millisOf("latency", r.GetLatency())
	if err != nil {
		return err
	}
	row.FirstTokenMS, err = millisOf("time_to_first_token", r.GetTimeToFirstToken())
	return err
}

func (row *interactionRow) checkNumbers() error {
	for field, value := range map[string]*float64{"temperature": row.Temperature, "top_p": row.TopP, "cost": &row.Cost} {
		if value == nil {
			continue
		}
		err := finite(field, *value)
		if err != nil {
			return err
		}
	}
	return finite("safety_flags.score", row.SafetyScores...)
}
