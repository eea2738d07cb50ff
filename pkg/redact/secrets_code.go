package redact

import (
	"encoding/base64"
	"encoding/hex"
	"strings"
)

// Bounds of codes that people type.
const (
	minCode     = 3
	maxCode     = 12
	maxListed   = 16 // codes in one list
	maxListGap  = 24 // between two codes of a list
	maxListCode = 40
)

// codeAfter judges a PIN or one-time code after a name that ends at i.
func (sc *scanner) codeAfter(i int, k *keyword) {
	s := sc.s
	how, j, far := sc.secretJoint(i, k.word)
	if strings.HasSuffix(k.word, " is") || strings.HasSuffix(k.word, " est") || strings.HasSuffix(k.word, " es") || strings.HasSuffix(k.word, " é") || strings.HasSuffix(k.word, " è") {
		how, j = jointProse, skipBlanks(s, i)
	}
	if how == jointNone || how == jointSpace {
		if v, ok := sc.nounCode(i, k); ok {
			how, j = jointProse, v
		}
	}
	if plainCode(k.word) && endsNear(s[i:max(i, min(j, len(s)))], codeThings) {
		return // codice di errore è
	}
	if plainCode(k.word) && !sc.ofCode(i-len(k.word), i, j) {
		return
	}
	if how == jointNone || k.word == "tan" && s[i-1] != 'N' {
		return
	}
	if far && !headerWord(k.word) && how != jointProse {
		return
	}
	for n := 0; n < 2 && (at(s, j) == '"' || at(s, j) == '\'' || at(s, j) == '`' || at(s, j) == '[' || at(s, j) == '('); n++ {
		j++
	}
	if at(s, j-1) == '*' && at(s, j-2) == ' ' {
		j-- // of a keypad, and no emphasis
	}
	if strings.HasPrefix(s[j:], "「") || strings.HasPrefix(s[j:], "【") {
		j += 3
	}
	if sc.encodedCode(j, how, k) {
		return
	}
	end := pinEnd(s, j)
	v := s[j:end]
	if v == "" || placeholder(v) {
		return
	}
	letters, digits, symbols, _ := census(v)
	switch {
	case digits >= minCode && digits <= 10 && letters == 0 && (symbols <= 1 || symbols == 2 && codeMarks(v) || combination(v, k.word)):
		if how == jointSpace && len(v) < 4 || sc.otherCode(i, k) || how == jointSpace && postalPIN(k.word, v) || len(v) > digits && !codeMarks(v) && digits < 6 && !combination(v, k.word) {
			return
		}
		end = sc.restOfCode(end)
		sc.add(j, end, rulePIN, 0.8, Evidence{Context: k.word, Structure: "digits"})
	case digits > 0 && letters > 0 && symbols <= 2 && len(v) >= 4 && len(v) <= maxCode && how != jointSpace && !measure(v) && k.word != "tan" && k.word != "pin" && k.word != "combo" && k.word != "combination":
		sc.add(j, end, rulePIN, 0.6, Evidence{Context: k.word, Structure: "letters and digits"})
	}
}

// skipBack returns i without the blanks before it.
func skipBack(s string, i int) int {
	for i > 0 && s[i-1] == ' ' {
		i--
	}
	return i
}

// confirmed reports whether what stands before i, "to confirm" and the like, is asked for: enter 662-190 to confirm.
func (sc *scanner) confirmed(i int) bool {
	before := strings.ToLower(sc.s[max(0, i-2*maxCode):i])
	for _, w := range [...]string{"enter ", "use ", "type ", "code ", "code: ", "code is ", "input ", "gib ", "saisissez ", "introduce ", "digite ", "inserisci ", "voer ", "wpisz ", "введите "} {
		if strings.Contains(before, w) {
			return true
		}
	}
	return false
}

// possessive reports whether a name of codes says whose it is.
func possessive(word string) bool {
	first, _, two := strings.Cut(word, " ")
	return two && determiners[first]
}

// plainCode reports whether a word only says that something is a code.
func plainCode(word string) bool {
	switch word {
	case "code", "codice", "código", "codigo", "kod", "код", "code is", "passcode is":
		return word != "code is" && word != "passcode is"
	}
	return false
}

