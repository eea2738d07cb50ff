package redact

import "strings"

// What stands where somebody's data could, and is nobody's: references instead of values, messages of programs, dumps of
// memory, things that are born, questions about a disease as such.

// referenceStarts begin what refers to a value or tells of it: "see above", "as discussed", "to be confirmed".
var referenceStarts = strings.Split("none |as |see |same as |same |to be |not |per |like |siehe |wie |ver |voir |vedi |véase |vide |igual |idem|comme |come |como |zie |zob. |jak |wird |noch |à |por |da ", "|")

// maxReference bounds what is read as a reference, in bytes.
const maxReference = 40

// refersOnly reports whether v, where a value could stand, refers to one or says that there is none: a phrase of small
// letters that begins as references do, or something short in brackets.
func refersOnly(v string) bool {
	if len(v) < 4 || len(v) > maxReference {
		return false
	}
	if v[0] == '(' && v[len(v)-1] == ')' {
		return len(v) < maxReference/2 && onlyLetters(v[1:len(v)-1])
	}
	for _, w := range [...]string{"上記", "参照", "同上", "见上", "如上", "위와 같", "см. выше"} {
		if strings.Contains(v, w) {
			return true
		}
	}
	for _, w := range referenceStarts {
		if len(v) > len(w) && equalFold(v[:len(w)], w) {
			return v[len(w)-1] != ' ' || inSmall(v[len(w):])
		}
	}
	return false
}

// inSmall reports whether v is words of small letters and nothing else.
func inSmall(v string) bool {
	for i := range len(v) {
		if c := v[i]; !isLower(c) && c != ' ' && c < 0x80 && c != '-' && c != '.' && c != '\'' {
			return false
		}
	}
	return true
}

// messageWords begin what programs report after a name of theirs: "userId: failed to load".
var messageWords = wordSet(`failed failure fails timeout timed request response invalid missing required expected unexpected cannot could undefined
	error connection conexión conexão connexion verbindung refused rejected denied exceeded retry retrying unable unknown must should received
	version help usage optional string number integer boolean null none fehler erreur errore erro ungültig abgelehnt rechazada recusada result results`)

// messageAt reports whether s[start:end], after the name of a field, begins what a program says of it, and is no value.
func messageAt(s string, start, end int) bool {
	c := at(s, end)
	if c == '[' || c == '(' || c >= 0x80 {
		return true
	}
	return messageWords[strings.ToLower(s[start:end])]
}

// declares are the words of programs after which a name is assigned another name: const userId = params2.
var declares = wordSet("const let var val final auto int")

// declared reports whether the key that starts at i is declared as a variable, so that an unquoted value is code.
func (sc *scanner) declared(i int) bool {
	return at(sc.s, i-1) == ' ' && declares[strings.ToLower(sc.wordBefore(i-1))]
}

// Dumps of memory: an offset, and bytes in groups of two or four hexadecimal digits.
const (
	minOffset  = 4  // digits of an offset
	maxOffset  = 18 // with its "0x"
	dumpReach  = 96 // how far before a number its line is looked for
	dumpGroups = 3  // groups that must follow an offset
)

// inDump reports whether the line of i is one of a dump: 00000010  37 38 39 30, 0x0010: 3031 3233. At most dumpReach
// bytes are read.
func inDump(s string, i int) bool {
	from := i
	for from > 0 && i-from < dumpReach && s[from-1] != '\n' {
		from--
	}
	if from > 0 && s[from-1] != '\n' {
		return false
	}
	j := skipBlanks(s, from)
	offset := j
	if at(s, j) == '0' && lower(at(s, j+1)) == 'x' {
		j += 2
	}
	for j < len(s) && j-offset < maxOffset && isHex(s[j]) {
		j++
	}
	if j-offset < minOffset || at(s, j) != ':' && (at(s, j) != ' ' || at(s, j+1) != ' ') {
		return false
	}
	if s[j] == ':' {
		j++
	}
	return dumpRow(s, j)
}

// dumpRow reports whether groups of hexadecimal digits, all of two or all of four, stand at j.
func dumpRow(s string, j int) bool {
	size := 0
	for n := range dumpGroups {
		for b := 0; b < 2 && at(s, j) == ' '; b++ {
			j++
		}
		from := j
		for j < len(s) && j-from <= 4 && isHex(s[j]) {
			j++
		}
		if n == 0 {
			size = j - from
		}
		if j-from != size || size != 2 && size != 4 || at(s, j) != ' ' {
			return false
		}
	}
	return true
}

