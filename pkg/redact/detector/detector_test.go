package detector

import (
	"context"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/hushlog/hushlog/pkg/redact"
	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

const secretWord = "zanzibarquux"

// counts is an Observer.
type counts struct {
	mu       sync.Mutex // guards what follows
	outcomes map[Outcome]int
	texts    int
	unmapped int
	states   []State
}

func (c *counts) Tried(_ string, outcome Outcome, texts int, _ time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.outcomes == nil {
		c.outcomes = map[Outcome]int{}
	}
	c.outcomes[outcome]++
	c.texts += texts
}

func (c *counts) Unmapped(_ string, n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.unmapped += n
}

func (c *counts) Breaker(_ string, s State) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.states = append(c.states, s)
}

// words answers as Presidio does: every word "zanzibarquux" of each text is a person.
func words(w http.ResponseWriter, r *http.Request) {
	var request struct {
		Text     json.RawMessage
		Language string
	}
	err := json.NewDecoder(r.Body).Decode(&request)
	if err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	var list []string
	var one string
	if json.Unmarshal(request.Text, &one) == nil {
		_ = json.NewEncoder(w).Encode(persons(one))
		return
	}
	_ = json.Unmarshal(request.Text, &list)
	answer := [][]map[string]any{}
	for _, text := range list {
		answer = append(answer, persons(text))
	}
	_ = json.NewEncoder(w).Encode(answer)
}

// slow answers when nobody waits any more, which a server notices once it has read the request.
func slow(_ http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body)
	<-r.Context().Done()
}

func persons(text string) []map[string]any {
	out := []map[string]any{}
	for at := 0; ; {
		i := strings.Index(text[at:], secretWord)
		if i < 0 {
			return out
		}
		start := utf8.RuneCountInString(text[:at+i])
		out = append(out, map[string]any{
			"start": start, "end": start + len(secretWord), "score": 0.85, "entity_type": "PERSON", "analysis_explanation": nil,
		})
		at += i + len(secretWord)
	}
}

// newClient asks handler, quickly and without patience.
func newClient(t *testing.T, handler http.HandlerFunc, change func(*Config)) (*Client, *counts) {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	cfg := Config{Name: "x", URL: server.URL + "/analyze", Timeout: 5 * time.Second, Linger: time.Millisecond}
	if change != nil {
		change(&cfg)
	}
	observer := &counts{}
	c, err := New(cfg, observer)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, c.Close()) })
	return c, observer
}

func texts(list ...string) []Text {
	out := make([]Text, len(list))
	for i, s := range list {
		out[i] = Text{Text: s}
	}
	return out
}

func TestAnalyze(t *testing.T) {
	for _, most := range []int{1, 2, 64} {
		t.Run(fmt.Sprint(most), func(t *testing.T) {
			c, observer := newClient(t, words, func(cfg *Config) { cfg.MaxTexts = most })
			in := texts("né日本 "+secretWord+" und "+secretWord, "", "nothing", secretWord)
			got, err := c.Analyze(t.Context(), in)
			require.NoError(t, err)
			require.Len(t, got, 4)
			require.Len(t, got[0], 2)
			require.Empty(t, got[1])
			require.Empty(t, got[2])
			require.Len(t, got[3], 1)
			for i, fs := range got {
				for _, f := range fs {
					require.Equal(t, secretWord, in[i].Text[f.Start:f.End])
					require.Equal(t, "detector-x", f.Rule)
					require.Equal(t, redact.TypePerson, f.Type)
				}
			}
			require.Equal(t, 3, observer.texts, "an empty text is not sent")
		})
	}
}

