package redact

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestSentences names what must be found in a sentence, and of which type.
func TestSentences(t *testing.T) {
	e := newEngine(t)
	for _, tc := range []struct {
		name, text, value string
		kind              Type
	}{
		{"password of letters, Spanish", "Mi contraseña es mVRdspQwne, ¿qué hago?", "mVRdspQwne", TypeSecret},
		{"password of letters, English", "My password is xQvRtNbLk and it does not work", "xQvRtNbLk", TypeSecret},
		{"password of letters, German", "Das Passwort lautet qTzwLkPrne, bitte ändern", "qTzwLkPrne", TypeSecret},
		{"password of letters, French", "Le mot de passe est bQxKvtRwed.", "bQxKvtRwed", TypeSecret},
		{"password of small letters", "the password is xkqwrtzb for now", "xkqwrtzb", TypeSecret},
	} {
		t.Run(tc.name, func(t *testing.T) {
			require.Equal(t, tc.kind, found(t, e, tc.text)[tc.value])
		})
	}
}

// TestNothingThere reads texts in which nothing is anybody's.
func TestNothingThere(t *testing.T) {
	e := newEngine(t)
	for name, text := range map[string]string{
		"a password's state":   "The password is unchanged, and the token is expired.",
		"a product's password": "The password is managed by GitHub Actions, the token is camelCase in JavaScript.",
	} {
		t.Run(name, func(t *testing.T) {
			fs, err := e.Find(text, Hints{})
			require.NoError(t, err)
			for _, f := range fs {
				require.Fail(t, "found", "%s by %s at %d", f.Type, f.Rule, f.Start)
			}
		})
	}
}

// TestCodeRowsSideBySide reads two values as the codes of their characters that only a comma parts.
func TestCodeRowsSideBySide(t *testing.T) {
	e := newEngine(t)
	for name, text := range map[string]string{
		"decimal": "x,97, 110, 110, 97, 64, 103, 109, 120, 46, 100, 101,52, 49, 49, 49, 32, 49, 49, 49, 49, 32, 49, 49, 49, 49, 32, 49, 49, 49, 49,7",
		"hex":     "x,61 6E 6E 61 40 67 6D 78 2E 64 65,34 31 31 31 20 31 31 31 31 20 31 31 31 31 20 31 31 31 31,7",
		"colons":  "x,61:6E:6E:61:40:67:6D:78:2E:64:65,34:31:31:31:20:31:31:31:31:20:31:31:31:31:20:31:31:31:31,7",
	} {
		t.Run(name, func(t *testing.T) {
			fs, err := e.Find("mail,card\nx,"+text, Hints{})
			require.NoError(t, err)
			var kinds []Type
			for _, f := range structured(fs) {
				kinds = append(kinds, f.Type)
			}
			require.Equal(t, []Type{TypeEmail, TypeCreditCard}, kinds)
		})
	}
}
