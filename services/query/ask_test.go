package query_test

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kgo"
	"google.golang.org/protobuf/proto"

	"github.com/hushlog/hushlog/pkg/audit"
	"github.com/hushlog/hushlog/pkg/identity"
	"github.com/hushlog/hushlog/pkg/seal"
	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
	"github.com/hushlog/hushlog/services/query"
)

// fakeSealer turns what it seals around.
type fakeSealer struct{ err error }

func (f fakeSealer) Seal(plaintext []byte, _ seal.Header) ([]byte, error) {
	sealed := make([]byte, len(plaintext))
	for i, b := range plaintext {
		sealed[len(sealed)-1-i] = b
	}
	return sealed, f.err
}

// fakeRequests keeps what was published.
type fakeRequests struct {
	taken []*hushlogv1.Request
	err   error
}

func (f *fakeRequests) Publish(_ context.Context, records []*kgo.Record) []error {
	if f.err != nil {
		return []error{f.err}
	}
	r := &hushlogv1.Request{}
	err := proto.Unmarshal(records[0].Value, r)
	f.taken = append(f.taken, r)
	return []error{err}
}

func askingHouse(t *testing.T, requests *fakeRequests, sealer fakeSealer) *house {
	t.Helper()
	return newHouse(t, func(_ *query.Config, d *query.Deps) {
		d.Requests, d.Sealer = requests, sealer
		d.People = fakePeople{
			"ada":   {Name: "ada", Role: "analyst", TokenID: "t1", Expires: time.Now().Add(time.Hour)},
			"carla": {Name: "carla", Role: "compliance", TokenID: "t2", Expires: time.Now().Add(time.Hour)},
		}
	})
}

func (h *house) post(t *testing.T, token, path, body string) answer {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://"+h.service.Addr()+path, strings.NewReader(body))
	require.NoError(t, err)
	req.Header.Set("Content-Type", "application/json")
	return h.do(t, token, req)
}

const someHold = "0123456789abcdef0123456789abcdef"

func TestWishesArePublishedAndAudited(t *testing.T) {
	pseudonym := identity.SubjectPrefix + strings.Repeat("a", 26)
	require.True(t, identity.IsSubject(pseudonym))
	for name, tc := range map[string]struct {
		path, body, action string
		check              func(*hushlogv1.Request)
	}{
		"erasure": {"/v1/erasures", `{"project":"demo","subject":"` + planted + `"}`, "erase", func(r *hushlogv1.Request) {
			require.Equal(t, hushlogv1.RequestKind_REQUEST_KIND_UNSPECIFIED, r.GetKind())
			require.NotEmpty(t, r.GetSealedSubject())
			require.False(t, r.GetResolved())
		}},
		"hold of an end user": {"/v1/holds", `{"project":"demo","subject":"` + planted + `","reason":"case-1","flag":"jailbreak"}`, "hold", func(r *hushlogv1.Request) {
			require.Equal(t, hushlogv1.RequestKind_REQUEST_KIND_HOLD, r.GetKind())
			require.Equal(t, "case-1", r.GetReason())
			require.Equal(t, "jailbreak", r.GetFlag())
			require.NotEmpty(t, r.GetSealedSubject())
			require.False(t, r.GetResolved())
			require.Nil(t, r.GetFrom())
		}},
		"hold by times and pseudonym": {"/v1/holds", `{"project":"demo","reason":"case-1","pseudonym":"` + pseudonym + `","from":"2026-03-01T00:00:00Z","until":"2026-04-01T00:00:00Z"}`, "hold", func(r *hushlogv1.Request) {
			require.Equal(t, []string{pseudonym}, r.GetPseudonyms())
			require.Equal(t, time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC), r.GetUntil().AsTime())
			require.True(t, r.GetResolved(), "nobody has anything to add")
			require.Empty(t, r.GetSealedSubject())
		}},
		"release": {"/v1/holds/release", `{"project":"demo","reason":"case-1","hold":"` + someHold + `"}`, "hold-release", func(r *hushlogv1.Request) {
			require.Equal(t, hushlogv1.RequestKind_REQUEST_KIND_RELEASE, r.GetKind())
			require.Equal(t, someHold, hex.EncodeToString(r.GetHoldId()))
			require.True(t, r.GetResolved())
		}},
		"approval": {"/v1/holds/release", `{"project":"demo","reason":"case-1","hold":"` + someHold + `","approve":true}`, "hold-approve", func(r *hushlogv1.Request) {
			require.Equal(t, hushlogv1.RequestKind_REQUEST_KIND_APPROVE_RELEASE, r.GetKind())
		}},
	} {
		t.Run(name, func(t *testing.T) {
			requests := &fakeRequests{}
			h := askingHouse(t, requests, fakeSealer{})
			got := h.post(t, "carla", tc.path, tc.body)
			require.Equal(t, http.StatusAccepted, got.status, got.body)
			var answered map[string]string
			require.NoError(t, json.Unmarshal([]byte(got.body), &answered))
			require.Len(t, requests.taken, 1)
			r := requests.taken[0]
			require.Equal(t, answered["request_id"], hex.EncodeToString(r.GetRequestId()))
			require.Equal(t, standIn("carla"), r.GetActor())
			require.Equal(t, "compliance", r.GetRole())
			require.Equal(t, "demo", r.GetProject())
			require.NotContains(t, r.String(), planted)
			tc.check(r)
			entries := h.kafka.all()
			require.Len(t, entries, 2, "intent and outcome")
			for _, e := range entries {
				require.Equal(t, tc.action, e.GetAction())
				require.Equal(t, answered["request_id"], e.GetRef())
			}

			got = h.post(t, "ada", tc.path, tc.body)
			require.Equal(t, http.StatusForbidden, got.status)
			require.Equal(t, "not-allowed", got.code(t))
			require.Equal(t, audit.Refused, h.kafka.last(t).GetOutcome())
			require.Len(t, requests.taken, 1)
		})
	}
}

