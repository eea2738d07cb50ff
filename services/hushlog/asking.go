package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/hushlog/hushlog/pkg/identity"
)

const (
	// defaultQueryAddr is query's listen address in the services' files.
	defaultQueryAddr = "127.0.0.1:7445"
	// askTimeout is above what any role's statement may take.
	askTimeout = 15 * time.Minute
	// maxProblem bounds what is read of a refusal.
	maxProblem = 64 << 10
)

// asking is how a person's commands reach the query service.
type asking struct {
	server, ca, tokenFile, purpose string
	// export asks for more records than may be looked at.
	export bool
	// named shows people's names where their pseudonyms stand. Only what is shown and not kept is: what is signed, or has a
	// digest, is not what it was with names in it, and erasing a person does not reach files that were written.
	named bool
}

func (a *asking) addFlags(cmd *cobra.Command) {
	a.addServerFlags(cmd)
	cmd.Flags().StringVar(&a.purpose, "purpose", "", "why you read this, a `purpose` of the policy; it stands on the audit trail; required")
}

// addServerFlags are those of commands that read nothing.
func (a *asking) addServerFlags(cmd *cobra.Command) {
	cmd.Flags().StringVar(&a.server, "server", orElse(os.Getenv("HUSHLOG_SERVER"), defaultQueryAddr), "`host:port` of the query service, or https:// and that; HUSHLOG_SERVER does the same")
	cmd.Flags().StringVar(&a.ca, "ca", defaultCA(), "`file` with the certificate of the deployment's CA; HUSHLOG_CA does the same, and so does HUSHLOG_DIR; required")
	cmd.Flags().StringVar(&a.tokenFile, "token-file", "", "`file` that holds your token (hp_...); HUSHLOG_TOKEN in the environment holds the token itself; one of them is required")
}

func orElse(value, otherwise string) string {
	if value != "" {
		return value
	}
	return otherwise
}

func defaultCA() string {
	dir := os.Getenv("HUSHLOG_DIR")
	if dir != "" {
		dir = filepath.Join(dir, "pki", "ca.crt")
	}
	return orElse(os.Getenv("HUSHLOG_CA"), dir)
}

// token is the person's, from the file or the environment. It is never taken from the command line,
// where other users of the machine would see it.
func (a *asking) token() (string, error) {
	token := os.Getenv("HUSHLOG_TOKEN")
	if a.tokenFile != "" {
		raw, err := os.ReadFile(a.tokenFile)
		if err != nil {
			return "", fmt.Errorf("--token-file: %w", err)
		}
		token = string(raw)
	}
	token = strings.TrimSpace(token)
	if token == "" {
		return "", errors.New("name your token's file with --token-file or put the token into HUSHLOG_TOKEN; ask for one with hushlog person add")
	}
	if strings.ContainsAny(token, " \r\n\t") {
		return "", errors.New("the token has blanks or several lines; keep the token alone in its file")
	}
	return token, nil
}

// address takes host:port and https://host:port alike. A token is never sent in the clear.
func (a *asking) address() (string, error) {
	host := strings.TrimSuffix(strings.TrimPrefix(a.server, "https://"), "/")
	_, _, err := net.SplitHostPort(host)
	if err != nil || strings.ContainsAny(host, "/?#@") {
		return "", errors.New("--server: must be host:port of the query service; it is always asked over TLS")
	}
	return "https://" + host, nil
}

func (a *asking) client() (*http.Client, error) {
	if a.ca == "" {
		return nil, errors.New("name the deployment's CA with --ca or HUSHLOG_CA")
	}
	trust, err := identity.CallerTLS(a.ca)
	if err != nil {
		return nil, fmt.Errorf("--ca: %w", err)
	}
	transport := &http.Transport{TLSClientConfig: trust, ForceAttemptHTTP2: true}
	// A token goes to the address that was named and nowhere else.
	stay := func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &http.Client{Transport: transport, Timeout: askTimeout, CheckRedirect: stay}, nil
}

// requirePurpose is for commands that would otherwise begin before they ask something.
func (a *asking) requirePurpose() error {
	if a.purpose == "" {
		return errors.New("say why you read this with --purpose; it stands on the audit trail")
	}
	return nil
}

// run sends a statement and returns its result, which the caller closes. A read that ends with another
// error than io.EOF means that the result was cut.
func (a *asking) run(ctx context.Context, sql, format string) (io.ReadCloser, error) {
	err := a.requirePurpose()
	if err != nil {
		return nil, err
	}
	asked := map[string]any{"sql": sql, "purpose": a.purpose, "format": format}
	if a.export {
		asked["export"] = true
	}
	body, err := json.Marshal(asked)
	if err != nil {
		return nil, fmt.Errorf("encode the request: %w", err)
	}
	res, err := a.post(ctx, "/v1/query", body)
	if err != nil {
		return nil, err
	}
	if res.StatusCode != http.StatusOK {
		defer func() { _ = res.Body.Close() }()
		return nil, refusalOf(res)
	}
	return &result{res.Body}, nil
}

// post sends JSON to the query service as the person. The caller closes the answer's body.
func (a *asking) post(ctx context.Context, path string, body []byte) (*http.Response, error) {
	return a.send(ctx, http.MethodPost, path, body)
}

// send is post for any method.
func (a *asking) send(ctx context.Context, method, path string, body []byte) (*http.Response, error) {
	token, err := a.token()
	if err != nil {
		return nil, err
	}
	client, err := a.client()
	if err != nil {
		return nil, err
	}
	address, err := a.address()
	if err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, method, address+path, bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("--server: %w", err)
	}
	req.Header.Set("Authorization", "Bearer "+token)
	req.Header.Set("Content-Type", "application/json")
	res, err := client.Do(req)
	if err != nil {
		return nil, fmt.Errorf("ask the query service: %w", err)
	}
	return res, nil
}

// refusalOf is the service's refusal in its own words.
func refusalOf(res *http.Response) error {
	var problem struct {
		Code    string `json:"code"`
		Message string `json:"message"`
	}
	err := json.NewDecoder(io.LimitReader(res.Body, maxProblem)).Decode(&problem)
	if err != nil || problem.Message == "" {
		return fmt.Errorf("the query service answered %s; is --server its address?", res.Status)
	}
	return fmt.Errorf("%s (%s)", problem.Message, problem.Code)
}

// result says of a broken read what it means.
type result struct{ io.ReadCloser }

func (r *result) Read(p []byte) (int, error) {
	n, err := r.ReadCloser.Read(p)
	if err == nil || errors.Is(err, io.EOF) {
		return n, err
	}
	return n, fmt.Errorf("the answer was cut, what came of it is not complete; ask again: %w", err)
}
