package alerting

import (
	"encoding"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"

	"github.com/goccy/go-yaml" // its syntax tree keeps line and column of every node, which errors need
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

const (
	// maxDocument bounds a file of rules; one of a hundred rules has some 60 KB.
	maxDocument = 1 << 20
	// maxNesting bounds brackets and indentation before a recursive parser meets them.
	maxNesting = 32
)

// ErrInvalid says that a document is not one of rules, or of tests of rules. Correct it: the error lists every problem.
var ErrInvalid = errors.New("not valid")

// Problem is one thing that is wrong with a document.
type Problem struct {
	// Line and Column count from 1.
	Line, Column int
	// Field is the path of the field, as rules[2].match.
	Field, Message string
}

// InvalidError lists what is wrong with a document. It is ErrInvalid.
type InvalidError struct {
	// File is the path, or empty for a document at hand.
	File     string
	Problems []Problem
}

// Error has a line for each problem, as file:line:column: field: message.
func (e *InvalidError) Error() string {
	file := e.File
	if file == "" {
		file = "document"
	}
	lines := make([]string, len(e.Problems))
	for i, p := range e.Problems {
		lines[i] = fmt.Sprintf("%s:%d:%d: %s: %s", file, p.Line, p.Column, p.Field, p.Message)
	}
	return strings.Join(lines, "\n")
}

// Is makes it ErrInvalid.
func (*InvalidError) Is(target error) bool { return target == ErrInvalid }

// Load reads and compiles files of rules. Names must differ over all of them.
func Load(paths ...string) (*Rules, error) {
	all := &Rules{}
	for _, path := range paths {
		rules, err := loadFile(path)
		if err != nil {
			return nil, err
		}
		all, err = all.With(rules)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
	}
	return all, nil
}

func loadFile(path string) (*Rules, error) {
	data, err := readBounded(path)
	if err != nil {
		return nil, err
	}
	rules, err := Parse(data)
	return rules, inFile(err, path)
}

func readBounded(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("read rules: %w", err)
	}
	if info.Size() > maxDocument {
		return nil, fmt.Errorf("read %s: larger than %d bytes", path, maxDocument)
	}
	data, err := os.ReadFile(filepath.Clean(path))
	if err != nil {
		return nil, fmt.Errorf("read rules: %w", err)
	}
	return data, nil
}

// inFile names the file that an InvalidError is about.
func inFile(err error, path string) error {
	var invalid *InvalidError
	if errors.As(err, &invalid) {
		invalid.File = path
	}
	return err
}

// Parse is Load for a document at hand.
func Parse(data []byte) (*Rules, error) {
	var doc Document
	found := decode(data, &doc)
	if len(found.list) == 0 {
		return compileDocument(&doc, found)
	}
	return nil, found.err()
}

// problems collects what is wrong, each with its place in the document.
type problems struct {
	root ast.Node
	list []Problem
}

func (p *problems) err() error {
	if len(p.list) == 0 {
		return nil
	}
	slices.SortStableFunc(p.list, func(a, b Problem) int { return a.Line - b.Line })
	return &InvalidError{Problems: p.list}
}

// add notes a problem of a field, at the field or, where that is missing, at what holds it.
func (p *problems) add(field, format string, args ...any) {
	line, column := p.place(field)
	p.list = append(p.list, Problem{line, column, field, fmt.Sprintf(format, args...)})
}

// addExpr notes a problem within an expression: CEL counts lines from the expression's own first.
func (p *problems) addExpr(field string, err error) {
	var at *exprError
	if !errors.As(err, &at) {
		p.add(field, "%v", err)
		return
	}
	node := p.find(field)
	if node == nil {
		p.add(field, "%s", at.message)
		return
	}
	position := node.GetToken().Position
	line, column := position.Line, position.Column
	if literal, block := node.(*ast.LiteralNode); block {
		// The text of a block begins on the line after its indicator.
		line, column = literal.Start.Position.Line+at.line, at.column+indentOf(literal)
	} else {
		column += at.column - 1
	}
	p.list = append(p.list, Problem{line, column, field, at.message})
}

// indentOf is how far the text of a block is indented: its token still has the blanks.
func indentOf(literal *ast.LiteralNode) int {
	origin := strings.TrimLeft(literal.Value.GetToken().Origin, "\n")
	return len(origin) - len(strings.TrimLeft(origin, " "))
}

func (p *problems) place(field string) (line, column int) {
	for {
		node := p.find(field)
		if node != nil && node.GetToken() != nil && node.GetToken().Position != nil {
			return node.GetToken().Position.Line, node.GetToken().Position.Column
		}
		cut := strings.LastIndexAny(field, ".[")
		if cut < 0 {
			return 1, 1
		}
		field = field[:cut]
	}
}

