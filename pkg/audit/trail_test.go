package audit_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kgo"
	"google.golang.org/protobuf/proto"

	"github.com/hushlog/hushlog/pkg/audit"
	"github.com/hushlog/hushlog/pkg/identity"
	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

// fakeKafka acknowledges records into a list, or does not.
type fakeKafka struct {
	records []*kgo.Record
	err     error
	hang    bool
}

func (f *fakeKafka) Publish(ctx context.Context, records []*kgo.Record) []error {
	err := f.err
	if f.hang {
		<-ctx.Done()
		err = ctx.Err()
	}
	if err == nil {
		f.records = append(f.records, records...)
	}
	errs := make([]error, len(records))
	for i := range errs {
		errs[i] = err
	}
	return errs
}

func (f *fakeKafka) entry(t *testing.T, i int) *hushlogv1.AuditEntry {
	t.Helper()
	entry := &hushlogv1.AuditEntry{}
	err := proto.Unmarshal(f.records[i].Value, entry)
	require.NoError(t, err)
	return entry
}

func newTrail(t *testing.T, kafka *fakeKafka) *audit.Trail {
	t.Helper()
	trail, err := audit.NewTrail(kafka, audit.Options{Topic: "trail", Timeout: time.Second})
	require.NoError(t, err)
	return trail
}

// ada is who reads; her name stands nowhere.
var ada = identity.NewPersonKey()

func query() *hushlogv1.AuditEntry {
	return &hushlogv1.AuditEntry{
		Actor: ada.Pseudonym("ada@example.com"), SealedActor: ada.Seal("ada@example.com"), Role: "analyst", Action: "query", Purpose: "debugging",
		Statement: "SELECT count() FROM hushlog.contents WHERE text LIKE ? AND ordinal = ?", Tables: []string{"hushlog.contents"},
	}
}

func TestPairHasOneActAndTwoEntries(t *testing.T) {
	kafka := &fakeKafka{}
	trail := newTrail(t, kafka)
	entry := query()
	act, err := trail.Begin(t.Context(), entry)
	require.NoError(t, err)
	require.Empty(t, entry.GetActId(), "the caller's entry is left alone")
	err = act.End(t.Context(), audit.Outcome{Result: audit.OK, Rows: 3, Bytes: 40})
	require.NoError(t, err)

	require.Len(t, kafka.records, 2)
	require.Equal(t, "trail", kafka.records[0].Topic)
	require.Equal(t, ada.Pseudonym("ada@example.com"), string(kafka.records[0].Key))
	require.NotContains(t, string(kafka.records[0].Value), "ada")
	intent, outcome := kafka.entry(t, 0), kafka.entry(t, 1)
	require.Equal(t, hushlogv1.AuditPhase_AUDIT_PHASE_INTENT, intent.GetPhase())
	require.Equal(t, hushlogv1.AuditPhase_AUDIT_PHASE_OUTCOME, outcome.GetPhase())
	require.Equal(t, intent.GetActId(), outcome.GetActId())
	require.NotEqual(t, intent.GetEntryId(), outcome.GetEntryId())
	require.Equal(t, uint64(3), outcome.GetRows())
	require.Equal(t, intent.GetStatement(), outcome.GetStatement())

	err = act.End(t.Context(), audit.Outcome{Result: audit.OK})
	require.ErrorIs(t, err, audit.ErrEntry)
}

func TestNoActWithoutTrail(t *testing.T) {
	t.Run("broker refuses", func(t *testing.T) {
		trail := newTrail(t, &fakeKafka{err: errors.New("not enough replicas")})
		act, err := trail.Begin(t.Context(), query())
		require.ErrorIs(t, err, audit.ErrTrailDown)
		require.Nil(t, act)
	})
	t.Run("broker is silent", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			trail := newTrail(t, &fakeKafka{hang: true})
			begin := time.Now()
			_, err := trail.Begin(t.Context(), query())
			require.ErrorIs(t, err, audit.ErrTrailDown)
			require.Equal(t, time.Second, time.Since(begin))
		})
	})
}

