// Package contract reads the declarations that the protocol buffers carry: for
// each string of a message, whether it is metadata (and in which form), content
// to inspect, or the identity of an end user.
//
// The gateway checks forms with it, the redactor finds with it everything that
// must be inspected. It knows nothing of what is done with a string: detection
// is pkg/redact's, classes and actions are pkg/policy's.
package contract

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/structpb"

	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

// Kind is what a string is, as declared. An undeclared one is Content.
type Kind int

const (
	// Content is free text, or free structure as JSON.
	Content Kind = iota
	// Metadata has a fixed form.
	Metadata
	// Subject is who the end user is.
	Subject
)

// String is one string of a message, at the moment it is visited.
type String struct {
	// Kind and Form are the declaration. Form is unset but for metadata.
	Kind Kind
	Form hushlogv1.FieldForm
	// Value is the string. A map or a Struct that is declared as content is one
	// String: its JSON with sorted keys, so that values are judged with their keys.
	Value string
	// JSON is true when Value is such a rendering.
	JSON bool
	// Name is the field's own name in the contract.
	Name protoreflect.Name

	walk *walker
	set  func(string)
}

// Path names the field within the message, as messages[2].parts[0].text.text.
// It holds names of the contract and indexes, never a key that a client chose.
func (s *String) Path() string { return s.walk.path(s.Name) }

// Set replaces the string in the message. An empty string clears a map or a
// Struct; any other value for those is an error of the caller and panics.
func (s *String) Set(v string) { s.set(v) }

// Parents are the messages that enclose the string, outermost first. Valid
// during the visit only.
func (s *String) Parents() []protoreflect.Message { return s.walk.parents }

// Walk visits every string of m that is not empty, in the order of field
// numbers and list positions, sets and all. The error of visit ends the walk and is
// returned. Safe for concurrent use on different messages.
func Walk(m proto.Message, visit func(*String) error) error {
	w := &walker{visit: visit}
	r := m.ProtoReflect()
	return w.message(r, planOf(r.Descriptor()))
}

// step is one link of the path: a field and, for a list, the index (else -1).
type step struct {
	name  protoreflect.Name
	index int
}

type walker struct {
	visit   func(*String) error
	parents []protoreflect.Message
	steps   []step
	index   int
}

func (w *walker) path(leaf protoreflect.Name) string {
	var b strings.Builder
	for _, s := range append(slices.Clone(w.steps), step{leaf, w.index}) {
		if b.Len() > 0 {
			b.WriteByte('.')
		}
		b.WriteString(string(s.name))
		if s.index >= 0 {
			b.WriteByte('[')
			b.WriteString(strconv.Itoa(s.index))
			b.WriteByte(']')
		}
	}
	return b.String()
}

func (w *walker) message(m protoreflect.Message, p *plan) error {
	w.parents = append(w.parents, m)
	for _, f := range p.list() {
		err := w.field(m, f)
		if err != nil {
			return err
		}
	}
	w.parents = w.parents[:len(w.parents)-1]
	return nil
}

func (w *walker) field(m protoreflect.Message, f *plannedField) error {
	if !m.Has(f.desc) {
		return nil
	}
	switch {
	case f.shape == shapeTree:
		return w.tree(m, f)
	case f.list:
		list := m.Get(f.desc).List()
		for i := range list.Len() {
			err := w.element(list, i, f)
			if err != nil {
				return err
			}
		}
		return nil
	case f.shape == shapeString:
		w.index = -1
		return w.visit(&String{
			Kind: f.kind, Form: f.form, Value: m.Get(f.desc).String(), Name: f.name, walk: w,
			set: func(v string) { m.Set(f.desc, protoreflect.ValueOfString(v)) },
		})
	default:
		return w.descend(m.Get(f.desc).Message(), f, -1)
	}
}

func (w *walker) element(list protoreflect.List, i int, f *plannedField) error {
	if f.shape == shapeMessage {
		return w.descend(list.Get(i).Message(), f, i)
	}
	value := list.Get(i).String()
	if value == "" {
		return nil
	}
	w.index = i
	return w.visit(&String{
		Kind: f.kind, Form: f.form, Value: value, Name: f.name, walk: w,
		set: func(v string) { list.Set(i, protoreflect.ValueOfString(v)) },
	})
}