func (p *problems) find(field string) ast.Node {
	if p.root == nil {
		return nil
	}
	path, err := yaml.PathString("$." + field)
	if err != nil {
		return nil
	}
	node, err := path.FilterNode(p.root)
	if err != nil {
		return nil
	}
	return node
}

// decode fills out strictly: no unknown field, no field twice, no anchors, one document.
func decode(data []byte, out any) *problems {
	found := &problems{}
	if len(data) > maxDocument {
		found.add("document", "is larger than %d bytes; split it", maxDocument)
		return found
	}
	tokens := lexer.Tokenize(string(data))
	if !plain(tokens, found) {
		return found
	}
	file, err := parser.Parse(tokens, 0)
	if err != nil {
		found.syntax(err)
		return found
	}
	if len(file.Docs) != 1 || file.Docs[0].Body == nil {
		found.add("document", "holds %d documents; keep exactly one, with rules", len(file.Docs))
		return found
	}
	found.root = file.Docs[0].Body
	err = yaml.NodeToValue(found.root, out, yaml.Strict())
	if err != nil && !found.texts(reflect.TypeOf(out)) {
		found.syntax(err)
	}
	return found
}

// texts notes the values that their type does not take, as a duration of 5x: the YAML library returns
// such an error without the place. It says whether there are any.
func (p *problems) texts(out reflect.Type) bool {
	types := map[string]reflect.Type{}
	textFields(out, types)
	before := len(p.list)
	ast.Walk(textVisitor(func(pair *ast.MappingValueNode) {
		value := pair.Value.GetToken()
		of, known := types[pair.Key.GetToken().Value]
		_, scalar := pair.Value.(ast.ScalarNode)
		if !known || !scalar {
			return
		}
		text, _ := reflect.New(of).Interface().(encoding.TextUnmarshaler)
		err := text.UnmarshalText([]byte(value.Value))
		if err != nil {
			p.list = append(p.list, Problem{value.Position.Line, value.Position.Column, strings.TrimPrefix(pair.Value.GetPath(), "$."), err.Error()})
		}
	}), p.root)
	return len(p.list) > before
}

// textVisitor is called with each pair of key and value of a document.
type textVisitor func(*ast.MappingValueNode)

// Visit implements ast.Visitor.
func (v textVisitor) Visit(node ast.Node) ast.Visitor {
	pair, ok := node.(*ast.MappingValueNode)
	if ok {
		v(pair)
	}
	return v
}

// textFields collects, by name in a document, the types of fields that read their text themselves.
func textFields(of reflect.Type, found map[string]reflect.Type) {
	switch of.Kind() { //nolint:exhaustive // the others hold no fields
	case reflect.Pointer, reflect.Slice, reflect.Map:
		textFields(of.Elem(), found)
	case reflect.Struct:
		for field := range of.Fields() {
			name, _, _ := strings.Cut(field.Tag.Get("yaml"), ",")
			switch {
			case name == "":
			case reflect.PointerTo(field.Type).Implements(textUnmarshaler):
				found[name] = field.Type
			default:
				textFields(field.Type, found)
			}
		}
	}
}

var textUnmarshaler = reflect.TypeFor[encoding.TextUnmarshaler]()

// plain refuses what could make a small document large or a parser recurse.
func plain(tokens token.Tokens, found *problems) bool {
	depth := 0
	for _, t := range tokens {
		switch t.Type { //nolint:exhaustive // the others are harmless
		case token.AnchorType, token.AliasType, token.MergeKeyType, token.TagType:
			found.list = append(found.list, Problem{t.Position.Line, t.Position.Column, "document", "anchors, aliases, merges and tags are not taken; write it out"})
		case token.SequenceStartType, token.MappingStartType:
			depth++
		case token.SequenceEndType, token.MappingEndType:
			depth--
		}
		if depth > maxNesting || t.Position.IndentNum > 4*maxNesting {
			found.list = append(found.list, Problem{t.Position.Line, t.Position.Column, "document", "is nested too deep"})
			break
		}
	}
	return len(found.list) == 0
}

// syntax notes an error of the YAML library at its place.
func (p *problems) syntax(err error) {
	line, column, message := 1, 1, "is not YAML of the expected form"
	var located yaml.Error
	if errors.As(err, &located) {
		message = located.GetMessage()
		if t := located.GetToken(); t != nil && t.Position != nil {
			line, column = t.Position.Line, t.Position.Column
		}
	}
	p.list = append(p.list, Problem{line, column, "document", message})
}
