package guard

import "fmt"

// Code says, from a closed set, why a statement is refused. Codes are put on the audit trail.
type Code string

// The codes.
const (
	CodeTooLong   Code = "too-long"
	CodeSyntax    Code = "syntax"
	CodeNotSelect Code = "not-one-select"
	CodeClause    Code = "clause"
	CodeSettings  Code = "settings" // of ClickHouse, which a statement would change
	CodeTable     Code = "table"
	CodeFunction  Code = "function"
	CodeName      Code = "name"
	CodeTooDeep   Code = "too-complex"
)

// Refusal is why a statement may not run. Message says what is wrong, where, and what to do; it names
// tables, functions and clauses and never a literal.
type Refusal struct {
	Code    Code
	Message string
	// Position in the statement as it was sent, from 1; 0 when not known.
	Position int
}

// Error is the message with its code.
func (r *Refusal) Error() string { return string(r.Code) + ": " + r.Message }

func refuse(code Code, format string, args ...any) *Refusal {
	return &Refusal{Code: code, Message: fmt.Sprintf(format, args...)}
}
