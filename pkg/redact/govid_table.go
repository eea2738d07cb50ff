package redact

import "slices"

// idKind is a kind of identity number. In shapes, N is a digit, A a letter, X either.
type idKind struct {
	id     string
	what   string
	typ    Type
	shapes []string
	check  func([]byte) bool
	// lax says that there are numbers that do not pass the check.
	lax bool
	// alone is the confidence without any word of context, for numbers that pass the check: 0 if a word is needed.
	alone float64
	// bare is the confidence of a text that is nothing but such a number: 0 if that says too little. Kinds with a check
	// need none: there, it is taken from how seldom a number passes by chance.
	bare float64
	// format is the customary grouping with its separators, several ones parted by |: "3.3.3-2". Numbers written so,
	// with the check passed, need no word of context.
	format string
	// topics are subjects that suffice as context when the check passes.
	topics topic
	// words name this kind. Any number of the right shape after one is taken for one.
	words  []string
	source string
}

const topAnyTax = topTax | topGov

// idKinds are all kinds. Of two that fit equally well the first is taken: persons before firms.
var idKinds = slices.Concat(kindsOfEurope, kindsOfAmericas, kindsOfAsia, kindsOfAfrica, kindsOfFirms, kindsOfBanks)

// idWords returns the names of all kinds as words of context.
func idWords() []keyword {
	var out []keyword
	for i := range idKinds {
		k := &idKinds[i]
		for _, w := range k.words {
			flags := kwFlags(0)
			if w[0] >= 0x80 {
				flags = kwLoose
			}
			out = append(out, keyword{word: w, topics: topKind | k.wordTopics(w), flags: flags, group: idGroups{idGroup(i + 1)}})
		}
	}
	return out
}

// wordTopics returns what word w of the kind speaks of, besides the kind.
func (k *idKind) wordTopics(w string) topic {
	switch {
	case k.typ == TypeOther:
		return topCompany
	case k.typ == TypeBank:
		return topAccount
	case k.typ == TypeMedical:
		return topProvider
	case len(w) >= 6 && !vagueWords[w]:
		return topGov // long enough to be no other word
	}
	return 0
}

// vagueWords are long enough to stand for an official number, but stand for other things as often.
var vagueWords = map[string]bool{
	"medicare": true, "license": true, "licence": true, "documento": true, "certificate": true, "beneficiary": true, "patente": true,
	"driver": true, "driving": true, "permit": true, "provider": true, "taxonomy": true, "identification": true, "identità": true, "licenza": true, "riconoscimento": true, "espatrio": true, "steuerbescheid": true, "umsatzsteuer": true, "einkommensteuer": true, "körperschaftsteuer": true, "gewerbesteuer": true, "finanzamt": true, "elster": true, "viaggio": true, "income tax": true, "medicare number": true, "seriennummer": true, "dokumentennummer": true, "tax registration": true,
}
