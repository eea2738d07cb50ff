package redact

import "strings"

// Bounds of what stands between the name of a secret and its value when more than an assignment does.
const (
	maxSubject = 72  // "… for the account of bob@company.com is"
	maxPaired  = 160 // between name="…" and value="…", one line of a type in between
)

// secretJoint reads what joins the name of a secret, found as word and ending at i, with its value: all that readJoint
// knows, and the forms that only values of secrets are worth looking for. With far, other words stand in between.
func (sc *scanner) secretJoint(i int, word string) (how joint, value int, far bool) {
	s := sc.s
	if j, ok := sc.pairedValue(i); ok {
		return jointAssign, j, false
	}
	if j, ok := elementValue(s, i); ok {
		return jointAssign, j, false
	}
	how, value = sc.readJoint(i)
	if how == jointProse && strings.HasPrefix(s[skipBlanks(s, i):], "to ") && !polishKey(word) && !looksChosen(unquoted(s, value)) {
		how, value = jointSpace, skipBlanks(s, i)
	}
	if how == jointAssign {
		value = sc.nested(value)
	}
	if how == jointAssign || how == jointProse {
		return how, value, false
	}
	if word[0] >= 0xE0 && isAlnum(at(s, i)) {
		return jointAssign, i, false
	}
	if j := particle(s, i, word); j > i {
		return jointAssign, j, false
	}
	if j, ok := callArgument(s, i); ok {
		return jointAssign, j, false
	}
	if j, ok := subjectEnd(s, i, !commonNoun(word)); ok {
		return jointProse, j, true
	}
	if how == jointSpace && (sc.screaming(i) || turkishKey(word) && looksChosen(unquoted(s, value))) {
		return jointAssign, value, false
	}
	return how, value, false
}

// maxAttributes bounds the attributes of an element that holds a secret.
const maxAttributes = 200

// elementValue finds the value of an element whose name ends at i and that has attributes: <wsse:Password Type="…">.
func elementValue(s string, i int) (int, bool) {
	if at(s, i) != ' ' {
		return 0, false
	}
	from := i
	for from > 0 && i-from < maxName && (isWordByte(s[from-1]) || s[from-1] == ':') {
		from--
	}
	if at(s, from-1) != '<' {
		return 0, false
	}
	limit := min(len(s), i+maxAttributes)
	end := strings.IndexByte(s[i:limit], '>')
	if end < 0 || s[i+end-1] == '/' || strings.IndexByte(s[i:i+end], '<') >= 0 {
		return 0, false
	}
	j := skipBlanks(s, i+end+1)
	return j, j < len(s) && s[j] != '<'
}

// nested steps into a value that is written as a block of its own: a scalar on the lines below (YAML), an object with
// a member for the value.
func (sc *scanner) nested(i int) int {
	s := sc.s
	switch at(s, i) {
	case '|', '>':
		j := i + 1
		for j < len(s) && (s[j] == '-' || s[j] == '+' || isDigit(s[j])) {
			j++
		}
		if at(s, j) == '\n' && at(s, j+1) == ' ' {
			return skipBlanks(s, j+1)
		}
	case '{':
		j := i + 1
		for n := 0; n < maxName && j < len(s) && (isSpace(s[j]) || s[j] == '"' || s[j] == '\''); n++ {
			j++
		}
		_, value, ok := pairedName(s, j)
		if ok {
			return value
		}
	}
	return i
}

// unquoted returns the word at i without a quote before it and the one that ends it.
func unquoted(s string, i int) string {
	if c := at(s, i); c == '"' || c == '\'' || c == '`' {
		i++
	}
	return strings.TrimRight(wordAt(s, i), "\"'`")
}

// polishKey reports whether "to" after word means "is".
func polishKey(word string) bool {
	return strings.HasPrefix(word, "has") || strings.HasPrefix(word, "kod")
}

// turkishKey reports whether word is one of Turkish with "my" or "your" in it, after which nothing says "is": şifrem Kedi123!
func turkishKey(word string) bool {
	switch word {
	case "şifrem", "şifreniz", "parolam", "parolanız":
		return true
	}
	return false
}

// valueParticles stand between names and values in languages that put nothing else there, or a sign that readJoint does not
// take for an assignment.
var valueParticles = []string{
	"는 ", "은 ", "가 ", "이 ", "는", "은", "は", "が", "是", "为", "為", "هي ", "هو ", "- ", "-> ", "→ ", "⇒ ", "c'est ", "? ", "'s ", "=> ", "from ", "von ", "de ", "da ", "van ", "с ", "z ",
}

