package redact

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestLabelsAreNoNames reads words that the tagger takes for names and that nobody bears, and names in their places.
func TestLabelsAreNoNames(t *testing.T) {
	e := newEngine(t)
	persons := func(text string) []string {
		fs, err := e.Find(text, Hints{})
		require.NoError(t, err)
		var out []string
		for _, f := range fs {
			if f.Evidence.Model != "" {
				out = append(out, text[f.Start:f.End])
			}
		}
		return out
	}
	for _, text := range []string{
		"GSTIN 27AAPFU0939F1ZV", "CLABE 032180000118359719", "Soffro di asma.", "Καλησπέρα, τι κάνετε;", "Dobrý den, mám dotaz.", "<Dbtr><Id>7</Id></Dbtr>", "niss [REDACTED]; ", "Tanggal lahir 17 Agustus 1985",
		"Urodziłem się 23 maja 1979",
	} {
		t.Run(text, func(t *testing.T) { require.Empty(t, persons(text)) })
	}
	for text, name := range map[string]string{
		"<Zeyno> we lost the key": "Zeyno", "Mina Keller wrote to me.": "Mina Keller", "I met Maria Rossi. Maria called.": "Maria Rossi",
	} {
		t.Run(text, func(t *testing.T) { require.Contains(t, persons(text), name) })
	}
}