// ofCode reports whether the words before a code's name, which stands at [from, to), or those between it and its value
// at j, say that it is one to keep: somebody's, or that of a door.
func (sc *scanner) ofCode(from, to, j int) bool {
	s := sc.s
	before := strings.ToLower(s[max(0, from-3*maxCode):max(0, from)])
	if n := strings.LastIndexAny(before, ".\n;:"); n >= 0 {
		before = before[n+1:]
	}
	for _, w := range [...]string{"error", "zip", "post", "promo", "country", "area", "discount", "status", "exit", "product", "voucher", "coupon", "referral", "order", "source", "bar", "qr", "dress", "tax", "bank"} {
		if strings.Contains(before, w) {
			return false
		}
	}
	for w := range strings.FieldsSeq(before) {
		if codeOwners[w] {
			return true
		}
	}
	between := strings.ToLower(s[min(to, len(s)):max(min(to, len(s)), min(j, len(s)))])
	for _, w := range [...]string{"gate", "door", "safe", "alarm", "lock", "garage", "building", "tür", "tor", "porte", "portail", "puerta", "porta", "deur", "drzwi", "brama", "двер", "carte", "card", "tarjeta", "cartão", "whatsapp", "bank", "login", "karte"} {
		if strings.Contains(between, w) {
			return true
		}
	}
	return from >= 0 && at(s, from) == 0xD0 && j-to < minCode // Код: 5519
}

// codeOwners are words that say whose a code is.
var codeOwners = wordSet(`your my our dein deine ihr ihre mein votre ton mon tu su mi seu sua teu tuo suo il la je uw mijn twój mój ваш твой мой`)

// otherCodes are words after "code" that make it one of everybody's.
var otherCodes = wordSet(`postal postale postaux barre barres barras promo promocional promozionale erreur d'erreur error errore erro fiscal fiscale produit source ape naf iso bic swift
	guichet banque pays país paese pocztowy kreskowy rabatowy błędu ошибки товара скидки города postcode article réduction descuento sconto desconto avviamento civil penal couleur
	color cor produto producto prodotto área area país acceso-público ibge cnae icd cie cid cim iata icao ean upc sap`)

// nounCode reads one word and a copula between the name of a code that ends at i and its digits: "codice WhatsApp è
// 512-993", "código de WhatsApp es 551-204".
func (sc *scanner) nounCode(i int, _ *keyword) (int, bool) {
	s := sc.s
	j := i
	for range 2 {
		if at(s, j) != ' ' {
			return 0, false
		}
		e := j + 1
		for e < len(s) && e-j < 2*maxCode && s[e] != ' ' && s[e] != '\n' && s[e] != ',' && s[e] != '.' && s[e] != ':' {
			e++
		}
		if w := s[j+1 : e]; w == "" || len(w) >= 2*maxCode || onlyDigits4(w) || farCopulas[lowerWord(w)] || otherCodes[lowerWord(w)] {
			return 0, false
		}
		how, v := sc.readJoint(e)
		if (how == jointAssign || how == jointProse) && (isDigit(at(s, v)) || shortText(wordAt(s, v)) != "") {
			return v, true
		}
		j = e
	}
	return 0, false
}

// headerWord reports whether a name of codes names nothing else.
func headerWord(word string) bool { return word != "tan" && word != "combo" && word != "combination" }

// pinEnd returns the end of the code at i: letters, digits and hyphens, marks of keypads on either side.
func pinEnd(s string, i int) int {
	j := i
	for j < len(s) && j-i < maxListCode && (isAlnum(s[j]) || s[j] == '-' && isAlnum(at(s, j+1)) || s[j] == '#' || s[j] == '*') {
		j++
	}
	if at(s, j) == '_' || at(s, j) == '.' && isDigit(at(s, j+1)) || at(s, j) == '(' || at(s, j) == '/' && isDigit(at(s, j+1)) {
		return i
	}
	return j
}

// codeMarks reports whether the signs of v are those of a keypad: *2580#.
func codeMarks(v string) bool {
	for k := range len(v) {
		if !isDigit(v[k]) && v[k] != '#' && v[k] != '*' {
			return false
		}
	}
	return true
}

// combination reports whether v is that of a lock: 24-8-36.
func combination(_, word string) bool {
	return strings.HasPrefix(word, "comb") || strings.HasSuffix(word, "combination") || strings.HasPrefix(word, "safe")
}

