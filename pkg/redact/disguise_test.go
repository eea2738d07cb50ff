package redact

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// requireOnly holds the engine to finding, in text, just the part between « and », as a value of type want that was
// found on the given view.
func requireOnly(t *testing.T, marked string, want Type, view string) {
	t.Helper()
	start := strings.Index(marked, "«")
	text := strings.Replace(marked, "«", "", 1)
	end := strings.Index(text, "»")
	text = strings.Replace(text, "»", "", 1)
	fs, err := newEngine(t).Find(text, Hints{})
	require.NoError(t, err)
	fs = structured(fs)
	require.Len(t, fs, 1, "%q", text)
	require.Equal(t, want, fs[0].Type, "%q", text)
	require.Equal(t, text[start:end], text[fs[0].Start:fs[0].End], "%q", text)
	if view != "" {
		require.Equal(t, view, fs[0].View, "%q", text)
	}
}

func TestSpelledAddresses(t *testing.T) {
	for _, address := range []string{
		"jane.doe (at) company (dot) com", "jane [at] company.com", "jane{at}company{dot}com", "jane<at>company<dot>com", "jane AT company DOT com",
		"jane_at_company_dot_com", "jane-at-company-dot-com", "jane *at* company *dot* com", "jane @ company . com", "jane[@]company[.]com",
		"jane (a) company.com", "jane(ät)company(punkt)de", "jane at company punkt de", "jane klammeraffe company punkt de", "jane arobase company point fr",
		"jane arroba company punto es", "jane arroba company ponto pt", "jane chiocciola company punto it", "jane apenstaartje company punt nl",
		"jane małpa company kropka pl", "jane собака company точка ru", "janeアットマークcompanyドットjp", "jane 艾特 company 点 cn", "jane골뱅이company점kr",
		"jane एट company डॉट in", "jane et company nokta com", "jane zavináč company tečka cz", "jane snabel-a company punkt se", "jane@company dot com",
		"jane@company[dot]com", "jane dot doe at company dot com", "jane underscore doe at my dash company dot com", "jane [dot] doe [at] company [dot] co [dot] uk",
		"jane--at--company--dot--com", "jane+AEA-company.com",
	} {
		t.Run(address, func(t *testing.T) { requireOnly(t, "Write to «"+address+"», please", TypeEmail, "") })
	}
	for _, text := range []string{
		"look at company.com", "meet me at ten dot dot dot", "arrive at noon, dot the i", "https://blog.example.net/a-look-at-kubernetes.html", "Paris et Lyon point fort",
		"def at(self): self.dot", "x = a[at].dot", "we met at point blank range", "one at a time. Dot products are computed", "chez Marie, un bon point",
	} {
		t.Run(text, func(t *testing.T) {
			fs, err := newEngine(t).Find(text, Hints{})
			require.NoError(t, err)
			require.Empty(t, structured(fs))
		})
	}
}

// structured returns the findings that are not the tagger's.
func structured(fs []Finding) []Finding {
	return slices.DeleteFunc(fs, func(f Finding) bool { return f.Evidence.Model != "" })
}

