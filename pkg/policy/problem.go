package policy

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// ErrInvalid is in every error that says the document itself is wrong, so that callers can tell it
// from a file that cannot be read. Show the text: it names each place and what to do.
var ErrInvalid = errors.New("policy is not valid")

// Problem is one thing wrong with a document.
type Problem struct {
	// Line and Column count from 1.
	Line, Column int
	// Field is the path of the field, as classes.Restricted.when[0].types[1].
	Field string
	// Message says what is wrong.
	Message string
	// Fix says what to do.
	Fix string
}

// InvalidError holds every problem found, in the order of the document.
type InvalidError struct {
	// File that was read; empty when the document came as bytes.
	File string
	// Problems, at least one.
	Problems []Problem
}

// Error has a line for each problem: file:line:col: field: problem; what to do.
func (e *InvalidError) Error() string {
	file := cmp.Or(e.File, "policy")
	lines := make([]string, len(e.Problems))
	for i, p := range e.Problems {
		lines[i] = fmt.Sprintf("%s:%d:%d: %s: %s; %s", file, p.Line, p.Column, p.Field, p.Message, p.Fix)
	}
	return strings.Join(lines, "\n")
}

// Is makes errors.Is(err, ErrInvalid) hold.
func (e *InvalidError) Is(target error) bool { return target == ErrInvalid }

// position is a place in the document.
type position struct{ line, column int }

// problems gathers what is wrong, knowing where each field stands.
type problems struct {
	places map[string]position
	list   []Problem
}

// add notes a problem of a field; a field that is not in the document gets the place of the nearest
// enclosing one.
func (p *problems) add(field, fix, format string, args ...any) {
	place := p.place(field)
	p.list = append(p.list, Problem{place.line, place.column, field, fmt.Sprintf(format, args...), fix})
}

func (p *problems) place(field string) position {
	for {
		place, ok := p.places[field]
		if ok {
			return place
		}
		cut := strings.LastIndexAny(field, ".[")
		if cut < 0 {
			return position{1, 1}
		}
		field = field[:cut]
	}
}

// err is nil when there is no problem.
func (p *problems) err() error {
	if len(p.list) == 0 {
		return nil
	}
	slices.SortStableFunc(p.list, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column), cmp.Compare(a.Field, b.Field))
	})
	return &InvalidError{Problems: p.list}
}