// particle returns where the value begins after a particle at i, or i.
func particle(s string, i int, word string) int {
	j := skipBlanks(s, i)
	for _, p := range valueParticles {
		if !strings.HasPrefix(s[j:], p) {
			continue
		}
		if p[0] < 0x80 && j == i && p[0] != '\'' && p[0] != '?' {
			return i // a hyphen that belongs to the name
		}
		if p[0] == '-' && word[0] < 0x80 && !looksChosen(wordAt(s, j+len(p))) {
			return i // a dash between two clauses
		}
		if (p[0] == '\'' || p[0] == '?' || isLower(p[0]) || p == "с ") && !looksChosen(wordAt(s, j+len(p))) {
			continue
		}
		return skipBlanks(s, j+len(p))
	}
	return i
}

// wordAt returns the characters from i to the next space, at most maxSecretWord of them.
func wordAt(s string, i int) string {
	j := i
	for j < len(s) && j-i < maxSecretWord && !isSpace(s[j]) && s[j] != ',' && s[j] != '"' {
		j++
	}
	return s[min(i, len(s)):j]
}

// maxSecretWord bounds a word of a sentence that may be a password.
const maxSecretWord = 128

// looksChosen reports whether a word of a sentence looks like a password that somebody chose: letters with digits, or
// with signs that words do not have, and no measure, date, version, address or compound word.
func looksChosen(v string) bool {
	for len(v) > 0 && (v[len(v)-1] == '.' || v[len(v)-1] == ',' || v[len(v)-1] == ')' || v[len(v)-1] == '?' || v[len(v)-1] == ':' || v[len(v)-1] == ';') {
		v = v[:len(v)-1]
	}
	if len(v) < 5 || strings.IndexByte(v, '=') > 0 && nameBytes(v[:strings.IndexByte(v, '=')]) || placeholder(v) || measure(v) || startsURL(v) || strings.IndexByte(v, '(') >= 0 {
		return false
	}
	letters, digits, symbols, _ := census(v)
	if letters < 2 || has(v, '@') && isDomain(v[strings.LastIndexByte(v, '@')+1:]) {
		return false
	}
	strange := symbols > 0 && !onlyInner(v, "-_./'’:,+")
	return strange && letters+digits > 3 || digits > 0 && len(v) >= 6 && (mixedCase(v) || digits >= 2)
}

// mixedCase reports whether v has capitals and small letters.
func mixedCase(v string) bool {
	up, low := false, false
	for i := range len(v) {
		up = up || isUpper(v[i])
		low = low || isLower(v[i])
	}
	return up && low
}

// valueNames introduce the value of a pair whose name was given before: <add key="password" value="…"/>.
var valueNames = []string{"value", "val", "defaultvalue", "default", "string", "content", "v"}

// pairedValue finds the value of a pair of which the name of a secret is the first part. i is the end of the name.
// It stays on the same line, but for the first line end and, in a block, the line of a type.
func (sc *scanner) pairedValue(i int) (int, bool) {
	s := sc.s
	j := i
	for j < len(s) && (s[j] == '"' || s[j] == '\'' || s[j] == '`') {
		j++
	}
	quoted := j > i
	limit := min(len(s), j+maxPaired)
	if strings.HasPrefix(s[j:limit], "</") { // <key>password</key> <string>…</string>
		end := strings.IndexByte(s[j:limit], '>')
		if end < 0 {
			return 0, false
		}
		j += end + 1
		quoted = true
	}
	lines := 0
	for j < limit {
		switch c := s[j]; {
		case c == '\n':
			lines++
			j++
		case isSpace(c) || c == ',' || c == '"' || c == '\'' || c == '<' || (c == '{' || c == '>') && quoted || c == '|' || c == '\\':
			j++
		default:
			end, value, ok := pairedName(s, j)
			if ok {
				return value, lines < 2 || quoted
			}
			if lines == 0 && j == i || end == j || lines > 2 || !quoted && lines == 0 {
				return 0, false
			}
			// another attribute: type = string
			if !isTypeName(s[j:end]) {
				return 0, false
			}
			j = end
			for j < limit && s[j] != '\n' && s[j] != ',' {
				j++
			}
		}
	}
	return 0, false
}

// isTypeName reports whether an attribute may stand between the name and the value of a pair.
func isTypeName(v string) bool {
	return equalFold(v, "type") || equalFold(v, "description") || equalFold(v, "sensitive") || equalFold(v, "enabled") || equalFold(v, "secret") || equalFold(v, "xml")
}

