package detector

import (
	"encoding/json"
	"fmt"
	"math"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"

	"github.com/hushlog/hushlog/pkg/redact"
	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

func newClassifier(t *testing.T, handler http.HandlerFunc, change func(*Config)) (*Classifier, *counts) {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	cfg := Config{Name: "x", URL: server.URL + "/judge", Timeout: 5 * time.Second, Linger: time.Millisecond}
	if change != nil {
		change(&cfg)
	}
	observer := &counts{}
	c, err := NewClassifier(cfg, observer)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, c.Close()) })
	return c, observer
}

// judge says how sure it is that a text is rude: a tenth for each "!", and tells the role.
func judge(w http.ResponseWriter, r *http.Request) {
	var request struct {
		Texts []struct{ Text, Role string }
	}
	err := json.NewDecoder(r.Body).Decode(&request)
	if err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	var results []string
	for _, t := range request.Texts {
		results = append(results, fmt.Sprintf(`{"labels":{"rude":0.%d,"by-%s":1}}`, strings.Count(t.Text, "!"), t.Role))
	}
	_, _ = w.Write([]byte(`{"results":[` + strings.Join(results, ",") + `]}`))
}

func TestClassify(t *testing.T) {
	for _, most := range []int{1, 2, 64} {
		c, observer := newClassifier(t, judge, func(cfg *Config) { cfg.MaxTexts = most })
		got, err := c.Classify(t.Context(), []Text{{Text: "no!", Role: "user"}, {}, {Text: "go!!!", Role: "tool"}})
		require.NoError(t, err)
		require.Equal(t, [][]Label{{{"by-user", 1}, {"rude", 0.1}}, nil, {{"by-tool", 1}, {"rude", 0.3}}}, got)
		require.Equal(t, 2, observer.texts, "an empty text is not sent")
	}
}

// TestClassifyFailsClosed: an answer counts as a whole or not at all, and nothing of it is shown.
func TestClassifyFailsClosed(t *testing.T) {
	for name, answer := range map[string]string{
		"no JSON":         secretWord,
		"null":            "null",
		"no results":      `{"labels":{}}`,
		"too few":         `{"results":[{"labels":{}}]}`,
		"no labels":       `{"results":[{"labels":{}},{}]}`,
		"no score":        `{"results":[{"labels":{}},{"labels":{"` + secretWord + `":null}}]}`,
		"score of 2":      `{"results":[{"labels":{}},{"labels":{"` + secretWord + `":2}}]}`,
		"score as text":   `{"results":[{"labels":{}},{"labels":{"rude":"high"}}]}`,
		"without a name":  `{"results":[{"labels":{}},{"labels":{"":0.5}}]}`,
		"name too long":   `{"results":[{"labels":{}},{"labels":{"` + strings.Repeat("x", 200) + `":0.5}}]}`,
		"a list":          `[{"labels":{}},{"labels":{}}]`,
		"more than asked": `{"results":[{"labels":{}},{"labels":{}},{"labels":{}}]}`,
	} {
		t.Run(name, func(t *testing.T) {
			c, observer := newClassifier(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(answer)) }, nil)
			got, err := c.Classify(t.Context(), texts("a", "b"))
			require.Nil(t, got)
			require.ErrorIs(t, err, ErrUnavailable)
			require.ErrorIs(t, err, redact.ErrUninspectable)
			require.NotContains(t, err.Error(), secretWord)
			require.Equal(t, map[Outcome]int{OutcomeBad: 1}, observer.outcomes)
		})
	}
	many := make([]span, maxLabels+1)
	var f *failure
	require.ErrorAs(t, checkLabels(texts("a"), [][]span{many}), &f)
	require.Equal(t, OutcomeTooLarge, f.outcome)
	require.Error(t, checkLabels(texts("a"), [][]span{{{EntityType: "x", Score: math.NaN()}}}))
}

// TestClassifyBreaks stops asking after failures in a row, as a Client does.
func TestClassifyBreaks(t *testing.T) {
	c, observer := newClassifier(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) },
		func(cfg *Config) { cfg.Failures, cfg.Pause = 2, time.Hour })
	for range 4 {
		_, err := c.Classify(t.Context(), texts("a"))
		require.ErrorIs(t, err, ErrUnavailable)
	}
	require.Equal(t, map[Outcome]int{OutcomeBusy: 2, OutcomeOpen: 2}, observer.outcomes)
	slowly, observer := newClassifier(t, slow, func(cfg *Config) { cfg.Timeout = 50 * time.Millisecond })
	_, err := slowly.Classify(t.Context(), texts("a"))
	require.ErrorIs(t, err, ErrUnavailable)
	require.Equal(t, map[Outcome]int{OutcomeTimeout: 1}, observer.outcomes)
}

func TestClassifyRPC(t *testing.T) {
	s := &service{}
	server := grpc.NewServer()
	hushlogv1.RegisterDetectorServiceServer(server, s)
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	t.Cleanup(func() {
		server.Stop()
		require.NoError(t, <-served)
	})
	c, err := NewClassifier(Config{Name: "x", URL: "grpc://" + listener.Addr().String()}, &counts{})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, c.Close()) })
	s.classify = func(r *hushlogv1.ClassifyRequest) (*hushlogv1.ClassifyResponse, error) {
		out := &hushlogv1.ClassifyResponse{}
		for _, text := range r.GetTexts() {
			out.Results = append(out.Results, &hushlogv1.ClassifyResult{Labels: []*hushlogv1.ClassifyLabel{{Name: text.GetRole().String(), Score: 0.5}}})
		}
		return out, nil
	}
	got, err := c.Classify(t.Context(), []Text{{Text: "a", Role: "tool"}, {Text: "b"}})
	require.NoError(t, err)
	require.Equal(t, [][]Label{{{"ROLE_TOOL", 0.5}}, {{"ROLE_UNSPECIFIED", 0.5}}}, got)
	s.classify = func(*hushlogv1.ClassifyRequest) (*hushlogv1.ClassifyResponse, error) {
		return &hushlogv1.ClassifyResponse{}, nil
	}
	_, err = c.Classify(t.Context(), texts("a"))
	require.ErrorIs(t, err, ErrUnavailable)
}

// FuzzDecodeLabels reads any answer; what is accepted has a name and a score from 0 to 1.
func FuzzDecodeLabels(f *testing.F) {
	f.Add([]byte(`{"results":[{"labels":{"rude":0.5}}]}`))
	f.Add([]byte(`{"results":[{"labels":null}]}`))
	f.Fuzz(func(t *testing.T, answer []byte) {
		spans, err := decodeLabels(answer)
		if err != nil || checkLabels(texts("a"), spans) != nil {
			return
		}
		for _, s := range spans[0] {
			require.NotEmpty(t, s.EntityType)
			require.True(t, s.Score >= 0 && s.Score <= 1)
		}
	})
}
