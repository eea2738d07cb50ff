package tagger

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// usual are the options at which the engine asks by default.
var usual = Options{Least: [kindCount]float32{0.6, 0.6, 0.6}}

// requireFound asks for a name, whatever it is of, over what stands between the marks.
func requireFound(t *testing.T, marked string) {
	t.Helper()
	start, end := strings.Index(marked, "«"), strings.Index(marked, "»")-len("«")
	text := strings.NewReplacer("«", "", "»", "").Replace(marked)
	covers := func(e Entity) bool { return e.Start <= start && e.End >= end }
	require.True(t, slices.ContainsFunc(Default().Tag(text, usual, nil), covers), marked)
}

// TestFullNames are names that are words and places too, in sentences that say nothing of a person.
func TestFullNames(t *testing.T) {
	for _, s := range []string{
		"Patient «John Miller» came in today.", "Patient «Anna Thompson» came in today.", "Hi, this is «Amanda Lee» from accounting.",
		"Hi, this is «Jane Doe» from accounting.",
		"I spoke with «Peter Smith» yesterday about the invoice.", "Laut «Stefan Wolf» war der Server nicht erreichbar.",
		"Merci de transmettre à «Claire Simon».", "Según «Carmen Moreno», el servidor estaba caído.",
	} {
		requireFound(t, s)
	}
	for _, s := range []string{
		"The bank is in Robert Hall Street.", "We flew over the Jordan River.", "Error Handling and Code of Conduct.", "The Law Offices are closed.",
	} {
		for _, e := range Default().Tag(s, usual, nil) {
			require.NotEqual(t, Person, e.Kind, "%s: %s", s, s[e.Start:e.End])
		}
	}
}

// TestAddresses are streets whose names are words, with a number.
func TestAddresses(t *testing.T) {
	for _, s := range []string{"I live at «12B Baker Street», London.", "Send it to «7 High Street», please.", "She moved to «133a King Lane» last year."} {
		requireFound(t, s)
	}
	for _, s := range []string{"Version 3 Way Merge is done.", "Step 2 Close the lid.", "The build has 3 open issues."} {
		require.Empty(t, Default().Tag(s, usual, nil), s)
	}
}
