package gateway

import (
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/hushlog/hushlog/pkg/restrict"
	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

// fakeOrders are restrictions that a test sets; those of end users by tag.
type fakeOrders struct {
	mu       sync.Mutex // guards what follows
	projects map[string]restrict.Order
	users    map[restrict.Hash]restrict.Order
}

func (f *fakeOrders) Project(project string) (restrict.Order, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	o, found := f.projects[project]
	return o, found
}

func (f *fakeOrders) HasUsers(string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.users) > 0
}

func (f *fakeOrders) User(_ string, tag restrict.Hash) (restrict.Order, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	o, found := f.users[tag]
	return o, found
}

func (f *fakeOrders) set(projects map[string]restrict.Order, users map[restrict.Hash]restrict.Order) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.projects, f.users = projects, users
}

func closedChannel() chan struct{} {
	c := make(chan struct{})
	close(c)
	return c
}

func of(id string) *hushlogv1.Interaction {
	in := good()
	in.EndUser = &hushlogv1.EndUser{Id: id}
	return in
}

func TestSuspendedAndLimitedSenders(t *testing.T) {
	until := time.Now().Add(time.Hour)
	suspend := restrict.Order{Kind: restrict.Suspend, Until: until}
	limit := restrict.Order{Kind: restrict.Limit, EventsPerMinute: 6, Until: until}
	w := newWorld(t, nil)
	ada := restrict.Hash(w.deps.Hasher.Sender("demo", "ada-77"))
	log := func(in *hushlogv1.Interaction) error {
		_, err := w.client.Log(as(t.Context(), w.key), &hushlogv1.LogRequest{Interaction: in})
		return err
	}
	for _, tc := range []struct {
		name     string
		projects map[string]restrict.Order
		users    map[restrict.Hash]restrict.Order
		passes   int // of ada's, before they are refused
		code     codes.Code
		http     int
		reason   reason
		retry    time.Duration // the longest to be told
		others   bool          // are taken still
	}{
		{"suspended project", map[string]restrict.Order{"demo": suspend}, nil, 0, codes.PermissionDenied, http.StatusForbidden, reasonSuspended, 0, false},
		{"limited project", map[string]restrict.Order{"demo": limit}, nil, 1, codes.ResourceExhausted, http.StatusTooManyRequests, reasonLimited, 10 * time.Second, false},
		{"suspended end user", nil, map[restrict.Hash]restrict.Order{ada: suspend}, 0, codes.PermissionDenied, http.StatusForbidden, reasonUserSuspended, 0, true},
		{"limited end user", nil, map[restrict.Hash]restrict.Order{ada: limit}, 1, codes.ResourceExhausted, http.StatusTooManyRequests, reasonUserLimited, 10 * time.Second, true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			w.orders.set(tc.projects, tc.users)
			for range tc.passes {
				require.NoError(t, log(of("ada-77")))
			}
			err := log(of("ada-77"))
			st := status.Convert(err)
			retry := retryDelay(st)
			require.Equal(t, tc.code, st.Code())
			require.Equal(t, string(tc.reason), reasonOf(st))
			require.LessOrEqual(t, retry, tc.retry)
			require.Equal(t, tc.retry > 0, retry > 0, "who may come back is told when")
			require.Contains(t, st.Message(), until.UTC().Format(time.RFC3339))
			require.NotContains(t, err.Error(), "ada-77")
			require.Equal(t, tc.http, httpStatus(st))
			for _, other := range []*hushlogv1.Interaction{of("bob-12"), good()} {
				require.Equal(t, tc.others, log(other) == nil)
			}

			// In a batch each interaction has its own fate.
			answer, err := w.client.LogBatch(as(t.Context(), w.key), &hushlogv1.LogBatchRequest{Interactions: []*hushlogv1.Interaction{of("ada-77"), of("bob-12")}})
			require.NoError(t, err)
			require.Equal(t, int32(tc.code), answer.GetResults()[0].GetCode())
			require.Equal(t, tc.others, answer.GetResults()[1].GetCode() == 0)
			w.orders.set(nil, nil)
			require.NoError(t, log(of("ada-77")), "it ends when the order does")
		})
	}
	require.NotContains(t, w.logs.String(), "ada-77")
}

// A gateway that has just begun takes nothing before it knows who is suspended.
func TestNothingIsTakenBeforeRestrictionsAreKnown(t *testing.T) {
	r := &restricted{orders: &fakeOrders{}, known: make(chan struct{})}
	refused := asRefusal(r.project("demo"))
	require.Equal(t, reasonUnknownLimits, refused.reason)
	require.Equal(t, codes.Unavailable, refused.code())
	require.Positive(t, refused.retry)
	r.known = closedChannel()
	require.NoError(t, r.project("demo"))
}
