package redact

import (
	"crypto/sha256"
	"embed"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

var rulePhrase = &rule{prio: prioSecret + 2, Rule: Rule{
	ID: "secret-recovery-phrase", Version: 1, Type: TypeSecret,
	Description: "recovery phrase of a wallet: 12 to 24 words of one of the lists, with their checksum or after words for one",
	Source:      "BIP 39",
}}

// The word lists of BIP 39 (MIT licence, see wordlists/LICENSE), one word a line, in NFC; and the Russian and Turkish
// lists that wallets use.
//
//go:embed wordlists/*.txt
var wordlistFiles embed.FS

// wordlists are in this order in phraseWord.
var wordlists = [...]string{
	"english", "spanish", "french", "italian", "portuguese", "czech", "turkish", "russian", "japanese", "korean", "chinese_simplified", "chinese_traditional",
}

// listMember says that a word is number index of a list.
type listMember struct{ list, index uint16 }

// phraseWords maps the words of all lists to where they stand. It is built when the first run of words asks for it.
var phraseWords = sync.OnceValue(func() map[string][]listMember {
	m := make(map[string][]listMember, len(wordlists)<<11)
	for l, name := range wordlists {
		data, err := wordlistFiles.ReadFile("wordlists/" + name + ".txt")
		if err != nil {
			panic("redact: " + err.Error()) // a broken build
		}
		i := uint16(0)
		for w := range strings.FieldsSeq(string(data)) {
			m[w] = append(m[w], listMember{list: uint16(l), index: i})
			i++
		}
	}
	return m
})

// Recovery phrases (BIP 39): how many words, and how long they are in the lists of Latin letters.
const (
	minPhrase     = 12
	maxPhrase     = 24
	minPhraseWord = 3
	maxPhraseWord = 8 // one Italian word has nine letters
)

// wordRun counts words in a row that could be those of a recovery phrase.
type wordRun struct{ start, end, words, read int }

// add takes the word s[start:end] in and reports whether there are now enough of them for a phrase. Letters beyond
// ASCII part a word for the scanner: its pieces count too, which makes the count too high at worst. read is the end of
// what was looked up already.
func (r *wordRun) add(s string, start, end int) bool {
	if start < r.read {
		return false // looked at already
	}
	n, gap := end-start, start-r.end
	joined := gap == 1 && (s[r.end] == ' ' || s[r.end] == '\n')
	if !joined && (gap < 2 || gap > 5 || s[start-1] < 0x80 && s[r.end] < 0x80) || n > maxPhraseWord {
		if n > maxPhraseWord {
			r.start, r.end, r.words = end+1, end, 0
			return false
		}
		for start > 0 && s[start-1] >= 0x80 && end-start < 2*maxPhraseWord {
			start--
		}
		r.start, r.words = start, 0
	} else if n < minPhraseWord && joined && at(s, end) < 0x80 {
		r.words, r.end = -1, end // a short word of prose: begin after it
		r.start = end + 1
	}
	r.end = end
	r.words++
	if r.words < minPhrase {
		return false
	}
	r.words = 0
	return true
}

// phraseRun follows the last words of one list.
type phraseRun struct {
	count int // words in a row
	start [maxPhrase]int32
	index [maxPhrase]uint16
}

// phrases looks for recovery phrases among the words that begin at i and are parted by one space or line end each. It
// returns the end of the last word it read. Each word is looked up twice at most: runs of prose hardly ever hold enough
// words of the lists to be judged.
func (sc *scanner) phrases(i int) int {
	s := sc.s
	words := phraseWords()
	first, listed, end := i, 0, i
	for i < len(s) {
		j := phraseWordEnd(s, i)
		if j == i {
			break
		}
		if members(words, s[i:j]) != nil {
			listed++
		} else {
			sc.phraseRuns(words, first, i-1, listed)
			first, listed = j+1, 0
		}
		end, i = j, j+1
		if j >= len(s) || s[j] != ' ' && s[j] != '\n' {
			break
		}
	}
	sc.phraseRuns(words, first, end, listed)
	return end
}

// phraseWordEnd returns the end of the word at i.
func phraseWordEnd(s string, i int) int {
	j := i
	for j < len(s) && (isLetter(s[j]) || s[j] >= 0x80) && j-i < 4*maxPhraseWord {
		j++
	}
	return j
}

// members returns the lists that have a word, in any case of its ASCII letters.
func members(words map[string][]listMember, w string) []listMember {
	var buf [4 * maxPhraseWord]byte
	n := copy(buf[:], w)
	for i := range n {
		buf[i] = lower(buf[i])
	}
	return words[string(buf[:n])]
}

// phraseRuns judges listed words in a row, all of which are in some list and lie in [i, to). A word ends at most five
// windows, each of which costs one hash of at most 33 bytes.
func (sc *scanner) phraseRuns(words map[string][]listMember, i, to, listed int) {
	if listed < minPhrase {
		return
	}
	var runs [len(wordlists)]phraseRun
	for i < to {
		j := phraseWordEnd(sc.s, i)
		if sc.extend(&runs, members(words, sc.s[i:j]), i, j) {
			runs = [len(wordlists)]phraseRun{}
		}
		i = j + 1
	}
	sc.closePhrases(&runs, nil, to)
}

// extend adds the word at [i, j) to the runs of the lists that have it, ends the others, and reports whether a phrase
// was found that ends with it.
func (sc *scanner) extend(runs *[len(wordlists)]phraseRun, members []listMember, i, j int) bool {
	sc.closePhrases(runs, members, i-1)
	for _, m := range members {
		r := &runs[m.list]
		r.start[r.count%maxPhrase], r.index[r.count%maxPhrase] = int32(i), m.index //nolint:gosec // limited to maxText
		r.count++
		for n := min(r.count, maxPhrase) / 3 * 3; n >= minPhrase; n -= 3 {
			if !r.checksum(n) {
				continue
			}
			sc.add(int(r.start[(r.count-n)%maxPhrase]), j, rulePhrase, 0.97, Evidence{Checksum: "bip39"})
			return true
		}
	}
	return false
}

// closePhrases ends the runs of the lists that are not among members. A run that is as long as a phrase is one, even if
// a word of it was mistyped; end is where it ends.
func (sc *scanner) closePhrases(runs *[len(wordlists)]phraseRun, members []listMember, end int) {
	for l := range runs {
		if runs[l].count == 0 || memberOf(members, l) {
			continue
		}
		if n := runs[l].count; n >= minPhrase && n <= maxPhrase && n%3 == 0 && runs[l].distinct(n)*2 > n {
			sc.add(int(runs[l].start[0]), end, rulePhrase, 0.6, Evidence{Structure: "words of a list"})
		}
		runs[l].count = 0
	}
}

// distinct counts the different words among the first n.
func (r *phraseRun) distinct(n int) int {
	count := 0
	for i := range n {
		same := false
		for j := range i {
			same = same || r.index[j] == r.index[i]
		}
		if !same {
			count++
		}
	}
	return count
}

func memberOf(members []listMember, list int) bool {
	for _, m := range members {
		if int(m.list) == list {
			return true
		}
	}
	return false
}

// checksum reports whether the last n words end in the checksum of the bits before: n/3 bits of the SHA-256 of n/3*4
// bytes.
func (r *phraseRun) checksum(n int) bool {
	var bits [33]byte
	for k := range n {
		v := r.index[(r.count-n+k)%maxPhrase]
		for b := range 11 {
			if v>>(10-b)&1 != 0 {
				p := k*11 + b
				bits[p>>3] |= 0x80 >> (p & 7)
			}
		}
	}
	size := n / 3 * 4
	sum := sha256.Sum256(bits[:size])
	shift := 8 - n/3
	return sum[0]>>shift == bits[size]>>shift
}

// phraseAfter reads the words of a recovery phrase after a name for one that ends at i.
func (sc *scanner) phraseAfter(i int, k *keyword) {
	how, j, _ := sc.secretJoint(i, k.word)
	if how == jointNone {
		j = i
	}
	if how == jointNone || how == jointSpace {
		for n := 0; n < 4 && j < len(sc.s) && (isSpace(sc.s[j]) || sc.s[j] == ':' || sc.s[j] == '"' || sc.s[j] == '('); n++ {
			j++
		}
	}
	start, end, words, listed := phraseAt(sc.s, j)
	if words < minPhrase || listed*2 < words && (how == jointNone || how == jointSpace || words%3 != 0) {
		if how == jointAssign { // the name of another kind of secret: "mnemonic" of a key
			sc.valueAfter(i, keyNoun, k, false)
		}
		return
	}
	sc.keyed = max(sc.keyed, end)
	sc.add(start, end, rulePhrase, 0.9, Evidence{Context: k.word, Structure: "recovery phrase"})
}

// maxPhraseGap bounds what stands between two words of a phrase: a number and its sign, a comma, a line end.
const maxPhraseGap = 8

// phraseAt reads words at i, maybe numbered or quoted: where they begin and end, how many they are, and how many are
// in any list. Each Chinese character is a word.
func phraseAt(s string, i int) (start, end, words, listed int) {
	list := phraseWords()
	start, end = i, i
	for words < maxPhrase {
		j := end
		for j < len(s) && j-end < maxPhraseGap && s[j] < 0x80 && !isLetter(s[j]) {
			j++
		}
		if j > 0 && s[j-1] == '[' && markAt(s, j-1) > 0 {
			break // the word in a mark is none of the phrase
		}
		e, letters := letterRun(s, j)
		if letters == 0 || s[j] < 0x80 && (letters < minPhraseWord || letters > maxPhraseWord) || letters > 2*maxPhraseWord {
			break
		}
		if words == 0 {
			start = j
		}
		words++
		if e-j <= 4*maxPhraseWord && members(list, s[j:e]) != nil {
			listed++
		}
		end = e
	}
	return start, end, words, listed
}

// letterRun returns the end of the word at i and the number of its letters. A Han character is a word by itself.
func letterRun(s string, i int) (end, letters int) {
	for i < len(s) && letters <= 2*maxPhraseWord {
		r, n := utf8.DecodeRuneInString(s[i:])
		if !unicode.IsLetter(r) && !unicode.IsMark(r) {
			break
		}
		i += n
		letters++
		if unicode.Is(unicode.Han, r) {
			break
		}
	}
	return i, letters
}
