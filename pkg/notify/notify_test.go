package notify

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require" // says what differed
	"google.golang.org/protobuf/types/known/timestamppb"

	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

// The vector that the libraries of Standard Webhooks are tested with.
const (
	vectorKey       = "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
	vectorID        = "msg_p5jXN8AQM9LWM0D4loKWxJek"
	vectorTime      = 1614265330
	vectorBody      = `{"test": 2432232314}`
	vectorSignature = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
)

func vectorHeader() http.Header {
	return http.Header{
		"Webhook-Id": {vectorID}, "Webhook-Timestamp": {"1614265330"}, "Webhook-Signature": {vectorSignature},
	}
}

func TestSignatureOfThePublishedVector(t *testing.T) {
	key, err := base64.StdEncoding.DecodeString(vectorKey)
	require.NoError(t, err)
	at := time.Unix(vectorTime, 0)
	require.Equal(t, vectorSignature, Sign(key, vectorID, at, []byte(vectorBody)))
	other := make([]byte, 32)

	for _, tc := range []struct {
		name   string
		keys   [][]byte
		change func(http.Header)
		body   string
		now    time.Time
		want   error
	}{
		{"as signed", [][]byte{key}, nil, vectorBody, at, nil},
		{"within tolerance", [][]byte{key}, nil, vectorBody, at.Add(Tolerance), nil},
		{"one of two keys", [][]byte{other, key}, nil, vectorBody, at, nil},
		{"one of several signatures", [][]byte{key}, func(h http.Header) {
			h.Set(HeaderSignature, "v1,AAAA v1a,xyz v2,abc "+vectorSignature)
		}, vectorBody, at, nil},
		{"another key", [][]byte{other}, nil, vectorBody, at, ErrSignature},
		{"no key", nil, nil, vectorBody, at, ErrSignature},
		{"another body", [][]byte{key}, nil, vectorBody + " ", at, ErrSignature},
		{"another id", [][]byte{key}, func(h http.Header) { h.Set(HeaderID, "msg_x") }, vectorBody, at, ErrSignature},
		{"an id with a dot", [][]byte{key}, func(h http.Header) { h.Set(HeaderID, "a.b") }, vectorBody, at, ErrSignature},
		{"no id", [][]byte{key}, func(h http.Header) { h.Del(HeaderID) }, vectorBody, at, ErrSignature},
		{"no signature", [][]byte{key}, func(h http.Header) { h.Del(HeaderSignature) }, vectorBody, at, ErrSignature},
		{"another version", [][]byte{key}, func(h http.Header) {
			h.Set(HeaderSignature, "v2"+strings.TrimPrefix(vectorSignature, "v1"))
		}, vectorBody, at, ErrSignature},
		{"old", [][]byte{key}, nil, vectorBody, at.Add(Tolerance + time.Second), ErrTimestamp},
		{"from the future", [][]byte{key}, nil, vectorBody, at.Add(-Tolerance - time.Second), ErrTimestamp},
		{"no timestamp", [][]byte{key}, func(h http.Header) { h.Del(HeaderTimestamp) }, vectorBody, at, ErrTimestamp},
		{"a timestamp moved on", [][]byte{key}, func(h http.Header) { h.Set(HeaderTimestamp, "1614265331") }, vectorBody, at, ErrSignature},
	} {
		t.Run(tc.name, func(t *testing.T) {
			header := vectorHeader()
			if tc.change != nil {
				tc.change(header)
			}
			err := Verify(tc.keys, header, []byte(tc.body), tc.now)
			if tc.want == nil {
				require.NoError(t, err)
				return
			}
			require.ErrorIs(t, err, tc.want)
		})
	}
}

func TestSendIsSignedAndVerifiable(t *testing.T) {
	key := make([]byte, 32)
	key[3] = 7
	verified := make(chan error, 1)
	receiver := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		verified <- errors.Join(err, Verify([][]byte{key}, r.Header, body, time.Now()))
		w.WriteHeader(http.StatusAccepted)
	}))
	defer receiver.Close()
	hook, err := NewWebhook(WebhookConfig{URL: receiver.URL + "/hook?token=planted", Key: key, TLS: receiver.Client().Transport.(*http.Transport).TLSClientConfig})
	require.NoError(t, err)
	defer hook.Close()
	_, err = hook.Send(t.Context(), "f1", []byte(`{}`))
	require.NoError(t, err)
	require.NoError(t, <-verified)

	stranger, err := NewWebhook(WebhookConfig{URL: receiver.URL + "/hook?token=planted", Key: key})
	require.NoError(t, err)
	_, err = stranger.Send(t.Context(), "f1", []byte(`{}`))
	require.Error(t, err, "the receiver's certificate is not known")
	require.NotContains(t, err.Error(), "planted")
}

func TestSendDoesNotFollowRedirects(t *testing.T) {
	var elsewhere atomic.Int32
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { elsewhere.Add(1) }))
	defer other.Close()
	receiver := httptest.NewServer(http.RedirectHandler(other.URL, http.StatusTemporaryRedirect))
	defer receiver.Close()
	hook, err := NewWebhook(WebhookConfig{URL: receiver.URL, Key: make([]byte, 24)})
	require.NoError(t, err)
	defer hook.Close()
	_, err = hook.Send(t.Context(), "f1", nil)
	require.ErrorIs(t, err, ErrRefused)
	require.Zero(t, elsewhere.Load())
}