// postalPIN reports whether v is an Indian postal code, which is called a PIN code as well.
func postalPIN(word, v string) bool {
	return strings.HasPrefix(word, "pin") && word != "pin" && len(v) == 6 && v[0] != '0'
}

// encodedCode judges a code that stands there in base64.
func (sc *scanner) encodedCode(j int, how joint, k *keyword) bool {
	s := sc.s
	t := token{start: j, end: j}
	for t.end < len(s) && t.end-j < maxListCode && patternSets['b'][s[t.end]] {
		t.end++
	}
	v := s[t.start:t.end]
	if len(v) < 6 || how == jointSpace {
		return false
	}
	text := shortText(v)
	if !onlyDigits(text) {
		_, text, _ = decodeToken(strings.TrimRight(v, "=")) // {"value": "771909"}
	}
	_, n, _, _ := census(text)
	if n < 4 || n > 8 || len(text) >= maxListCode {
		return false
	}
	sc.add(t.start, t.end, rulePIN, 0.7, Evidence{Context: k.word, Structure: "encoded digits"})
	return true
}

// shortText decodes hexadecimal or base64 of a few characters, which is too short for others to look at.
func shortText(v string) string {
	if len(v)%2 == 0 && len(v) >= minEncoded && allHex(v) {
		raw, err := hex.DecodeString(v)
		if err == nil {
			return string(raw)
		}
	}
	raw, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(v, "="))
	if err != nil {
		return ""
	}
	return string(raw)
}

// restOfCode takes in the second half of a code that is written in two groups: 123 456.
func (sc *scanner) restOfCode(end int) int {
	s := sc.s
	j := end + 1
	for j < len(s) && isDigit(s[j]) {
		j++
	}
	if at(s, end) == ' ' && j-end-1 == 3 && isDigit(at(s, end-1)) && !isAlnum(at(s, j)) {
		return j
	}
	return end
}

// otherCode reports whether the word before "code is" makes it another kind of code.
func (sc *scanner) otherCode(nameEnd int, k *keyword) bool {
	if k.word != "code is" {
		return false
	}
	s := sc.s
	i := nameEnd - len(k.word)
	j := max(0, i-16)
	before := strings.ToLower(strings.TrimRight(s[j:i], " "))
	for _, w := range [...]string{
		"zip", "postal", "post", "area", "country", "error", "status", "exit", "promo", "return", "discount", "source", "airport", "stock", "order",
		"color", "colour", "hex", "sort", "swift", "the", "response", "dress", "qr", "product", "voucher", "morse", "language", "currency", "icd", "that",
		"coupon", "referral", "bar", "key", "char", "ascii", "http", "reason", "region", "state", "branch", "bank", "tax", "fault", "dialing", "dialling", "cost",
	} {
		if strings.HasSuffix(before, w) {
			return true
		}
	}
	return false
}

// codeBefore judges a code before its name: "552901 is your OTP", "use 731 902 as your one-time code". from is the
// start of the name.
func (sc *scanner) codeBefore(from int, k *keyword) {
	if k.word == "tan" || strings.HasPrefix(k.word, "comb") {
		return
	}
	s := sc.s
	end, between, ok := sc.copulaBefore(from)
	if k.arg == keyConfirm {
		end, ok = skipBack(s, from), sc.confirmed(from)
	} else if !ok || between == 0 && !possessive(k.word) && !asCopula(s, end) {
		return
	}
	if !ok {
		return
	}
	for end > 0 && (s[end-1] == '"' || s[end-1] == '\'' || s[end-1] == '*' || s[end-1] == ']' || s[end-1] == ')') {
		end--
	}
	start, digits := end, 0
	for start > 0 && end-start < maxCode && (isDigit(s[start-1]) || (s[start-1] == ' ' || s[start-1] == '-') && digits == 3 && isDigit(at(s, start-2))) {
		start--
		if isDigit(s[start]) {
			digits++
		}
	}
	if digits < 4 || digits > 8 || start > 0 && (isAlnum(s[start-1]) || s[start-1] == '.' || s[start-1] == '$' || s[start-1] == '#') {
		return
	}
	sc.add(start, end, rulePIN, 0.75, Evidence{Context: k.word, Structure: "digits before their name"})
}

