package detector

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/hushlog/hushlog/pkg/identity"
)

// newAsker makes what speaks to the detector's kind of interface.
func newAsker(cfg Config, to endpoint, labels bool) (asker, error) {
	var config *tls.Config
	if to.tls {
		var err error
		config, err = clientTLS(cfg, to.url.Hostname())
		if err != nil {
			return nil, err
		}
	}
	if to.grpc {
		service, err := newRPC(cfg, to, config)
		if err != nil {
			return nil, err
		}
		service.labels = labels
		return service, nil
	}
	web := newPresidio(cfg, to, config)
	if labels {
		return &labeller{web}, nil
	}
	return web, nil
}

// clientTLS is who we trust, and who we are if cfg says so.
func clientTLS(cfg Config, host string) (*tls.Config, error) {
	if cfg.Cert != "" && cfg.CA != "" {
		return identity.ClientTLS(identity.TLSFiles{CA: cfg.CA, Cert: cfg.Cert, Key: cfg.Key}, host)
	}
	config := &tls.Config{MinVersion: tls.VersionTLS13, ServerName: host}
	if cfg.CA != "" {
		pool, err := identity.LoadPool(cfg.CA)
		if err != nil {
			return nil, err
		}
		config.RootCAs = pool
	}
	if cfg.Cert != "" {
		certificate, err := tls.LoadX509KeyPair(cfg.Cert, cfg.Key)
		if err != nil {
			return nil, errors.New("cert and key do not load, or do not belong together")
		}
		config.Certificates = []tls.Certificate{certificate}
	}
	return config, nil
}

// presidio speaks Presidio's POST /analyze.
type presidio struct {
	url       string
	client    *http.Client
	maxAnswer int
}

func newPresidio(cfg Config, to endpoint, config *tls.Config) *presidio {
	return &presidio{
		url: to.url.String(), maxAnswer: cfg.MaxAnswer,
		client: &http.Client{
			Transport: &http.Transport{ // no proxy: content goes to the detector alone
				TLSClientConfig: config, ForceAttemptHTTP2: true, MaxIdleConnsPerHost: maxInFlight, IdleConnTimeout: time.Minute,
				MaxResponseHeaderBytes: 64 << 10,
			},
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}
}

func (p *presidio) close() error {
	p.client.CloseIdleConnections()
	return nil
}

// ask sends one text as a string and several as a list.
func (p *presidio) ask(ctx context.Context, texts []Text) ([][]span, error) {
	request := struct {
		Text     any    `json:"text"`
		Language string `json:"language,omitempty"`
	}{texts[0].Text, texts[0].Language}
	if len(texts) > 1 {
		list := make([]string, len(texts))
		for i, t := range texts {
			list[i] = t.Text
		}
		request.Text = list
	}
	answer, err := p.post(ctx, request)
	if err != nil {
		return nil, err
	}
	return decodePresidio(answer, len(texts))
}

// post sends a request of strings as JSON and returns the answer to it.
func (p *presidio) post(ctx context.Context, request any) ([]byte, error) {
	body, err := json.Marshal(request)
	if err != nil {
		panic("detector: a request of strings cannot be encoded") // our own broken invariant
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, p.url, bytes.NewReader(body))
	if err != nil {
		return nil, &failure{OutcomeNetwork, "the address cannot be asked"}
	}
	req.Header.Set("Content-Type", "application/json")
	response, err := p.client.Do(req)
	if err != nil {
		return nil, &failure{outcome: OutcomeNetwork}
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(response.Body, int64(p.maxAnswer)+1))
	switch {
	case len(answer) > p.maxAnswer:
		return nil, &failure{OutcomeTooLarge, "the answer"}
	case response.StatusCode == http.StatusTooManyRequests || response.StatusCode >= http.StatusInternalServerError:
		return nil, &failure{OutcomeBusy, "status " + strconv.Itoa(response.StatusCode)}
	case response.StatusCode != http.StatusOK:
		return nil, &failure{OutcomeRefused, "status " + strconv.Itoa(response.StatusCode)}
	case err != nil:
		return nil, &failure{OutcomeNetwork, "the answer broke off"}
	}
	return answer, nil
}

// presidioSpan is a finding as Presidio writes it. What is missing is not taken for zero.
type presidioSpan struct {
	Start      *int     `json:"start"`
	End        *int     `json:"end"`
	Score      *float64 `json:"score"`
	EntityType string   `json:"entity_type"`
}

// decodePresidio reads a list of findings, for one text, or a list of such lists.
func decodePresidio(answer []byte, texts int) ([][]span, error) {
	var lists [][]presidioSpan
	err := json.Unmarshal(answer, &lists)
	if err != nil || texts == 1 && len(lists) != 1 {
		var one []presidioSpan
		if texts > 1 || json.Unmarshal(answer, &one) != nil {
			return nil, &failure{OutcomeBad, "not a list of findings for each text"}
		}
		lists = [][]presidioSpan{one}
	}
	out := make([][]span, len(lists))
	for i, list := range lists {
		if list == nil {
			return nil, &failure{OutcomeBad, "not a list of findings for each text"}
		}
		for _, s := range list {
			if s.Start == nil || s.End == nil || s.Score == nil {
				return nil, &failure{OutcomeBad, "a finding without offsets or score"}
			}
			out[i] = append(out[i], span{*s.Start, *s.End, *s.Score, s.EntityType})
		}
	}
	return out, nil
}