func TestOutcomeIsWrittenWhenTheRequestIsGone(t *testing.T) {
	kafka := &fakeKafka{}
	trail := newTrail(t, kafka)
	ctx, cancel := context.WithCancel(t.Context())
	act, err := trail.Begin(ctx, query())
	require.NoError(t, err)
	cancel()
	err = act.End(ctx, audit.Outcome{Result: audit.Failed, Reason: "client-gone"})
	require.NoError(t, err)
	require.Equal(t, "client-gone", kafka.entry(t, 1).GetReason())
}

func TestEntriesThatAreRefused(t *testing.T) {
	cases := map[string]func(*hushlogv1.AuditEntry){
		"no actor":                  func(e *hushlogv1.AuditEntry) { e.Actor = "" },
		"no action":                 func(e *hushlogv1.AuditEntry) { e.Action = "" },
		"a person by name":          func(e *hushlogv1.AuditEntry) { e.Actor = "ada@example.com" },
		"a person without a name":   func(e *hushlogv1.AuditEntry) { e.SealedActor = nil },
		"a service with a name":     func(e *hushlogv1.AuditEntry) { e.Actor = "retention" },
		"actor with a line":         func(e *hushlogv1.AuditEntry) { e.Actor = "p_a\nb" },
		"purpose is free text":      func(e *hushlogv1.AuditEntry) { e.Purpose = "look at Ada's mail" },
		"table is free text":        func(e *hushlogv1.AuditEntry) { e.Tables = []string{"a b"} },
		"text literal":              func(e *hushlogv1.AuditEntry) { e.Statement = "SELECT 'ada'" },
		"text in double quotes":     func(e *hushlogv1.AuditEntry) { e.Statement = `SELECT "ada"` },
		"heredoc":                   func(e *hushlogv1.AuditEntry) { e.Statement = "SELECT $$ada$$" },
		"number":                    func(e *hushlogv1.AuditEntry) { e.Statement = "SELECT 4111" },
		"number after an operator":  func(e *hushlogv1.AuditEntry) { e.Statement = "SELECT a=4111" },
		"number with a sign":        func(e *hushlogv1.AuditEntry) { e.Statement = "SELECT -1" },
		"line break":                func(e *hushlogv1.AuditEntry) { e.Statement = "SELECT\na" },
		"outcome without a reason":  func(e *hushlogv1.AuditEntry) { e.Outcome = "ok" },
		"statement beyond the size": func(e *hushlogv1.AuditEntry) { e.Statement = string(make([]byte, audit.MaxStatement+1)) },
	}
	for name, change := range cases {
		t.Run(name, func(t *testing.T) {
			kafka := &fakeKafka{}
			entry := query()
			change(entry)
			_, err := newTrail(t, kafka).Begin(t.Context(), entry)
			require.ErrorIs(t, err, audit.ErrEntry)
			require.NotContains(t, err.Error(), "4111")
			require.NotContains(t, err.Error(), "ada")
			require.Empty(t, kafka.records)
		})
	}
}

func TestOutcomesThatAreRefused(t *testing.T) {
	for name, outcome := range map[string]audit.Outcome{
		"none": {}, "unknown": {Result: "fine"}, "failed without reason": {Result: audit.Failed}, "free text": {Result: audit.Refused, Reason: "because of x"},
	} {
		t.Run(name, func(t *testing.T) {
			err := newTrail(t, &fakeKafka{}).Note(t.Context(), query(), outcome)
			require.ErrorIs(t, err, audit.ErrEntry)
		})
	}
}

func TestNamesWithDigitsPass(t *testing.T) {
	err := audit.CheckStatement("SELECT toFloat64(`a1 2`), sha256_x, t1.c2 FROM hushlog.t1 LIMIT ?")
	require.Error(t, err, "a digit after a blank, also within back quotes")
	err = audit.CheckStatement("SELECT toFloat64(`a1_2`), t1.c2 FROM hushlog.t1 LIMIT ?")
	require.NoError(t, err)
}
