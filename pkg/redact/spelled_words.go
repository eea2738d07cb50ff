package redact

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// What a word of a spelled number says, as its argument: 0 to 9 is a digit.
const (
	spelledPlus    = 10
	spelledDouble  = 11
	spelledTriple  = 12
	spelledHundred = 13  // "eight hundred": the digit before, and two zeros
	spelledLetter  = 20  // from here on: a letter of the radio alphabet
	spelledValue   = 100 // from here on: a number from 10 to 99, or hundreds, in one word
)

// digitWords are words for digits by value, in English, German, French, Spanish, Portuguese, Italian, Dutch, Polish,
// Swedish, Danish, Finnish, Czech, Hungarian, Romanian, Turkish, Indonesian, Vietnamese, Russian, Ukrainian, Greek, Hindi,
// Arabic, Persian, Hebrew, Thai, Chinese, Japanese and Korean.
var digitWords = [10]string{
	`zero oh nought null zéro cero nul zera nulla noll nula nolla sıfır nol không ноль нуль μηδέν शून्य ज़ीरो जीरो shunya صفر אפס ศูนย์ 〇 零 ゼロ れい まる 영 공`,
	`one eins ein un une uno um uma een één jeden jedna ett yksi egy unu bir satu một один одна ένα एक ek واحد یک אחת אחד หนึ่ง 一 壹 いち イチ 하나`,
	`two zwei zwo deux dos dois duas due twee dwa dva två kaksi kettő két doi iki dua hai два две δύο दो اثنان اثنين دو שתיים שתים สอง 二 贰 貳 둘`,
	`three drei trois tres três tre drie trzy tři kolme három trei üç tiga три τρία तीन teen ثلاثة سه שלוש สาม 三 叁 셋`,
	`four vier quatre cuatro quatro quattro cztery čtyři fyra neljä négy patru dört empat bốn четыре чотири τέσσερα चार chaar أربعة اربعة چهار ארבע สี่ 四 肆 よん ヨン 넷 fire fower`,
	`five fünf fuenf cinq cinco cinque vijf pięć pět fem viisi öt cinci beş năm пять п'ять πέντε पांच पाँच paanch خمسة پنج חמש ห้า 五 伍 다섯`,
	`six sechs seis sei meia zes sześć šest sex seks kuusi șase şase altı enam sáu шесть шість έξι छह छः छे chhe ستة شش שש หก 六 陆 陸 ろく ロク 육 여섯`,
	`seven sieben sept siete sete sette zeven siedem sedm sju syv seitsemän hét șapte şapte yedi tujuh bảy семь сім επτά εφτά सात saat سبعة هفت שבע เจ็ด 七 柒 なな ナナ しち シチ 칠 일곱`,
	`eight acht huit ocho oito otto osiem osm åtta otte kahdeksan nyolc opt sekiz delapan tám восемь вісім οκτώ οχτώ आठ aath ثمانية هشت שמונה แปด 八 捌 はち ハチ 팔 여덟`,
	`nine neun neuf nueve nove negen dziewięć devět nio yhdeksän kilenc nouă dokuz sembilan chín девять дев'ять εννέα εννιά नौ nau تسعة תשע เก้า 九 玖 きゅう キュウ 아홉 niner`,
}

// smallWord is a word for a digit that means other things too often to look for: it counts within a row only.
type smallWord struct {
	word  string
	digit byte
}

var smallWords = []smallWord{
	{"일", 1},
	{"이", 2},
	{"삼", 3},
	{"사", 4},
	{"오", 5},
	{"구", 9},
	{"륙", 6},
	{"に", 2},
	{"ニ", 2},
	{"さん", 3},
	{"サン", 3},
	{"し", 4},
	{"シ", 4},
	{"ご", 5},
	{"ゴ", 5},
	{"く", 9},
	{"ク", 9},
	{"幺", 1},
	{"两", 2},
	{"兩", 2},
	{"參", 3},
	{"o", 0},
	{"en", 1},
	{"to", 2},
	{"do", 2},
	{"hat", 6},
	{"ba", 3},
	{"ni", 9},
	{"char", 4},
	{"نه", 9},
}

// smallWordsFrom are the smallWords by the byte that they start with.
var smallWordsFrom = func() (t [256][]smallWord) {
	for _, w := range smallWords {
		t[w.word[0]] = append(t[w.word[0]], w)
	}
	return t
}()

