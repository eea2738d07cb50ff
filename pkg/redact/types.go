package redact

import "slices"

// Type is what a finding is about. The set is closed: see Types.
type Type string

// The types of findings.
const (
	TypePerson     Type = "PERSON"      // names of people
	TypeLocation   Type = "LOCATION"    // addresses and places
	TypeOrg        Type = "ORG"         // firms and institutions
	TypeEmail      Type = "EMAIL"       // e-mail addresses
	TypePhone      Type = "PHONE"       // telephone numbers
	TypeCreditCard Type = "CREDIT_CARD" // payment card numbers
	TypeBank       Type = "BANK"        // IBAN, account and routing numbers
	TypeUSSSN      Type = "US_SSN"      // US social security numbers
	TypeGovID      Type = "GOV_ID"      // every other national, tax, health insurance, passport or licence number
	TypeIP         Type = "IP"          // IPv4 and IPv6 addresses of hosts that may be people's
	TypeURL        Type = "URL"         // addresses of personal profiles
	TypeDate       Type = "DATE"        // dates of birth
	TypeCrypto     Type = "CRYPTO"      // wallet addresses
	TypeSecret     Type = "SECRET"      // keys, tokens, passwords, PINs, credentials
	TypeMedical    Type = "MEDICAL"     // diagnoses, drugs with dose, record and provider numbers
	TypeOther      Type = "OTHER"       // user names, MAC addresses, number plates, card security codes
)

var allTypes = []Type{
	TypePerson, TypeLocation, TypeOrg, TypeEmail, TypePhone, TypeCreditCard, TypeBank, TypeUSSSN, TypeGovID,
	TypeIP, TypeURL, TypeDate, TypeCrypto, TypeSecret, TypeMedical, TypeOther,
}

// typeCount is the number of types.
const typeCount = 16

// index returns where t stands in allTypes, or -1 if it is no type: what is kept by type is kept in arrays.
func (t Type) index() int {
	switch t {
	case TypePerson:
		return 0
	case TypeLocation:
		return 1
	case TypeOrg:
		return 2
	case TypeEmail:
		return 3
	case TypePhone:
		return 4
	case TypeCreditCard:
		return 5
	case TypeBank:
		return 6
	case TypeUSSSN:
		return 7
	case TypeGovID:
		return 8
	case TypeIP:
		return 9
	case TypeURL:
		return 10
	case TypeDate:
		return 11
	case TypeCrypto:
		return 12
	case TypeSecret:
		return 13
	case TypeMedical:
		return 14
	case TypeOther:
		return 15
	}
	return -1
}

// Types returns every type, in a fixed order. The caller owns the slice.
func Types() []Type { return slices.Clone(allTypes) }

// Valid reports whether t is one of Types.
func (t Type) Valid() bool { return t.index() >= 0 }

// NeverLog reports whether values of type t may only ever be removed, whatever a policy says. Card security codes, of
// TypeOther, are removed too.
func NeverLog(t Type) bool {
	switch t {
	case TypeSecret, TypeCreditCard, TypeUSSSN, TypeGovID, TypeMedical:
		return true
	default:
		return false
	}
}

// Hints say what is known about a text besides the text. All are optional.
type Hints struct {
	ContentType string // media type, such as "application/json"
	Language    string // BCP 47 tag of the text, such as "de" or "pt-BR"
	Role        string // who speaks: "user", "assistant", "system", "tool"
	Field       string // name or path of the field that holds the text: read like the key of a value
}

// Evidence says why a finding was made. It never holds any part of the value: every string is a constant of the rules.
type Evidence struct {
	Checksum  string // name of the checksum that holds, such as "luhn"
	Context   string // word of the rules' vocabulary that was found near
	Structure string // shape or format that was recognised
	Model     string // version of the model that found it
}

// Finding is one private value in a text.
type Finding struct {
	Type        Type
	Rule        string  // identifier of the rule, stable over releases
	RuleVersion int     // rises when the rule finds something else than before
	Start, End  int     // bytes in the input, end exclusive, on rune boundaries
	Confidence  float64 // 0 to 1
	Action      Action  // what was, or would be, done with it
	View        string  // how the value was disguised: "" as it stands, "normal", "base64", "spelled", "wrap" …
	Evidence    Evidence
}

// Result is a sanitized text and what was found in it.
type Result struct {
	Text         string
	Findings     []Finding // sorted by Start, not overlapping; those with ActionKeep too
	Dropped      bool      // an action took the whole text
	MetadataOnly bool      // and nothing of what the text belongs to is to be stored
}

// Span is a range of Unicode code points, end exclusive.
type Span struct{ Start, End int }

// RuneOffsets returns, for each finding in fs (sorted by Start, as Redact returns them), its range in code points of
// text, the input of the call that found them.
func RuneOffsets(text string, fs []Finding) []Span {
	out := make([]Span, len(fs))
	pos, runes := 0, 0
	for i, f := range fs {
		runes += runeCount(text[pos:f.Start])
		n := runeCount(text[f.Start:f.End])
		out[i] = Span{Start: runes, End: runes + n}
		runes += n
		pos = f.End
	}
	return out
}
