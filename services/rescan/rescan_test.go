package rescan

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/hushlog/hushlog/pkg/identity"
	"github.com/hushlog/hushlog/pkg/policy"
	"github.com/hushlog/hushlog/pkg/store"
	"github.com/hushlog/hushlog/pkg/store/storetest"
	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

func TestMain(m *testing.M) { os.Exit(storetest.Main(m)) }

const lateWord = "jane.roe@company.example"

// stored is an engine with texts of three projects' interactions, one of which holds an address that an older release
// is taken to have missed.
func stored(t *testing.T) *storetest.Engine {
	t.Helper()
	engine := storetest.Start(t, policy.Default())
	require.NoError(t, engine.Open(t, identity.Admin).Migrate(t.Context()))
	at := time.Now().UTC().Truncate(24 * time.Hour)
	for i, project := range []string{"demo", "other", "third"} {
		block := &hushlogv1.Block{BlockId: []byte(strings.Repeat(string(rune('a'+i)), 16))}
		contents := &hushlogv1.Contents{}
		for n := range uint32(4) {
			block.Records = append(block.Records, &hushlogv1.Record{
				RequestId: fmt.Sprintf("%s-%d", project, n), Project: project, AcceptedAt: timestamppb.New(at), StartedAt: timestamppb.New(at),
				Class: hushlogv1.Class_CLASS_INTERNAL, RetentionLabel: "standard", ContentStored: true,
			})
			text := "the tide is high at noon"
			if n%2 == 1 && project != "third" {
				text = "write to " + lateWord + " about the tide"
			}
			contents.Contents = append(contents.Contents, &hushlogv1.Content{Record: n, Path: "messages[0].parts[0].text.text", Role: hushlogv1.Role_ROLE_USER, Kind: "text", Text: text})
		}
		require.NoError(t, store.NewBlockWriter(engine.Open(t, identity.Ingest)).Write(t.Context(), block, contents))
	}
	return engine
}

func ask(t *testing.T, engine *storetest.Engine, statement string) string {
	t.Helper()
	reader, err := store.NewReader(engine.Config(identity.Admin))
	require.NoError(t, err)
	defer func() { _ = reader.Close() }()
	result, err := reader.Run(t.Context(), "", statement, "TabSeparated", store.Limits{Time: 20 * time.Second, Rows: 1000, Bytes: 1 << 20, Memory: 512 << 20})
	require.NoError(t, err)
	defer func() { _ = result.Close() }()
	raw, err := io.ReadAll(result)
	require.NoError(t, err)
	return strings.TrimSpace(string(raw))
}

func allDays(o Options) Options {
	o.Since, o.Until = time.Now().AddDate(0, 0, -30), time.Now().AddDate(0, 0, 2)
	return o
}

