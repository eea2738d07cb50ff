package gateway

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"regexp"
	"strings"
	"unicode/utf8"

	"google.golang.org/protobuf/encoding/protojson" // JSON as the contract maps it
	"google.golang.org/protobuf/proto"

	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

// jsonLevels is how deep the contract's JSON is without its trees, a batch's own two levels included.
const jsonLevels = 16

// restBody is the body of a REST call, for the decoder that grpc-gateway calls. What cannot be read
// or decoded becomes a marked refusal, so that it is refused, counted and answered like what gRPC
// clients send. It belongs to one goroutine.
type restBody struct {
	// refused is why there is nothing to decode.
	refused error
	// data is the whole body. Unset for a stream.
	data []byte
	// lines are the messages of a stream. Unset for others, and for one that was refused.
	lines *bufio.Reader
	// beforeLine is called before each line is read: it gives the client time for it.
	beforeLine func()
	held       *lease
	treeLimit  int
	// lineLimit is that of one line, and treeLimit that of nesting.
	lineLimit sizeLimit
}

// Read has nothing to give: grpc-gateway drains a body after it was decoded.
func (b *restBody) Read([]byte) (int, error) { return 0, io.EOF }

// Close does nothing: the server closes the body that this one was read from.
func (b *restBody) Close() error { return nil }

// Decode fills what grpc-gateway asks for. Only io.EOF, the end of a stream, is ever an error, as
// grpc-gateway logs and shows the text of any other.
func (b *restBody) Decode(v any) error {
	switch out := v.(type) {
	case **hushlogv1.Interaction:
		*out = b.interaction(b.data, b.refused)
		return nil
	case *hushlogv1.LogBatchRequest:
		b.batch(out)
		return nil
	case *hushlogv1.LogStreamRequest:
		return b.line(out)
	default:
		return errors.New("no such request")
	}
}

// interaction decodes one interaction, or marks it.
func (b *restBody) interaction(data []byte, err error) *hushlogv1.Interaction {
	out := &hushlogv1.Interaction{}
	if err == nil {
		err = b.decode(data, out)
	}
	if err != nil {
		out = &hushlogv1.Interaction{}
		out.ProtoReflect().SetUnknown(markRefusal(asRefusal(err)))
	}
	return out
}

// batch decodes the items one by one, so that each has a status of its own.
func (b *restBody) batch(out *hushlogv1.LogBatchRequest) {
	items, err := b.items()
	if err != nil {
		out.ProtoReflect().SetUnknown(markRefusal(asRefusal(err)))
		return
	}
	for _, item := range items {
		out.Interactions = append(out.Interactions, b.interaction(item, nil))
	}
}

func (b *restBody) items() ([]json.RawMessage, error) {
	if b.refused != nil {
		return nil, b.refused
	}
	_, err := b.guard(b.data)
	if err != nil {
		return nil, err
	}
	// json.RawMessage copies each item.
	err = b.held.grow(int64(len(b.data)))
	if err != nil {
		return nil, err
	}
	var body struct {
		Interactions []json.RawMessage `json:"interactions"`
	}
	decoder := json.NewDecoder(bytes.NewReader(b.data))
	decoder.DisallowUnknownFields()
	err = decoder.Decode(&body)
	if err != nil {
		return nil, refuse(reasonMalformed, `the body must be JSON of the form {"interactions": [...]}`)
	}
	_, err = decoder.Token()
	if !errors.Is(err, io.EOF) {
		return nil, refuse(reasonMalformed, "the body goes on after its JSON; send one object")
	}
	return body.Interactions, nil
}

// line decodes the next line of a stream, or marks it. Empty lines do not count.
func (b *restBody) line(out *hushlogv1.LogStreamRequest) error {
	if b.lines == nil && b.refused == nil {
		return io.EOF
	}
	if b.refused != nil {
		// Marked as a whole, which ends the call.
		out.ProtoReflect().SetUnknown(markRefusal(asRefusal(b.refused)))
		b.refused = nil
		return nil
	}
	for {
		b.held.release()
		b.beforeLine()
		text, err := b.readLine()
		if errors.Is(err, io.EOF) && len(text) == 0 {
			return io.EOF
		}
		if err == nil && len(text) == 0 {
			continue
		}
		if err != nil && !errors.Is(err, io.EOF) {
			out.Interaction = b.interaction(nil, err)
			return nil
		}
		err = b.decode(text, out)
		if err != nil {
			proto.Reset(out)
			out.Interaction = b.interaction(nil, err)
		}
		return nil
	}
}

