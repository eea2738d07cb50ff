package store

import (
	"cmp"
	"encoding/hex"
	"time"

	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

// contentRow is a row of the table contents.
type contentRow struct {
	commonRow
	ConversationID string `ch:"conversation_id"`
	Ordinal        uint32 `ch:"ordinal"`
	Path           string `ch:"path"`
	Role           string `ch:"role"`
	Kind           string `ch:"kind"`
	ToolName       string `ch:"tool_name"`
	ToolCallID     string `ch:"tool_call_id"`
	Text           string `ch:"text"`
}

func contentRowOf(c *hushlogv1.Content, common commonRow, conversation string) (*contentRow, error) {
	role, err := roleName(c.GetRole())
	if err != nil {
		return nil, err
	}
	return &contentRow{
		commonRow: common, ConversationID: conversation, Ordinal: c.GetOrdinal(), Path: c.GetPath(), Role: role,
		Kind: c.GetKind(), ToolName: c.GetToolName(), ToolCallID: c.GetToolCallId(), Text: c.GetText(),
	}, nil
}

// findingRow is a row of the table findings.
type findingRow struct {
	commonRow
	Path        string  `ch:"path"`
	Type        string  `ch:"type"`
	Rule        string  `ch:"rule"`
	RuleVersion uint32  `ch:"rule_version"`
	Action      string  `ch:"action"`
	Confidence  float32 `ch:"confidence"`
	View        string  `ch:"view"`
	Evidence    string  `ch:"evidence"`
}

func findingRowOf(f *hushlogv1.Finding, common commonRow) (*findingRow, error) {
	err := finite("confidence", float64(f.GetConfidence()))
	if err != nil {
		return nil, err
	}
	return &findingRow{
		commonRow: common, Path: f.GetPath(), Type: f.GetType(), Rule: f.GetRule(), RuleVersion: f.GetRuleVersion(),
		Action: f.GetAction(), Confidence: f.GetConfidence(), View: f.GetView(), Evidence: f.GetEvidence(),
	}, nil
}

// flagRow is a row of the table flags.
type flagRow struct {
	commonRow
	Category    string  `ch:"category"`
	Score       float64 `ch:"score"`
	Rule        string  `ch:"rule"`
	RuleVersion string  `ch:"rule_version"`
	Role        string  `ch:"role"`
	Path        string  `ch:"path"`
	Kind        string  `ch:"kind"`
	Earlier     bool    `ch:"earlier"`
}

func flagRowOf(f *hushlogv1.Flag, common commonRow) (*flagRow, error) {
	role, err := roleName(f.GetRole())
	if err != nil {
		return nil, err
	}
	err = finite("score", f.GetScore())
	if err != nil {
		return nil, err
	}
	return &flagRow{
		commonRow: common, Category: f.GetCategory(), Score: f.GetScore(), Rule: f.GetRule(), RuleVersion: f.GetRuleVersion(),
		Role: role, Path: f.GetPath(), Kind: f.GetKind(), Earlier: f.GetEarlier(),
	}, nil
}

// quarantineAside is the state of an event that was put aside; the redactor names the others.
const quarantineAside = "aside"

// quarantinedRow is a row of the table quarantined.
type quarantinedRow struct {
	Project      string    `ch:"project"`
	AcceptedAt   time.Time `ch:"accepted_at"`
	BlockID      string    `ch:"block_id"`
	RequestHash  string    `ch:"request_hash"`
	Reason       string    `ch:"reason"`
	RawPartition int32     `ch:"raw_partition"`
	RawOffset    int64     `ch:"raw_offset"`
	State        string    `ch:"state"`
	OrderID      string    `ch:"order_id"`
}

func quarantinedRowOf(q *hushlogv1.Quarantined, block string) (*quarantinedRow, error) {
	accepted, err := timeOf("accepted_at", q.GetAcceptedAt())
	if err != nil {
		return nil, err
	}
	hash, err := hashOf("request_hash", q.GetRequestHash())
	if err != nil {
		return nil, err
	}
	return &quarantinedRow{
		Project: q.GetProject(), AcceptedAt: accepted, BlockID: block, RequestHash: hash, Reason: q.GetReason(),
		RawPartition: q.GetRawPartition(), RawOffset: q.GetRawOffset(),
		State: cmp.Or(q.GetState(), quarantineAside), OrderID: hex.EncodeToString(q.GetOrderId()),
	}, nil
}
