package notify

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// alertsPath is where Alertmanager's API v2 takes alerts.
const alertsPath = "/api/v2/alerts"

// PostableAlert is an alert as Alertmanager's API v2 takes it. Its labels are its identity.
type PostableAlert struct {
	Labels      map[string]string `json:"labels"`
	Annotations map[string]string `json:"annotations,omitempty"`
	StartsAt    time.Time         `json:"startsAt"`
	// EndsAt is when it ends by itself; one that is not in the future resolves it.
	EndsAt       time.Time `json:"endsAt"`
	GeneratorURL string    `json:"generatorURL,omitempty"`
}

// AlertmanagerConfig says where one Alertmanager is.
type AlertmanagerConfig struct {
	// URL as https://host:9093 with a path before /api where it has one; http only on a loopback address.
	URL string
	// Token is sent as Authorization: Bearer, where it is not empty.
	Token string
	// Timeout of one attempt. Default 10 s.
	Timeout time.Duration
	// TLS is used for https; nil means the system's CAs.
	TLS *tls.Config
}

// Alertmanager posts alerts to one Alertmanager. Of several that are a cluster, each must be told. Safe for concurrent use.
type Alertmanager struct {
	url, token string
	client     *http.Client
}

// NewAlertmanager checks the configuration; it connects to nothing.
func NewAlertmanager(cfg AlertmanagerConfig) (*Alertmanager, error) {
	err := CheckURL(cfg.URL)
	if err != nil {
		return nil, errors.New("alertmanager: url must be https://host:port, or http on a loopback address, without a user")
	}
	if cfg.Timeout == 0 {
		cfg.Timeout = 10 * time.Second
	}
	return &Alertmanager{
		url: strings.TrimSuffix(cfg.URL, "/") + alertsPath, token: cfg.Token,
		client: newClient(cfg.Timeout, cfg.TLS),
	}, nil
}

// newClient makes a client that follows no redirect: it would send an alert to a place that nobody configured.
func newClient(timeout time.Duration, tlsConfig *tls.Config) *http.Client {
	return &http.Client{
		Transport: &http.Transport{
			TLSClientConfig: tlsConfig, MaxIdleConns: 2, MaxIdleConnsPerHost: 2, IdleConnTimeout: time.Minute,
			ForceAttemptHTTP2: true, Proxy: http.ProxyFromEnvironment, MaxResponseHeaderBytes: maxAnswer,
		},
		Timeout:       timeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// ErrNotTaken says that Alertmanager has refused alerts as malformed, which no repetition mends. It is also ErrRefused.
var ErrNotTaken = errors.New("alertmanager: alerts are not of a form that it takes")

// Post makes one attempt; nil means that Alertmanager has taken all of them. Who posts repeats until then. Errors name
// neither the URL nor an alert.
func (a *Alertmanager) Post(ctx context.Context, alerts []PostableAlert) error {
	body, err := json.Marshal(alerts)
	if err != nil {
		return fmt.Errorf("alertmanager: %w", err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, a.url, bytes.NewReader(body))
	if err != nil {
		return errors.New("alertmanager: url cannot be used")
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "hushlog")
	if a.token != "" {
		req.Header.Set("Authorization", "Bearer "+a.token)
	}
	resp, err := a.client.Do(req)
	if err != nil {
		return fmt.Errorf("alertmanager: %w", withoutURL(err))
	}
	_, _ = io.CopyN(io.Discard, resp.Body, maxAnswer) // only so that the connection can be used again
	_ = resp.Body.Close()
	switch {
	case resp.StatusCode == http.StatusBadRequest:
		return fmt.Errorf("%w: %w: status %d", ErrNotTaken, ErrRefused, resp.StatusCode)
	case resp.StatusCode < 200 || resp.StatusCode > 299:
		return fmt.Errorf("alertmanager: %w: status %d", ErrRefused, resp.StatusCode)
	}
	return nil
}

// Close lets idle connections go.
func (a *Alertmanager) Close() { a.client.CloseIdleConnections() }
