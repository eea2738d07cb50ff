package corpus

import (
	"slices"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/hushlog/hushlog/pkg/redact"
	"github.com/hushlog/hushlog/pkg/redact/evaluate"
)

// The engine's checksums are the other side's opinion: a value that it does not take after its own cue is none.
func TestChecksumsHold(t *testing.T) {
	e, err := redact.New(redact.Options{})
	require.NoError(t, err)
	tests := []struct {
		name, lang string
		typ        redact.Type
		value      func(s *scene) (cue, value string)
	}{
		{"IBAN", "de", redact.TypeBank, func(s *scene) (string, string) { return "IBAN", s.iban() }},
		{"card", "en", redact.TypeCreditCard, func(s *scene) (string, string) { return "card number", s.card() }},
		{"wallet", "en", redact.TypeCrypto, func(s *scene) (string, string) { return "BTC wallet", s.bech32Wallet() }},
	}
	for _, country := range []string{"GB", "NHS", "IN", "CA", "AU", "FR", "ES", "PT", "BR", "NL", "PL", "SE", "DE", "IT", "TR", "CN", "KR", "JP", "RU"} {
		tests = append(tests, struct {
			name, lang string
			typ        redact.Type
			value      func(s *scene) (cue, value string)
		}{country, "en", redact.TypeGovID, func(s *scene) (string, string) { return s.govID(country) }})
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var records []evaluate.Record
			for seed := range uint64(40) {
				cue, value := test.value(testScene(seed, test.lang))
				rec := evaluate.Record{ID: test.name + string(rune('a'+seed))}
				fill(&rec, append(plain(cue+": "), private(test.typ, value)...))
				require.Equal(t, utf8.RuneCountInString(rec.Text), rec.Spans[0].End)
				records = append(records, rec)
			}
			for _, rec := range records {
				found, err := e.Find(rec.Text, redact.Hints{})
				require.NoError(t, err)
				found = slices.DeleteFunc(found, func(f redact.Finding) bool { return f.Evidence.Model != "" })
				require.Len(t, found, 1)
				require.Equal(t, test.typ, found[0].Type)
				require.Equal(t, len(rec.Text), found[0].End)
				if test.name != "GB" { // whose national insurance number has none
					require.NotEmpty(t, found[0].Evidence.Checksum)
				}
			}
		})
	}
}

func TestJoin(t *testing.T) {
	person := func(s string) piece { return piece{text: s, typ: redact.TypePerson} }
	got := join([]piece{person("Ada"), {text: " "}, person("Byron"), {text: ", "}, person("Eve"), {text: " "}, {text: "x", typ: redact.TypeOrg}})
	require.Equal(t, []piece{person("Ada Byron"), {text: ", "}, person("Eve"), {text: " "}, {text: "x", typ: redact.TypeOrg}}, got)
}
