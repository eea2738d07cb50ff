package redact

// maxRounds bounds how often a sanitized text is read again.
const maxRounds = 4

// reachNew bounds how far from a replaced value something new can come to light, in bytes.
const reachNew = 160

// unsettled reports whether anything that could be a finding stands near a value that is replaced: only there can a
// second pass see something else than the first.
func (j *job) unsettled() bool {
	pos := 0
	for i, c := range j.kept {
		if digitIn(j.text[max(pos, c.start-reachNew):c.start]) {
			return true
		}
		pos = c.end
		next := len(j.text)
		if i+1 < len(j.kept) {
			next = j.kept[i+1].start
		}
		if digitIn(j.text[pos:min(next, pos+reachNew)]) {
			return true
		}
	}
	return j.triggersLeft > 0
}

// digitIn reports whether s holds anything that numbers or addresses are made of.
func digitIn(s string) bool {
	for i := range len(s) {
		if class[s[i]]&(clDigit|clHigh) != 0 || s[i] == '@' {
			return true
		}
	}
	return false
}

// stabilise makes a second pass over the sanitized text find nothing new: what was replaced no longer speaks for or
// against its neighbours. Texts in which nothing was left in doubt need no further round.
func (j *job) stabilise() {
	for range maxRounds {
		fs := j.findings()
		edits := j.eng.edits(j.text, fs)
		if len(edits) == 0 {
			return
		}
		out := rewrite(j.text, edits)
		again := j.eng.jobs.Get().(*job)
		err := again.once(j.eng, out, j.hints)
		added := false
		if err == nil {
			for _, c := range again.kept {
				added = j.adopt(c, edits) || added
			}
		}
		j.eng.jobs.Put(again)
		if !added {
			return
		}
	}
}

// adopt takes over a finding of the sanitized text, in offsets of that text, if it lies apart from what was replaced.
func (j *job) adopt(c cand, edits []edit) bool {
	if j.eng.actions[c.rule.Type] == ActionKeep {
		return false
	}
	start, ok := original(c.start, edits)
	end, ok2 := original(c.end-1, edits)
	if !ok || !ok2 {
		return false
	}
	end++
	i := 0
	for i < len(j.kept) && j.kept[i].end <= start {
		i++
	}
	if i < len(j.kept) && j.kept[i].start < end {
		return false
	}
	c.start, c.end = start, end
	j.kept = append(j.kept, cand{})
	copy(j.kept[i+1:], j.kept[i:])
	j.kept[i] = c
	return true
}

// original maps an offset of the sanitized text to the input, unless it lies in a replacement.
func original(pos int, edits []edit) (int, bool) {
	shift := 0
	for _, d := range edits {
		at := d.start + shift
		if pos < at {
			break
		}
		if pos < at+len(d.text) {
			return 0, false
		}
		shift += len(d.text) - (d.end - d.start)
	}
	return pos - shift, true
}