func TestWhatIsFoundLateIsToldAndRewritten(t *testing.T) {
	engine := stored(t)
	db := engine.Open(t, identity.RescanUser)
	_, err := engine.Open(t, identity.Retention).PreserveHold(t.Context(), store.Hold{ID: strings.Repeat("0", 32), Project: "demo"}, time.Time{})
	require.NoError(t, err)
	scanner, err := NewScanner(policy.Default(), nil)
	require.NoError(t, err)
	late := "SELECT count() FROM hushlog.contents WHERE position(text, '" + lateWord + "') > 0"

	report, err := scanner.Run(t.Context(), db, allDays(Options{}))
	require.NoError(t, err)
	require.Equal(t, uint64(12), report.Texts)
	require.Equal(t, uint64(4), report.Late)
	require.Equal(t, uint64(2), report.Held)
	require.Zero(t, report.Rewritten)
	require.Equal(t, "4", ask(t, engine, late), "without being asked to, nothing is rewritten")
	require.NotContains(t, fmt.Sprintf("%+v", report), "jane")

	report, err = scanner.Run(t.Context(), db, allDays(Options{Project: "demo", Rewrite: true}))
	require.NoError(t, err)
	require.Equal(t, uint64(2), report.Rewritten)
	require.Equal(t, "2", ask(t, engine, late))
	require.Equal(t, "4", ask(t, engine, "SELECT count() FROM hushlog.contents WHERE project = 'demo'"))
	require.Equal(t, "2", ask(t, engine, "SELECT count() FROM hushlog.findings WHERE project = 'demo' AND type = 'EMAIL' AND rule != ''"))

	report, err = scanner.Run(t.Context(), db, allDays(Options{Rewrite: true}))
	require.NoError(t, err)
	require.Equal(t, uint64(2), report.Rewritten)
	require.Equal(t, "0", ask(t, engine, late))
	require.Equal(t, "12", ask(t, engine, "SELECT count() FROM hushlog.contents"))
	report, err = scanner.Run(t.Context(), db, allDays(Options{Rewrite: true}))
	require.NoError(t, err)
	require.Zero(t, report.Late, "a second run finds nothing")
	require.Equal(t, "4", ask(t, engine, "SELECT count() FROM hushlog.findings WHERE type = 'EMAIL'"))
	require.Equal(t, "2", ask(t, engine, "SELECT count() FROM hushlog.held_contents WHERE position(text, '"+lateWord+"') > 0"), "copies under a hold stay as they are")
	require.Equal(t, "0", ask(t, engine, "SELECT count() FROM system.mutations WHERE position(command, 'tide') > 0 OR position(command, 'jane') > 0"))
}

// cutOff stores what is new and fails before it deletes what is old, as a crash would.
type cutOff struct {
	*store.DB
	cut bool
}

var errCut = errors.New("cut off")

func (c *cutOff) RewriteContents(ctx context.Context, project string, texts []store.Rewritten) error {
	if !c.cut {
		return c.DB.RewriteContents(ctx, project, texts)
	}
	c.cut = false
	// A second project's context ends in between: the deletion is refused, the insert was not.
	err := c.DB.InsertRewritten(ctx, texts)
	return errors.Join(errCut, err)
}

func TestARewritingThatWasCutOffIsFinished(t *testing.T) {
	engine := stored(t)
	db := &cutOff{DB: engine.Open(t, identity.RescanUser), cut: true}
	scanner, err := NewScanner(policy.Default(), nil)
	require.NoError(t, err)
	_, err = scanner.Run(t.Context(), db, allDays(Options{Project: "demo", Rewrite: true}))
	require.ErrorIs(t, err, errCut)
	require.Equal(t, "6", ask(t, engine, "SELECT count() FROM hushlog.contents WHERE project = 'demo'"), "old and new are there")
	_, err = scanner.Run(t.Context(), db, allDays(Options{Project: "demo", Rewrite: true}))
	require.NoError(t, err)
	require.Equal(t, "4", ask(t, engine, "SELECT count() FROM hushlog.contents WHERE project = 'demo'"))
	require.Equal(t, "0", ask(t, engine, "SELECT count() FROM hushlog.contents WHERE project = 'demo' AND position(text, '"+lateWord+"') > 0"))
	require.Equal(t, "2", ask(t, engine, "SELECT count() FROM hushlog.findings WHERE project = 'demo'"), "told once")
}

// TestADayWithMoreThanMayWaitIsReadAgain rewrites text by text.
func TestADayWithMoreThanMayWaitIsReadAgain(t *testing.T) {
	engine := stored(t)
	scanner, err := NewScanner(policy.Default(), nil)
	require.NoError(t, err)
	scanner.waiting = 1
	report, err := scanner.Run(t.Context(), engine.Open(t, identity.RescanUser), allDays(Options{Rewrite: true}))
	require.NoError(t, err)
	require.Equal(t, uint64(12), report.Texts)
	require.Equal(t, uint64(4), report.Late)
	require.Equal(t, uint64(4), report.Rewritten)
	require.Equal(t, "0", ask(t, engine, "SELECT count() FROM hushlog.contents WHERE position(text, '"+lateWord+"') > 0"))
	require.Equal(t, "12", ask(t, engine, "SELECT count() FROM hushlog.contents"))
}
