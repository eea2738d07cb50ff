package dictionary

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Bounds of a list.
const (
	// MaxEntries bounds a list: some 30 MB of hashes for names of two words.
	MaxEntries = 1_000_000
	// MaxEntry bounds an entry, in bytes.
	MaxEntry = 256
	// minLetters is how many letters and digits the shortest entry has: a shorter one would be found everywhere. One
	// character of a script without blanks counts for two.
	minLetters = 3
)

// plainKey is that of lists that are no secret.
var plainKey = Key([]byte("hushlog plain v1"))

// NewKey derives the key of a private list from a secret of at least 32 bytes.
func NewKey(secret []byte) (Key, error) {
	if len(secret) < 32 {
		return Key{}, errors.New("the key of a dictionary has at least 32 bytes")
	}
	sum := sha256.Sum256(append([]byte("hushlog/dictionary/v1\x00"), secret...))
	return Key(sum[:16]), nil
}

// LineError says which line of a list cannot be, and why. It never holds anything of the line.
type LineError struct {
	// Line counts from 1.
	Line int
	// Problem in plain words.
	Problem string
}

// Error is the line and the problem.
func (e *LineError) Error() string { return "line " + strconv.Itoa(e.Line) + ": " + e.Problem }

// Options say how a list is read.
type Options struct {
	// Exact compares letters with their case.
	Exact bool
	// Normalise brings an entry into the form of the texts that Append will be given; nil leaves it.
	Normalise func(string) string
}

// Load reads a list, one entry a line.
func Load(r io.Reader, o Options) (*Set, error) {
	hashes, err := hashLines(r, plainKey, o)
	if err != nil {
		return nil, err
	}
	return newSet(plainKey, o.Exact, hashes), nil
}

// hashLines hashes every entry of a list and its beginnings.
func hashLines(r io.Reader, key Key, o Options) ([]uint64, error) {
	lines := bufio.NewScanner(r)
	lines.Buffer(make([]byte, 0, 4*MaxEntry), 4*MaxEntry)
	c := chain{key: &key, exact: o.Exact}
	var hashes []uint64
	entries, n := 0, 0
	for lines.Scan() {
		n++
		line := bytes.TrimSpace(lines.Bytes())
		if n == 1 {
			line = bytes.TrimPrefix(line, []byte("\ufeff"))
		}
		if len(line) == 0 || line[0] == '#' {
			continue
		}
		var problem string
		hashes, problem = c.entry(hashes, string(line), o.Normalise)
		if problem == "" && entries == MaxEntries {
			problem = fmt.Sprintf("the list has more than %d entries; split it", MaxEntries)
		}
		if problem != "" {
			return nil, &LineError{n, problem}
		}
		entries++
	}
	err := lines.Err()
	switch {
	case errors.Is(err, bufio.ErrTooLong):
		return nil, &LineError{n + 1, fmt.Sprintf("is longer than %d bytes", MaxEntry)}
	case err != nil:
		return nil, fmt.Errorf("read the list: %w", err)
	case entries == 0:
		return nil, &LineError{max(n, 1), "the list has no entry"}
	}
	return hashes, nil
}

// entry appends the hashes of an entry and of its beginnings, or says what is wrong with it.
func (c *chain) entry(hashes []uint64, line string, normalise func(string) string) ([]uint64, string) {
	if !utf8.ValidString(line) {
		return nil, "is not UTF-8"
	}
	if len(line) > MaxEntry {
		return nil, fmt.Sprintf("is longer than %d bytes", MaxEntry)
	}
	if normalise != nil {
		line = normalise(line)
	}
	words, letters := cut(line)
	switch {
	case letters < minLetters:
		return nil, fmt.Sprintf("has fewer than %d letters or digits: it would be found everywhere", minLetters)
	case len(words) > maxWords:
		return nil, fmt.Sprintf("has more than %d words or signs", maxWords)
	}
	h := uint64(0)
	for i, w := range words {
		h = c.add(h, w.text, w.spaced)
		if h == 0 {
			return nil, fmt.Sprintf("has a word of more than %d bytes", maxWord)
		}
		flag := uint64(isPrefix)
		if i == len(words)-1 {
			flag = isEntry
		}
		hashes = append(hashes, h|flag)
	}
	return hashes, ""
}

