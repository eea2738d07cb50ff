package governance

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/hushlog/hushlog/pkg/identity"
	"github.com/hushlog/hushlog/pkg/store"
	"github.com/hushlog/hushlog/pkg/stream"
	"github.com/hushlog/hushlog/services/setup"
	"github.com/hushlog/hushlog/test/repository"
)

var placeRow = regexp.MustCompile("(?m)^\\| `([a-z0-9._]+)` \\|")

// placesUnder are the places in a section of docs/places.md.
func placesUnder(t *testing.T, heading string) []string {
	t.Helper()
	root, err := repository.Root()
	require.NoError(t, err)
	text, err := os.ReadFile(filepath.Join(root, "docs", "places.md"))
	require.NoError(t, err)
	_, section, found := strings.Cut(string(text), "## "+heading+"\n")
	require.True(t, found, heading)
	section, _, _ = strings.Cut(section, "\n## ")
	var places []string
	for _, match := range placeRow.FindAllStringSubmatch(section, -1) {
		places = append(places, match[1])
	}
	slices.Sort(places)
	return places
}

// requirePlaces compares what a deployment has with docs/places.md, and asks for a date of every table
// that holds data.
func (d *deployment) requirePlaces(t *testing.T, m *matrix) {
	t.Helper()
	// hushlog_child has the embedded server's view of each statement that runs: it lies in memory and holds no rows.
	ok, tables := m.direct(identity.Admin, "SELECT concat(database, '.', name) FROM system.tables WHERE database NOT IN ('system', 'information_schema', 'INFORMATION_SCHEMA', 'hushlog_child') AND NOT is_temporary ORDER BY 1")
	require.True(t, ok, tables)
	var there []string
	for line := range strings.Lines(tables) {
		name, ours := strings.CutPrefix(strings.TrimSpace(line), "hushlog.")
		require.True(t, ours, "a table outside of hushlog: %s", line)
		there = append(there, name)
	}
	slices.Sort(there)
	require.Equal(t, placesUnder(t, "Tables of ClickHouse"), there, "say in docs/places.md what a new table holds and when it expires")
	dated := map[string]bool{}
	for _, expiry := range store.Expiries(d.Policy) {
		dated[expiry.Table] = true
	}
	for _, name := range there {
		table, holds := store.Lookup(name)
		undated := holds && table.Date == "" || !holds && (name == "migrations" || slices.ContainsFunc([]string{"hold_", "rollup_", "canary_"}, func(p string) bool { return strings.HasPrefix(name, p) }))
		require.True(t, dated[name] || undated, "table %s has no date in the policy", name)
	}

	opts, err := stream.Dial(setup.KafkaConfig(d.Layout(), identity.Admin, []string{d.Addresses.Kafka}))
	require.NoError(t, err)
	client, err := kgo.NewClient(opts...)
	require.NoError(t, err)
	defer client.Close()
	listed, err := kadm.NewClient(client).ListTopics(t.Context())
	require.NoError(t, err)
	require.Equal(t, placesUnder(t, "Topics of Kafka"), listed.Names(), "say in docs/places.md what a new topic holds and when it expires")
}

// TestRowsGoOnTheirDayAndNotBefore dates rows back: thirty and ninety days and seven years pass at once. The
// engine drops the parts of the days that are over, whole, and touches no other.
func TestRowsGoOnTheirDayAndNotBefore(t *testing.T) {
	t.Parallel()
	d := start(t)
	m := &matrix{t: t, d: d, clients: map[string]*httpClient{}}
	d.requirePlaces(t, m)

	day := time.Now().UTC().Truncate(24 * time.Hour)
	back := func(days int) string { return day.AddDate(0, 0, -days).Add(time.Hour).Format(time.DateTime) }
	put := func(table, column, label string, days int) {
		labels, values := "", ""
		if label != "" {
			labels, values = ", retention_label", ", '"+label+"'"
		}
		m.insert("INSERT INTO hushlog." + table + " (" + column + labels + ") VALUES ('" + back(days) + "'" + values + ")")
	}
	for _, days := range []int{0, 6, 7, 29, 30, 89, 90} {
		put("contents", "accepted_at", "standard", days)
		put("contents", "accepted_at", "short", days)
		put("interactions", "accepted_at", "standard", days)
	}
	for _, days := range []int{0, 399, 400, 7 * 365} {
		put("audit", "at", "", days)
	}
	ages := func(table, column, where string) string {
		ok, answer := m.direct(identity.Admin, "SELECT arrayStringConcat(arrayMap(d -> toString(d), arraySort(groupArray(dateDiff('day', toDate("+column+"), toDate('"+
			day.Format(time.DateOnly)+"'))))), ' ') FROM hushlog."+table+" WHERE "+where)
		require.True(t, ok, answer)
		return answer
	}
	eventually(t, "what has reached its date is gone", func() bool {
		return ages("contents", "accepted_at", "retention_label = 'standard'") == "0 6 7 29" && ages("contents", "accepted_at", "retention_label = 'short'") == "0 6" &&
			ages("interactions", "accepted_at", "1") == "0 6 7 29 30 89" && ages("audit", "at", "actor = ''") == "0 399"
	})
	ok, answer := m.direct(identity.Admin, "SELECT count() FROM system.parts WHERE database = 'hushlog' AND active AND table IN ('contents', 'interactions') AND level > 0 AND rows > 0")
	require.True(t, ok, answer)
	require.Equal(t, "0", answer, "no part was rewritten: those whose day is over were dropped whole")

	var status string
	eventually(t, "nothing is past its date, of what is derived neither", func() bool {
		status, ok = d.hushlog(t, "compliance", "store", "status", "--config", d.adminConfig())
		return ok
	})
	require.Regexp(t, `(?m)^0002_erasure +20\d\d-`, status)
	require.Regexp(t, `(?m)^contents +short +7d +`+day.AddDate(0, 0, -6).Format(time.DateOnly)+` +2 +0$`, status)
}
