package redactor

import (
	"slices"

	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

// newRecord copies the metadata of an interaction whose strings were inspected.
// What the redactor itself decides is added by the caller.
func newRecord(a *hushlogv1.Accepted) *hushlogv1.Record {
	in := a.GetInteraction()
	r := &hushlogv1.Record{
		RequestId:        in.GetRequestId(),
		TraceId:          in.GetTraceId(),
		SpanId:           in.GetSpanId(),
		SessionId:        in.GetSessionId(),
		ConversationId:   in.GetConversationId(),
		Project:          a.GetProject(),
		Environment:      in.GetEnvironment(),
		Region:           in.GetRegion(),
		Service:          in.GetService(),
		Purpose:          in.GetPurpose(),
		KeyId:            a.GetKeyId(),
		AcceptedAt:       a.GetAcceptedAt(),
		StartedAt:        in.GetStartedAt(),
		Latency:          in.GetLatency(),
		TimeToFirstToken: in.GetTimeToFirstToken(),
		ResponseId:       in.GetResponse().GetId(),
		Usage:            in.GetUsage(),
		ErrorType:        in.GetError().GetType(),
		ErrorCode:        in.GetError().GetCode(),
		Failed:           in.GetError() != nil,
		SafetyFlags:      in.GetSafetyFlags(),
		Tags:             in.GetTags(),
		MessageCount:     uint32(len(in.GetMessages())), //nolint:gosec // bounded by the limits on an interaction
	}
	addModel(r, in.GetModel())
	addParts(r, in)
	for _, c := range in.GetResponse().GetChoices() {
		if c.GetFinishReason() != "" {
			r.FinishReasons = append(r.FinishReasons, c.GetFinishReason())
		}
	}
	for _, g := range in.GetGuardrails() {
		r.Guardrails = append(r.Guardrails, &hushlogv1.GuardrailOutcome{Name: g.GetName(), Decision: g.GetDecision()})
	}
	return r
}

func addModel(r *hushlogv1.Record, m *hushlogv1.Model) {
	if m == nil {
		return
	}
	r.Provider, r.Model, r.ModelVersion = m.GetProvider(), m.GetName(), m.GetVersion()
	r.Temperature, r.TopP, r.TopK = m.Temperature, m.TopP, m.TopK
	r.MaxTokens, r.Seed, r.Stream = m.MaxTokens, m.Seed, m.GetStream()
}

// addParts lists the tools and media types that occur anywhere, once each.
func addParts(r *hushlogv1.Record, in *hushlogv1.Interaction) {
	add := func(parts []*hushlogv1.Part) {
		for _, p := range parts {
			r.ToolNames = addOnce(r.ToolNames, p.GetToolCall().GetName())
			r.ToolNames = addOnce(r.ToolNames, p.GetToolResult().GetName())
			r.MediaTypes = addOnce(r.MediaTypes, p.GetFile().GetMediaType())
		}
	}
	add(in.GetSystemInstructions())
	for _, m := range in.GetMessages() {
		add(m.GetParts())
	}
	for _, c := range in.GetResponse().GetChoices() {
		add(c.GetMessage().GetParts())
	}
}

func addOnce(list []string, s string) []string {
	if s == "" || slices.Contains(list, s) {
		return list
	}
	return append(list, s)
}