// pairedName reads a name at i and, if it is one of valueNames and assigned to, where its value begins.
func pairedName(s string, i int) (end, value int, ok bool) {
	end = i
	for end < len(s) && end-i < maxName && isWordByte(s[end]) {
		end++
	}
	for _, n := range valueNames {
		if !equalFold(s[i:end], n) {
			continue
		}
		j := end
		for j < len(s) && (s[j] == '"' || s[j] == '\'') {
			j++
		}
		j = skipBlanks(s, j)
		if c := at(s, j); c == ':' || c == '=' || c == '>' && at(s, i-1) == '<' {
			return end, skipCast(s, skipBlanks(s, j+1)), true
		}
	}
	return end, 0, false
}

// callArgument finds the value in setPassword("…") and password('…'): a quoted argument right after the name. A plain
// word there is a label or another name.
func callArgument(s string, i int) (int, bool) {
	if at(s, i) != '(' {
		return 0, false
	}
	j := skipBlanks(s, i+1)
	if c := at(s, j); c != '"' && c != '\'' && c != '`' {
		return 0, false
	}
	q := s[j]
	end := j + 1
	for end < len(s) && end-j < maxSecretWord && s[end] != q && s[end] != '\n' {
		end++
	}
	if at(s, end) != q {
		return 0, false
	}
	if v := s[j+1 : end]; has(v, ' ') || !looksChosen(v) {
		return 0, false
	}
	return j, true
}

// prepositions begin what a secret is for, or who has it, between its name and its value.
var prepositions = wordSet(`for of to on in at from i we you they he she that which used during with
		für des der meiner meines unserer unseres zum zur vom von im am auf bei
		pour de du des d' dans sur à au que
		para del de la al en do da dos das no na que per di del della dei su nel nella
		voor van op in bij do dla od na w для от к на в у الخاص الخاصة`)

// farCopulas end what stands between a name and its value. Each is a whole word.
var farCopulas = wordSet(`is was are = : - lautet ist war est était es era é è jest to brzmi equals := => это هو هي`)

// subjectEnd reads "for the staging server is" after a name that ends at i and returns where the value begins: a
// preposition, at most maxSubject bytes of words without the end of a clause, then a copula or a colon. With alone, a
// value that ends the clause needs neither.
func subjectEnd(s string, i int, alone bool) (int, bool) {
	if at(s, i) != ' ' {
		return 0, false
	}
	limit := min(len(s), i+maxSubject)
	first, chosen := true, -1
	for j := i + 1; j < limit; {
		e := j
		for e < limit && s[e] != ' ' && s[e] != '\n' && s[e] != ',' && s[e] != ';' && s[e] != '?' && s[e] != '!' {
			e++
		}
		w := s[j:e]
		if alone && !first && chosen < 0 && looksChosen(w) {
			chosen = j
		}
		if w == "" || e < len(s) && s[e] != ' ' {
			return chosen, chosen > 0 && chosen == j
		}
		if first && !prepositions[lowerWord(w)] {
			return nounSubject(s, j, e)
		}
		colon := w[len(w)-1] == ':'
		if !first && (farCopulas[lowerWord(w)] || colon) {
			return skipBlanks(s, e), true
		}
		if w[len(w)-1] == '.' {
			return chosen, chosen > 0 && chosen == j
		}
		first = false
		j = e + 1
	}
	return chosen, chosen > 0 && chosen+len(wordAt(s, chosen)) == len(s) // it ends the text
}

// nounSubject reads one word and a copula, as in "la clé API stripe est": the word at [i, e) must not make the name one
// of something else.
func nounSubject(s string, i, e int) (int, bool) {
	w := s[i:e]
	if len(w) > 24 || !onlyInner(w, "-_.'’") || harmlessName("", w) || stopWord(w) {
		return 0, false
	}
	j := e + 1
	k := j
	for k < len(s) && k-j < 12 && s[k] != ' ' && s[k] != '\n' {
		k++
	}
	if at(s, k) != ' ' || !farCopulas[lowerWord(s[min(j, len(s)):k])] {
		return 0, false
	}
	j = skipBlanks(s, k)
	return j, looksChosen(wordAt(s, j)) || len(wordAt(s, j)) >= minSeed
}

// wordSet makes a set of the words in list.
func wordSet(list string) map[string]bool {
	m := map[string]bool{}
	for w := range strings.FieldsSeq(list) {
		m[w] = true
	}
	return m
}

// lowerWord returns a short word in lower case; what is longer than any word of the lists is returned as it is.
func lowerWord(w string) string {
	if len(w) > 12 {
		return w
	}
	return strings.ToLower(w)
}