func (w *walker) descend(m protoreflect.Message, f *plannedField, index int) error {
	w.steps = append(w.steps, step{f.name, index})
	err := w.message(m, f.below)
	w.steps = w.steps[:len(w.steps)-1]
	return err
}

// tree visits a map of strings or a Struct as one JSON text.
func (w *walker) tree(m protoreflect.Message, f *plannedField) error {
	w.index = -1
	text, err := renderTree(m.Get(f.desc), f.desc)
	if err != nil {
		return fmt.Errorf("%s: %w", w.path(f.desc.Name()), err)
	}
	return w.visit(&String{
		Kind: f.kind, Form: f.form, Value: text, JSON: true, Name: f.desc.Name(), walk: w,
		set: func(v string) {
			if v != "" {
				panic("contract: a structured field can only be cleared")
			}
			m.Clear(f.desc)
		},
	})
}

type shape int

const (
	shapeString shape = iota
	shapeMessage
	shapeTree
)

// plannedField is a field that holds strings, directly or below.
type plannedField struct {
	desc  protoreflect.FieldDescriptor
	name  protoreflect.Name
	shape shape
	list  bool
	kind  Kind
	form  hushlogv1.FieldForm
	// below is the plan of a shapeMessage.
	below *plan
}

// plan has the fields of a message that are worth visiting, in the order of their numbers.
type plan struct {
	desc   protoreflect.MessageDescriptor
	once   sync.Once
	fields []*plannedField
}

// plans caches, per message descriptor, the plan: options are read once, not for each event.
var plans sync.Map // protoreflect.FullName → *plan

func planOf(d protoreflect.MessageDescriptor) *plan {
	cached, ok := plans.Load(d.FullName())
	if !ok {
		cached, _ = plans.LoadOrStore(d.FullName(), &plan{desc: d})
	}
	return cached.(*plan) //nolint:forcetypeassert // only planOf stores here
}

// list reads the options when it is first asked, as messages may hold each other.
func (p *plan) list() []*plannedField {
	p.once.Do(func() {
		for i := range p.desc.Fields().Len() {
			f := planField(p.desc.Fields().Get(i))
			if f != nil {
				p.fields = append(p.fields, f)
			}
		}
		slices.SortFunc(p.fields, func(a, b *plannedField) int { return int(a.desc.Number()) - int(b.desc.Number()) })
	})
	return p.fields
}

var structName = (&structpb.Struct{}).ProtoReflect().Descriptor().FullName()

// planField is nil for a field that holds no string, nor anything below it.
func planField(d protoreflect.FieldDescriptor) *plannedField {
	kind, form := Declared(d)
	f := &plannedField{desc: d, name: d.Name(), list: d.IsList(), kind: kind, form: form}
	switch {
	case isTree(d):
		f.shape = shapeTree
	case d.Kind() == protoreflect.StringKind:
		f.shape = shapeString
	case d.Message() != nil && holdsStrings(d.Message(), map[protoreflect.FullName]bool{}):
		f.shape, f.below = shapeMessage, planOf(d.Message())
	default:
		return nil
	}
	return f
}

func isTree(d protoreflect.FieldDescriptor) bool {
	return d.IsMap() || d.Kind() == protoreflect.MessageKind && d.Message().FullName() == structName
}

// holdsStrings says whether a message has a string, directly or below: a time has none.
func holdsStrings(d protoreflect.MessageDescriptor, seen map[protoreflect.FullName]bool) bool {
	seen[d.FullName()] = true
	for i := range d.Fields().Len() {
		f := d.Fields().Get(i)
		if isTree(f) || f.Kind() == protoreflect.StringKind {
			return true
		}
		if f.Message() != nil && !seen[f.Message().FullName()] && holdsStrings(f.Message(), seen) {
			return true
		}
	}
	return false
}

// Declared is what the contract says of a field. What is not declared is
// content: the careful reading.
func Declared(d protoreflect.FieldDescriptor) (Kind, hushlogv1.FieldForm) {
	decl, _ := proto.GetExtension(d.Options(), hushlogv1.E_Field).(*hushlogv1.FieldDeclaration)
	switch decl.GetKind() {
	case hushlogv1.FieldKind_FIELD_KIND_METADATA:
		return Metadata, decl.GetForm()
	case hushlogv1.FieldKind_FIELD_KIND_SUBJECT:
		return Subject, 0
	default:
		return Content, 0
	}
}
