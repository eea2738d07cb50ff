package alert

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require" // says what differed
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/hushlog/hushlog/pkg/notify"
	"github.com/hushlog/hushlog/pkg/stream"
	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

// fakeAlertmanager keeps what was posted last of each label set, as Alertmanager does.
type fakeAlertmanager struct {
	mu     sync.Mutex // guards what follows
	refuse bool
	posts  int
	last   map[string]notify.PostableAlert
	fired  map[string]bool // label sets that were posted as firing
}

func newFakeAlertmanager() *fakeAlertmanager {
	return &fakeAlertmanager{last: map[string]notify.PostableAlert{}, fired: map[string]bool{}}
}

func (f *fakeAlertmanager) Post(_ context.Context, alerts []notify.PostableAlert) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.posts++
	if f.refuse {
		return errors.New("refused")
	}
	for _, a := range alerts {
		name := a.Labels["alertname"] + a.Labels["key_user"]
		f.last[name] = a
		f.fired[name] = f.fired[name] || a.EndsAt.After(noon.Add(time.Hour))
	}
	return nil
}

func (f *fakeAlertmanager) set(refuse bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.refuse = refuse
}

func (f *fakeAlertmanager) posted(name string) (last notify.PostableAlert, fired bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.last[name], f.fired[name]
}

// ServeHTTP is Alertmanager's API v2, as far as it is used.
func (f *fakeAlertmanager) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var alerts []notify.PostableAlert
	err := json.NewDecoder(r.Body).Decode(&alerts)
	if err != nil || r.Method != http.MethodPost || r.URL.Path != "/api/v2/alerts" {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	err = f.Post(r.Context(), alerts)
	if err != nil {
		w.WriteHeader(http.StatusInternalServerError)
	}
}

// testAnnouncer is one whose clock is moved by hand; committed is up to where a predecessor has told.
func testAnnouncer(t *testing.T, committed int64) (*announcer, *fakeAlertmanager, *time.Time) {
	t.Helper()
	now := noon.Add(2 * time.Hour)
	fake := newFakeAlertmanager()
	deps := Deps{Rules: rulesOf(t, twoRules), Now: func() time.Time { return now }}
	a := newAnnouncer(fake, DefaultConfig().Alertmanager, 0, deps, func() error { return nil }, nil,
		newMetrics(prometheus.NewRegistry(), deps.Rules), slog.New(slog.DiscardHandler))
	a.committed, a.told = committed, 1<<60 // nothing is committed in these tests
	return a, fake, &now
}

func alertOf(user, fingerprint string) *hushlogv1.Alert {
	return &hushlogv1.Alert{
		Fingerprint: fingerprint, Rule: "failures-user", Severity: hushlogv1.Severity_SEVERITY_WARNING, Owner: "platform", Project: "demo", UserPseudonym: user,
		WindowStart: timestamppb.New(noon.Add(2 * time.Hour)), WindowEnd: timestamppb.New(noon.Add(3 * time.Hour)), FiredAt: timestamppb.New(noon),
		Value: 5, Threshold: 5, Class: "Internal", State: hushlogv1.AlertState_ALERT_STATE_FIRING,
	}
}

func resolvedOf(a *hushlogv1.Alert) *hushlogv1.Alert {
	r := proto.CloneOf(a)
	r.State, r.ResolvedAt = hushlogv1.AlertState_ALERT_STATE_RESOLVED, a.GetWindowEnd()
	return r
}

func give(t *testing.T, a *announcer, offset int64, at time.Time, alert *hushlogv1.Alert) {
	t.Helper()
	record, err := encode(alert)
	require.NoError(t, err)
	record.Offset, record.Timestamp = offset, at
	a.take(record)
}

func TestAlertmanagerIsTold(t *testing.T) {
	a, fake, now := testAnnouncer(t, 0)
	one := alertOf("u_1", "f1")
	give(t, a, 0, *now, one)
	require.True(t, a.post(t.Context(), nil))
	last, fired := fake.posted("failures-useru_1")
	require.True(t, fired)
	require.Equal(t, map[string]string{
		"alertname": "failures-user", "severity": "warning", "owner": "platform", "service": "hushlog", "key_project": "demo", "key_user": "u_1",
	}, last.Labels)
	require.Equal(t, "d", last.Annotations["summary"])
	require.Equal(t, noon, last.StartsAt)
	require.Equal(t, now.Add(4*time.Minute), last.EndsAt)
	_, fired = fake.posted(WatchdogName)
	require.True(t, fired)

	// The next block fires before the first resolves: it is still the same alert.
	give(t, a, 1, *now, alertOf("u_1", "f2"))
	give(t, a, 2, *now, resolvedOf(one))
	*now = now.Add(10 * time.Minute)
	require.True(t, a.post(t.Context(), nil))
	last, _ = fake.posted("failures-useru_1")
	require.True(t, last.EndsAt.After(*now))
	give(t, a, 3, *now, resolvedOf(alertOf("u_1", "f2")))
	require.True(t, a.post(t.Context(), nil))
	last, _ = fake.posted("failures-useru_1")
	require.Equal(t, *now, last.EndsAt)
	*now = now.Add(resolvedFor + time.Minute)
	require.True(t, a.post(t.Context(), nil))
	require.Empty(t, a.standing)
}

