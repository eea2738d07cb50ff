package redact

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestAPhraseEndsAtAMark has a recovery phrase stand before a value of another kind: read again, the word in that value's
// mark is none of the phrase.
func TestAPhraseEndsAtAMark(t *testing.T) {
	e := newEngine(t)
	const phrase = "legal winner thank year wave sausage worth useful legal winner thank yellow"
	for _, after := range []string{" [REDACTED]", " [MASKED]", "\n[REDACTED] is the card"} {
		_, _, words, _ := phraseAt(phrase+after, 0)
		require.Equal(t, 12, words, after)
		once, err := e.Redact("my seed phrase: "+phrase+after, Hints{})
		require.NoError(t, err)
		require.NotContains(t, once.Text, "yellow")
		require.True(t, strings.HasSuffix(once.Text, after), once.Text)
	}
	_, _, words, _ := phraseAt("legal winner [thank] year", 0)
	require.Equal(t, 4, words, "brackets alone end nothing")
}
