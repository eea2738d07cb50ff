package notify

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

const (
	// firstRetry and longestRetry bound the pauses between attempts, which double and are jittered.
	firstRetry   = time.Second
	longestRetry = time.Minute
	// maxAnswer is what is read of an answer so that its connection can be used again.
	maxAnswer = 16 << 10
)

// ErrRefused says that the receiver answered with something else than 2xx. Try again later.
var ErrRefused = errors.New("webhook: receiver did not take the message")

// WebhookConfig says where messages go.
type WebhookConfig struct {
	// URL of the receiver: https, or http on a loopback address. It is not logged: many hold a token.
	URL string
	// Key signs; see identity.LoadWebhookKey.
	Key []byte
	// Timeout of one attempt. Default 10 s. Too low: slow receivers get doubles; too high: one that
	// hangs delays the next alert.
	Timeout time.Duration
	// TLS is used for https; nil means the system's CAs.
	TLS *tls.Config
	// Retries is called before each pause, with the error; may be nil.
	Retries func(ctx context.Context, err error)
}

// Webhook sends signed messages. Safe for concurrent use.
type Webhook struct {
	cfg    WebhookConfig
	client *http.Client
	now    func() time.Time
}

// NewWebhook checks the configuration; it connects to nothing.
func NewWebhook(cfg WebhookConfig) (*Webhook, error) {
	err := CheckURL(cfg.URL)
	if err != nil {
		return nil, err
	}
	if len(cfg.Key) < 24 || len(cfg.Key) > 64 {
		return nil, errors.New("webhook: key must have 24 to 64 bytes")
	}
	if cfg.Timeout == 0 {
		cfg.Timeout = 10 * time.Second
	}
	transport := &http.Transport{
		TLSClientConfig: cfg.TLS, MaxIdleConns: 2, MaxIdleConnsPerHost: 2, IdleConnTimeout: time.Minute,
		ForceAttemptHTTP2: true, Proxy: http.ProxyFromEnvironment, MaxResponseHeaderBytes: maxAnswer,
	}
	return &Webhook{cfg: cfg, now: time.Now, client: &http.Client{
		Transport: transport,
		Timeout:   cfg.Timeout,
		// A redirect would send an alert to a place that nobody configured.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}, nil
}

// CheckURL says what is wrong with a receiver's URL, without showing it.
func CheckURL(raw string) error {
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" || u.User != nil {
		return errors.New("webhook: url must be https://host/path, without a user")
	}
	if u.Scheme == "https" {
		return nil
	}
	ip := net.ParseIP(u.Hostname())
	if u.Scheme == "http" && (u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()) {
		return nil
	}
	return errors.New("webhook: url must be https; http only on a loopback address")
}

// Deliver sends a message until the receiver acknowledges it with 2xx (nil) or ctx ends (its error,
// with the last attempt's). id must be the same whenever the same message is delivered.
func (w *Webhook) Deliver(ctx context.Context, id string, body []byte) error {
	for attempt := 0; ; attempt++ {
		wait, err := w.Send(ctx, id, body)
		if err == nil {
			return nil
		}
		if ctx.Err() != nil {
			return errors.Join(ctx.Err(), err)
		}
		if w.cfg.Retries != nil {
			w.cfg.Retries(ctx, err)
		}
		timer := time.NewTimer(max(backoff(attempt), wait))
		select {
		case <-ctx.Done():
			timer.Stop()
			return errors.Join(ctx.Err(), err)
		case <-timer.C:
		}
	}
}

// backoff doubles up to longestRetry; half of it is jitter, so that instances do not knock together.
func backoff(attempt int) time.Duration {
	longest := min(firstRetry<<min(attempt, 10), longestRetry)
	return longest/2 + rand.N(longest/2) //nolint:gosec // jitter needs no secrecy
}

// Send makes one attempt. wait is how long the receiver asked to be left alone, at most a minute. Errors
// name neither the URL nor the message.
func (w *Webhook) Send(ctx context.Context, id string, body []byte) (wait time.Duration, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, w.cfg.URL, bytes.NewReader(body))
	if err != nil {
		return 0, errors.New("webhook: url cannot be used")
	}
	at := w.now()
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "hushlog")
	req.Header.Set(HeaderID, id)
	req.Header.Set(HeaderTimestamp, strconv.FormatInt(at.Unix(), 10))
	req.Header.Set(HeaderSignature, Sign(w.cfg.Key, id, at, body))
	resp, err := w.client.Do(req)
	if err != nil {
		return 0, fmt.Errorf("webhook: %w", withoutURL(err))
	}
	_, _ = io.CopyN(io.Discard, resp.Body, maxAnswer) // only so that the connection can be used again
	_ = resp.Body.Close()
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		return retryAfter(resp.Header), fmt.Errorf("%w: status %d", ErrRefused, resp.StatusCode)
	}
	return 0, nil
}

// retryAfter reads Retry-After in seconds.
func retryAfter(header http.Header) time.Duration {
	seconds, err := strconv.Atoi(header.Get("Retry-After"))
	if err != nil || seconds < 0 {
		return 0
	}
	return min(time.Duration(seconds)*time.Second, longestRetry)
}

// withoutURL takes the URL out of an error of net/http: many hold a token.
func withoutURL(err error) error {
	var wrapped *url.Error
	if errors.As(err, &wrapped) {
		return wrapped.Err
	}
	return err
}

// Close lets idle connections go.
func (w *Webhook) Close() { w.client.CloseIdleConnections() }