// readLine is one line without its end and without white space around it. A line that is too long is
// skipped, up to its end, and refused.
func (b *restBody) readLine() ([]byte, error) {
	var line []byte
	var refused error
	for {
		piece, err := b.lines.ReadSlice('\n')
		switch {
		case refused != nil:
		case len(line)+len(piece) > b.lineLimit.bytes:
			refused = b.lineLimit.refuse()
		default:
			refused = b.held.grow(2 * int64(len(piece)))
		}
		if refused == nil {
			line = append(line, piece...)
		}
		if errors.Is(err, bufio.ErrBufferFull) {
			continue
		}
		if refused != nil && (err == nil || errors.Is(err, io.EOF)) {
			return nil, refused
		}
		if err != nil && !errors.Is(err, io.EOF) {
			// The rest of the stream is lost: the lines so far are answered.
			return nil, io.EOF
		}
		return bytes.TrimSpace(line), err
	}
}

// guard checks what must be known before JSON is decoded, and returns how many nodes it has.
func (b *restBody) guard(data []byte) (nodes int, err error) {
	if !utf8.Valid(data) {
		return 0, refuse(reasonUTF8, "the JSON is not valid UTF-8")
	}
	nodes, depth := measureJSON(data)
	if depth > b.treeLimit+jsonLevels {
		return 0, refuse(reasonTooDeep, "the JSON is nested deeper than the %d levels that a structure may have; flatten it or send it as text", b.treeLimit)
	}
	return nodes, nil
}

// measureJSON counts openings and commas outside strings, and how deep they nest. It need not care
// whether the JSON is right.
func measureJSON(data []byte) (nodes, deepest int) {
	depth, quoted := 0, false
	for i := 0; i < len(data); i++ {
		switch c := data[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{' || c == '[':
			nodes++
			depth++
			deepest = max(deepest, depth)
		case c == '}' || c == ']':
			depth--
		case c == ',':
			nodes++
		}
	}
	return nodes, deepest
}

func (b *restBody) decode(data []byte, out proto.Message) error {
	if len(bytes.TrimSpace(data)) == 0 {
		return refuse(reasonEmpty, "the body is empty; send an interaction as JSON")
	}
	nodes, err := b.guard(data)
	if err != nil {
		return err
	}
	if nodes > maxNodes {
		return refuse(reasonTooMany, "more than %d parts and members in all; send fewer", maxNodes)
	}
	// What is decoded lives until the call is answered.
	err = b.held.grow(decodeCost(len(data), nodes))
	if err != nil {
		return err
	}
	err = protojson.UnmarshalOptions{RecursionLimit: levelsPerTree*b.treeLimit + levelsPerTree*jsonLevels}.Unmarshal(data, out)
	if err != nil {
		return jsonRefusal(err)
	}
	return nil
}

// jsonPlace finds line and column in an error of protojson, which is all that is told of it: the
// rest quotes what was sent.
var jsonPlace = regexp.MustCompile(`\(line (\d{1,9}):(\d{1,9})\)`)

func jsonRefusal(err error) error {
	where := ""
	place := jsonPlace.FindStringSubmatch(err.Error())
	if place != nil {
		where = " (line " + place[1] + ", column " + place[2] + ")"
	}
	// protojson has no types for its errors; its text for this one has been the same since it began.
	if strings.Contains(err.Error(), ": unknown field ") {
		return refuse(reasonUnknownField, "the JSON has a field that the contract does not know%s; see /openapi.json", where)
	}
	return refuse(reasonMalformed, "the JSON is not what the contract wants%s: broken, or a value of another type, or a name that an enum does not have; see /openapi.json", where)
}
