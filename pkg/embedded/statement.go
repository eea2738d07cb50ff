package embedded

import (
	"fmt"
	"regexp"
	"strings"
)

// errRefused is what a user gets for a statement that the users file does not allow.
func errRefused(format string, args ...any) error {
	return &engineError{code: 497, name: "ACCESS_DENIED", message: fmt.Sprintf(format, args...)}
}

// statement is one statement as ClickHouse's own parser writes it: comments
// gone, names and keywords in their plain form.
type statement struct {
	text   string // without its FORMAT clause
	format string // of the FORMAT clause, if there is one
}

var formatClause = regexp.MustCompile(`(?s)^(.*) FORMAT ([A-Za-z][A-Za-z0-9]*)$`)

// parse lets the engine's parser read the text, which refuses several statements.
func (s *session) parse(text string) (statement, error) {
	out, err := s.query("SELECT formatQuerySingleLine({q:String})", "TSVRaw", parameter{"q", escapeTSV(text)})
	if err != nil {
		return statement{}, withoutScope(err)
	}
	normal := strings.TrimSuffix(string(out), "\n")
	m := formatClause.FindStringSubmatch(normal)
	if m == nil {
		return statement{text: normal}, nil
	}
	return statement{text: m[1], format: m[2]}, nil
}

// selects tells whether the statement is a SELECT, whose output the engine can
// give in chunks.
func (st statement) selects() bool {
	for _, start := range []string{"SELECT ", "WITH ", "("} {
		if strings.HasPrefix(st.text, start) {
			return true
		}
	}
	return false
}

// withoutScope cuts the parser's mention of our own statement around the user's.
func withoutScope(err error) error {
	e, ok := err.(*engineError) //nolint:errorlint // the engine's errors are never wrapped here
	if !ok {
		return err
	}
	message, _, _ := strings.Cut(e.message, ": In scope SELECT formatQuerySingleLine(")
	return &engineError{code: e.code, name: e.name, message: message}
}

// escapeTSV writes a string as ClickHouse reads the value of a parameter.
func escapeTSV(s string) string {
	return strings.NewReplacer("\\", "\\\\", "\t", "\\t", "\n", "\\n", "\r", "\\r", "\x00", "\\0").Replace(s)
}

// placeholder matches {name:Type} at the start of a text.
var placeholder = regexp.MustCompile(`^\{\s*([A-Za-z_][A-Za-z0-9_]*)\s*:\s*([^{}]+?)\s*\}`)

// bind replaces the statement's placeholders by the parameters' values. A view
// would otherwise keep them as parameters of its own. The engine reads the
// values, so that each means what it means to ClickHouse.
func (s *session) bind(text string, params []parameter) (string, error) {
	values := map[string]string{}
	for _, p := range params {
		values[p.name] = p.value
	}
	var out strings.Builder
	for i := 0; i < len(text); {
		switch c := text[i]; c {
		case '\'', '`', '"':
			end := quoteEnd(text, i)
			out.WriteString(text[i:end])
			i = end
		case '{':
			m := placeholder.FindStringSubmatch(text[i:])
			if m == nil {
				out.WriteByte(c)
				i++
				continue
			}
			value, ok := values[m[1]]
			if !ok {
				return "", &engineError{code: 456, name: "UNKNOWN_QUERY_PARAMETER", message: "Substitution `" + m[1] + "` is not set."}
			}
			literal, err := s.literal(m[2], value)
			if err != nil {
				return "", err
			}
			out.WriteString(literal)
			i += len(m[0])
		default:
			out.WriteByte(c)
			i++
		}
	}
	return out.String(), nil
}

// literal renders a parameter's value as an expression of its type.
func (s *session) literal(kind, value string) (string, error) {
	if kind == "Identifier" {
		return quoteName(value), nil
	}
	out, err := s.query("SELECT formatRow('Values', toString({v:"+kind+"}))", "TSVRaw", parameter{"v", value})
	if err != nil {
		return "", err
	}
	text := strings.TrimSpace(string(out))
	if len(text) < 2 || text[0] != '(' || text[len(text)-1] != ')' {
		return "", &engineError{code: 457, name: "BAD_QUERY_PARAMETER", message: "a parameter's value cannot be written as " + kind}
	}
	return "CAST(" + text[1:len(text)-1] + ", " + quoteString(kind) + ")", nil
}

// quoteEnd returns the index after the quoted part that starts at i.
func quoteEnd(text string, i int) int {
	quote := text[i]
	for i++; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case quote:
			return i + 1
		}
	}
	return len(text)
}
