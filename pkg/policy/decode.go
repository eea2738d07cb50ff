package policy

import (
	"encoding"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml" // its syntax tree keeps line and column of every node, which errors need
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

const (
	// maxDocument bounds a document; a large deployment's has some 100 KB.
	maxDocument = 1 << 20
	// maxDepth bounds nesting; the deepest field of a policy is at 7.
	maxDepth = 16
)

// Load reads, checks and validates a document. An error that is ErrInvalid lists every problem.
func Load(path string) (*Policy, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("read policy: %w", err)
	}
	if info.Size() > maxDocument {
		return nil, fmt.Errorf("read policy %s: larger than %d bytes", path, maxDocument)
	}
	data, err := os.ReadFile(filepath.Clean(path))
	if err != nil {
		return nil, fmt.Errorf("read policy: %w", err)
	}
	p, err := Parse(data)
	var invalid *InvalidError
	if errors.As(err, &invalid) {
		invalid.File = path
	}
	if err != nil {
		return nil, err
	}
	p.file, p.dir = path, filepath.Dir(path)
	return p, nil
}

// Parse is Load for a document at hand.
func Parse(data []byte) (*Policy, error) {
	found := &problems{places: make(map[string]position)}
	root := parseTree(data, found)
	if root == nil {
		return nil, found.err()
	}
	p := &Policy{}
	d := &decoder{problems: found}
	d.value(root, reflect.ValueOf(p).Elem(), "", 0)
	if found.err() == nil {
		// Cross checks on a document that was only half understood would blame the wrong fields.
		p.validate(found)
	}
	err := found.err()
	if err != nil {
		return nil, err
	}
	p.digest, p.places, p.document = p.computeDigest(), found.places, string(data)
	return p, nil
}

// parseTree is the syntax tree of the one document that data must hold, or nil and a problem.
func parseTree(data []byte, found *problems) ast.Node {
	if len(data) > maxDocument {
		found.add("document", "split nothing, remove what is not needed", "is larger than %d bytes", maxDocument)
		return nil
	}
	if depthOf(data) > maxDepth {
		found.add("document", "write it without nested brackets", "is nested deeper than %d", maxDepth)
		return nil
	}
	file, err := parser.ParseBytes(data, 0)
	if err != nil {
		found.syntax(err)
		return nil
	}
	if len(file.Docs) != 1 || file.Docs[0].Body == nil {
		found.add("document", "keep exactly one document in the file", "holds %d documents", len(file.Docs))
		return nil
	}
	return file.Docs[0].Body
}

// depthOf bounds the nesting of flow brackets before the recursive parser meets them.
func depthOf(data []byte) int {
	depth, deepest := 0, 0
	for _, c := range data {
		switch c {
		case '[', '{':
			depth++
			deepest = max(deepest, depth)
		case ']', '}':
			depth--
		case '\n':
			depth = max(depth, 0)
		}
	}
	return deepest
}

// syntax notes an error of the parser at its place.
func (p *problems) syntax(err error) {
	place := position{1, 1}
	message := "is not YAML"
	var located yaml.Error
	if errors.As(err, &located) {
		message = located.GetMessage()
		token := located.GetToken()
		if token != nil && token.Position != nil {
			place = position{token.Position.Line, token.Position.Column}
		}
	}
	p.list = append(p.list, Problem{place.line, place.column, "document", message, "correct the YAML"})
}

// decoder fills Go values from the tree, strictly: no unknown field, no value of another type, no
// anchors, no merging. It notes every problem and goes on.
type decoder struct{ *problems }

var (
	durationType = reflect.TypeFor[Duration]()
	bytesType    = reflect.TypeFor[Bytes]()
)

func (d *decoder) value(node ast.Node, out reflect.Value, field string, depth int) {
	if depth > maxDepth {
		d.add(field, "remove it", "is nested too deep")
		return
	}
	switch {
	case out.Type() == durationType:
		d.unit(node, out, field, "duration")
	case out.Type() == bytesType:
		d.unit(node, out, field, "size")
	default:
		d.byKind(node, out, field, depth)
	}
}

func (d *decoder) byKind(node ast.Node, out reflect.Value, field string, depth int) {
	switch out.Kind() {
	case reflect.Struct:
		d.structure(node, out, field, depth)
	case reflect.Map:
		d.mapping(node, out, field, depth)
	case reflect.Slice:
		d.sequence(node, out, field, depth)
	case reflect.String:
		d.text(node, out, field)
	case reflect.Int, reflect.Int64:
		d.integer(node, out, field)
	case reflect.Float64:
		d.float(node, out, field)
	case reflect.Bool:
		d.truth(node, out, field)
	default:
		panic("policy: no decoding for " + out.Type().String())
	}
}

// pairs are the entries of a mapping, or nil and a problem.
func (d *decoder) pairs(node ast.Node, field string) []*ast.MappingValueNode {
	switch n := node.(type) {
	case *ast.MappingNode:
		return n.Values
	case *ast.MappingValueNode:
		return []*ast.MappingValueNode{n}
	default:
		d.add(orDocument(field), "write `name: value` lines", "must be a mapping")
		return nil
	}
}

