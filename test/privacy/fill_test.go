package privacy

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hushlog/hushlog/pkg/contract"
	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

// TestFillerReachesEveryField keeps the other tests of this package honest: a
// field that the filler cannot reach would not be tested.
func TestFillerReachesEveryField(t *testing.T) {
	reached := map[string]bool{}
	f := filler{now: time.Now(), value: func(at field) string {
		reached[at.name()] = true
		return "x"
	}}
	in := f.interaction()
	all := stringFields(in)
	require.Greater(t, len(all), 35)
	for _, at := range all {
		require.True(t, reached[at.name()], "%s was not filled", at.name())
	}
	visited := map[contract.Kind]int{}
	err := contract.Walk(in, func(s *contract.String) error {
		visited[s.Kind]++
		return nil
	})
	require.NoError(t, err)
	for _, kind := range []contract.Kind{contract.Content, contract.Metadata, contract.Subject} {
		require.Positive(t, visited[kind])
	}
	for _, p := range in.GetMessages()[0].GetParts() {
		require.NotNil(t, p.GetPart())
	}
	require.Len(t, in.GetMessages()[0].GetParts(), (&hushlogv1.Part{}).ProtoReflect().Descriptor().Oneofs().Get(0).Fields().Len())
}
