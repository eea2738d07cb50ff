package demo

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hushlog/hushlog/pkg/contract"
	"github.com/hushlog/hushlog/pkg/redact"
)

// TestNothingPlantedSurvivesTheEngine runs what the demo may send, of many
// seeds, through the engine: the demo's own search must never find a value.
func TestNothingPlantedSurvivesTheEngine(t *testing.T) {
	engine, err := redact.New(redact.Options{})
	require.NoError(t, err)
	for seed := range uint64(60) {
		for _, m := range Generate(seed, "x", time.Unix(1_800_000_000, 0), 150) {
			err = contract.Walk(m.Interaction, func(s *contract.String) error {
				if s.Kind != contract.Content {
					return nil
				}
				result, err := engine.Redact(s.Value, redact.Hints{Field: string(s.Name)})
				require.NoError(t, err)
				for _, v := range m.Private {
					if v != "" && strings.Contains(result.Text, v) {
						t.Errorf("seed %d: a value of kind %q survives in %s", seed, m.Kind, s.Path())
					}
				}
				return nil
			})
			require.NoError(t, err)
		}
	}
}

func TestTheSameSeedGivesTheSame(t *testing.T) {
	at := time.Unix(1_800_000_000, 0)
	once, again := Generate(1, "x", at, 30), Generate(1, "x", at, 30)
	require.Equal(t, once, again)
	require.NotEqual(t, Generate(1, "x", at, 30), Generate(2, "x", at, 30))
}
