package gateway

import (
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"

	"github.com/hushlog/hushlog/pkg/identity"
	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

// TestEncodedIsWhatWasAccepted: what the redactor decodes is the message that was checked and completed.
func TestEncodedIsWhatWasAccepted(t *testing.T) {
	taker, _ := benchTaker(t)
	for name, change := range map[string]func(*hushlogv1.Interaction){
		"as it is":           func(*hushlogv1.Interaction) {},
		"without request id": func(in *hushlogv1.Interaction) { in.RequestId = "" },
		"with its project":   func(in *hushlogv1.Interaction) { in.Project = "demo" },
		"metadata only":      func(in *hushlogv1.Interaction) { in.Logging = hushlogv1.LoggingWish_LOGGING_WISH_METADATA_ONLY },
		"long names": func(in *hushlogv1.Interaction) {
			in.Tags = []string{"a", "b=c", "d"}
			in.Service = "support-of-customers"
		},
	} {
		t.Run(name, func(t *testing.T) {
			in := good()
			change(in)
			raw, err := proto.Marshal(in)
			require.NoError(t, err)
			accepted, err := taker.checker.accept(raw, identity.Principal{Project: "demo", KeyID: "k"})
			require.NoError(t, err)
			plain, err := encode(accepted, raw)
			require.NoError(t, err)
			decoded := &hushlogv1.Accepted{}
			require.NoError(t, proto.Unmarshal(plain, decoded))
			require.True(t, proto.Equal(accepted, decoded))
			require.Empty(t, decoded.GetInteraction().ProtoReflect().GetUnknown())
			require.NotEmpty(t, decoded.GetInteraction().GetRequestId())
		})
	}
}

// FuzzEncode: the same for whatever a client may send, in whatever order and however often a field comes.
func FuzzEncode(f *testing.F) {
	taker, raw := benchTaker(f)
	f.Add(raw)
	f.Add(append(append([]byte{}, raw...), raw...))
	f.Fuzz(func(t *testing.T, raw []byte) {
		_, err := taker.checker.prescan(raw)
		if err != nil {
			return
		}
		accepted, err := taker.checker.accept(raw, identity.Principal{Project: "demo", KeyID: "k"})
		if err != nil {
			return
		}
		plain, err := encode(accepted, raw)
		require.NoError(t, err)
		decoded := &hushlogv1.Accepted{}
		require.NoError(t, proto.Unmarshal(plain, decoded))
		require.True(t, proto.Equal(accepted, decoded))
	})
}