func TestBadWishesAreRefused(t *testing.T) {
	requests := &fakeRequests{}
	h := askingHouse(t, requests, fakeSealer{})
	for name, tc := range map[string]struct{ path, body string }{
		"no JSON":                            {"/v1/holds", "{"},
		"no project":                         {"/v1/holds", `{"reason":"case-1"}`},
		"no reason":                          {"/v1/holds", `{"project":"demo"}`},
		"a reason that is a sentence":        {"/v1/holds", `{"project":"demo","reason":"because of ` + planted + `"}`},
		"an unknown field":                   {"/v1/holds", `{"project":"demo","reason":"case-1","who":"` + planted + `"}`},
		"subject and pseudonym":              {"/v1/holds", `{"project":"demo","reason":"case-1","subject":"x","pseudonym":"` + identity.SubjectPrefix + strings.Repeat("a", 26) + `"}`},
		"a pseudonym that is none":           {"/v1/holds", `{"project":"demo","reason":"case-1","pseudonym":"` + planted + `"}`},
		"times in the wrong order":           {"/v1/holds", `{"project":"demo","reason":"case-1","from":"2026-03-01T00:00:00Z","until":"2026-02-01T00:00:00Z"}`},
		"a time out of range":                {"/v1/holds", `{"project":"demo","reason":"case-1","from":"1960-03-01T00:00:00Z"}`},
		"a flag that is a sentence":          {"/v1/holds", `{"project":"demo","reason":"case-1","flag":"a b"}`},
		"a release of nothing":               {"/v1/holds/release", `{"project":"demo","reason":"case-1"}`},
		"a release of what has no id":        {"/v1/holds/release", `{"project":"demo","reason":"case-1","hold":"` + planted + `"}`},
		"a release without reason":           {"/v1/holds/release", `{"project":"demo","hold":"` + someHold + `"}`},
		"an erasure of nobody":               {"/v1/erasures", `{"project":"demo","subject":""}`},
		"an erasure of too long an end user": {"/v1/erasures", `{"project":"demo","subject":"` + strings.Repeat("x", 513) + `"}`},
	} {
		t.Run(name, func(t *testing.T) {
			got := h.post(t, "carla", tc.path, tc.body)
			require.Equal(t, http.StatusBadRequest, got.status, got.body)
			require.Equal(t, "bad-request", got.code(t))
			require.NotContains(t, got.body, planted)
			require.NotContains(t, h.kafka.last(t).String(), planted)
		})
	}
	got := h.post(t, "carla", "/v1/holds", `{"project":"nowhere","reason":"case-1"}`)
	require.Equal(t, "not-allowed", got.code(t))
	require.Empty(t, requests.taken)
}

func TestWishesThatCannotBeTaken(t *testing.T) {
	for name, tc := range map[string]struct {
		requests fakeRequests
		sealer   fakeSealer
		code     string
	}{
		"no epoch":  {sealer: fakeSealer{errors.New("no epoch")}, code: "no-epoch"},
		"no stream": {requests: fakeRequests{err: errors.New("down")}, code: "requests-unavailable"},
	} {
		t.Run(name, func(t *testing.T) {
			h := askingHouse(t, &tc.requests, tc.sealer)
			got := h.post(t, "carla", "/v1/holds", `{"project":"demo","reason":"case-1","subject":"`+planted+`"}`)
			require.Equal(t, http.StatusServiceUnavailable, got.status)
			require.Equal(t, tc.code, got.code(t))
			last := h.kafka.last(t)
			require.Equal(t, audit.Failed, last.GetOutcome())
			require.Equal(t, tc.code, last.GetReason())
		})
	}
	requests := &fakeRequests{}
	h := askingHouse(t, requests, fakeSealer{})
	h.kafka.fail = func(*hushlogv1.AuditEntry) bool { return true }
	got := h.post(t, "carla", "/v1/holds", `{"project":"demo","reason":"case-1"}`)
	require.Equal(t, "trail-unavailable", got.code(t))
	require.Empty(t, requests.taken, "what is not on the trail is not asked for")
}

// TestOneWishInABody: of two, one would be taken and the other not, and the answer would not tell.
func TestOneWishInABody(t *testing.T) {
	for path, body := range map[string]string{
		"/v1/erasures":      `{"project":"demo","subject":"x"}`,
		"/v1/holds":         `{"project":"demo","reason":"case-1"}`,
		"/v1/holds/release": `{"project":"demo","reason":"case-1","hold":"` + someHold + `"}`,
		"/v1/reviews":       `{"review_id":"compliance-2026-11","digest":"` + strings.Repeat("0", 64) + `"}`,
		"/v1/names":         `{"purpose":"security","names":["ada"]}`,
	} {
		t.Run(path, func(t *testing.T) {
			requests := &fakeRequests{}
			h := askingHouse(t, requests, fakeSealer{})
			for _, more := range []string{body, "x", "]"} {
				got := h.post(t, "carla", path, body+more)
				require.Equal(t, http.StatusBadRequest, got.status, got.body)
			}
			require.Empty(t, requests.taken)
			require.NotEqual(t, http.StatusBadRequest, h.post(t, "carla", path, body+" \n").status)
		})
	}
}
