package guard

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/hushlog/hushlog/pkg/store"
)

const (
	// MaxStatement bounds a statement as it is sent, in bytes.
	MaxStatement = 64 << 10
	// maxFormatted bounds it as ClickHouse writes it; ClickHouse itself reads up to 256 KiB.
	maxFormatted = 192 << 10
)

// parser is ClickHouse's, asked over a connection that can read no data.
type parser interface {
	FormatStatement(ctx context.Context, text string) (string, error)
	ExplainTree(ctx context.Context, formatted string) (string, error)
}

// Guard checks statements. Safe for concurrent use.
type Guard struct{ parser parser }

// New checks by the reading of a parser.
func New(p parser) *Guard { return &Guard{p} }

// Rights are what a role may name.
type Rights struct {
	// Role, for messages.
	Role string
	// Tables of the database hushlog, without it.
	Tables []string
}

// Statement is a statement that may run.
type Statement struct {
	// SQL is the statement as ClickHouse wrote it: run this and nothing else.
	SQL string
	// Masked is SQL with every literal replaced by '?'. It may be audited.
	Masked string
	// Tables that it reads, with database, in order and once each.
	Tables []string
}

// Check lets text pass as a Statement, or returns a *Refusal. Any other error means that ClickHouse
// could not be asked: nothing may run then either.
func (g *Guard) Check(ctx context.Context, text string, rights Rights) (*Statement, error) {
	formatted, err := g.format(ctx, text)
	if err != nil {
		return nil, err
	}
	tokens, refusal := lex(formatted)
	if refusal != nil {
		return nil, refusal
	}
	refusal = checkTokens(tokens)
	if refusal != nil {
		return nil, refusal
	}
	// Only what begins like a SELECT is explained: EXPLAIN takes options before the statement.
	explained, err := g.parser.ExplainTree(ctx, formatted)
	if err != nil {
		return nil, parserRefusal(err)
	}
	root, refusal := readTree(explained)
	if refusal != nil {
		return nil, refusal
	}
	inspection := &inspection{rights: rights, named: subqueryNames(tokens)}
	refusal = inspection.run(root)
	if refusal != nil {
		return nil, refusal
	}
	return &Statement{SQL: formatted, Masked: mask(tokens), Tables: inspection.tables()}, nil
}

// Masked is text with its literals taken out for the audit trail of a refused statement, as far as
// the parser can read it; empty when it cannot.
func (g *Guard) Masked(ctx context.Context, text string) string {
	formatted, err := g.format(ctx, text)
	if err != nil {
		return ""
	}
	tokens, refusal := lex(formatted)
	if refusal != nil {
		return ""
	}
	return mask(tokens)
}

func (g *Guard) format(ctx context.Context, text string) (string, error) {
	if strings.TrimSpace(text) == "" {
		return "", refuse(CodeSyntax, "the statement is empty; send one SELECT")
	}
	if len(text) > MaxStatement {
		return "", refuse(CodeTooLong, "the statement has more than %d bytes; shorten it", MaxStatement)
	}
	formatted, err := g.parser.FormatStatement(ctx, text)
	if err != nil {
		return "", parserRefusal(err)
	}
	if len(formatted) > maxFormatted {
		return "", refuse(CodeTooLong, "the statement is too long once ClickHouse has written it out; shorten it")
	}
	return formatted, nil
}

// ClickHouse's codes for what is the statement's fault when it is parsed.
var (
	syntaxCodes = []int32{
		62,  // SYNTAX_ERROR
		42,  // NUMBER_OF_ARGUMENTS_DOESNT_MATCH
		72,  // CANNOT_PARSE_NUMBER
		456, // UNKNOWN_QUERY_PARAMETER
		476, // WITH_TIES_WITHOUT_ORDER_BY
		628, // OFFSET_FETCH_WITHOUT_ORDER_BY
	}
	complexCodes = []int32{
		306, // TOO_DEEP_RECURSION
		167, // TOO_DEEP_AST
		168, // TOO_BIG_AST
	}
)

// parserRefusal turns the parser's refusal into ours and leaves other errors as they are.
func parserRefusal(err error) error {
	var refused *store.Error
	if !errors.As(err, &refused) {
		return err
	}
	if slices.Contains(complexCodes, refused.Code) {
		return tooComplex()
	}
	if !slices.Contains(syntaxCodes, refused.Code) {
		return err
	}
	refusal := refuse(CodeSyntax, "ClickHouse cannot read this as one statement (%s)", refused.Name)
	if refused.Position > 0 {
		refusal.Message += fmt.Sprintf("; look at character %d", refused.Position)
		refusal.Position = refused.Position
	}
	return refusal
}

func tooComplex() *Refusal {
	return refuse(CodeTooDeep, "the statement is nested too deeply or too long; split it")
}

// words are keywords, as ClickHouse writes them, of clauses that are not for a person's statement. They
// are refused before the statement is explained, as some would belong to the EXPLAIN then.
var words = map[string]string{
	"FORMAT":   "the format is a field of the request",
	"INTO":     "the result is the answer to the request",
	"OUTFILE":  "the result is the answer to the request",
	"APPLY":    "write the function on each column",
	"WINDOW":   "write the window in OVER (...)",
	"PARALLEL": "send one SELECT at a time",
}

// checkTokens looks at the text: it must be a SELECT, and what looks like a call anywhere in it must be
// one that is allowed. The tree is checked for the same, more exactly; but the tree leaves out some
// places (named windows, APPLY), and the text leaves out none.
func checkTokens(tokens []token) *Refusal {
	first := slices.IndexFunc(tokens, func(t token) bool { return t.text != "(" })
	if first >= 0 && isKeyword(tokens[first], "SET") || slices.ContainsFunc(tokens, func(t token) bool { return isKeyword(t, "SETTINGS") }) {
		return refuse(CodeSettings, "settings cannot be changed here: the limits are the service's")
	}
	if first < 0 || !isKeyword(tokens[first], "SELECT") && !isKeyword(tokens[first], "WITH") {
		return refuse(CodeNotSelect, "only a SELECT can be run here")
	}
	for _, t := range tokens {
		advice, refused := words[t.text]
		if t.kind == tokenWord && refused {
			return refuse(CodeClause, "%s cannot be used here; %s", t.text, advice)
		}
	}
	if slices.ContainsFunc(tokens, isVirtual) {
		return refuse(CodeName, "names that begin with an underscore cannot be used here: ClickHouse's own columns tell of rows that the role does not see; use another name")
	}
	for _, name := range calls(tokens) {
		lower := strings.ToLower(name)
		if !functionAllowed(name) && !tableFunctionAllowed(name) && !notCalls[lower] {
			return refuseFunction(name)
		}
	}
	return nil
}

// isVirtual says that a name is, or could be, one of the columns that ClickHouse adds to each table (_part, _partition_id).
// It judges conditions on them for all parts of a table before it applies a row filter, so that an error of the condition
// tells of parts of which the role sees no row.
func isVirtual(t token) bool {
	return (t.kind == tokenWord || t.kind == tokenQuoted) && strings.HasPrefix(t.text, "_")
}

func refuseFunction(name string) *Refusal {
	return refuse(CodeFunction, "function %s is not among those that can be used here; "+
		"functions that compute on columns are, functions that read anything else are not", name)
}
