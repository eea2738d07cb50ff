package gateway

import (
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

var (
	fieldInteraction = fieldOf(&hushlogv1.Accepted{}, "interaction")
	fieldProject     = fieldOf(&hushlogv1.Interaction{}, "project")
	fieldRequestID   = fieldOf(&hushlogv1.Interaction{}, "request_id")
)

func fieldOf(m proto.Message, name protoreflect.Name) protowire.Number {
	return m.ProtoReflect().Descriptor().Fields().ByName(name).Number()
}

// ownFields bounds what the gateway adds to an interaction: names, ids and a time, in bytes. More is no harm, and one copy.
const ownFields = 512

// encode is the wire form of an accepted interaction that came as raw. What was checked is passed on as it came, with what
// the gateway completes behind it: of a field that stands twice the last one holds. So an interaction is encoded anew only
// where content is left out of it.
func encode(accepted *hushlogv1.Accepted, raw []byte) ([]byte, error) {
	in := accepted.GetInteraction()
	if metadataOnly(in) {
		return proto.Marshal(accepted)
	}
	var completed []byte
	completed = protowire.AppendTag(completed, fieldProject, protowire.BytesType)
	completed = protowire.AppendString(completed, in.GetProject())
	completed = protowire.AppendTag(completed, fieldRequestID, protowire.BytesType)
	completed = protowire.AppendString(completed, in.GetRequestId())
	plain := make([]byte, 0, len(raw)+ownFields)
	plain = protowire.AppendTag(plain, fieldInteraction, protowire.BytesType)
	plain = protowire.AppendVarint(plain, uint64(len(raw)+len(completed)))
	plain = append(append(plain, raw...), completed...)
	return proto.MarshalOptions{}.MarshalAppend(plain, &hushlogv1.Accepted{
		AcceptedAt: accepted.GetAcceptedAt(), Project: accepted.GetProject(), KeyId: accepted.GetKeyId(),
	})
}