// listAfter judges codes that stand in a list after a name such as "backup codes": each of letters and digits, maybe in
// groups, with at least one digit.
func (sc *scanner) listAfter(i int, k *keyword) {
	s := sc.s
	how, j, _ := sc.secretJoint(i, k.word)
	if how == jointNone || how == jointSpace {
		j = i
	}
	from := j
	for n := 0; n < maxListed; n++ {
		j = listItem(s, j)
		end := pinEnd(s, j)
		if end < len(s) && s[end] == ' ' && end-j == 4 { // 1234 5678
			if e := pinEnd(s, end+1); e-end-1 == 4 {
				end = e
			}
		}
		letters, digits, _, _ := census(s[j:end])
		if digits < 2 || letters+digits < 6 || j-from > maxListGap || measure(s[j:end]) {
			return
		}
		sc.keyed = max(sc.keyed, end)
		sc.add(j, end, rulePIN, 0.75, Evidence{Context: k.word, Structure: "list of codes"})
		from, j = end, end
	}
}

// listItem steps over what parts the items of a list: space, punctuation, brackets, numbers of items.
func listItem(s string, i int) int {
	for i < len(s) && (isSpace(s[i]) || strings.IndexByte(",;:-*|[](){}\"'`.", s[i]) >= 0) {
		i++
	}
	if j := i; isDigit(at(s, j)) { // 1. abcd-efgh
		for j < len(s) && isDigit(s[j]) {
			j++
		}
		if j-i <= 2 && (at(s, j) == '.' || at(s, j) == ')') {
			return skipBlanks(s, j+1)
		}
	}
	return i
}

// answerAfter judges the answer to a security question after a name that ends at i: a word, or several up to the end of
// the clause.
func (sc *scanner) answerAfter(i int, k *keyword) {
	s := sc.s
	how, j, _ := sc.secretJoint(i, k.word)
	if how == jointSpace && strings.HasPrefix(s[j:], "- answer") {
		how = jointNone
	}
	if how == jointNone || how == jointSpace {
		j = strings.Index(s[i:min(len(s), i+24)], "answer")
		if k.word != "maiden name" || j < 0 {
			return
		}
		how, j, _ = sc.secretJoint(i+j+len("answer"), k.word)
		if how != jointAssign && how != jointProse {
			return
		}
	}
	t := sc.readToken(j, how == jointProse)
	v := s[t.start:t.end]
	if len(v) < 3 || placeholder(v) || stopWord(v) || code(s, t, v) || how == jointProse && t.quote == 0 && !isUpper(v[0]) && v[0] < 0x80 && !looksChosen(v) {
		return
	}
	sc.keyed = max(sc.keyed, t.end)
	sc.add(t.start, t.end, ruleAssigned, 0.75, Evidence{Context: k.word, Structure: "answer"})
}

// seedAfter judges the base32 of a one-time-password generator after a name that ends at i: at least 16 characters, in
// groups or not.
func (sc *scanner) seedAfter(i int, k *keyword) {
	s := sc.s
	how, j, _ := sc.secretJoint(i, k.word)
	if how == jointNone {
		return
	}
	for n := 0; n < 2 && (at(s, j) == '"' || at(s, j) == '\'' || at(s, j) == '`'); n++ {
		j++
	}
	end, n, digits := j, 0, 0
	for e := j; e < len(s) && n < maxSeed; e++ {
		if c := s[e]; patternSets['t'][c] {
			n++
			if isDigit(c) {
				digits++
			}
			end = e + 1
		} else if (c == ' ' || c == '-') && (e-j)%5 == 4 && patternSets['t'][at(s, e+1)] {
			continue
		} else {
			break
		}
	}
	if n >= minSeed && (digits > 0 || n >= 2*minSeed) && !isAlnum(at(s, end)) {
		sc.keyed = max(sc.keyed, end)
		sc.add(j, end, ruleSeed, 0.9, Evidence{Context: k.word, Structure: "base32"})
		return
	}
	if how != jointSpace {
		sc.valueAfter(i, keyNoun, k, false)
	}
}

// Lengths of the base32 of a seed (RFC 4226: at least 128 bits, 80 in practice).
const (
	minSeed = 16
	maxSeed = 128
)

var ruleSeed = &rule{prio: prioSecret, Rule: Rule{
	ID: "secret-totp-seed", Version: 1, Type: TypeSecret,
	Description: "seed of a generator of one-time passwords, in base32 after a name for it",
	Source:      "RFC 6238, RFC 4226, RFC 4648 section 6",
}}
