package demo

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"
)

// Ask runs a SELECT as the person with a role and returns its rows. An answer
// that is no result is a *Refusal.
func (t Target) Ask(ctx context.Context, role, sql string) ([]map[string]any, error) {
	a := newAsker(t)
	defer a.client.CloseIdleConnections()
	return a.rows(ctx, role, sql)
}

// asker asks the query service as a person.
type asker struct {
	client *http.Client
	url    string
	tokens map[string]string
}

func newAsker(t Target) *asker {
	return &asker{
		client: &http.Client{Transport: &http.Transport{TLSClientConfig: t.TLS.Clone()}, Timeout: 30 * time.Second},
		url:    "https://" + t.Query + "/v1/query",
		tokens: t.Tokens,
	}
}

// Refusal is an answer of the query service that is no result.
type Refusal struct {
	// Status of HTTP, and what the service said.
	Status  int
	Message string
}

func (r *Refusal) Error() string { return fmt.Sprintf("refused with %d: %s", r.Status, r.Message) }

// rows runs a SELECT as the person with the role.
func (a *asker) rows(ctx context.Context, role, sql string) ([]map[string]any, error) {
	body, err := json.Marshal(map[string]string{"sql": sql, "purpose": "debugging", "format": "JSONEachRow"})
	if err != nil {
		return nil, fmt.Errorf("encode a query: %w", err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, a.url, bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("query: %w", err)
	}
	req.Header.Set("Authorization", "Bearer "+a.tokens[role])
	req.Header.Set("Content-Type", "application/json")
	res, err := a.client.Do(req)
	if err != nil {
		return nil, fmt.Errorf("query: %w", err)
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode != http.StatusOK {
		return nil, readRefusal(res)
	}
	return readRows(res.Body)
}

func readRefusal(res *http.Response) error {
	var answer struct {
		Message string `json:"message"`
	}
	err := json.NewDecoder(io.LimitReader(res.Body, 1<<16)).Decode(&answer)
	if err != nil {
		answer.Message = "no reason given"
	}
	return &Refusal{res.StatusCode, answer.Message}
}

func readRows(r io.Reader) ([]map[string]any, error) {
	var rows []map[string]any
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 1<<24)
	for lines.Scan() {
		if len(bytes.TrimSpace(lines.Bytes())) == 0 {
			continue
		}
		row := map[string]any{}
		err := json.Unmarshal(lines.Bytes(), &row)
		if err != nil {
			return nil, fmt.Errorf("decode row %d: %w", len(rows), err)
		}
		rows = append(rows, row)
	}
	err := lines.Err()
	if err != nil {
		return nil, fmt.Errorf("read the answer: %w", err)
	}
	return rows, nil
}

// number reads a count: ClickHouse writes 64-bit integers as strings or numbers.
func number(v any) int {
	switch n := v.(type) {
	case float64:
		return int(n)
	case string:
		i, err := strconv.Atoi(n)
		if err != nil {
			return -1
		}
		return i
	default:
		return -1
	}
}