type word struct {
	text   string
	spaced bool
}

// cut returns the words and signs of an entry, from its first to its last word, and counts letters and digits.
func cut(line string) (words []word, letters int) {
	last := 0
	for i := 0; i < len(line); {
		start, end, k, spaced := next(line, i)
		i = end
		if start == end || len(words) == 0 && k < letter {
			continue
		}
		words = append(words, word{line[start:end], spaced})
		switch k {
		case letter:
			letters += utf8.RuneCountInString(line[start:end])
			last = len(words)
		case single:
			letters += 2
			last = len(words)
		}
	}
	return words[:last], letters
}

// The header of a file of hashes: what it is, how entries are compared, and a hash that only the right key gives.
const (
	headerName = "hushlog-dictionary-1"
	modeExact  = "exact"
	modeFold   = "fold"
	checkText  = "hushlog dictionary key check"
)

func keyCheck(key Key) string { return fmt.Sprintf("%016x", sipHash(&key, []byte(checkText))) }

// WriteHashes reads a list and writes the file of its hashes under key, in an order that says nothing of the list's.
// It returns how many entries there are.
func WriteHashes(w io.Writer, r io.Reader, key Key, o Options) (int, error) {
	hashes, err := hashLines(r, key, o)
	if err != nil {
		return 0, err
	}
	mode := modeFold
	if o.Exact {
		mode = modeExact
	}
	out := bufio.NewWriter(w)
	fmt.Fprintln(out, headerName, mode, keyCheck(key))
	entries := 0
	for _, h := range merge(hashes) {
		fmt.Fprintf(out, "%016x\n", h)
		if h&isEntry != 0 {
			entries++
		}
	}
	err = out.Flush()
	if err != nil {
		return 0, fmt.Errorf("write the hashes: %w", err)
	}
	return entries, nil
}

// LoadHashes reads a file that WriteHashes made under key.
func LoadHashes(r io.Reader, key Key) (*Set, error) {
	lines := bufio.NewScanner(r)
	lines.Buffer(make([]byte, 0, MaxEntry), MaxEntry)
	if !lines.Scan() {
		return nil, &LineError{1, "is no file of hashes: make it with hushlog dictionary hash"}
	}
	header := strings.Fields(lines.Text())
	if len(header) != 3 || header[0] != headerName || header[1] != modeExact && header[1] != modeFold {
		return nil, &LineError{1, "is no file of hashes: make it with hushlog dictionary hash"}
	}
	if header[2] != keyCheck(key) {
		return nil, &LineError{1, "the hashes were made with another key"}
	}
	var hashes []uint64
	for n := 2; lines.Scan(); n++ {
		var raw [8]byte
		size, err := hex.Decode(raw[:], lines.Bytes()[:min(len(lines.Bytes()), 16)])
		if err != nil || size != 8 || len(lines.Bytes()) != 16 {
			return nil, &LineError{n, "is no hash of 16 digits"}
		}
		if len(hashes) == maxWords*MaxEntries {
			return nil, &LineError{n, "the file has too many hashes"}
		}
		h := uint64(0)
		for _, b := range raw {
			h = h<<8 | uint64(b)
		}
		if h&^flags == 0 || h&flags == 0 {
			return nil, &LineError{n, "is no hash of an entry"}
		}
		hashes = append(hashes, h)
	}
	err := lines.Err()
	if err != nil {
		return nil, fmt.Errorf("read the hashes: %w", err)
	}
	if len(hashes) == 0 {
		return nil, &LineError{1, "the file has no hash"}
	}
	return newSet(key, header[1] == modeExact, hashes), nil
}
