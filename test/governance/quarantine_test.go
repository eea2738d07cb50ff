package governance

import (
	"encoding/json"
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/hushlog/hushlog/pkg/client"
	"github.com/hushlog/hushlog/pkg/identity"
	"github.com/hushlog/hushlog/pkg/stream"
	"github.com/hushlog/hushlog/test/dial"
	"github.com/hushlog/hushlog/test/stack"
)

// detectorThatIsDown is an external detector which finds nothing once it is up, and the change of a policy that
// has it asked.
func detectorThatIsDown(t *testing.T) (up *atomic.Bool, change func(identity.Layout)) {
	t.Helper()
	up = &atomic.Bool{}
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !up.Load() {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		var asked struct {
			Text []string `json:"text"`
		}
		n := 1 // a text alone is no list
		if json.NewDecoder(r.Body).Decode(&asked) == nil {
			n = len(asked.Text)
		}
		_, _ = w.Write([]byte("[" + strings.TrimSuffix(strings.Repeat("[],", n), ",") + "]"))
	}))
	t.Cleanup(server.Close)
	return up, func(layout identity.Layout) {
		ca := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
		require.NoError(t, os.WriteFile(filepath.Join(layout.Dir, "detector-ca.crt"), ca, 0o600))
		doc, err := os.ReadFile(layout.Policy())
		require.NoError(t, err)
		changed := strings.Replace(string(doc), "detectors: {}", "detectors: {x: {url: '"+server.URL+"/analyze', ca: detector-ca.crt, timeout: 2s}}", 1)
		require.NotEqual(t, string(doc), changed)
		require.NoError(t, os.WriteFile(layout.Policy(), []byte(changed), 0o600))
	}
}

// TestQuarantine: what a detector did not answer for is stored by itself once it does, across a kill of the
// redactor; what an end user was erased of is not, but for the copies of a hold that came before; what never opens is refused again and dropped by order, on
// the trail; the books balance all the time.
func TestQuarantine(t *testing.T) {
	t.Parallel()
	up, change := detectorThatIsDown(t)
	d := &deployment{stack.StartAs(t, stack.Plan{Before: change})}
	c, err := client.New(d.Target.GatewayGRPC, client.Options{APIKey: d.Target.APIKey, TLS: d.Target.TLS})
	require.NoError(t, err)
	t.Cleanup(func() { _ = c.Close() })
	d.log(t, c, "Quorlimp", 3)
	d.log(t, c, "Zantrevel", 4)
	d.log(t, c, "Vexandrel", 2)
	d.forge(t)
	waiting := func(reason string) int {
		return strings.Count("\n"+d.must(t, "compliance", "quarantine", "list", "--purpose", "security", "--project", "demo", "--reason", reason, "--output", "tsv"), "\taside")
	}
	eventually(t, "all in quarantine", func() bool { return waiting("no-detector") == 9 && waiting("unopenable") == 1 })
	require.Equal(t, "0", d.sql(t, "security", "SELECT count() FROM interactions"))
	d.must(t, "compliance", "ledger", "--purpose", "security", "--check", "--checked-after", "0s")

	id, ok := d.eraseAs(t, "compliance", "Quorlimp")
	require.True(t, ok, id)
	out, ok := d.receipt(t, id)
	require.False(t, ok, "nothing is stored of them yet")
	require.Contains(t, out, "not-found")

	// One more is under a hold before the erasure: what waits in quarantine is theirs, too.
	hold, ok := d.about(t, "compliance", "Vexandrel", "hold", "create", "--project", "demo", "--reason", "case-2", "--subject")
	require.True(t, ok, hold)
	heldErasure, ok := d.eraseAs(t, "compliance", "Vexandrel")
	require.True(t, ok, heldErasure)
	eventually(t, "the erasure waits for the hold", func() bool {
		out, _ = d.hushlog(t, "compliance", "erase", "status", heldErasure, "--purpose", "security")
		return strings.Contains(out, "delayed by hold "+hold)
	})

	// An order, and nothing else, decides of what does not pass by itself.
	out, ok = d.hushlog(t, "security", "quarantine", "replay", "--project", "demo", "--purpose", "security", "--all")
	require.False(t, ok)
	require.Contains(t, out, "not-allowed")
	replay := d.must(t, "compliance", "quarantine", "replay", "--project", "demo", "--purpose", "security", "--reason", "unopenable")
	eventually(t, "refused again", func() bool {
		return strings.Contains(d.must(t, "compliance", "quarantine", "status", replay, "--purpose", "security", "--output", "tsv"), "refused\tunopenable\t1")
	})
	drop := d.must(t, "compliance", "quarantine", "drop", "--project", "demo", "--purpose", "security", "--reason", "unopenable")
	eventually(t, "dropped", func() bool { return waiting("unopenable") == 0 })
	require.Contains(t, d.must(t, "compliance", "quarantine", "status", drop, "--purpose", "security", "--output", "tsv"), "dropped\tunopenable\t1")
	eventually(t, "the orders on the trail", func() bool {
		return d.sql(t, "compliance", "SELECT count() FROM audit WHERE action IN ('quarantine-replay', 'quarantine-drop') AND purpose = 'security' AND actor = '"+d.actor(t, "test-compliance")+"' AND ref IN ('"+replay+"', '"+drop+"')") == "4"
	})

	up.Store(true)
	require.NoError(t, d.Kill(identity.Redactor))
	require.NoError(t, d.WaitReady(t.Context(), identity.Redactor))
	d.log(t, c, "Zantrevel", 1)
	eventually(t, "what waited is stored", func() bool { return waiting("no-detector") == 0 })
	eventually(t, "once, and without who was erased", func() bool {
		return d.sql(t, "security", "SELECT count(), uniqExact(request_id) FROM interactions") == "5\t5"
	})
	require.Equal(t, "0", d.sql(t, "security", "SELECT count() FROM contents WHERE text LIKE '%quorlimp%'"))
	require.Equal(t, "0", d.sql(t, "security", "SELECT count() FROM contents WHERE text LIKE '%vexandrel%'"))
	require.Equal(t, "2", d.sql(t, "security", "SELECT count() FROM held_contents WHERE text LIKE '%vexandrel%' AND hold_id = '"+hold+"'"))
	require.Equal(t, "2", d.sql(t, "security", "SELECT count() FROM held_interactions WHERE hold_id = '"+hold+"'"))
	require.Equal(t, "11\t10\t5\t1", d.sql(t, "compliance", "SELECT sum(accepted), sum(released), sum(erased), sum(dropped) FROM ledger"))
	d.must(t, "compliance", "ledger", "--purpose", "security", "--check", "--checked-after", "0s")
}

// forge publishes what no gateway has sealed.
func (d *deployment) forge(t *testing.T) {
	t.Helper()
	kafka, err := dial.Kafka(d.Layout(), []string{d.Addresses.Kafka}, identity.Gateway, kgo.RecordPartitioner(kgo.ManualPartitioner()))
	require.NoError(t, err)
	defer kafka.Close()
	meta := stream.Meta{Kind: stream.KindSealed, Project: "demo", RequestHash: [16]byte{1, 2, 3}, Minute: stream.MinuteOf(time.Now())}
	record := &kgo.Record{Topic: stream.TopicRaw, Partition: 1, Value: []byte("sealed by nobody"), Headers: meta.Headers()}
	require.NoError(t, kafka.ProduceSync(t.Context(), record).FirstErr())
}