// bornThings are things of which one says that they were born.
var bornThings = wordSet(`data project projekt projet proyecto projeto progetto startup start-up company firm idea idée idee language movement band product
	app application platform tradition concept law loi ley lei legge entreprise empresa firma azienda internet web site team organization organisation
	association club party brand marque marca digital feature framework library genre style theory term word festival`)

// bornThing reports whether the word for birth nearest before start is said of a thing, or says what something was born
// as: "the project was born on", "data was born digital on".
func (sc *scanner) bornThing(start int) bool {
	for i := sc.hitsBefore(start) - 1; i >= 0 && start-int(sc.hits[i].start) <= reachBefore; i-- {
		h := sc.hits[i]
		if sc.voc.words[h.word].topics&topBirth == 0 {
			continue
		}
		if strings.HasPrefix(sc.s[h.end:], " digital") {
			return true
		}
		before := clauseBefore(sc.s, int(h.start))
		if about(before)&(aboutPerson|aboutOne) != 0 {
			return false
		}
		return endsNear(before, bornThings)
	}
	return false
}

// maxLastWords is how many words before a place are looked up.
const maxLastWords = 4

// endsNear reports whether one of the last words of v is in set.
func endsNear(v string, set map[string]bool) bool {
	end := len(v)
	for range maxLastWords {
		for end > 0 && !isAlnum(v[end-1]) && v[end-1] < 0x80 {
			end--
		}
		start := end
		for start > 0 && (isAlnum(v[start-1]) || v[start-1] >= 0x80) {
			start--
		}
		if start == end {
			return false
		}
		if set[strings.ToLower(v[start:end])] {
			return true
		}
		end = start
	}
	return false
}

// codeThings are what has codes that are no secrets: errors, states, articles, countries.
var codeThings = wordSet("error errore erreur erro fehler fout błędu błąd ошибки stato state status estado état statut article articolo artículo artigo produit prodotto producto produto país pays paese country language versione version colore color")

// symptoms are names of conditions that are also everyday complaints: they count if somebody has them, by the words.
var symptoms = wordSet("schwindel vertigini vertiges vértigo vertigo tinnitus insomnia insomnie insomnio insonnia insônia anxiety anxiété ansiedad ansiedade ansia")

// askingWords begin a question or a request to explain.
var askingWords = wordSet("what what's which how why explain describe welche wie warum erkläre quels quelles quel quelle comment pourquoi qué cuáles cuál cómo cosa quali quale come quais qual como")

// generalTails make what stands before them a subject as such.
var generalTails = []string{" in general", " generally", " im allgemeinen", " allgemein", " en général", " en general", " in generale", " em geral"}

// askedInGeneral reports whether a question about a condition between before and s[end:] is about nobody: after its last
// word of asking no word speaks of a person and one of the subject as such; or it says so itself.
func askedInGeneral(before, s string, end int) bool {
	rest := s[end:min(len(s), end+maxReference)]
	for _, t := range generalTails {
		if len(rest) >= len(t) && equalFold(rest[:len(t)], t) {
			return true
		}
	}
	for i := len(before); i > 0; {
		for i > 0 && !isLetter(before[i-1]) && before[i-1] < 0x80 {
			i--
		}
		stop := i
		for i > 0 && (isLetter(before[i-1]) || before[i-1] == '\'' || before[i-1] >= 0x80) {
			i--
		}
		if stop > i && askingWords[strings.ToLower(before[i:stop])] {
			speaks := about(before[stop:])
			return speaks&(aboutOne|aboutPerson) == 0 && speaks&aboutGeneral != 0
		}
	}
	return false
}

// asmWords stand around the register DX in assembly.
var asmWords = []string{"mov ", "push ", "pop ", "xor ", "lea ", "int 21", "eax", "edx", "rdx", "rax", " ax", " bx", " cx", "(ax", "out ", "MOV", "AX,", "BX,", "CX,"}

// inAssembly reports whether the text around [start, end) is assembly.
func inAssembly(s string, start, end int) bool {
	near := s[max(0, start-reachClause):min(len(s), end+reachClause)]
	for _, w := range asmWords {
		if strings.Contains(near, w) {
			return true
		}
	}
	return false
}