// TestFailsClosed: whatever goes wrong, there is no answer, and the error shows nothing.
func TestFailsClosed(t *testing.T) {
	say := func(code int, answer string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(code)
			_, _ = w.Write([]byte(answer))
		}
	}
	for _, tc := range []struct {
		name    string
		handler http.HandlerFunc
		outcome Outcome
		tries   int
	}{
		{"500", say(500, secretWord), OutcomeBusy, 3},
		{"429", say(429, secretWord), OutcomeBusy, 3},
		{"400", say(400, secretWord), OutcomeRefused, 1},
		{"redirect", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://127.0.0.1:1/"+secretWord, http.StatusTemporaryRedirect)
		}, OutcomeRefused, 1},
		{"no JSON", say(200, secretWord), OutcomeBad, 1},
		{"null", say(200, "null"), OutcomeBad, 1},
		{"an object", say(200, `{"error":"`+secretWord+`"}`), OutcomeBad, 1},
		{"too few results", say(200, "[[]]"), OutcomeBad, 1},
		{"a result that is none", say(200, "[[],null]"), OutcomeBad, 1},
		{"offset beyond the end", say(200, `[[],[{"start":0,"end":99,"score":1,"entity_type":"PERSON"}]]`), OutcomeBad, 1},
		{"offset in bytes", say(200, `[[{"start":0,"end":5,"score":1,"entity_type":"PERSON"}],[]]`), OutcomeBad, 1},
		{"negative offset", say(200, `[[{"start":-1,"end":1,"score":1,"entity_type":"PERSON"}],[]]`), OutcomeBad, 1},
		{"empty finding", say(200, `[[{"start":1,"end":1,"score":1,"entity_type":"PERSON"}],[]]`), OutcomeBad, 1},
		{"no end", say(200, `[[{"start":0,"score":1,"entity_type":"PERSON"}],[]]`), OutcomeBad, 1},
		{"no score", say(200, `[[{"start":0,"end":1,"entity_type":"PERSON"}],[]]`), OutcomeBad, 1},
		{"score of percent", say(200, `[[{"start":0,"end":1,"score":85,"entity_type":"PERSON"}],[]]`), OutcomeBad, 1},
		{"no type", say(200, `[[{"start":0,"end":1,"score":1}],[]]`), OutcomeBad, 1},
		{"giant", say(200, `[["`+strings.Repeat(secretWord, 1000)), OutcomeTooLarge, 1},
		{"cut off", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100")
			_, _ = w.Write([]byte("[["))
		}, OutcomeNetwork, 3},
		{"slow", slow, OutcomeTimeout, 3},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			c, observer := newClient(t, tc.handler, func(cfg *Config) {
				cfg.Retries, cfg.MaxAnswer = 2, 4096
				if tc.outcome == OutcomeTimeout {
					cfg.Timeout = 50 * time.Millisecond
				}
			})
			got, err := c.Analyze(t.Context(), texts("né", secretWord))
			require.Nil(t, got)
			require.ErrorIs(t, err, ErrUnavailable)
			require.ErrorIs(t, err, redact.ErrUninspectable)
			require.NotContains(t, err.Error(), secretWord)
			require.NotContains(t, err.Error(), "127.0.0.1")
			require.Equal(t, map[Outcome]int{tc.outcome: tc.tries}, observer.outcomes)
		})
	}
	c, observer := newClient(t, words, func(cfg *Config) { cfg.URL = "http://127.0.0.1:1/analyze" })
	_, err := c.Analyze(t.Context(), texts(secretWord))
	require.ErrorIs(t, err, ErrUnavailable)
	require.Equal(t, map[Outcome]int{OutcomeNetwork: 1}, observer.outcomes)
}

func TestRetrySucceeds(t *testing.T) {
	var calls atomic.Int32
	c, observer := newClient(t, func(w http.ResponseWriter, r *http.Request) {
		if calls.Add(1) < 3 {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		words(w, r)
	}, func(cfg *Config) { cfg.Retries = 2 })
	got, err := c.Analyze(t.Context(), texts(secretWord))
	require.NoError(t, err)
	require.Len(t, got[0], 1)
	require.Equal(t, map[Outcome]int{OutcomeBusy: 2, OutcomeOK: 1}, observer.outcomes)
}

// TestBreaker opens after failures in a row, sends nothing, lets one through after its pause, and closes.
func TestBreaker(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var states []State
		b := &breaker{failures: 3, pause: time.Minute, changed: func(s State) { states = append(states, s) }}
		for range 2 {
			require.True(t, b.allow())
			b.done(false)
		}
		require.True(t, b.allow())
		b.done(true) // not in a row
		for range 3 {
			require.True(t, b.allow())
			b.done(false)
		}
		require.False(t, b.allow())
		time.Sleep(time.Minute - time.Nanosecond)
		require.False(t, b.allow())
		time.Sleep(time.Nanosecond)
		require.True(t, b.allow())
		require.False(t, b.allow(), "one at a time, to see")
		b.done(false)
		require.False(t, b.allow())
		time.Sleep(time.Minute)
		require.True(t, b.allow())
		b.done(true)
		require.True(t, b.allow())
		require.True(t, b.allow())
		require.Equal(t, []State{Open, HalfOpen, Open, HalfOpen, Closed}, states)
	})
}

