package notify

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/hushlog/hushlog/pkg/identity"
)

const (
	// longestWait bounds what a receiver may ask for by Retry-After.
	longestWait = time.Minute
	// maxAnswer is what is read of an answer so that its connection can be used again.
	maxAnswer = 16 << 10
)

// ErrRefused says that the receiver answered with something else than 2xx. Try again later.
var ErrRefused = errors.New("receiver did not take the message")

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
	return &Webhook{cfg: cfg, now: time.Now, client: newClient(cfg.Timeout, cfg.TLS)}, nil
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
	if u.Scheme == "http" && identity.OnThisMachine(u.Hostname()) {
		return nil
	}
	return errors.New("webhook: url must be https; http only on a loopback address")
}

// Send makes one attempt; nil means that the receiver has acknowledged with 2xx. Who sends has to
// repeat until then, with the same id and with pauses of at least wait, which is how long the receiver
// asked to be left alone, at most a minute. Errors name neither the URL nor the message.
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
		return retryAfter(resp.Header), fmt.Errorf("webhook: %w: status %d", ErrRefused, resp.StatusCode)
	}
	return 0, nil
}

// retryAfter reads Retry-After in seconds.
func retryAfter(header http.Header) time.Duration {
	seconds, err := strconv.Atoi(header.Get("Retry-After"))
	if err != nil || seconds < 0 {
		return 0
	}
	return min(time.Duration(seconds)*time.Second, longestWait)
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