// screaming reports whether the name that ends at i is that of a variable of the environment, of which the value may
// follow a space: ENV API_TOKEN abc. It has an underscore and no small letter.
func (sc *scanner) screaming(i int) bool {
	s := sc.s
	under := false
	j := i
	for j > 0 && i-j < maxName && isWordByte(s[j-1]) {
		j--
		if isLower(s[j]) {
			return false
		}
		under = under || s[j] == '_'
	}
	return under && i-j >= 6
}

// valueBefore judges what stands before a name of a secret: "Summer2023! is my password", "use 731 902 as your code".
// from is the start of the name, word what it is.
func (sc *scanner) valueBefore(from int, k *keyword) {
	value, between, ok := sc.copulaBefore(from)
	if !ok || between == 0 && !asCopula(sc.s, value) {
		return
	}
	s := sc.s
	start := value
	for start > 0 && value-start < maxSecretWord && !isSpace(s[start-1]) && s[start-1] != '"' && s[start-1] != '(' && s[start-1] != '`' && s[start-1] != '\'' {
		start--
	}
	for value > start && (s[value-1] == '"' || s[value-1] == '\'' || s[value-1] == '`' || s[value-1] == ',' || s[value-1] == ')') {
		value--
	}
	v := s[start:value]
	if looksChosen(v) && !code(s, token{start: start, end: value, next: value}, v) && (len(v) <= minSeed || !wordy(v) || !onlyInner(v, "_")) {
		sc.keyed = max(sc.keyed, value)
		sc.add(start, value, ruleAssigned, 0.7, Evidence{Context: k.word, Structure: "value before its name"})
		sc.alternative(start, k)
	}
}

// alternative judges the word before "and" or "or" before a value at i: "I tried Basket77! and Basket78! as the password".
func (sc *scanner) alternative(i int, k *keyword) {
	s := sc.s
	end := i
	for _, and := range [...]string{" and ", " or ", " und ", " oder ", " et ", " ou ", " y ", " o ", " e ", ", "} {
		if i > len(and) && s[i-len(and):i] == and {
			end = i - len(and)
		}
	}
	start := end
	for start > 0 && end-start < maxSecretWord && !isSpace(s[start-1]) {
		start--
	}
	if end < i && looksChosen(s[start:end]) && !code(s, token{start: start, end: end, next: end}, s[start:end]) {
		sc.add(start, end, ruleAssigned, 0.65, Evidence{Context: k.word, Structure: "value before its name"})
	}
}

// asCopula reports whether the copula after the value that ends at i can stand right before a name: as, comme, como.
func asCopula(s string, i int) bool {
	w := lowerWord(wordAt(s, skipBlanks(s, i)))
	return w == "as" || w == "als" || w == "comme" || w == "como" || w == "come" || w == "jako"
}

// backwardCopulas stand between a value and the name that follows it.
var backwardCopulas = wordSet(`is as was ist als war est comme es como é è come jest jako - 是 ваш это`)

// determiners stand between such a word and the name.
var determiners = wordSet(`my our your his her their the a an this that new old temporary temp current strong good safe valid secure weak bad
		right correct admin root master wifi default one-time one time account login first last same user google amazon paypal whatsapp microsoft apple uber
		facebook instagram twitter telegram signal bank verification security authentication sms otp two-factor 2fa
		mein meine unser unsere dein deine ihr ihre das die der ein eine neues neue sicheres mon ma notre votre ton ta le la un une nouveau bon
		mi mis nuestra tu su una el buena nueva minha meu sua seu nossa o uma nova il mia tua sua un buona nuova het mijn een uw je moje twoje twój
		twoim moim`)

// maxDeterminers bounds how many words stand between a value's copula and the name.
const maxDeterminers = 4

// copulaBefore walks back from a name over words such as "my new" to a copula and returns the end of what stands
// before that, and how many words stand between the copula and the name.
func (sc *scanner) copulaBefore(from int) (value, between int, ok bool) {
	s := sc.s
	end := from
	for n := 0; n <= maxDeterminers; n++ {
		for end > 0 && s[end-1] == ' ' {
			end--
		}
		start := end
		for start > 0 && end-start < 16 && !isSpace(s[start-1]) {
			start--
		}
		if start == end || start == 0 {
			return 0, 0, false
		}
		w := lowerWord(s[start:end])
		if backwardCopulas[w] {
			for start > 0 && s[start-1] == ' ' {
				start--
			}
			return start, n, start > 0
		}
		if !determiners[w] {
			return 0, 0, false
		}
		end = start
	}
	return 0, 0, false
}
