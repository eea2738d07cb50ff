package redactor

import (
	"cmp"
	"slices"
	"strings"
)

const (
	removed = "[REDACTED]"
	// longSecret is from where on secrets are looked for one by one: there are
	// few of them in an interaction, and a trie of them would be slow.
	longSecret = 4096
)

// repeats replaces some secrets wherever they stand.
type repeats struct{ replacer *strings.Replacer }

// newRepeats prepares the search for all secrets. The time that it takes does
// not grow with their number: a text full of keys must not stop a partition.
// Longer ones go first, so that nothing is left of one that begins with another.
func newRepeats(secrets []string) []repeats {
	slices.SortFunc(secrets, func(a, b string) int {
		return cmp.Or(cmp.Compare(len(b), len(a)), strings.Compare(a, b))
	})
	var all []repeats
	var short []string
	for _, secret := range slices.Compact(secrets) {
		if len(secret) >= longSecret {
			all = append(all, repeats{strings.NewReplacer(secret, removed)})
			continue
		}
		short = append(short, secret, removed)
	}
	if len(short) > 0 {
		all = append(all, repeats{strings.NewReplacer(short...)})
	}
	return all
}

// in replaces them in a text and says how many there were.
func (r repeats) in(text string) (string, int) {
	out := r.replacer.Replace(text)
	if out == text {
		return text, 0
	}
	n := strings.Count(out, removed) - strings.Count(text, removed)
	return out, max(n, 1) // a secret may hold the replacement itself
}

// holds says whether one of them is in a text.
func (r repeats) holds(text string) bool { return r.replacer.Replace(text) != text }