// valueWords are numbers beyond nine in one word. Those that are put together of two, "forty-one", are read as two.
var valueWords = map[int]string{
	10: `ten zehn dix diez dez dieci tien dziesięć десять δέκα`,
	11: `eleven elf onze once undici jedenaście одиннадцать`,
	12: `twelve zwölf douze doce doze dodici twaalf dwanaście двенадцать`,
	13: `thirteen dreizehn treize trece treze tredici dertien trzynaście тринадцать`,
	14: `fourteen vierzehn quatorze catorce catorze quattordici veertien czternaście четырнадцать`,
	15: `fifteen fünfzehn quinze quince quindici vijftien piętnaście пятнадцать`,
	16: `sixteen sechzehn seize dieciséis dieciseis dezesseis dezasseis sedici zestien szesnaście шестнадцать`,
	17: `seventeen siebzehn dix-sept diecisiete dezessete dezassete diciassette zeventien siedemnaście семнадцать`,
	18: `eighteen achtzehn dix-huit dieciocho dezoito diciotto achttien osiemnaście восемнадцать`,
	19: `nineteen neunzehn dix-neuf diecinueve dezenove dezanove diciannove negentien dziewiętnaście девятнадцать`,
	20: `twenty zwanzig vingt veinte vinte venti twintig dwadzieścia двадцать yirmi`,
	21: `veintiuno veintiún`, 22: `veintidós veintidos`, 23: `veintitrés veintitres`, 24: `veinticuatro`, 25: `veinticinco`,
	26: `veintiséis veintiseis`, 27: `veintisiete`, 28: `veintiocho`, 29: `veintinueve`,
	30: `thirty dreißig dreissig trente treinta trinta trenta dertig trzydzieści тридцать otuz`,
	40: `forty fourty vierzig quarante cuarenta quarenta quaranta veertig czterdzieści сорок kırk`,
	50: `fifty fünfzig cinquante cincuenta cinquenta cinquanta vijftig pięćdziesiąt пятьдесят elli`,
	60: `sixty sechzig soixante sesenta sessenta sessanta zestig sześćdziesiąt шестьдесят altmış`,
	70: `seventy siebzig septante setenta settanta zeventig siedemdziesiąt семьдесят yetmiş`,
	80: `eighty achtzig quatre-vingt quatre-vingts huitante octante ochenta oitenta ottanta tachtig osiemdziesiąt восемьдесят seksen`,
	90: `ninety neunzig nonante noventa novanta negentig dziewięćdziesiąt девяносто doksan`,
	// In Russian, numbers of telephones are read in hundreds.
	100: `сто`, 200: `двести`, 300: `триста`, 400: `четыреста`, 500: `пятьсот`, 600: `шестьсот`, 700: `семьсот`, 800: `восемьсот`, 900: `девятьсот`,
}

var radioAlphabet = strings.Fields(`alfa bravo charlie delta echo foxtrot golf hotel india juliett kilo lima mike november oscar papa quebec romeo sierra
	tango uniform victor whiskey x-ray yankee zulu`)

// numberWords are all words that a spelled number may hold.
func numberWords() []keyword {
	var out []keyword
	seen := map[string]bool{}
	add := func(arg int, words ...string) {
		for _, w := range words {
			for _, form := range letterCases(w) {
				if seen[form] {
					continue
				}
				seen[form] = true
				flags := kwFlags(0)
				if form[0] >= 0xE0 {
					flags = kwLoose
				}
				out = append(out, keyword{word: form, act: actNumber, arg: uint16(arg), flags: flags}) //nolint:gosec // small
			}
		}
	}
	for v, words := range digitWords {
		add(v, strings.Fields(words)...)
	}
	add(spelledPlus, strings.Fields(`plus più más mais плюс プラス 플러스 प्लस زائد artı`)...)
	add(spelledDouble, strings.Fields(`double doppel doble doppio duplo dubbel twice डबल ダブル 더블 çift`)...)
	add(spelledTriple, strings.Fields(`triple treble dreifach triplo ट्रिपल トリプル üçlü`)...)
	add(spelledHundred, "hundred")
	for v := 10; v <= 900; v++ {
		add(spelledValue+v, strings.Fields(valueWords[v])...)
	}
	add2 := func(v int, words ...string) { add(spelledValue+v, words...) }
	germanPairs(add2)
	dutchPairs(add2)
	italianPairs(add2)
	for i, w := range radioAlphabet {
		add(spelledLetter+i, w)
	}
	add(spelledLetter, "alpha")
	add(spelledLetter+'j'-'a', "juliet")
	return out
}

// letterCases returns w, and where it has letters beyond ASCII, whose case the matcher does not fold, its other cases.
func letterCases(w string) []string {
	out := []string{w}
	up := foldASCII(strings.ToUpper(w))
	if up != w {
		out = append(out, up)
	}
	r, n := utf8.DecodeRuneInString(w)
	if title := string(unicode.ToUpper(r)) + w[n:]; r >= 0x80 && title != w && title != up {
		out = append(out, title)
	}
	return out
}

func foldASCII(s string) string {
	b := []byte(s)
	for i := range b {
		b[i] = lower(b[i])
	}
	return string(b)
}

var (
	germanTens  = []string{"zwanzig", "dreißig", "vierzig", "fünfzig", "sechzig", "siebzig", "achtzig", "neunzig"}
	germanUnits = []string{"ein", "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun"}
	dutchTens   = []string{"twintig", "dertig", "veertig", "vijftig", "zestig", "zeventig", "tachtig", "negentig"}
	dutchUnits  = []string{"een", "twee", "drie", "vier", "vijf", "zes", "zeven", "acht", "negen"}
	italianTens = []string{"venti", "trenta", "quaranta", "cinquanta", "sessanta", "settanta", "ottanta", "novanta"}
	italianUnit = []string{"uno", "due", "tre", "quattro", "cinque", "sei", "sette", "otto", "nove"}
)

// germanPairs gives einundzwanzig to neunundneunzig.
func germanPairs(add func(v int, words ...string)) {
	for t, tens := range germanTens {
		for u, unit := range germanUnits {
			add(20+10*t+u+1, unit+"und"+tens)
		}
	}
}

// dutchPairs gives eenentwintig to negenennegentig.
func dutchPairs(add func(v int, words ...string)) {
	for t, tens := range dutchTens {
		for u, unit := range dutchUnits {
			and := "en"
			if unit[len(unit)-1] == 'e' {
				and = "ën"
			}
			add(20+10*t+u+1, unit+and+tens)
		}
	}
}

// italianPairs gives ventuno to novantanove.
func italianPairs(add func(v int, words ...string)) {
	for t, tens := range italianTens {
		for u, unit := range italianUnit {
			stem := tens
			switch u {
			case 0, 7: // ventuno, ventotto
				stem = tens[:len(tens)-1]
			case 2: // ventitré
				add(20+10*t+u+1, tens+"tré")
			}
			add(20+10*t+u+1, stem+unit)
		}
	}
}
