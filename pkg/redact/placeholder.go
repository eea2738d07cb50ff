package redact

import (
	"bytes"
	"strings"
)

// notValues are words that stand where a secret would, and are none.
var notValues = func() map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(`string str text varchar char int integer number bool boolean bytes byte any object null none nil true false
		undefined void optional required require requires password passwd passwort token secret value key keys hidden secure
		empty blank default unset missing invalid valid incorrect correct wrong expired not too the a an in on at of for from to and or but your my our
		their his her its this that these those it stored hashed encrypted generated provided used changed set reset about where when what which how
		why who if then than so as be been being is are was were will would should could can may might must has have had do does did no yes on off
		only also just always never still here there now later soon required. weak strong long short safe unsafe public private shared same
		different new old first last next env var const let type field name names id ids input output prompt user username users login admin
		configured available supported accepted rejected sent received returned passed given being leaked exposed compromised case sensitive
		insensitive protected needed unknown redacted masked removed nicht kein keine falsch richtig ungültig abgelaufen ist sind wird wurde
		pas non ne est sont une un le la les des incorrecte invalide expiré requis obligatoire no es son una el los las incorrecta inválida
		requerida não são uma o os as incorreta inválida errada scaduta errata non valida sbagliata lost forgotten vergessen oublié olvidé
		authentication authorization based manager policy policies rotation storage field length strength hash hashes salt reuse management
		hint recovery count limit limits usage with without via using into onto over under per by out up down etc eg ie e.g. i.e. something
		anything nothing everything include omit same-origin await expires expected async function lambda throw yield typeof instanceof return raise print echo everyone please thanks thank okay ok like such many much more most less least few several each every
		all both either neither one two three four five six seven eight nine ten zero`) {
		m[w] = true
	}
	return m
}()

// stopWord reports whether v, in any case, is a word that is no value.
func stopWord(v string) bool {
	if len(v) > longestNotValue {
		return false
	}
	var buf foldBuffer
	return notValues[string(buf.lower(v))]
}

// longestNotValue is the length of the longest of notValues.
var longestNotValue = func() (n int) {
	for w := range notValues {
		n = max(n, len(w))
	}
	return n
}()

// foldBuffer holds a short text in small letters, so that looking at it takes no memory of its own.
type foldBuffer [64]byte

// lower returns v in small letters.
func (b *foldBuffer) lower(v string) []byte {
	if len(v) > len(b) {
		return []byte(strings.ToLower(v))
	}
	for i := range len(v) {
		if v[i] >= 0x80 {
			return []byte(strings.ToLower(v))
		}
		b[i] = lower(v[i])
	}
	return b[:len(v)]
}

// placeholder reports whether v only shows where a value would stand.
func placeholder(v string) bool {
	switch v[0] {
	case '<':
		return v[len(v)-1] == '>' || !strings.ContainsAny(v, "0123456789")
	case '$':
		if at(v, 1) == '{' || at(v, 1) == '(' || isLetter(at(v, 1)) && (onlyNameBytes(v[1:]) || len(v) < maxVariable && onlyLetters(strings.ReplaceAll(v[1:], "_", ""))) {
			return true
		}
	case '{':
		return at(v, 1) == '{' || at(v, 1) == '%' || v[len(v)-1] == '}'
	case '[':
		return v[len(v)-1] == ']' || hasMark(v)
	case '%':
		if v[len(v)-1] == '%' || len(v) <= 3 {
			return true
		}
	case '*':
		if strings.Trim(v, "*") == "" {
			return true
		}
	}
	return hasMark(v) || hollow(v)
}

// maxVariable is the length of the longest name of a variable in small letters that is not taken for a value.
const maxVariable = 24

// hasMark reports whether v holds what this engine puts in the place of values.
func hasMark(v string) bool {
	return strings.Contains(v, "***") || strings.Contains(v, textRemoved[:len(textRemoved)-1]) || strings.Contains(v, textMasked[:len(textMasked)-1]) ||
		strings.Contains(v, textDropped[:len(textDropped)-1]) || v[0] == '[' && markAt(v, 0) > 0 || v == "REDACTED" || v == "MASKED"
}

// hollow reports whether v is a word that asks for a value, or one character repeated.
func hollow(v string) bool {
	if len(v) >= 3 && strings.Trim(v, v[:1]) == "" && !isDigit(v[0]) {
		return true
	}
	var buf foldBuffer
	l := buf.lower(v)
	switch string(l) {
	case "changeme", "change_me", "change-me", "xxx", "todo", "tbd", "n/a", "none", "null", "nil", "undefined", "true", "false", "...", "your_password",
		"yourpassword", "your-password", "password", "secret", "placeholder", "redacted", "masked", "example", "sample", "dummy", "foobar", "insert_here", "pass", "token", "test", "passwd", "pwd", "access_token", "api_key", "apikey":
		return true
	}
	if len(l) > 2 && l[0] == 'm' && l[1] == 'y' && notValues[string(bytes.Trim(l[2:], "_-"))] {
		return true
	}
	for _, p := range hollowStarts[l[0]] {
		if len(l) >= len(p) && string(l[:len(p)]) == p {
			return true
		}
	}
	return len(v) < 12 && strings.HasSuffix(v, "...") || hollowInside(l)
}

// hollowStarts are how names of settings and requests for a value begin, by their first byte.
var hollowStarts = byFirstByte([]string{
	"your_", "your-", "<your", "my_api", "insert_", "enter_", "process.env", "os.environ", "os.getenv", "env.", "getenv(",
	"secrets.", "var.", "vault:", "config.", "settings.", "self.", "this.", "args.", "req.", "params.",
})

// hollowInside reports whether l, in small letters, asks for a value in its middle or at its end.
func hollowInside(l []byte) bool {
	if n := len(l); n >= 5 && (l[n-5] == '_' || l[n-5] == '-') && string(l[n-4:]) == "here" {
		return true
	}
	return bytes.Contains(l, []byte("xxxx")) || bytes.Contains(l, []byte("your-api")) || bytes.Contains(l, []byte("placeholder"))
}
