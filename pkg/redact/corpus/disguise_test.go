package corpus

import (
	"encoding/json"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hushlog/hushlog/pkg/redact"
)

func testScene(seed uint64, lang string) *scene {
	return newScene(rand.New(rand.NewPCG(seed, 1)), theLibrary(), Both, lang)
}

func TestDisguises(t *testing.T) {
	email := piece{text: "ada.k@mail.example", typ: redact.TypeEmail}
	card := piece{text: "4111 1111 1111 1111", typ: redact.TypeCreditCard}
	for _, d := range disguises {
		t.Run(d.name, func(t *testing.T) {
			changed := 0
			for seed := range uint64(30) {
				s := testScene(seed, "en")
				for _, p := range []piece{email, card} {
					out := d.apply(s, p)
					if out != "" && out != p.text {
						changed++
					}
				}
			}
			require.Positive(t, changed)
		})
	}
}

func TestDisguisedRecords(t *testing.T) {
	seen := map[string]int{}
	for rec := range Generate(Options{Seed: 2, Count: 5000}) {
		requireWhole(t, rec)
		for _, sp := range rec.Spans {
			if sp.Disguise != "" {
				require.Contains(t, rec.Tags, "evasion:"+sp.Disguise)
				require.Contains(t, rec.Tags, "mode:evasion")
				seen[sp.Disguise]++
			}
		}
	}
	for _, d := range disguises {
		require.Positive(t, seen[d.name], d.name)
	}
}

func TestJSONBodies(t *testing.T) {
	n := 0
	for rec := range Generate(Options{Seed: 3, Count: 2000}) {
		if !slices.Contains(rec.Tags, "jsonbody") {
			continue
		}
		n++
		body := strings.TrimPrefix(rec.Text, "data: ")
		require.True(t, json.Valid([]byte(body)), body)
	}
	require.Greater(t, n, 50)
}

func TestJSONEscape(t *testing.T) {
	text := "a\"\\\n\t\r\x01ü😀"
	for _, ascii := range []bool{false, true} {
		var back string
		require.NoError(t, json.Unmarshal([]byte(`"`+jsonEscape(text, ascii)+`"`), &back))
		require.Equal(t, text, back)
	}
	require.NotContains(t, jsonEscape(text, true), "ü")
}
