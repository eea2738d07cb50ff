package tagger

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// words returns the tokens of s as text, marks as "_" and line ends as "⏎".
func words(s string, masks ...Span) string {
	var out []string
	for _, t := range tokenise(s, masks, nil) {
		switch t.shape {
		case shapeMask:
			out = append(out, "_")
		case shapeLine:
			out = append(out, "⏎")
		case shapeBlank:
			out = append(out, "¶")
		default:
			out = append(out, s[t.start:t.end])
		}
	}
	return strings.Join(out, "|")
}

func TestTokenise(t *testing.T) {
	for _, c := range []struct {
		name, in, want string
		masks          []Span
	}{
		{"words and marks", "Hi, I'm Anna-Lena O'Brien.", "Hi|,|I'm|Anna|-|Lena|O'Brien|.", nil},
		{"possessive", "Anna's dog", "Anna|'|s|dog", nil},
		{"lines", "a\nb\n\nc", "a|⏎|b|¶|c", nil},
		{"scripts with spaces", "Привет, Анна", "Привет|,|Анна", nil},
		{"scripts without", "我叫王婷", "我|叫|王|婷", nil},
		{"accents", "Żółć élan", "Żółć|élan", nil},
		{"codes", "EX4 3LB 12345", "EX4|3LB|12345", nil},
		{"masks", "write to a@b.cc now", "write|to|_|now", []Span{{9, 15}}},
		{"mask within a word", "xa@b.ccy", "x|_|y", []Span{{1, 7}}},
		{"masks in a row are one", "a 12 34 b", "a|_|b", []Span{{2, 4}, {5, 7}}},
		{"quotes around a mask do not count", `x: "12", y`, "x|:|_|,|y", []Span{{4, 6}}},
		{"placeholders", "from [MASKED] and [REDACTED:EMAIL], j***@company.com. J*** ***34", "from|_|and|_|,|_|.|_", nil},
		{"emphasis is no placeholder", "***Anna***", "*|*|*|Anna|*|*|*", nil},
		{"not UTF-8", "a\xff\xfeb", "a|\xff|\xfe|b", nil},
	} {
		t.Run(c.name, func(t *testing.T) { require.Equal(t, c.want, words(c.in, c.masks...)) })
	}
}

func TestHashWordIgnoresCase(t *testing.T) {
	for _, w := range []string{"Anna", "ÉLODIE", "Ольга", "McArthur"} {
		require.Equal(t, HashWord(strings.ToLower(w)), HashWord(w), w)
		toks := tokenise(w, nil, nil)
		require.Len(t, toks, 1)
		require.Equal(t, HashWord(w), toks[0].hash, w)
	}
}

func TestFieldKey(t *testing.T) {
	for field, word := range map[string]string{
		"name": "name", "patient.last_name": "name", "lastName": "Name", "messages[0].": "0", "": "", "--": "",
	} {
		want := uint32(0)
		if word != "" {
			want = HashWord(word)
		}
		require.Equal(t, want, fieldKey(field), field)
	}
}
