package store_test

import (
	"errors"
	"math"
	"net/url"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/hushlog/hushlog/pkg/identity"
	"github.com/hushlog/hushlog/pkg/policy"
	"github.com/hushlog/hushlog/pkg/store"
	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

// filler gives every field of a message a value of its own.
type filler struct{ n int64 }

func (f *filler) fill(m protoreflect.Message) {
	fields := m.Descriptor().Fields()
	for i := range fields.Len() {
		field := fields.Get(i)
		switch {
		case field.IsMap():
			f.n++
			m.Mutable(field).Map().Set(protoreflect.ValueOfString("KEY").MapKey(), protoreflect.ValueOfUint32(uint32(f.n)))
		case field.IsList():
			list := m.Mutable(field).List()
			for range 2 {
				list.Append(f.value(field, list.NewElement()))
			}
		default:
			m.Set(field, f.value(field, m.NewField(field)))
		}
	}
}

func (f *filler) value(field protoreflect.FieldDescriptor, fresh protoreflect.Value) protoreflect.Value {
	f.n++
	switch field.Kind() {
	case protoreflect.StringKind:
		return protoreflect.ValueOfString("v" + strings.Repeat("x", int(f.n)))
	case protoreflect.BoolKind:
		return protoreflect.ValueOfBool(true)
	case protoreflect.Uint32Kind:
		return protoreflect.ValueOfUint32(uint32(f.n))
	case protoreflect.Uint64Kind:
		return protoreflect.ValueOfUint64(uint64(f.n))
	case protoreflect.Int64Kind:
		return protoreflect.ValueOfInt64(f.n)
	case protoreflect.DoubleKind:
		return protoreflect.ValueOfFloat64(float64(f.n) / 8)
	case protoreflect.FloatKind:
		return protoreflect.ValueOfFloat32(float32(f.n) / 8)
	case protoreflect.EnumKind:
		return protoreflect.ValueOfEnum(2)
	case protoreflect.MessageKind:
		switch field.Message().FullName() {
		case "google.protobuf.Timestamp":
			return protoreflect.ValueOfMessage(timestamppb.New(today().Add(time.Duration(f.n) * time.Second)).ProtoReflect())
		case "google.protobuf.Duration":
			return protoreflect.ValueOfMessage(durationpb.New(time.Duration(f.n) * time.Millisecond).ProtoReflect())
		}
		f.fill(fresh.Message())
		return fresh
	default:
		panic("no value for " + field.FullName())
	}
}

// Whatever the contract's records, contents and findings hold is stored, and comes back as it was: a
// field that is added and not stored fails here.
func TestEveryFieldIsStored(t *testing.T) {
	engine := migrated(t)
	f := &filler{}
	block, contents := &hushlogv1.Block{BlockId: []byte("0123456789abcdef")}, &hushlogv1.Contents{}
	record, content, finding := &hushlogv1.Record{}, &hushlogv1.Content{}, &hushlogv1.Finding{}
	for _, m := range []proto.Message{record, content, finding} {
		f.fill(m.ProtoReflect())
	}
	record.RequestId = "r-1"
	content.Record, finding.Record = 0, 0
	block.Records, block.Findings, contents.Contents = []*hushlogv1.Record{record}, []*hushlogv1.Finding{finding}, []*hushlogv1.Content{content}
	err := store.NewBlockWriter(engine.Open(t, identity.Ingest)).Write(t.Context(), block, contents)
	require.NoError(t, err)
	gotRecord, gotContents, gotFindings, err := store.ReadBack(t.Context(), engine.Open(t, identity.Admin), "r-1")
	require.NoError(t, err)
	requireProto(t, record, gotRecord)
	require.Len(t, gotContents, 1)
	requireProto(t, content, gotContents[0])
	require.Len(t, gotFindings, 1)
	requireProto(t, finding, gotFindings[0])
}

func requireProto(t *testing.T, want, got proto.Message) {
	t.Helper()
	if !proto.Equal(want, got) {
		require.Equal(t, want, got)
	}
}

func TestMalformedBlocksAreToldBeforeAnythingIsWritten(t *testing.T) {
	writer := store.NewBlockWriter(nil) // reaching the store would panic
	for name, change := range map[string]func(*hushlogv1.Block, *hushlogv1.Contents){
		"block id":           func(b *hushlogv1.Block, _ *hushlogv1.Contents) { b.BlockId = b.GetBlockId()[1:] },
		"no class":           func(b *hushlogv1.Block, _ *hushlogv1.Contents) { b.GetRecords()[0].Class = 0 },
		"unknown class":      func(b *hushlogv1.Block, _ *hushlogv1.Contents) { b.GetRecords()[0].Class = 9 },
		"no label":           func(b *hushlogv1.Block, _ *hushlogv1.Contents) { b.GetRecords()[0].RetentionLabel = "" },
		"no project":         func(b *hushlogv1.Block, _ *hushlogv1.Contents) { b.GetRecords()[0].Project = "" },
		"no request id":      func(b *hushlogv1.Block, _ *hushlogv1.Contents) { b.GetRecords()[0].RequestId = "" },
		"no acceptance":      func(b *hushlogv1.Block, _ *hushlogv1.Contents) { b.GetRecords()[0].AcceptedAt = nil },
		"acceptance far off": func(b *hushlogv1.Block, _ *hushlogv1.Contents) { b.GetRecords()[0].AcceptedAt.Seconds = 1 << 36 },
		"start before 1970":  func(b *hushlogv1.Block, _ *hushlogv1.Contents) { b.GetRecords()[0].StartedAt.Seconds = -1 },
		"latency negative":   func(b *hushlogv1.Block, _ *hushlogv1.Contents) { b.GetRecords()[0].Latency.Seconds = -5 },
		"cost not a number":  func(b *hushlogv1.Block, _ *hushlogv1.Contents) { b.GetRecords()[0].Usage.Cost = math.NaN() },
		"score infinite":     func(b *hushlogv1.Block, _ *hushlogv1.Contents) { b.GetRecords()[0].SafetyFlags[0].Score = math.Inf(1) },
		"flag's score": func(b *hushlogv1.Block, _ *hushlogv1.Contents) {
			b.GetRecords()[0].Flags = []*hushlogv1.Flag{{Category: "abuse", Score: math.NaN()}}
		},
		"flag's role": func(b *hushlogv1.Block, _ *hushlogv1.Contents) {
			b.GetRecords()[0].Flags = []*hushlogv1.Flag{{Category: "abuse", Role: 77}}
		},
		"content of nobody":   func(_ *hushlogv1.Block, c *hushlogv1.Contents) { c.GetContents()[0].Record = 99 },
		"content's role":      func(_ *hushlogv1.Block, c *hushlogv1.Contents) { c.GetContents()[0].Role = 77 },
		"finding of nobody":   func(b *hushlogv1.Block, _ *hushlogv1.Contents) { b.GetFindings()[0].Record = 99 },
		"confidence":          func(b *hushlogv1.Block, _ *hushlogv1.Contents) { b.GetFindings()[0].Confidence = float32(math.NaN()) },
		"quarantined hash":    func(b *hushlogv1.Block, _ *hushlogv1.Contents) { b.GetQuarantined()[0].RequestHash = nil },
		"quarantined no time": func(b *hushlogv1.Block, _ *hushlogv1.Contents) { b.GetQuarantined()[0].AcceptedAt = nil },
		"ledger minute":       func(b *hushlogv1.Block, _ *hushlogv1.Contents) { b.GetLedger()[0].Minute = -1 },
	} {
		t.Run(name, func(t *testing.T) {
			block, contents := blockOf('x', 2, today(), "standard")
			change(block, contents)
			err := writer.Write(t.Context(), block, contents)
			require.ErrorIs(t, err, store.ErrMalformed)
			require.NotContains(t, err.Error(), "sanitized")
		})
	}
	err := writer.WriteAlert(t.Context(), &hushlogv1.Alert{})
	require.ErrorIs(t, err, store.ErrMalformed)
	err = writer.WriteAudit(t.Context(), &hushlogv1.AuditEntry{})
	require.ErrorIs(t, err, store.ErrMalformed)
}

func TestExpiriesAreChecked(t *testing.T) {
	good := expiries(policy.Default())
	expressions, err := store.ExpiryExpressions(good)
	require.NoError(t, err)
	require.Equal(t, "toDate(accepted_at) + toIntervalDay(multiIf(retention_label = 'short', 7, retention_label = 'standard', 30, 7))", expressions[store.TableContents])
	require.Equal(t, "toDate(minute) + toIntervalDay(400)", expressions[store.TableLedger])
	for name, change := range map[string]func([]store.Expiry) []store.Expiry{
		"a table is missing": func(e []store.Expiry) []store.Expiry { return e[2:] },
		"an unknown table": func(e []store.Expiry) []store.Expiry {
			return append(e, store.Expiry{Table: "x", Keep: 24 * time.Hour})
		},
		"twice": func(e []store.Expiry) []store.Expiry { return append(e, e[0]) },
		"a label without labels": func(e []store.Expiry) []store.Expiry {
			return append(e, store.Expiry{Table: store.TableAudit, Label: "x", Keep: 24 * time.Hour})
		},
		"all and by label": func(e []store.Expiry) []store.Expiry {
			return append(e, store.Expiry{Table: store.TableContents, Keep: 24 * time.Hour})
		},
		"a label with a quote": func(e []store.Expiry) []store.Expiry { e[0].Label = "a' OR '"; return e },
		"part of a day":        func(e []store.Expiry) []store.Expiry { e[0].Keep = 36 * time.Hour; return e },
		"no time at all":       func(e []store.Expiry) []store.Expiry { e[0].Keep = 0; return e },
		"for ever":             func(e []store.Expiry) []store.Expiry { e[0].Keep = 100 * 366 * 24 * time.Hour; return e },
	} {
		t.Run(name, func(t *testing.T) {
			_, err := store.ExpiryExpressions(change(expiries(policy.Default())))
			require.ErrorIs(t, err, store.ErrExpiry)
		})
	}
}

func TestMigrationFilesAreRead(t *testing.T) {
	steps, err := store.ReadMigrations(fstest.MapFS{
		"migrations/0001_first.sql":  {Data: []byte("-- a comment;\nSELECT 1\n  + 1;\n\nSELECT 2;\n")},
		"migrations/0002_second.sql": {Data: []byte("SELECT 3")},
	})
	require.NoError(t, err)
	require.Len(t, steps, 2)
	require.Equal(t, []string{"SELECT 1\n  + 1", "SELECT 2"}, steps[0].Statements())
	require.Equal(t, "second", steps[1].Name)
	for _, names := range [][]string{{"0000_x.sql"}, {"0001_x.sql", "0001_y.sql"}, {"1_x.sql"}, {"0001_X.sql"}} {
		files := fstest.MapFS{}
		for _, name := range names {
			files["migrations/"+name] = &fstest.MapFile{Data: []byte("SELECT 1;")}
		}
		_, err = store.ReadMigrations(files)
		require.Error(t, err, names)
	}
}

func TestMigrationsThatDoNotFit(t *testing.T) {
	engine := migrated(t)
	admin := engine.Open(t, identity.Admin)
	steps, err := store.Migrations()
	require.NoError(t, err)
	changed := append([]store.Migration(nil), steps...)
	changed[0].Checksum = strings.Repeat("0", 64)
	err = store.MigrateWith(admin, t.Context(), changed)
	require.ErrorIs(t, err, store.ErrMigrationChanged)
	err = store.MigrateWith(admin, t.Context(), nil)
	require.ErrorIs(t, err, store.ErrSchemaNewer)

	// A step that fails half way is taken up again, also one that comes to lie between others.
	with := func(statements string) []store.Migration {
		extra, err := store.ReadMigrations(fstest.MapFS{"migrations/0900_y.sql": {Data: []byte(statements)}})
		require.NoError(t, err)
		return append(append([]store.Migration(nil), steps[:1]...), append(extra, steps[1:]...)...)
	}
	const table = "CREATE TABLE IF NOT EXISTS hushlog.extra (a UInt8) ENGINE = MergeTree ORDER BY a;\n"
	err = store.MigrateWith(admin, t.Context(), with(table+"CREATE TABLE hushlog.extra2 (;\n"))
	require.ErrorContains(t, err, "migration 0900_y, statement 2")
	err = store.MigrateWith(admin, t.Context(), with(table))
	require.NoError(t, err)
	_, err = admin.Status(t.Context())
	require.ErrorIs(t, err, store.ErrSchemaNewer, "the binary does not know the step")
	_, err = store.ReadMigrations(fstest.MapFS{"migrations/0000_y.sql": {}})
	require.Error(t, err)
}

func TestErrorsAreCleaned(t *testing.T) {
	err := store.Clean("ask", &url.Error{Op: "Post", URL: "https://x/?param_q=planted", Err: errors.New("planted")})
	require.NotContains(t, err.Error(), "planted")
	require.Equal(t, 12, store.SyntaxPosition("Syntax error: failed at position 12 ('planted'): x"))
	require.Zero(t, store.SyntaxPosition("failed at position 99999999999999999999"))
}
