package canary

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/encoding/protojson"

	"github.com/hushlog/hushlog/pkg/contract"
	"github.com/hushlog/hushlog/pkg/policy"
	"github.com/hushlog/hushlog/pkg/redact"
)

func testMaker() maker { return maker{key: bytes.Repeat([]byte{7}, 32), purpose: "security"} }

var testSlot = time.Date(2026, 11, 26, 18, 0, 0, 0, time.UTC)

func TestCanariesFollowFromTheKey(t *testing.T) {
	one, again := testMaker().make(pathREST, testSlot), testMaker().make(pathREST, testSlot)
	require.Equal(t, one.values, again.values)
	other := maker{key: bytes.Repeat([]byte{8}, 32)}.make(pathREST, testSlot)
	seen := map[string]bool{}
	for _, m := range []made{one, other, testMaker().make(pathREST, testSlot.Add(time.Second)), testMaker().make(pathUnary, testSlot)} {
		for _, v := range m.values {
			if v.kind == typePerson {
				continue // there are some thousand names
			}
			require.False(t, seen[v.needle], "two canaries share a value of type %s", v.kind)
			seen[v.needle] = true
		}
	}
}

func TestEveryValueIsPlantedAndFindable(t *testing.T) {
	for i := range 200 {
		m := testMaker().make(paths()[i%len(paths())], testSlot.Add(time.Duration(i)*time.Second))
		wire, err := protojson.Marshal(m.interaction)
		require.NoError(t, err)
		var kinds []string
		for _, v := range m.values {
			kinds = append(kinds, v.kind)
			require.GreaterOrEqual(t, len(v.needle), shortestNeedle, v.kind)
			require.Contains(t, string(wire), v.needle, v.kind)
			require.Equal(t, fmt.Sprintf("%q", v.needle), `"`+v.needle+`"`, v.kind)
			require.NotContains(t, m.interaction.GetRequestId(), v.needle)
		}
		require.Equal(t, types(), kinds)
		violations, err := contract.CheckForms(m.interaction, 10)
		require.NoError(t, err)
		require.Empty(t, violations)
	}
}

// On the default policy the engine of this release finds all that is planted: whatever is found readable is an alarm, and
// no share of it is expected.
func TestNothingPlantedIsLeftByTheEngine(t *testing.T) {
	p := policy.Default()
	n := 2000
	if testing.Short() {
		n = 300
	}
	engine, err := redact.New(redact.Options{Actions: p.ActionsFor(policy.Restricted), Point: p.Detection.Point})
	require.NoError(t, err)
	left := map[string]int{}
	for i := range n {
		m := testMaker().make(paths()[i%len(paths())], testSlot.Add(time.Duration(i)*time.Second))
		var stored strings.Builder
		require.NoError(t, contract.Walk(m.interaction, func(s *contract.String) error {
			if s.Kind == contract.Subject {
				return nil
			}
			result, err := engine.Redact(s.Value, redact.Hints{Role: "user", Field: string(s.Name)})
			if err == nil {
				stored.WriteString(result.Text + "\n")
			}
			return err
		}))
		require.Contains(t, stored.String(), "Please write to ") // what is not private stays: the engine did not simply drop all
		for _, v := range m.values {
			if strings.Contains(stored.String(), v.needle) {
				left[v.kind]++
			}
		}
	}
	require.Empty(t, left, "values by type that the engine left readable, of %d", n)
}
