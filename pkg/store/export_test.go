package store

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

// ReadBack reads every record of a request id from interactions, with its contents and findings, as
// the messages that they came from.
func ReadBack(ctx context.Context, db *DB, requestID string) (*hushlogv1.Record, []*hushlogv1.Content, []*hushlogv1.Finding, error) {
	interactions, err := readRows[interactionRow](ctx, db, TableInteractions, requestID)
	if err != nil {
		return nil, nil, nil, err
	}
	contents, err := readRows[contentRow](ctx, db, TableContents, requestID)
	if err != nil {
		return nil, nil, nil, err
	}
	findings, err := readRows[findingRow](ctx, db, TableFindings, requestID)
	if err != nil {
		return nil, nil, nil, err
	}
	flags, err := readRows[flagRow](ctx, db, TableFlags, requestID)
	if err != nil {
		return nil, nil, nil, err
	}
	if len(interactions) != 1 {
		return nil, nil, nil, fmt.Errorf("%d rows", len(interactions))
	}
	record, err := interactions[0].record()
	if err != nil {
		return nil, nil, nil, err
	}
	for _, row := range flags {
		record.Flags = append(record.Flags, row.flag())
	}
	var contentMessages []*hushlogv1.Content
	for _, row := range contents {
		contentMessages = append(contentMessages, row.content(0))
	}
	var findingMessages []*hushlogv1.Finding
	for _, row := range findings {
		findingMessages = append(findingMessages, row.finding(0))
	}
	return record, contentMessages, findingMessages, nil
}

func readRows[R any](ctx context.Context, db *DB, name, requestID string) ([]*R, error) {
	table, _ := Lookup(name)
	names := make([]string, len(table.Columns))
	for i, column := range table.Columns {
		names[i] = column.Name
	}
	rows, err := db.conn.Query(ctx, "SELECT "+strings.Join(names, ", ")+" FROM hushlog."+name+" WHERE request_id = '"+requestID+"'")
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	var all []*R
	for rows.Next() {
		row := new(R)
		interaction, isInteraction := any(row).(*interactionRow)
		if isInteraction {
			interaction.FindingCounts = counts{}
		}
		err = rows.ScanStruct(row)
		if err != nil {
			return nil, err
		}
		all = append(all, row)
	}
	return all, rows.Err()
}

// ExpiryExpressions are the TTL expressions of the desired dates, by table.
func ExpiryExpressions(desired []Expiry) (map[string]string, error) {
	rules, err := expiryRules(desired)
	if err != nil {
		return nil, err
	}
	expressions := make(map[string]string)
	for _, rule := range rules {
		expressions[rule.table.Name] = rule.expression()
	}
	return expressions, nil
}

// MigrateWith runs steps read from files instead of the binary's own.
var MigrateWith = (*DB).migrate

// ReadMigrations reads steps from files.
var ReadMigrations = readMigrations

// Statements are those of a step.
func (m Migration) Statements() []string { return m.statements }

// SyntaxPosition is for tests.
var SyntaxPosition = syntaxPosition

// Clean is for tests.
var Clean = clean

// record converts a row back to the Record that it came from.
func (row *interactionRow) record() (*hushlogv1.Record, error) {
	class, err := classOf(row.Classification)
	if err != nil {
		return nil, err
	}
	if len(row.GuardrailNames) != len(row.GuardrailDecisions) || len(row.SafetyCategories) != len(row.SafetyScores) {
		return nil, fmt.Errorf("arrays of one row differ in length: %w", ErrMalformed)
	}
	r := &hushlogv1.Record{
		RequestId: row.RequestID, TraceId: row.TraceID, SpanId: row.SpanID, SessionId: row.SessionID, ConversationId: row.ConversationID,
		Project: row.Project, Environment: row.Environment, Region: row.Region, Service: row.Service, Purpose: row.Purpose, KeyId: row.KeyID,
		AcceptedAt: timestamppb.New(row.AcceptedAt), StartedAt: timestamppb.New(row.StartedAt),
		Latency: durationOf(row.LatencyMS), TimeToFirstToken: durationOf(row.FirstTokenMS),
		Provider: row.Provider, Model: row.Model, ModelVersion: row.ModelVersion,
		Temperature: row.Temperature, TopP: row.TopP, TopK: row.TopK, MaxTokens: row.MaxTokens, Seed: row.Seed, Stream: row.Stream,
		ResponseId: row.ResponseID, FinishReasons: row.FinishReasons, ToolNames: row.ToolNames,
		Usage: &hushlogv1.Usage{
			InputTokens: row.InputTokens, OutputTokens: row.OutputTokens, CachedInputTokens: row.CachedInputTokens,
			ReasoningTokens: row.ReasoningTokens, Cost: row.Cost, CostCurrency: row.CostCurrency,
		},
		ErrorType: row.ErrorType, ErrorCode: row.ErrorCode, Failed: row.Failed,
		UserPseudonym: row.UserPseudonym, Tags: row.Tags, Class: class, ContentStored: row.ContentStored,
		MessageCount: row.MessageCount, ContentBytes: row.ContentBytes, FindingCounts: row.FindingCounts,
		PolicyDigest: row.PolicyDigest, EngineVersion: row.EngineVersion, RetentionLabel: row.RetentionLabel, MediaTypes: row.MediaTypes, Template: row.Template,
	}
	for i, name := range row.GuardrailNames {
		r.Guardrails = append(r.Guardrails, &hushlogv1.GuardrailOutcome{Name: name, Decision: row.GuardrailDecisions[i]})
	}
	for i, category := range row.SafetyCategories {
		r.SafetyFlags = append(r.SafetyFlags, &hushlogv1.SafetyFlag{Category: category, Score: row.SafetyScores[i]})
	}
	return r, nil
}

