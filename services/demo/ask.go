package demo

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
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
		url:    "https://" + t.Query,
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

// post sends a question as the person with the role. The caller closes the answer's body.
func (a *asker) post(ctx context.Context, role, path string, question any) (*http.Response, error) {
	body, err := json.Marshal(question)
	if err != nil {
		return nil, fmt.Errorf("encode a query: %w", err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, a.url+path, bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("query: %w", err)
	}
	req.Header.Set("Authorization", "Bearer "+a.tokens[role])
	req.Header.Set("Content-Type", "application/json")
	res, err := a.client.Do(req)
	if err != nil {
		return nil, fmt.Errorf("query: %w", err)
	}
	return res, nil
}

// rows runs a SELECT as the person with the role.
func (a *asker) rows(ctx context.Context, role, sql string) ([]map[string]any, error) {
	res, err := a.post(ctx, role, "/v1/query", map[string]string{"sql": sql, "purpose": "debugging", "format": "JSONEachRow"})
	if err != nil {
		return nil, err
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode != http.StatusOK {
		return nil, readRefusal(res)
	}
	return readRows(res.Body)
}

// name puts names into a column that holds people's pseudonyms, as the person with the role.
func (a *asker) name(ctx context.Context, role string, rows []map[string]any, column string) error {
	var pseudonyms []any
	for _, row := range rows {
		pseudonyms = append(pseudonyms, row[column])
	}
	res, err := a.post(ctx, role, "/v1/names", map[string]any{"purpose": "debugging", "pseudonyms": pseudonyms})
	if err != nil {
		return err
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode != http.StatusOK {
		return readRefusal(res)
	}
	var answer struct {
		Names map[string]string `json:"names"`
	}
	err = json.NewDecoder(io.LimitReader(res.Body, 1<<16)).Decode(&answer)
	if err != nil {
		return fmt.Errorf("names: %w", err)
	}
	for _, row := range rows {
		name, known := answer.Names[fmt.Sprint(row[column])]
		if !known {
			return errors.New("somebody on the trail is nobody who is known")
		}
		row[column] = name
	}
	return nil
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