func TestBreakerSendsNothing(t *testing.T) {
	var calls atomic.Int32
	var broken atomic.Bool
	broken.Store(true)
	c, observer := newClient(t, func(w http.ResponseWriter, r *http.Request) {
		calls.Add(1)
		if broken.Load() {
			w.WriteHeader(http.StatusInternalServerError)
			return
		}
		words(w, r)
	}, func(cfg *Config) { cfg.Failures, cfg.Pause = 2, 20*time.Millisecond })
	for range 5 {
		_, err := c.Analyze(t.Context(), texts(secretWord))
		require.ErrorIs(t, err, ErrUnavailable)
	}
	require.GreaterOrEqual(t, observer.outcomes[OutcomeOpen], 1)
	require.EqualValues(t, observer.outcomes[OutcomeBusy], calls.Load())
	broken.Store(false)
	require.Eventually(t, func() bool {
		_, err := c.Analyze(t.Context(), texts(secretWord))
		return err == nil
	}, 5*time.Second, 5*time.Millisecond)
	require.Equal(t, Closed, observer.states[0])
	require.Equal(t, Closed, observer.states[len(observer.states)-1])
	require.Contains(t, observer.states, Open)
	require.Contains(t, observer.states, HalfOpen)
}

// TestConcurrentCallsShareRequests: each gets its own, and there are fewer requests than calls.
func TestConcurrentCallsShareRequests(t *testing.T) {
	var requests atomic.Int32
	c, observer := newClient(t, func(w http.ResponseWriter, r *http.Request) {
		requests.Add(1)
		words(w, r)
	}, func(cfg *Config) { cfg.Linger, cfg.MaxTexts = 200*time.Millisecond, 16 })
	var wg sync.WaitGroup
	errs := make(chan error, 64)
	for i := range 64 {
		wg.Go(func() {
			text := strings.Repeat("é ", i) + secretWord
			got, err := c.Analyze(t.Context(), texts(text))
			if err == nil && (len(got[0]) != 1 || text[got[0][0].Start:got[0][0].End] != secretWord) {
				err = fmt.Errorf("call %d got what is another's", i)
			}
			errs <- err
		})
	}
	wg.Wait()
	for range 64 {
		require.NoError(t, <-errs)
	}
	require.Equal(t, 64, observer.texts)
	require.LessOrEqual(t, requests.Load(), int32(32))
}

// TestBatches cuts requests by number, size and language.
func TestBatches(t *testing.T) {
	c, _ := newClient(t, words, func(cfg *Config) { cfg.MaxTexts, cfg.MaxBytes, cfg.Languages = 3, 100, []string{"en", "de"} })
	in := texts("a", "b", "c", "d", strings.Repeat("x", 200), "e")
	in = append(in, Text{Text: "f", Language: "de-AT"}, Text{Text: "g", Language: "DE"}, Text{Text: "h", Language: "fr"})
	var got []string
	for _, p := range c.split(in) {
		got = append(got, fmt.Sprintf("%s %d", p.language, len(p.texts)))
	}
	require.Equal(t, []string{"en 3", "en 1", "en 1", "en 2", "de 2"}, got)
}

func TestEntities(t *testing.T) {
	answer := `[{"start":0,"end":1,"score":0.9,"entity_type":"KOALA"},{"start":1,"end":2,"score":0.9,"entity_type":"DATE_TIME"},
		{"start":3,"end":5,"score":0.9,"entity_type":"PERSON"},{"start":2,"end":3,"score":0.9,"entity_type":"BADGE"},{"start":3,"end":4,"score":0,"entity_type":"PERSON"}]`
	c, observer := newClient(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(answer)) }, func(cfg *Config) {
		cfg.Entities, cfg.Ignore = map[string]redact.Type{"BADGE": redact.TypeGovID}, []string{"DATE_TIME"}
	})
	got, err := c.Analyze(t.Context(), texts("abcdef"))
	require.NoError(t, err)
	var types []redact.Type
	for _, f := range got[0] {
		types = append(types, f.Type)
	}
	require.Equal(t, []redact.Type{redact.TypeOther, redact.TypeGovID, redact.TypePerson}, types)
	require.Equal(t, 1, observer.unmapped)
	for name, x := range DefaultEntities() {
		require.True(t, x.Valid(), name)
	}
}

