package tagger

// Vocabulary returns the hashes of the words that stand at least least times in the examples outside names, in lower case,
// at the start of a sentence, or in a script without case: those that the model may know by themselves.
func Vocabulary(examples []Example, least int) []uint32 {
	count := map[uint32]int{}
	var w work
	empty := newLexicon(string(BuildLexicon(nil)))
	for i := range examples {
		x := &examples[i]
		w.prepare(&empty, x.Text, x.Masks)
		for k, l := range labels(w.toks, x.Names) {
			t := &w.toks[k]
			plain := t.shape == shapeLower || t.shape == shapeUncased || t.flags&opening != 0 && t.shape.cased()
			if l == labelOutside && plain {
				count[t.hash]++
			}
		}
	}
	known := map[uint32]Class{}
	for h, n := range count {
		if n >= least {
			known[h] = ClassVocabulary
		}
	}
	return sortedHashes(known)
}
