package redact

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestGroupsOfAnySeparator holds the engine to values whose groups are parted by what nobody would write into a list of
// separators.
func TestGroupsOfAnySeparator(t *testing.T) {
	for _, gap := range []string{
		"#", "+", "~", "|", "\\", "*", "=", "<>", "[]", " | ", " … ", ", ", "\t", "¦", " → ", "°", "^", "$", "''", "🙂", "✱", "[dot]", " (space) ", " then ", " und ",
	} {
		t.Run(gap, func(t *testing.T) {
			requireOnly(t, "My card number is «4539"+gap+"5787"+gap+"6362"+gap+"1486», charge it", TypeCreditCard, "")
			requireOnly(t, "Pay to IBAN «DE89"+gap+"3704"+gap+"0044"+gap+"0532"+gap+"0130"+gap+"00» please", TypeBank, "")
			requireOnly(t, "My social security number: «536"+gap+"22"+gap+"8734»", TypeUSSSN, "")
		})
	}
}

// TestListsAreNoGroups: rows of numbers are lists, tables, sums and times.
func TestListsAreNoGroups(t *testing.T) {
	for _, text := range []string{
		"The values were 4539, 5787, 6362, 1486 in this order",
		"4539 + 5787 + 6362 + 1486 = 18174",
		"call the ports 8080, 8443, 9090 and 9443",
		"our phone survey: 120, 340, 560, 780 answers",
		"card games: 52, 104, 208, 416 cards",
		"08:15:30, 09:15:30, 10:15:30",
		"a table\n1024\t2048\t4096\t8192\n512\t256\t128\t64",
		"1920x1080x24, 1280x720x24",
		"A1 then B2 then C3 then D4 then E5",
		"SHA 4A0E|19B3|77C2|5D10|EE21",
	} {
		fs, err := newEngine(t).Find(text, Hints{})
		require.NoError(t, err)
		require.Empty(t, structured(fs), "%q", text)
	}
}

// TestLettersForDigits holds the engine to numbers of which some digits are letters that look like them.
func TestLettersForDigits(t *testing.T) {
	for _, text := range []string{
		"My card number is «4S39578763b2l486», charge it", "card number «4S39 5787 6362 l48b»", "card: «4539-S787-6362-I486»",
	} {
		requireOnly(t, text, TypeCreditCard, "digit-like")
	}
	requireOnly(t, "My social security number: «S3b-22-8734»", TypeUSSSN, "digit-like")
	requireOnly(t, "IBAN «DE89 37O4 OO44 O532 O13O OO»", TypeBank, "")
	for _, text := range []string{
		"commit 4S39578763b2l487 is bad", "card model S7-22-8734-B1", "order 4A3E51B8 of 2021", "b64 and T1000 O2 S3 I5 A4", "ticket 1O1-22-8734", "64b 32b 16b 8b 4b 2b 1b",
	} {
		fs, err := newEngine(t).Find(text, Hints{})
		require.NoError(t, err)
		require.Empty(t, structured(fs), "%q", text)
	}
}

// TestOverride holds the engine to values that are stored in the other order than they are shown in.
func TestOverride(t *testing.T) {
	for text, want := range map[string]Type{
		"My card is \u202e6841 2636 7875 9354\u202c, charge it": TypeCreditCard,
		"Write to \u202emoc.ynapmoc@eod.enaj\u202c today":       TypeEmail,
		"IBAN \u202e00031023504400407398ED":                     TypeBank,
		"SSN \u202e4378-22-635\nand no more":                    TypeUSSSN,
	} {
		res, err := newEngine(t).Redact(text, Hints{})
		require.NoError(t, err)
		require.Len(t, structured(res.Findings), 1, "%q", text)
		require.Equal(t, want, res.Findings[0].Type, "%q", text)
	}
	for _, text := range []string{"\u202e", "שלום \u202eabc\u202c עולם", "\u202e\u202c\u202e\u202c", "x\u202e123456789"} {
		fs, err := newEngine(t).Find(text, Hints{})
		require.NoError(t, err)
		require.Empty(t, structured(fs), "%q", text)
	}
}

// TestCharactersOfAList reads rows in which a bracket and a quotation mark look like the beginning of a shorter row, and
// which hold blanks.
func TestCharactersOfAList(t *testing.T) {
	requireOnly(t, `IBAN ["«D", "E", "8", "9", "3", "7", "0", "4", "0", "0", "4", "4", "0", "5", "3", "2", "0", "1", "3", "0", "0", "0»"]`, TypeBank, "apart")
	requireOnly(t, `email ["«j", "a", "n", "e", "@", "c", "o", "m", "p", "a", "n", "y", ".", "c", "o", "m»"]`, TypeEmail, "apart")
	requireOnly(t, `my mobile is «+|4|9| |1|5|1|2| |3|4|5|6|7|8|9», call me`, TypePhone, "apart")
}

// TestKeysInMarkup reads keys without many digits that marks and quotes take apart.
func TestKeysInMarkup(t *testing.T) {
	for _, text := range []string{
		`The api key is sk_li<b>ve_4</b>eC39HqLyjWDarjtT1zdp7dc, keep it`,
		`aws_access_key_id = "AKIAIOS" + "FODNN7EXAMPL3"`,
	} {
		res, err := newEngine(t).Redact(text, Hints{})
		require.NoError(t, err)
		require.NotContains(t, res.Text, "HqLyjWDarjtT1zdp7dc")
		require.NotContains(t, res.Text, "FODNN7EXAMPL3")
	}
}

// TestBase64OverTwoLines reads a short encoded value that is broken after a few characters.
func TestBase64OverTwoLines(t *testing.T) {
	for _, text := range []string{
		"My card number is NDUzOTU3ODc2\nMzYyMTQ4Ng==, charge it", "token data: bWFydGEua293YWxj\nenlrQGV4YW1wbGUuY29t and more",
	} {
		res, err := newEngine(t).Redact(text, Hints{})
		require.NoError(t, err)
		require.Len(t, structured(res.Findings), 1, "%q", text)
	}
}

// TestLabelsWithoutACopula reads values after words that need no "is", and after an arrow.
func TestLabelsWithoutACopula(t *testing.T) {
	for text, want := range map[string]string{
		"şifrem Kedi123! unutma": "Kedi123!", "GPG passphrase → violet-otter-ninety-4": "violet-otter-ninety-4",
		"Иванова Мария, 12.05.1990 г.р., проживает": "12.05.1990", "born on the 21st of May 1980": "21st of May 1980",
	} {
		res, err := newEngine(t).Redact(text, Hints{})
		require.NoError(t, err)
		require.NotContains(t, res.Text, want)
	}
	for _, text := range []string{"şifrem değişti galiba", "the passphrase → see the wiki", "built in 12.05.1990 г. в Москве"} {
		fs, err := newEngine(t).Find(text, Hints{})
		require.NoError(t, err)
		require.Empty(t, structured(fs), "%q", text)
	}
}