// bomb is an asker with a bug.
type bomb struct{ asker }

func (bomb) ask(context.Context, []Text) ([][]span, error) { panic(secretWord) }

// TestAPanicIsAFailure: it neither ends the process nor keeps the breaker from closing again.
func TestAPanicIsAFailure(t *testing.T) {
	c, observer := newClient(t, words, nil)
	good := c.asker
	c.asker = bomb{good}
	_, err := c.Analyze(t.Context(), texts(secretWord))
	require.ErrorIs(t, err, ErrUnavailable)
	require.NotContains(t, err.Error(), secretWord)
	require.Positive(t, observer.outcomes[OutcomeBad])
	c.asker = good
	found, err := c.Analyze(t.Context(), texts(secretWord))
	require.NoError(t, err)
	require.Len(t, found[0], 1)
}

func TestCallerGivesUp(t *testing.T) {
	c, _ := newClient(t, slow, func(cfg *Config) { cfg.Timeout = 100 * time.Millisecond })
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := c.Analyze(ctx, texts(secretWord))
	require.Error(t, err)
	require.NotContains(t, err.Error(), secretWord)
}

func TestConfigRefuses(t *testing.T) {
	ok := Config{Name: "x", URL: "https://presidio.example/analyze"}
	require.NoError(t, ok.Validate())
	for name, tc := range map[string]struct {
		change func(*Config)
		field  string
	}{
		"clear over a network": {func(c *Config) { c.URL = "http://presidio.example/analyze" }, "url"},
		"gRPC in clear":        {func(c *Config) { c.URL = "grpc://presidio.example:50051" }, "url"},
		"gRPC without a port":  {func(c *Config) { c.URL = "grpcs://presidio.example" }, "url"},
		"user and password":    {func(c *Config) { c.URL = "https://a:b@presidio.example/" }, "url"},
		"scheme":               {func(c *Config) { c.URL = "ftp://presidio.example/" }, "url"},
		"TLS files without it": {func(c *Config) { c.URL, c.CA = "http://localhost:3000/analyze", "ca.crt" }, "url"},
		"key without cert":     {func(c *Config) { c.Key = "k" }, "cert"},
		"timeout":              {func(c *Config) { c.Timeout = time.Hour }, "timeout"},
		"retries":              {func(c *Config) { c.Retries = -1 }, "retries"},
		"type":                 {func(c *Config) { c.Entities = map[string]redact.Type{"A": "SHOE"} }, "entities.A"},
		"name":                 {func(c *Config) { c.Name = "" }, "name"},
	} {
		t.Run(name, func(t *testing.T) {
			cfg := ok
			tc.change(&cfg)
			var field *FieldError
			require.ErrorAs(t, cfg.Validate(), &field)
			require.Equal(t, tc.field, field.Field)
			_, err := New(cfg, &counts{})
			require.Error(t, err)
		})
	}
}

func TestTLS(t *testing.T) {
	server := httptest.NewTLSServer(http.HandlerFunc(words))
	t.Cleanup(server.Close)
	ca := filepath.Join(t.TempDir(), "ca.crt")
	require.NoError(t, os.WriteFile(ca, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}), 0o600))
	trusted, err := New(Config{Name: "x", URL: server.URL, CA: ca}, &counts{})
	require.NoError(t, err)
	got, err := trusted.Analyze(t.Context(), texts(secretWord))
	require.NoError(t, err)
	require.Len(t, got[0], 1)
	require.NoError(t, trusted.Close())
	stranger, err := New(Config{Name: "x", URL: server.URL}, &counts{})
	require.NoError(t, err)
	_, err = stranger.Analyze(t.Context(), texts(secretWord))
	require.ErrorIs(t, err, ErrUnavailable)
	require.NoError(t, stranger.Close())
	_, err = New(Config{Name: "x", URL: server.URL, CA: filepath.Join(t.TempDir(), "none")}, &counts{})
	require.ErrorIs(t, err, os.ErrNotExist)
}

