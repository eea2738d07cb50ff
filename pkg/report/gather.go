package report

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

// Row is one value of a figure.
type Row struct {
	Label string  `json:"label"`
	Value float64 `json:"value"`
}

// Result is a figure with its values and the statement that they came from.
type Result struct {
	Name  string `json:"name"`
	Title string `json:"title"`
	Unit  string `json:"unit"`
	// Rows, the largest value first; none means that there is nothing to count.
	Rows []Row `json:"rows"`
	// Statement can be run again, by whoever may read the tables.
	Statement string `json:"statement"`
	// Refused says why there are no values: the role may not read a table. Empty otherwise.
	Refused string `json:"refused,omitempty"`
}

// mustBeZero ends the titles of figures whose every value has to be 0.
const mustBeZero = "; must be 0"

// Summary says in a few words what the values come to. It does not add them up: ages and shares have no sum.
func (r Result) Summary() string {
	above := 0
	for _, row := range r.Rows {
		if row.Value != 0 {
			above++
		}
	}
	bound := strings.HasSuffix(r.Title, mustBeZero)
	switch {
	case r.Refused != "":
		return "not shown"
	case len(r.Rows) == 0:
		return "none"
	case bound && above == 0:
		return "0"
	case bound:
		return fmt.Sprintf("not 0 in %d of %d lines", above, len(r.Rows))
	case len(r.Rows) == 1:
		return number(r.Rows[0].Value) + " " + r.Unit
	default:
		return fmt.Sprintf("%d lines", len(r.Rows))
	}
}

// Asker runs a statement and returns its rows of label and value.
type Asker interface {
	Ask(ctx context.Context, statement string) ([]Row, error)
}

// RefusedError is what an Asker returns for a statement that it may not run. The figure is shown without values.
type RefusedError struct{ Reason string }

// Error is the reason.
func (e *RefusedError) Error() string { return e.Reason }

// Gather asks for figures of a period, one after the other. An error other than RefusedError ends it.
func Gather(ctx context.Context, asker Asker, names []string, p Period) ([]Result, error) {
	results := make([]Result, 0, len(names))
	for _, name := range names {
		f, known := FigureNamed(name)
		if !known {
			panic("report: no figure " + name)
		}
		result := Result{Name: f.Name, Title: f.Title, Unit: f.Unit, Rows: []Row{}, Statement: f.SQL(p)}
		rows, err := asker.Ask(ctx, result.Statement)
		refused, ok := asRefused(err)
		switch {
		case ok:
			result.Refused = refused
		case err != nil:
			return nil, fmt.Errorf("figure %s: %w", name, err)
		case len(rows) > 0:
			result.Rows = rows
		}
		results = append(results, result)
	}
	return results, nil
}

func asRefused(err error) (string, bool) {
	var refused *RefusedError
	if errors.As(err, &refused) {
		return refused.Reason, true
	}
	return "", false
}