// transport answers with one status.
type transport struct {
	status int
	retry  string
}

func (r transport) RoundTrip(*http.Request) (*http.Response, error) {
	if r.status == 0 {
		return nil, errors.New("connection refused")
	}
	return &http.Response{StatusCode: r.status, Header: http.Header{"Retry-After": {r.retry}}, Body: http.NoBody}, nil
}

func TestSendSaysWhatTheReceiverSaid(t *testing.T) {
	for _, tc := range []struct {
		name   string
		answer transport
		want   error
		wait   time.Duration
	}{
		{"200", transport{status: 200}, nil, 0},
		{"204", transport{status: 204}, nil, 0},
		{"302", transport{status: 302}, ErrRefused, 0},
		{"404", transport{status: 404}, ErrRefused, 0},
		{"429 with a wait", transport{status: 429, retry: "30"}, ErrRefused, 30 * time.Second},
		{"503 with a long wait", transport{status: 503, retry: "86400"}, ErrRefused, longestWait},
		{"503 with a date", transport{status: 503, retry: "Mon, 23 Nov 2026 12:00:00 GMT"}, ErrRefused, 0},
	} {
		t.Run(tc.name, func(t *testing.T) {
			hook, err := NewWebhook(WebhookConfig{URL: "https://receiver.example", Key: make([]byte, 32)})
			require.NoError(t, err)
			hook.client.Transport = tc.answer
			wait, err := hook.Send(t.Context(), "f1", nil)
			require.ErrorIs(t, err, tc.want)
			require.Equal(t, tc.wait, wait)
		})
	}
	hook, err := NewWebhook(WebhookConfig{URL: "https://receiver.example/planted", Key: make([]byte, 32)})
	require.NoError(t, err)
	hook.client.Transport = transport{}
	_, err = hook.Send(t.Context(), "f1", nil)
	require.ErrorContains(t, err, "connection refused")
	require.NotContains(t, err.Error(), "planted")
}

func TestURLs(t *testing.T) {
	for _, good := range []string{"https://example.org/x?y=z", "http://127.0.0.1:9/x", "http://localhost/x", "http://[::1]:1/"} {
		require.NoError(t, CheckURL(good), good)
	}
	for _, bad := range []string{"", "example.org", "http://example.org/", "ftp://example.org/", "https://user:planted@example.org/", "https://", "://"} {
		err := CheckURL(bad)
		require.Error(t, err, bad)
		require.NotContains(t, err.Error(), "planted")
	}
}

func TestAlertMessageHoldsEveryFieldOfTheAlert(t *testing.T) {
	at := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	alert := &hushlogv1.Alert{
		Fingerprint: "f", Rule: "r", Severity: hushlogv1.Severity_SEVERITY_CRITICAL, Owner: "o", Project: "p",
		UserPseudonym: "u_x", Model: "m", WindowStart: timestamppb.New(at), WindowEnd: timestamppb.New(at.Add(time.Minute)),
		FiredAt: timestamppb.New(at.Add(time.Second)), Value: 5, Threshold: 5, Class: "Restricted",
		State: hushlogv1.AlertState_ALERT_STATE_RESOLVED, ResolvedAt: timestamppb.New(at.Add(time.Hour)),
		Keys: []*hushlogv1.AlertKey{{Name: "service", Value: "s"}},
	}
	body, err := EncodeAlert(alert)
	require.NoError(t, err)
	var message struct {
		Type      string
		Timestamp time.Time
		Data      map[string]any
	}
	require.NoError(t, json.Unmarshal(body, &message))
	require.Equal(t, AlertResolved, message.Type)
	require.Equal(t, at.Add(time.Hour), message.Timestamp)
	require.Equal(t, "resolved", message.Data["state"])
	require.Equal(t, map[string]any{"service": "s"}, message.Data["keys"])
	require.Equal(t, "critical", message.Data["severity"])
	fields := alert.ProtoReflect().Descriptor().Fields()
	require.Len(t, message.Data, fields.Len())
	for i := range fields.Len() {
		require.Contains(t, message.Data, string(fields.Get(i).Name()))
	}
	again, err := EncodeAlert(alert)
	require.NoError(t, err)
	require.Equal(t, body, again)
	alert.State = hushlogv1.AlertState_ALERT_STATE_FIRING
	body, err = EncodeAlert(alert)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(body, &message))
	require.Equal(t, AlertFired, message.Type)
	require.Equal(t, at.Add(time.Second), message.Timestamp)
}

func FuzzVerify(f *testing.F) {
	f.Add("id", "1614265330", vectorSignature, []byte(vectorBody))
	f.Add("", "", "v1, v1,= v1,AAAA", []byte{})
	f.Fuzz(func(t *testing.T, id, timestamp, signature string, body []byte) {
		header := http.Header{}
		header.Set(HeaderID, id)
		header.Set(HeaderTimestamp, timestamp)
		header.Set(HeaderSignature, signature)
		require.Error(t, Verify([][]byte{[]byte("a key that nobody knows, 32 byte")}, header, body, time.Unix(vectorTime, 0)))
	})
}
