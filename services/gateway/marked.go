package gateway

import (
	spb "google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
)

// refusalField is the field under which REST hands over why it could not decode something, in the
// place of what it could not decode. Refused like that, an item takes the same way as any other: one
// result in its place, one count, one form of the error. The number is the highest there is, which
// no contract uses, and only the server behind REST looks at it.
const refusalField protowire.Number = protowire.MaxValidNumber

// markRefusal is the wire form of a message that holds nothing but a refusal.
func markRefusal(r *refusal) []byte {
	payload, err := proto.Marshal(r.status().Proto())
	if err != nil {
		payload = nil // an unreadable mark is refused as malformed
	}
	return protowire.AppendBytes(protowire.AppendTag(nil, refusalField, protowire.BytesType), payload)
}

// markedRefusal is the refusal that a message holds, or nil.
func markedRefusal(raw []byte) *refusal {
	number, wire, n := protowire.ConsumeTag(raw)
	if n < 0 || number != refusalField || wire != protowire.BytesType {
		return nil
	}
	payload, m := protowire.ConsumeBytes(raw[n:])
	if m < 0 {
		return nil
	}
	st := &spb.Status{}
	err := proto.Unmarshal(payload, st)
	if err != nil {
		return nil
	}
	return refusalOf(status.FromProto(st))
}

// refusalOf reads a status that refusal.status made.
func refusalOf(st *status.Status) *refusal {
	out := &refusal{reason: reasonMalformed, message: st.Message(), retry: retryDelay(st)}
	for _, detail := range st.Details() {
		switch d := detail.(type) {
		case *errdetails.ErrorInfo:
			out.reason = reason(d.GetReason())
		case *errdetails.BadRequest:
			for _, v := range d.GetFieldViolations() {
				out.violations = append(out.violations, violation{v.GetField(), v.GetDescription()})
			}
		}
	}
	return out
}
