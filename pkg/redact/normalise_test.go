package redact

import (
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

func TestNormalise(t *testing.T) {
	for _, x := range []struct{ name, in, want string }{
		{"plain", "nothing to do", "nothing to do"},
		{"zero-width", "4\u200b1\u2060\u00ad1\ufeff1\u202e", "4111"},
		{"tags and variation selectors", "4\U000e00411\ufe0f", "41"},
		{"strike-through", "4\u03361\u0336", "41"},
		{"accents on digits", "4\u03001\u0301", "41"},
		{"accents of a name", "Jose\u0301 Nuno\u0303", "Jose\u0301 Nuno\u0303"},
		{"accents in an address", "j\u0307o@company.com", "jo@company.com"},
		{"key caps", "4\ufe0f\u20e31\ufe0f\u20e3", "41"},
		{"full width", "ｊ＠ｃ．ｃｏｍ １２", "j@c.com 12"},
		{"mathematical", "𝟒𝟙 𝐉𝒐𝓮", "41 Joe"},
		{"enclosed", "①❷➂⓪ ⓐⒷ🅰🄱", "1230 aBAB"},
		{"raised digits in a row", "⁴¹¹₁", "4111"},
		{"one raised digit", "10 m² and H₂O", "10 m² and H₂O"},
		{"flags", "🇩🇪 and 🇯🇦🇳🇪", "🇩🇪 and JANE"},
		{"small capitals", "ᴊᴀɴᴇ", "jane"},
		{"Cyrillic among Latin", "Dеsсhаmps", "Deschamps"},
		{"Cyrillic domain part", "jane@аррle.соm", "jane@apple.com"},
		{"Cyrillic in a number", "4ОЗ1", "4031"},
		{"a word of look-alikes in a Latin text", "NINO АВ 04", "NINO AB 04"},
		{"the same in a Russian one", "NINO АВ 04, пожалуйста", "NINO АВ 04, пожалуйста"},
		{"and in one without Latin letters", "АВ 04", "АВ 04"},
		{"Greek among Latin", "Rοussεαu", "Rousseau"},
		{"Armenian among Latin", "jօհո@company.com", "john@company.com"},
		{"Russian", "Меня зовут Вова Морозов, мой USB-кабель", "Меня зовут Вова Морозов, мой USB-кабель"},
		{"Greek", "Με λένε Γιώργο Παπαδόπουλο", "Με λένε Γιώργο Παπαδόπουλο"},
		{"Armenian", "Իմ անունը Արամ է", "Իմ անունը Արամ է"},
		{"Turkish", "Işık Yıldız", "Işık Yıldız"},
		{"Chinese", "我叫李明，电话１２", "我叫李明,电话12"},
		{"escapes", `\u0034\u{31}\U00000031\x31\u00e9`, "4111é"},
		{"octal escapes in a row", `\064\061`, "41"},
		{"a number escape alone", `\064 and C:\100`, `\064 and C:\100`},
		{"escapes of style sheets", `\000034\000031`, "41"},
		{"look-alikes as escapes", `D\u0435s\u0441h`, "Desch"},
		{"Russian as escapes", `\u0412\u043e\u0432\u0430`, "Вова"},
		{"Markdown escapes", `jane\_doe\@company\.com`, "jane_doe@company.com"},
		{"percent", "%34%2531%252531%u0031+%C3%A9", "4111+é"},
		{"spaces of a form", "%2B33+6+12+34 jane+x%40company.com", "+33 6 12 34 jane+x@company.com"},
		{"entities", "&#52;&#x31;&#0000049;&#49&#49;&commat;&eacute;&nosuch;", "41111@é&nosuch;"},
		{"entities twice", "&amp;#52;&amp;lt;&amp;", "4<&"},
	} {
		t.Run(x.name, func(t *testing.T) {
			v := normalise(x.in)
			require.Equal(t, x.want, v.s)
			checkView(t, x.in, v)
		})
	}
}

// checkView holds a view to its map: every range of it comes from a range of whole characters of the source, in order,
// and what was copied reads the same there.
func checkView(t *testing.T, source string, v *view) {
	t.Helper()
	require.True(t, utf8.ValidString(v.s))
	pos := 0
	for i, r := range v.s {
		from, to := v.source(i, i+utf8.RuneLen(r))
		require.GreaterOrEqual(t, to, from)
		require.GreaterOrEqual(t, from, pos)
		require.LessOrEqual(t, to, len(source))
		require.True(t, from == len(source) || utf8.RuneStart(source[from]))
		require.True(t, to == len(source) || utf8.RuneStart(source[to]))
		if !v.changed(i, i+utf8.RuneLen(r)) {
			require.Equal(t, source[from:to], v.s[i:i+utf8.RuneLen(r)])
		}
		pos = from
	}
}

func TestEveryDecimalDigitIsFolded(t *testing.T) {
	for r := rune(0x80); r <= unicode.MaxRune; r++ {
		if unicode.Is(unicode.Nd, r) {
			s := normalise(string(r)).s
			require.Len(t, s, 1, "%U", r)
			require.True(t, isDigit(s[0]), "%U", r)
		}
	}
	require.Equal(t, "0123456789", normalise("०१२३४५६७८९").s)
	require.Equal(t, "0123456789", normalise("𝟎𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖𝟗").s)
}

func FuzzNormalise(f *testing.F) {
	for _, s := range append([]string{"D\\u0435s\\u0441h 4\u0336ОЗ &amp;#52; %252541 %u0031 \\u{31}\\064\\061 🇯🇦🇳", "a\u0301\u0301\u0301\u0301", "е\\u0435е"}, fuzzSeeds...) {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if !utf8.ValidString(s) {
			return
		}
		v := normalise(s)
		require.LessOrEqual(t, len(v.s), len(s))
		checkView(t, s, v)
	})
}