// service is a detector that speaks gRPC.
type service struct {
	hushlogv1.UnimplementedDetectorServiceServer
	answer   func(*hushlogv1.AnalyzeRequest) (*hushlogv1.AnalyzeResponse, error)
	classify func(*hushlogv1.ClassifyRequest) (*hushlogv1.ClassifyResponse, error)
}

func (s *service) Classify(_ context.Context, r *hushlogv1.ClassifyRequest) (*hushlogv1.ClassifyResponse, error) {
	return s.classify(r)
}

func (s *service) Analyze(_ context.Context, r *hushlogv1.AnalyzeRequest) (*hushlogv1.AnalyzeResponse, error) {
	return s.answer(r)
}

func TestRPC(t *testing.T) {
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
	observer := &counts{}
	c, err := New(Config{Name: "x", URL: "grpc://" + listener.Addr().String(), MaxAnswer: 4096, Languages: []string{"en"}}, observer)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, c.Close()) })

	s.answer = func(r *hushlogv1.AnalyzeRequest) (*hushlogv1.AnalyzeResponse, error) {
		out := &hushlogv1.AnalyzeResponse{}
		for range r.GetTexts() {
			out.Results = append(out.Results, &hushlogv1.AnalyzeResult{Spans: []*hushlogv1.DetectedSpan{{Start: 1, End: 3, EntityType: "PERSON", Score: 0.75}}})
		}
		return out, nil
	}
	got, err := c.Analyze(t.Context(), texts("éab", "xyz"))
	require.NoError(t, err)
	require.Equal(t, 2, got[0][0].Start)
	require.Equal(t, 4, got[0][0].End)
	require.Equal(t, 1, got[1][0].Start)

	for outcome, answer := range map[Outcome]func(*hushlogv1.AnalyzeRequest) (*hushlogv1.AnalyzeResponse, error){
		OutcomeBad: func(*hushlogv1.AnalyzeRequest) (*hushlogv1.AnalyzeResponse, error) {
			return &hushlogv1.AnalyzeResponse{}, nil
		},
		OutcomeRefused: func(*hushlogv1.AnalyzeRequest) (*hushlogv1.AnalyzeResponse, error) {
			return nil, status.Error(codes.InvalidArgument, secretWord)
		},
		OutcomeNetwork: func(*hushlogv1.AnalyzeRequest) (*hushlogv1.AnalyzeResponse, error) {
			return nil, status.Error(codes.Unavailable, secretWord)
		},
		OutcomeBusy: func(*hushlogv1.AnalyzeRequest) (*hushlogv1.AnalyzeResponse, error) {
			return &hushlogv1.AnalyzeResponse{Results: []*hushlogv1.AnalyzeResult{{Spans: []*hushlogv1.DetectedSpan{{EntityType: strings.Repeat("x", 5000)}}}}}, nil
		},
	} {
		s.answer = answer
		_, err = c.Analyze(t.Context(), texts(secretWord))
		require.ErrorIs(t, err, ErrUnavailable)
		require.NotContains(t, err.Error(), secretWord)
		require.Equal(t, 1, observer.outcomes[outcome], outcome)
	}
}

// FuzzDecode reads any answer; what is accepted is within the texts.
func FuzzDecode(f *testing.F) {
	f.Add([]byte(`[[{"start":0,"end":1,"score":1,"entity_type":"PERSON"}]]`), "né")
	f.Add([]byte(`[{"start":0,"end":2,"score":0.5,"entity_type":"X"},{"start":1,"end":2,"score":0.5,"entity_type":"X"}]`), "日本")
	f.Add([]byte(`[null]`), "")
	c := &Client{core: &core{observer: &counts{}}, entities: DefaultEntities()}
	f.Fuzz(func(t *testing.T, answer []byte, text string) {
		if !utf8.ValidString(text) {
			return // the redactor sends no other
		}
		spans, err := decodePresidio(answer, 1)
		if err != nil || check(texts(text), spans) != nil {
			return
		}
		pos := 0
		for _, x := range c.findings(text, spans[0]) {
			require.GreaterOrEqual(t, x.Start, pos)
			require.LessOrEqual(t, x.End, len(text))
			require.True(t, utf8.ValidString(text[x.Start:x.End]))
			pos = x.Start
		}
	})
}
