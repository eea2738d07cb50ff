package gateway

import (
	"errors"
	"strconv"
	"unicode/utf8"

	"google.golang.org/protobuf/encoding/protowire" // reads the wire form without allocating
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/structpb"

	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

const (
	// maxNodes bounds the messages, list elements and map entries of one interaction. An empty
	// message takes 2 bytes on the wire and 100 in memory, so the size alone bounds nothing; with
	// nodeCost this is at most 25 MB.
	maxNodes = 100_000
	// nodeCost is the memory of one node, decoded: the largest struct of the contract and its slot.
	nodeCost = 256
	// fixedLevels is the depth of the contract without its trees, which is 8, and room to grow.
	fixedLevels = 16
	// levelsPerTree is how many messages one level of a Struct is on the wire: Struct, entry, Value.
	levelsPerTree = 3
)

// scanner reads an interaction in its wire form before anything is decoded: what it lets through
// decodes to a bounded message in which nothing is unknown and every string is UTF-8.
type scanner struct {
	maxTree     int
	maxMessages int
	nodes       int
}

// errMalformed is what is not the wire form of the contract.
var errMalformed = errors.New("not a protocol buffer of this contract")

var (
	interactionType = (&hushlogv1.Interaction{}).ProtoReflect().Descriptor()
	messagesNumber  = interactionType.Fields().ByName("messages").Number()
	structType      = (&structpb.Struct{}).ProtoReflect().Descriptor().FullName()
	listType        = (&structpb.ListValue{}).ProtoReflect().Descriptor().FullName()
)

// scan returns how many nodes the interaction has, or a refusal with the path of the field.
func (s *scanner) scan(raw []byte) (nodes int, err error) {
	fault := s.message(raw, interactionType, 1, 0)
	if fault != nil {
		return 0, refuseField(fault.why, fault.path, "%s", fault.problem)
	}
	return s.nodes, nil
}

// scanFault is what was found, and the path to it as far as it was walked back.
type scanFault struct {
	why     reason
	path    string
	problem string
}

func (f *scanFault) within(field protoreflect.FieldDescriptor, index int32) *scanFault {
	step := string(field.Name())
	if field.IsList() {
		step += "[" + strconv.Itoa(int(index)) + "]"
	}
	// Inside a map or a Struct there are keys that a client chose; the path ends before them.
	if f.path != "" && !isTree(field) {
		step += "." + f.path
	}
	f.path = step
	return f
}

func isTree(field protoreflect.FieldDescriptor) bool {
	return field.IsMap() || field.Message() != nil && field.Message().FullName() == structType
}

// trackedFields is one more than the highest field number whose list elements are counted.
const trackedFields = 64

func (s *scanner) message(raw []byte, d protoreflect.MessageDescriptor, level, tree int) *scanFault {
	if d.FullName() == structType || d.FullName() == listType {
		tree++
	}
	if tree > s.maxTree || level > fixedLevels+levelsPerTree*s.maxTree {
		return &scanFault{why: reasonTooDeep, problem: "nested deeper than " + strconv.Itoa(s.maxTree) + " levels; flatten it or send it as text"}
	}
	var seen [trackedFields]int32
	for len(raw) > 0 {
		number, wire, n := protowire.ConsumeTag(raw)
		if n < 0 {
			return malformed()
		}
		raw = raw[n:]
		n = protowire.ConsumeFieldValue(number, wire, raw)
		if n < 0 {
			return malformed()
		}
		field := d.Fields().ByNumber(number)
		if field == nil || !wireFits(field, wire) {
			return unknownField(number)
		}
		index := int32(0)
		if number < trackedFields {
			index = seen[number]
			seen[number]++
		}
		fault := s.value(raw[:n], field, wire, index, level, tree)
		if fault != nil {
			return fault.within(field, index)
		}
		raw = raw[n:]
	}
	if d.FullName() == interactionType.FullName() && int(seen[messagesNumber]) > s.maxMessages {
		return &scanFault{why: reasonTooMany, path: "messages", problem: "more than " + strconv.Itoa(s.maxMessages) + " messages; send the last ones"}
	}
	return nil
}

func (s *scanner) value(raw []byte, field protoreflect.FieldDescriptor, wire protowire.Type, index int32, level, tree int) *scanFault {
	if field.IsList() || field.IsMap() || field.Message() != nil {
		s.nodes++
		if s.nodes > maxNodes {
			return &scanFault{why: reasonTooMany, problem: "more than " + strconv.Itoa(maxNodes) + " parts and members in all; send fewer"}
		}
	}
	if field.IsList() && int(index) >= maxNodes {
		return malformed()
	}
	if wire != protowire.BytesType {
		return nil
	}
	text, n := protowire.ConsumeBytes(raw)
	if n < 0 {
		return malformed()
	}
	switch field.Kind() {
	case protoreflect.StringKind:
		if !utf8.Valid(text) {
			return &scanFault{why: reasonUTF8, problem: "is not valid UTF-8"}
		}
		return nil
	case protoreflect.MessageKind:
		return s.message(text, field.Message(), level+1, tree)
	default:
		return nil
	}
}

// wireFits says whether the field may come in this wire type; the decoder would treat anything else
// as an unknown field. The contract has no lists of numbers, so nothing is packed.
func wireFits(field protoreflect.FieldDescriptor, wire protowire.Type) bool {
	switch field.Kind() {
	case protoreflect.StringKind, protoreflect.BytesKind, protoreflect.MessageKind:
		return wire == protowire.BytesType
	case protoreflect.DoubleKind, protoreflect.Fixed64Kind, protoreflect.Sfixed64Kind:
		return wire == protowire.Fixed64Type
	case protoreflect.FloatKind, protoreflect.Fixed32Kind, protoreflect.Sfixed32Kind:
		return wire == protowire.Fixed32Type
	case protoreflect.GroupKind:
		return false
	default:
		return wire == protowire.VarintType
	}
}

func malformed() *scanFault {
	return &scanFault{why: reasonMalformed, problem: errMalformed.Error()}
}

func unknownField(number protowire.Number) *scanFault {
	return &scanFault{why: reasonUnknownField, problem: "field number " + strconv.Itoa(int(number)) +
		" is not in this gateway's contract; upgrade the gateway or leave it out"}
}

// splitRequest returns the interactions of a request, of which field 1 is the only field, still in
// their wire form and as parts of raw.
func splitRequest(raw []byte, limit int) ([][]byte, error) {
	const interactionField = 1
	var items [][]byte
	for len(raw) > 0 {
		number, wire, n := protowire.ConsumeTag(raw)
		if n < 0 {
			return nil, refuse(reasonMalformed, "the request is %s", errMalformed)
		}
		if number != interactionField || wire != protowire.BytesType {
			return nil, refuse(reasonUnknownField, "the request: %s", unknownField(number).problem)
		}
		item, m := protowire.ConsumeBytes(raw[n:])
		if m < 0 {
			return nil, refuse(reasonMalformed, "the request is %s", errMalformed)
		}
		if len(items) == limit {
			return nil, refuse(reasonTooMany, "more than %d interactions in one request; split it", limit)
		}
		items = append(items, item)
		raw = raw[n+m:]
	}
	return items, nil
}