// content converts a row back; record is the index of its interaction in the block.
func (row *contentRow) content(record uint32) *hushlogv1.Content {
	return &hushlogv1.Content{
		Record: record, Ordinal: row.Ordinal, Path: row.Path, Role: roleOf(row.Role),
		Kind: row.Kind, ToolName: row.ToolName, ToolCallId: row.ToolCallID, Text: row.Text,
	}
}

// finding converts a row back; record is the index of its interaction in the block.
func (row *findingRow) finding(record uint32) *hushlogv1.Finding {
	return &hushlogv1.Finding{
		Record: record, Path: row.Path, Type: row.Type, Rule: row.Rule, RuleVersion: row.RuleVersion,
		Action: row.Action, Confidence: row.Confidence, View: row.View, Evidence: row.Evidence,
	}
}

// flag converts a row back.
func (row *flagRow) flag() *hushlogv1.Flag {
	return &hushlogv1.Flag{
		Category: row.Category, Score: row.Score, Rule: row.Rule, RuleVersion: row.RuleVersion,
		Role: roleOf(row.Role), Path: row.Path, Kind: row.Kind, Earlier: row.Earlier,
	}
}

func roleOf(name string) hushlogv1.Role {
	return hushlogv1.Role(hushlogv1.Role_value["ROLE_"+strings.ToUpper(name)])
}

func durationOf(millis *uint32) *durationpb.Duration {
	if millis == nil {
		return nil
	}
	return durationpb.New(time.Duration(*millis) * time.Millisecond)
}

// Exec runs a statement.
func Exec(ctx context.Context, db *DB, statement string) error { return db.conn.Exec(ctx, statement) }

// ForCluster is the whole schema for a cluster.
func ForCluster(cluster string) ([]string, error) {
	steps, err := Migrations()
	if err != nil {
		return nil, err
	}
	var all []string
	for _, statement := range []string{createDatabase, createMigrations} {
		statement, err = forCluster(statement, cluster)
		if err != nil {
			return nil, err
		}
		all = append(all, statement)
	}
	for _, step := range steps {
		statements, err := step.forCluster(cluster)
		if err != nil {
			return nil, err
		}
		all = append(all, statements...)
	}
	return all, nil
}

// ForClusterStatement is for tests.
var ForClusterStatement = forCluster

// ReadQueryLog has logs be read from another table than ClickHouse's own.
func ReadQueryLog(logs *QueryLogs, table string) { logs.table = table }

// ApplyHalf runs a step as often as it has statements, each time cut off one statement later, and records nothing.
func ApplyHalf(ctx context.Context, db *DB, step Migration) error {
	statements, err := step.forCluster("")
	if err != nil {
		return err
	}
	for cut := range statements {
		for i, statement := range statements[:cut+1] {
			err = db.conn.Exec(ctx, statement)
			if err != nil {
				return cleanDDL(fmt.Sprintf("%04d_%s, cut off after statement %d, statement %d", step.Version, step.Name, cut+1, i+1), err)
			}
		}
	}
	return nil
}

// MigrateTo brings the schema to where a release with only the steps up to a version had it.
func MigrateTo(ctx context.Context, db *DB, version uint32) error {
	steps, err := Migrations()
	if err != nil {
		return err
	}
	return db.migrate(ctx, slices.DeleteFunc(steps, func(m Migration) bool { return m.Version > version }))
}
