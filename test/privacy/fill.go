// Package privacy shows that private data planted in any field of the contract
// is readable nowhere afterwards.
package privacy

import (
	"fmt"
	"strings"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/structpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/hushlog/hushlog/pkg/contract"
	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

// field is one string-holding field of the contract, as the filler met it.
type field struct {
	desc protoreflect.FieldDescriptor
	kind contract.Kind
	form hushlogv1.FieldForm
}

// path names a field by its place in the contract, without indexes.
func (f field) name() string {
	return strings.TrimPrefix(string(f.desc.FullName()), "hushlog.v1.")
}

// filler sets every field of a message, by reflection: a field that is added to
// the contract tomorrow is filled tomorrow.
type filler struct {
	// value gives the string for a field, or "" to leave the field empty.
	value func(field) string
	now   time.Time
}

// interaction returns an Interaction with every field set. Lists of a message
// that is a choice of kinds get one element for each kind.
func (f filler) interaction() *hushlogv1.Interaction {
	in := &hushlogv1.Interaction{}
	f.fill(in.ProtoReflect())
	return in
}

func (f filler) fill(m protoreflect.Message) {
	fields := m.Descriptor().Fields()
	for i := range fields.Len() {
		fd := fields.Get(i)
		if fd.ContainingOneof() != nil && !fd.HasOptionalKeyword() {
			continue // set one by one by alternatives
		}
		f.field(m, fd)
	}
}

func (f filler) field(m protoreflect.Message, fd protoreflect.FieldDescriptor) {
	kind, form := contract.Declared(fd)
	at := field{fd, kind, form}
	switch {
	case fd.IsMap():
		f.mapField(m, at)
	case fd.IsList():
		f.list(m, at)
	case fd.Kind() == protoreflect.MessageKind:
		f.message(m, at)
	case fd.Kind() == protoreflect.StringKind:
		value := f.value(at)
		if value != "" {
			m.Set(fd, protoreflect.ValueOfString(value))
		}
	default:
		f.scalar(m, fd)
	}
}

func (f filler) mapField(m protoreflect.Message, at field) {
	value := f.value(at)
	if value == "" {
		return
	}
	// The key holds the planted values too.
	m.Mutable(at.desc).Map().Set(protoreflect.ValueOfString(value).MapKey(), protoreflect.ValueOfString(value))
}

func (f filler) list(m protoreflect.Message, at field) {
	list := m.Mutable(at.desc).List()
	if at.desc.Kind() == protoreflect.StringKind {
		value := f.value(at)
		if value != "" {
			list.Append(protoreflect.ValueOfString(value))
		}
		return
	}
	for _, element := range f.alternatives(list) {
		list.Append(element)
	}
}

// alternatives makes one element for each member of a oneof, or one.
func (f filler) alternatives(list protoreflect.List) []protoreflect.Value {
	first := list.NewElement()
	var made []protoreflect.Value
	fields := first.Message().Descriptor().Fields()
	for i := range fields.Len() {
		fd := fields.Get(i)
		if fd.ContainingOneof() == nil || fd.HasOptionalKeyword() {
			continue
		}
		element := list.NewElement()
		f.fill(element.Message())
		f.field(element.Message(), fd)
		made = append(made, element)
	}
	if len(made) == 0 {
		f.fill(first.Message())
		made = append(made, first)
	}
	return made
}

func (f filler) message(m protoreflect.Message, at field) {
	switch at.desc.Message().FullName() {
	case "google.protobuf.Timestamp":
		m.Set(at.desc, protoreflect.ValueOfMessage(timestamppb.New(f.now).ProtoReflect()))
	case "google.protobuf.Duration":
		d := m.Mutable(at.desc).Message()
		d.Set(d.Descriptor().Fields().ByName("seconds"), protoreflect.ValueOfInt64(1))
	case "google.protobuf.Struct":
		value := f.value(at)
		if value != "" {
			tree := &structpb.Struct{Fields: map[string]*structpb.Value{value: structpb.NewStringValue(value)}}
			m.Set(at.desc, protoreflect.ValueOfMessage(tree.ProtoReflect()))
		}
	default:
		f.fill(m.Mutable(at.desc).Message())
	}
}

func (f filler) scalar(m protoreflect.Message, fd protoreflect.FieldDescriptor) {
	switch fd.Kind() {
	case protoreflect.BoolKind:
		m.Set(fd, protoreflect.ValueOfBool(true))
	case protoreflect.EnumKind:
		if fd.Name() == "role" {
			m.Set(fd, protoreflect.ValueOfEnum(protoreflect.EnumNumber(hushlogv1.Role_ROLE_USER)))
		}
		// logging stays unset: this is about what happens when content is stored.
	case protoreflect.DoubleKind:
		m.Set(fd, protoreflect.ValueOfFloat64(1))
	case protoreflect.Int64Kind:
		m.Set(fd, protoreflect.ValueOfInt64(1))
	case protoreflect.Uint64Kind:
		m.Set(fd, protoreflect.ValueOfUint64(1))
	default:
		panic(fmt.Sprintf("%s: the filler does not know kind %s; teach it", fd.FullName(), fd.Kind()))
	}
}

// stringFields lists every string-holding field below a message type, once.
func stringFields(root proto.Message) []field {
	seen := map[protoreflect.FullName]bool{}
	var found []field
	var walk func(protoreflect.MessageDescriptor)
	walk = func(d protoreflect.MessageDescriptor) {
		if seen[d.FullName()] || strings.HasPrefix(string(d.FullName()), "google.protobuf.") {
			return
		}
		seen[d.FullName()] = true
		for i := range d.Fields().Len() {
			fd := d.Fields().Get(i)
			isTree := fd.IsMap() || fd.Message() != nil && fd.Message().FullName() == "google.protobuf.Struct"
			if isTree || fd.Kind() == protoreflect.StringKind {
				kind, form := contract.Declared(fd)
				found = append(found, field{fd, kind, form})
				continue
			}
			if fd.Message() != nil {
				walk(fd.Message())
			}
		}
	}
	walk(root.ProtoReflect().Descriptor())
	return found
}