func TestSpelledNumbers(t *testing.T) {
	for _, text := range []string{
		"card «four one one one one one one one one one one one one one one one»",
		"card «four double one triple one, one one one one one one one one one one»",
		"card «FOUR-ONE-ONE-ONE-ONE-ONE-ONE-ONE-ONE-ONE-ONE-ONE-ONE-ONE-ONE-ONE»",
		"card «forty-one eleven eleven eleven eleven eleven eleven eleven»",
		"Karte «vier eins eins eins eins eins eins eins eins eins eins eins eins eins eins eins»",
		"Karte «einundvierzig elf elf elf elf elf elf elf»",
		"carte «quarante et un onze onze onze onze onze onze onze»",
		"tarjeta «cuarenta y uno once once once once once once once»",
		"carta «quarantuno undici undici undici undici undici undici undici»",
		"карта «четыре один один один один один один один один один один один один один один один»",
		"卡号 «四一一一一一一一一一一一一一一一»",
		"カード番号 «よん いち いち いち いち いち いち いち いち いち いち いち いち いち いち いち»",
		"card «four one 1 one 1 one one one one one one one one one one one»",
	} {
		t.Run(text, func(t *testing.T) { requireOnly(t, text, TypeCreditCard, "spelled") })
	}
	for _, text := range []string{
		"my phone number is «plus one four one five dash five five five dash oh one three two»",
		"mon numéro de téléphone: «zéro six douze trente-quatre cinquante-six soixante-dix-huit»",
		"мой телефон «плюс семь девятьсот шестнадцать сто двадцать три сорок пять шестьдесят семь»",
		"전화 «공일공 일이삼사 오육칠팔»",
		"電話 «ゼロ きゅう ゼロ いち に さん よん ご ろく なな はち»",
		"फोन «नौ आठ सात छह पाँच चार तीन दो एक शून्य»",
		"telefon «sıfır beş üç iki bir iki üç dört beş altı yedi»",
		"هاتف «صفر خمسة صفر واحد اثنان ثلاثة أربعة خمسة ستة سبعة»",
		"call «one eight hundred five five five zero one nine nine»",
	} {
		t.Run(text, func(t *testing.T) { requireOnly(t, text, TypePhone, "spelled") })
	}
	for _, text := range []string{
		"two or three of the four, one by one", "ten, twenty, thirty, forty, fifty", "一二三四五六七", "eins zwei drei vier fünf sechs sieben acht neun zehn",
		"alpha beta delta echo golf hotel", "un, deux, trois, quatre, cinq, six, sept", "it takes one to know one",
	} {
		t.Run(text, func(t *testing.T) {
			fs, err := newEngine(t).Find(text, Hints{})
			require.NoError(t, err)
			require.Empty(t, structured(fs))
		})
	}
}

func TestBrokenValues(t *testing.T) {
	for _, joint := range []string{"\n", "\r\n", "\\\n", "\n    ", "\n\t", "\n> ", "\n>> ", "\n# ", "\n// ", "\n * ", "\n-- ", "\n; ", "\n| ", " \n", "<br>", "<br/>\n", "<wbr>", "<!-- -->", "</b>", "\" + \"", "' . '", "\" +\n    \"", "' || '", "\" \"", "**", "`", "~~", "[b]", "\x1b[1m", "\\u001b[0m"} {
		t.Run(joint, func(t *testing.T) {
			requireOnly(t, "my mail is «jane.doe@com"+joint+"pany.com» now", TypeEmail, "")
			if !strings.Contains("** * ` ~~", joint) {
				requireOnly(t, "the card is «4111 1111 11"+joint+"11 1111» now", TypeCreditCard, "")
			}
		})
	}
	requireOnly(t, "card «4111 **1111** 1111 `1111»`", TypeCreditCard, "")
	requireOnly(t, "mail «jane.doe@co\nmp\nany.com» now", TypeEmail, "wrap")
	requireOnly(t, "mail «jane.doe@com-\npany.com» now", TypeEmail, "wrap")
	requireOnly(t, "key = «npm_"+"zuKyxg3Z6EuEpEs\n  ddhnINcAiWiK1LjP2uxYI»\nnext", TypeSecret, "wrap")
	for _, text := range []string{
		"uint64\n\tErr_cnt uint64", "1. 555 0100\n2. 555 0101", "@abc.abstractmethod\n    def token(self):", "password\n* 4 items\n* 5 items", "2**31 and 10**9 + 7, 60*60*24*1000",
		"| **a** | **b** |\n| 1234 | 5678 |", "f(\"1234\" + \"5678\")",
	} {
		t.Run(text, func(t *testing.T) {
			fs, err := newEngine(t).Find(text, Hints{})
			require.NoError(t, err)
			require.Empty(t, fs)
		})
	}
}

func TestAWordAfterASecretStays(t *testing.T) {
	res, err := newEngine(t).Redact("password="+"Zx9"+"qLmT!42b"+"\nThe quick brown fox", Hints{})
	require.NoError(t, err)
	require.Equal(t, "password=[REDACTED]\nThe quick brown fox", res.Text)
}
