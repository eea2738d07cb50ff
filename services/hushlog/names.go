package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/hushlog/hushlog/pkg/identity"
)

const (
	// namesAtOnce is how many pseudonyms the service takes at a time.
	namesAtOnce = 1000
	// maxNamed bounds an answer in which names are put; the service's own bound is below, by default.
	maxNamed = 256 << 20
)

// errMayNotName says that the role does not learn who pseudonyms stand for.
var errMayNotName = errors.New("the role may not learn who pseudonyms stand for (may: [names])")

// names asks who pseudonyms stand for and which pseudonyms names have; the answer maps pseudonyms to names.
func (a *asking) names(ctx context.Context, pseudonyms, names []string) (map[string]string, error) {
	body, err := json.Marshal(map[string]any{"purpose": a.purpose, "pseudonyms": pseudonyms, "names": names})
	if err != nil {
		return nil, fmt.Errorf("encode the request: %w", err)
	}
	res, err := a.post(ctx, "/v1/names", body)
	if err != nil {
		return nil, err
	}
	defer func() { _ = res.Body.Close() }()
	switch res.StatusCode {
	case http.StatusOK:
	case http.StatusForbidden:
		return nil, errMayNotName
	default:
		return nil, refusalOf(res)
	}
	var answer struct {
		Names map[string]string `json:"names"`
	}
	err = json.NewDecoder(io.LimitReader(res.Body, maxProblem<<4)).Decode(&answer)
	if err != nil {
		return nil, errors.New("the answer holds no names; is --server a query service of this version?")
	}
	return answer.Names, nil
}

// runNamed is run with names in the place of the pseudonyms of people. Whose role may not know them is shown pseudonyms, and
// so is everybody of people who were erased.
func (a *asking) runNamed(ctx context.Context, sql, format string) (io.ReadCloser, error) {
	answer, err := a.run(ctx, sql, format)
	if err != nil {
		return nil, err
	}
	defer func() { _ = answer.Close() }()
	raw, err := io.ReadAll(io.LimitReader(answer, maxNamed+1))
	if err != nil {
		return nil, err
	}
	if len(raw) > maxNamed {
		return nil, errors.New("the answer is too long to put names into; narrow it")
	}
	text, err := a.withNames(ctx, string(raw))
	if err != nil {
		return nil, err
	}
	return io.NopCloser(strings.NewReader(text)), nil
}

// withNames puts names in the place of the pseudonyms of people, as runNamed does.
func (a *asking) withNames(ctx context.Context, text string) (string, error) {
	found := map[string]bool{}
	identity.PersonPseudonyms(text, func(pseudonym string) string {
		found[pseudonym] = true
		return pseudonym
	})
	names := map[string]string{}
	for some := range slices.Chunk(slices.Sorted(maps.Keys(found)), namesAtOnce) {
		part, err := a.names(ctx, some, nil)
		if errors.Is(err, errMayNotName) {
			break
		}
		if err != nil {
			return "", err
		}
		maps.Copy(names, part)
	}
	return identity.PersonPseudonyms(text, func(pseudonym string) string {
		return orElse(names[pseudonym], pseudonym)
	}), nil
}

// actorOf is what stands on the trail for a person or a service.
func (a *asking) actorOf(ctx context.Context, name string) (string, error) {
	if name == "" || strings.HasPrefix(name, identity.PersonPrefix) || slices.Contains(identity.Services(), name) || name == "unknown" {
		return name, nil
	}
	names, err := a.names(ctx, nil, []string{name})
	if err != nil {
		return "", err
	}
	for pseudonym := range names {
		return pseudonym, nil // a person has one key
	}
	return "", errors.New("--actor: nobody of this name is in the file of people; who was erased cannot be looked for by name")
}
