package gateway

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

// What the scan lets through decodes, to a bounded number of nodes, without anything unknown.
func FuzzWire(f *testing.F) {
	f.Add(goodWire())
	f.Add(goodWire(deepStruct(70)...))
	f.Add([]byte{0x0a, 0xff})
	f.Add(markRefusal(refuse(reasonEmpty, "x")))
	f.Fuzz(func(t *testing.T, raw []byte) {
		s := scanner{maxTree: 64, maxMessages: 100}
		_, err := s.scan(raw)
		if err != nil {
			require.NotEmpty(t, asRefusal(err).reason)
			return
		}
		in := &hushlogv1.Interaction{}
		require.NoError(t, proto.Unmarshal(raw, in))
		requireKnown(t, in.ProtoReflect())
		_ = requestIDOf(raw)
		_, _ = splitRequest(raw, 10)
	})
}

func requireKnown(t *testing.T, m protoreflect.Message) {
	t.Helper()
	require.Empty(t, m.GetUnknown())
	m.Range(func(fd protoreflect.FieldDescriptor, v protoreflect.Value) bool {
		switch {
		case fd.IsMap() && fd.MapValue().Message() != nil:
			v.Map().Range(func(_ protoreflect.MapKey, e protoreflect.Value) bool {
				requireKnown(t, e.Message())
				return true
			})
		case fd.IsList() && fd.Message() != nil:
			for i := range v.List().Len() {
				requireKnown(t, v.List().Get(i).Message())
			}
		case fd.Message() != nil && !fd.IsMap():
			requireKnown(t, v.Message())
		}
		return true
	})
}

// Every body is decoded or marked, without a panic, and the mark never quotes it.
func FuzzRESTBody(f *testing.F) {
	f.Add([]byte(goodJSON("")))
	f.Add([]byte(`{"interactions":[` + goodJSON("") + `,{"a":1}]}`))
	f.Add([]byte(`{"interaction":` + goodJSON("") + "}\n\n{\n"))
	f.Add([]byte("{\"extra\":" + strings.Repeat("[", 200)))
	f.Fuzz(func(t *testing.T, data []byte) {
		budget := newBudget(1<<30, func(string) float64 { return 1 })
		newBody := func() *restBody {
			return &restBody{
				data: data, held: budget.lease("p"), treeLimit: 64, lineLimit: sizeLimit{1 << 16, "x"},
				lines: bufio.NewReaderSize(bytes.NewReader(data), 16), beforeLine: func() {},
			}
		}
		one := newBody()
		var in *hushlogv1.Interaction
		require.NoError(t, one.Decode(&in))
		requireDecodedOrMarked(t, in.ProtoReflect())
		one.held.release()
		many := newBody()
		batch := &hushlogv1.LogBatchRequest{}
		require.NoError(t, many.Decode(batch))
		requireDecodedOrMarked(t, batch.ProtoReflect())
		many.held.release()
		lines := newBody()
		for {
			var line hushlogv1.LogStreamRequest
			err := lines.Decode(&line)
			if err != nil {
				require.ErrorIs(t, err, io.EOF)
				break
			}
			requireDecodedOrMarked(t, line.GetInteraction().ProtoReflect())
		}
		lines.held.release()
		require.Zero(t, budget.inUse())
	})
}

func requireDecodedOrMarked(t *testing.T, m protoreflect.Message) {
	t.Helper()
	if len(m.GetUnknown()) > 0 {
		refused := markedRefusal(m.GetUnknown())
		require.NotNil(t, refused)
		require.Contains(t, outcomes, refused.reason)
	}
}

func TestMarkedRefusalKeepsEverything(t *testing.T) {
	before := refuseFields(reasonInvalid, []violation{{"a.b", "must be c"}, {"d", "must be e"}})
	before.retry = outcomes[reasonKafka].retry
	require.Equal(t, before, markedRefusal(markRefusal(before)))
	require.Nil(t, markedRefusal(goodWire()))
	require.Nil(t, markedRefusal(nil))
	require.Nil(t, markedRefusal([]byte{0xff}))
}

func TestMeasureJSON(t *testing.T) {
	for text, want := range map[string][2]int{
		`{}`:                      {1, 1},
		`{"a":[1,2,{"b":"],["}]}`: {5, 3},
		`"\"{[,"`:                 {0, 0},
		`"\\"{`:                   {1, 1},
		``:                        {0, 0},
	} {
		nodes, depth := measureJSON([]byte(text))
		require.Equal(t, want, [2]int{nodes, depth}, text)
	}
}

// Every reason has an outcome, and the codes of the two interfaces agree.
func TestOutcomes(t *testing.T) {
	for why, out := range outcomes {
		st := refuse(why, "x").status()
		require.Equal(t, out.code, st.Code())
		require.Equal(t, string(why), reasonOf(st))
		require.Equal(t, out.http, httpStatus(st))
		require.Equal(t, out.retry, retryDelay(st))
		require.GreaterOrEqual(t, out.http, 400)
	}
}

func TestJSONRefusalQuotesNothing(t *testing.T) {
	for _, text := range []string{
		`{"` + planted + `":1}`, `{"logging":"` + planted + `"}`, `{"service":` + planted + `}`, `{"startedAt":"` + planted + `"}`,
		`{"latency":"` + planted + `"}`, `{"usage":{"inputTokens":"` + planted + `"}}`, `{"model":{"temperature":"` + planted + `"}}`,
		`{"service":"a","service":"` + planted + `"}`, `{"messages":[{"parts":[{"text":{},"file":{}}]}]}`, planted,
	} {
		err := protojson.Unmarshal([]byte(text), &hushlogv1.Interaction{})
		require.Error(t, err, text)
		require.NotContains(t, jsonRefusal(err).Error(), planted)
	}
}

// The README lists every reason, with its codes.
func TestReadmeListsEveryReason(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	require.NoError(t, err)
	for why, out := range outcomes {
		again := ""
		if out.retry > 0 {
			again = "yes "
		}
		name := strings.ToUpper(regexp.MustCompile("([a-z])([A-Z])").ReplaceAllString(out.code.String(), "${1}_${2}"))
		require.Contains(t, string(readme), fmt.Sprintf("| `%s` | %s | %d | %s|\n", why, name, out.http, again))
	}
	require.Equal(t, len(outcomes), strings.Count(string(readme), "\n| `"))
}
