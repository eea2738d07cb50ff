package contract

import (
	"bytes"
	"encoding/json"
	"errors"
	"math"

	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/structpb"
)

// ErrNotFinite means that a Struct holds a number that JSON cannot say (NaN or
// an infinity). The caller refuses the message.
var ErrNotFinite = errors.New("a number is not finite; send it as a string or leave it out")

// ErrTooDeep means that a Struct is nested deeper than MaxTreeDepth.
var ErrTooDeep = errors.New("nested deeper than 100 levels; flatten it or send it as text")

// MaxTreeDepth bounds the nesting of a Struct that is rendered. The gateway's
// own limit is lower; this one keeps the recursion small for whoever calls.
const MaxTreeDepth = 100

// renderTree writes a map or a Struct as JSON with sorted keys.
func renderTree(v protoreflect.Value, d protoreflect.FieldDescriptor) (string, error) {
	var tree any
	if d.IsMap() {
		members := make(map[string]any, v.Map().Len())
		v.Map().Range(func(k protoreflect.MapKey, e protoreflect.Value) bool {
			members[k.String()] = e.Interface()
			return true
		})
		tree = members
	} else {
		s, _ := v.Message().Interface().(*structpb.Struct)
		members, err := structMembers(s, 1)
		if err != nil {
			return "", err
		}
		tree = members
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	err := enc.Encode(tree)
	if err != nil {
		return "", errors.New("cannot be written as JSON")
	}
	return string(bytes.TrimRight(b.Bytes(), "\n")), nil
}

func structMembers(s *structpb.Struct, depth int) (map[string]any, error) {
	members := make(map[string]any, len(s.GetFields()))
	for k, v := range s.GetFields() {
		m, err := treeValue(v, depth)
		if err != nil {
			return nil, err
		}
		members[k] = m
	}
	return members, nil
}

func treeValue(v *structpb.Value, depth int) (any, error) {
	if depth > MaxTreeDepth {
		return nil, ErrTooDeep
	}
	switch k := v.GetKind().(type) {
	case *structpb.Value_StringValue:
		return k.StringValue, nil
	case *structpb.Value_NumberValue:
		if math.IsNaN(k.NumberValue) || math.IsInf(k.NumberValue, 0) {
			return nil, ErrNotFinite
		}
		return k.NumberValue, nil
	case *structpb.Value_BoolValue:
		return k.BoolValue, nil
	case *structpb.Value_StructValue:
		return structMembers(k.StructValue, depth+1)
	case *structpb.Value_ListValue:
		list := make([]any, 0, len(k.ListValue.GetValues()))
		for _, e := range k.ListValue.GetValues() {
			m, err := treeValue(e, depth+1)
			if err != nil {
				return nil, err
			}
			list = append(list, m)
		}
		return list, nil
	default:
		return nil, nil //nolint:nilnil // JSON's null
	}
}