// each calls f for the entries of a mapping whose keys are plain and new.
func (d *decoder) each(node ast.Node, field string, f func(key string, value ast.Node, path string)) {
	seen := make(map[string]bool)
	for _, pair := range d.pairs(node, field) {
		token := pair.Key.GetToken()
		path := join(field, token.Value)
		key, ok := pair.Key.(*ast.StringNode)
		if !ok || key.Value == "" {
			d.at(pair.Key, path)
			d.add(path, "use a plain name, quoted if it looks like a number", "has a key that is not text")
			continue
		}
		if seen[key.Value] {
			d.list = append(d.list, Problem{
				token.Position.Line, token.Position.Column, path, "is there twice", "keep one",
			})
			continue
		}
		seen[key.Value] = true
		d.at(pair.Key, path)
		f(key.Value, pair.Value, path)
	}
}

// at remembers where a field stands.
func (d *decoder) at(node ast.Node, field string) {
	token := node.GetToken()
	if token != nil && token.Position != nil {
		d.places[field] = position{token.Position.Line, token.Position.Column}
	}
}

func (d *decoder) structure(node ast.Node, out reflect.Value, field string, depth int) {
	fields := yamlFields(out.Type())
	d.each(node, field, func(key string, value ast.Node, path string) {
		index, ok := fields[key]
		if !ok {
			d.add(path, "remove it or correct its name; known here: "+known(out.Type()), "is not a field of a policy")
			return
		}
		d.value(value, out.Field(index), path, depth+1)
	})
}

func (d *decoder) mapping(node ast.Node, out reflect.Value, field string, depth int) {
	out.Set(reflect.MakeMap(out.Type()))
	d.each(node, field, func(key string, value ast.Node, path string) {
		element := reflect.New(out.Type().Elem()).Elem()
		d.value(value, element, path, depth+1)
		out.SetMapIndex(reflect.ValueOf(key).Convert(out.Type().Key()), element)
	})
}

func (d *decoder) sequence(node ast.Node, out reflect.Value, field string, depth int) {
	list, ok := node.(*ast.SequenceNode)
	if !ok {
		d.add(field, "write [a, b] or lines beginning with -", "must be a list")
		return
	}
	out.Set(reflect.MakeSlice(out.Type(), len(list.Values), len(list.Values)))
	for i, item := range list.Values {
		path := field + "[" + strconv.Itoa(i) + "]"
		d.at(item, path)
		d.value(item, out.Index(i), path, depth+1)
	}
}

func (d *decoder) text(node ast.Node, out reflect.Value, field string) {
	switch n := node.(type) {
	case *ast.StringNode:
		out.SetString(n.Value)
	case *ast.LiteralNode:
		out.SetString(strings.TrimSpace(n.Value.Value))
	default:
		d.add(field, "put it in quotes", "must be text")
	}
}

func (d *decoder) truth(node ast.Node, out reflect.Value, field string) {
	n, ok := node.(*ast.BoolNode)
	if !ok {
		d.add(field, "write true or false", "must be true or false")
		return
	}
	out.SetBool(n.Value)
}

func (d *decoder) integer(node ast.Node, out reflect.Value, field string) {
	number, ok := node.(*ast.IntegerNode)
	if !ok {
		d.add(field, "write digits only", "must be a whole number")
		return
	}
	switch v := number.Value.(type) {
	case int64:
		out.SetInt(v)
	case uint64:
		if v > math.MaxInt64 {
			d.add(field, "write a smaller one", "is too large a number")
			return
		}
		out.SetInt(int64(v))
	default:
		d.add(field, "write digits only", "must be a whole number")
	}
}

func (d *decoder) float(node ast.Node, out reflect.Value, field string) {
	switch n := node.(type) {
	case *ast.FloatNode:
		out.SetFloat(n.Value)
	case *ast.IntegerNode:
		v, err := strconv.ParseFloat(n.GetToken().Value, 64)
		if err != nil {
			d.add(field, "write it in decimal", "must be a number")
			return
		}
		out.SetFloat(v)
	default:
		d.add(field, "write it in decimal", "must be a number")
	}
}

// unit decodes a value that is written with a unit.
func (d *decoder) unit(node ast.Node, out reflect.Value, field, what string) {
	text, ok := node.(*ast.StringNode)
	if !ok {
		// A plain number has no unit; the message says how to write one.
		text = &ast.StringNode{}
	}
	unmarshaler, ok := out.Addr().Interface().(encoding.TextUnmarshaler)
	if !ok {
		panic("policy: no units for " + out.Type().String())
	}
	err := unmarshaler.UnmarshalText([]byte(text.Value))
	if err != nil {
		d.add(field, err.Error(), "must be a %s", what)
	}
}

// yamlFields maps names in the document to the struct's fields.
func yamlFields(t reflect.Type) map[string]int {
	fields := make(map[string]int, t.NumField())
	for i := range t.NumField() {
		name, ok := t.Field(i).Tag.Lookup("yaml")
		if ok {
			fields[name] = i
		}
	}
	return fields
}

func known(t reflect.Type) string {
	var names []string
	for i := range t.NumField() {
		name, ok := t.Field(i).Tag.Lookup("yaml")
		if ok {
			names = append(names, name)
		}
	}
	return strings.Join(names, ", ")
}

func join(field, key string) string {
	if field == "" {
		return key
	}
	return field + "." + key
}

func orDocument(field string) string {
	if field == "" {
		return "document"
	}
	return field
}