// What fired and resolved while Alertmanager was away is shown for a while, and then resolved.
func TestAlertmanagerThatWasAwayIsToldAll(t *testing.T) {
	a, fake, now := testAnnouncer(t, 0)
	fake.set(true)
	give(t, a, 0, *now, alertOf("u_1", "f1"))
	require.False(t, a.post(t.Context(), nil))
	require.Error(t, a.problem)
	give(t, a, 1, *now, resolvedOf(alertOf("u_1", "f1")))
	require.False(t, a.post(t.Context(), nil))
	fake.set(false)
	require.True(t, a.post(t.Context(), nil))
	last, fired := fake.posted("failures-useru_1")
	require.True(t, fired)
	require.True(t, last.EndsAt.After(*now))
	*now = now.Add(shownFor)
	require.True(t, a.post(t.Context(), nil))
	last, _ = fake.posted("failures-useru_1")
	require.Equal(t, *now, last.EndsAt)
}

// A successor repeats what is on, tells what its predecessor has not, and leaves what is long over.
func TestAlertmanagerIsToldByASuccessor(t *testing.T) {
	a, fake, now := testAnnouncer(t, 10)
	give(t, a, 1, now.Add(-time.Hour), alertOf("u_over", "f1"))
	give(t, a, 2, now.Add(-time.Hour), resolvedOf(alertOf("u_over", "f1")))
	give(t, a, 3, now.Add(-time.Hour), alertOf("u_on", "f2"))
	give(t, a, 11, now.Add(-time.Hour), alertOf("u_untold", "f3"))
	give(t, a, 12, now.Add(-time.Hour), resolvedOf(alertOf("u_untold", "f3")))
	require.True(t, a.post(t.Context(), nil))
	_, fired := fake.posted("failures-useru_over")
	require.False(t, fired)
	_, fired = fake.posted("failures-useru_on")
	require.True(t, fired)
	_, fired = fake.posted("failures-useru_untold")
	require.True(t, fired)
}

// An alert whose resolving was lost with its rule's state is not repeated for ever.
func TestAlertmanagerForgets(t *testing.T) {
	a, fake, now := testAnnouncer(t, 0)
	give(t, a, 0, *now, alertOf("u_1", "f1"))
	require.True(t, a.post(t.Context(), nil))
	*now = now.Add(4*time.Hour + forgottenAfter)
	require.True(t, a.post(t.Context(), nil))
	last, _ := fake.posted("failures-useru_1")
	require.Equal(t, *now, last.EndsAt)
}

func TestWatchdogIsSilentWhenDetectionStands(t *testing.T) {
	a, fake, _ := testAnnouncer(t, 0)
	a.alive = func() error { return errors.New("stands") }
	require.True(t, a.post(t.Context(), nil))
	_, fired := fake.posted(WatchdogName)
	require.False(t, fired)
}

// TestAlertsReachAlertmanager goes the whole way, with a restart in between that commits what was told.
func TestAlertsReachAlertmanager(t *testing.T) {
	kafka, fake := broker(t), newFakeAlertmanager()
	server := httptest.NewServer(fake)
	t.Cleanup(server.Close)
	am, err := notify.NewAlertmanager(notify.AlertmanagerConfig{URL: server.URL})
	require.NoError(t, err)
	run := func() (stop func()) {
		return startWith(t, DefaultConfig(), Deps{Kafka: kafka, Alertmanagers: []*notify.Alertmanager{am}, Rules: rulesOf(t, twoRules)})
	}
	fake.set(true)
	stop := run()
	publish(t, kafka, 0, blockOf(repeat(5, failure("u_a", time.Now()))...))
	require.Eventually(t, func() bool { return len(published(t, kafka)) == 1 }, patience, 20*time.Millisecond)
	stop()
	fake.set(false)
	stop = run()
	require.Eventually(t, func() bool { _, fired := fake.posted("failures-useru_a"); return fired }, patience, 20*time.Millisecond)
	committed := func() int64 {
		client, clientErr := kgo.NewClient(kafka...)
		require.NoError(t, clientErr)
		defer client.Close()
		return committedOf(t, client)
	}
	require.Eventually(t, func() bool { return committed() > 0 }, patience, 20*time.Millisecond)
	stop()
}

// committedOf is up to where the first Alertmanager was told.
func committedOf(t *testing.T, client *kgo.Client) int64 {
	t.Helper()
	offsets, err := stream.CommittedOffsets(t.Context(), kadm.NewClient(client), stream.Group(serviceName, "alertmanager-0"), stream.TopicAlerts)
	require.NoError(t, err)
	return offsets[stream.Partition{Topic: stream.TopicAlerts, ID: alertsPartition}]
}
