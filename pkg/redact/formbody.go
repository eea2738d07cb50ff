package redact

import "strings"

// Bounds of a parameter of a form or query whose plus signs are spaces.
const (
	maxFormName  = 64
	maxFormValue = 200
	maxFormWord  = 24
)

// formView returns s with the plus signs that stand for spaces in parameters of forms and queries
// (application/x-www-form-urlencoded) replaced by spaces, or nil if there are none. Every parameter is looked at once.
func formView(s string) *view {
	first := strings.IndexByte(s, '+')
	if first < 0 || strings.IndexByte(s, '&') < 0 {
		return nil
	}
	var w viewBuilder
	copied := 0
	for i := first; i < len(s); {
		start, end := formValue(s, i)
		if end == 0 {
			next := strings.IndexByte(s[i+1:], '+')
			if next < 0 {
				break
			}
			i += 1 + next
			continue
		}
		if formWords(s[start:end]) {
			for ; i < end; i++ {
				if s[i] == '+' {
					w.copyRange(s, copied, i)
					w.unit(" ", i, i+1)
					copied = i + 1
				}
			}
		}
		next := strings.IndexByte(s[end:], '+')
		if next < 0 {
			break
		}
		i = end + next
	}
	if copied == 0 {
		return nil
	}
	w.copyRange(s, copied, len(s))
	return w.view()
}

// formValue returns the value of the parameter that holds the plus sign at i, or zeros: name=value, beside another one.
func formValue(s string, i int) (start, end int) {
	start = i
	for start > 0 && i-start < maxFormValue && formByte(s[start-1]) {
		start--
	}
	if at(s, start-1) != '=' || start == i {
		return 0, 0
	}
	name := start - 1
	for name > 0 && start-name < maxFormName && (isWordByte(s[name-1]) || strings.IndexByte("%-.[]", s[name-1]) >= 0) {
		name--
	}
	if name == start-1 {
		return 0, 0
	}
	end = i
	for end < len(s) && end-i < maxFormValue && formByte(s[end]) {
		end++
	}
	if c := at(s, name-1); c != '&' && c != '?' && !(at(s, end) == '&' && queryKey(s, end+1)) {
		return 0, 0
	}
	return start, end
}

// formByte reports whether c can stand in the value of a parameter.
func formByte(c byte) bool {
	return isAlnum(c) || c >= 0x80 || strings.IndexByte("+%-._~*'(),:/!@", c) >= 0
}

// formWords reports whether v, cut at its plus signs, is words and numbers of people, and not the digits of base64, a
// sum, or the mailbox of an address.
func formWords(v string) bool {
	if strings.IndexByte(v, '@') >= 0 {
		return false
	}
	for part := range strings.SplitSeq(v, "+") {
		if part == "" || len(part) > maxFormWord && strings.IndexByte(part, '%') < 0 {
			return false
		}
		digits, small, capitals, turns := 0, 0, 0, 0
		for i := range len(part) {
			switch c := part[i]; {
			case c == '%':
				small += 2
			case isDigit(c):
				digits++
			case isLower(c):
				small++
			case isUpper(c):
				capitals++
				if i > 0 && isLower(part[i-1]) {
					turns++
				}
			}
		}
		if strings.IndexByte(part, '%') < 0 && (turns > 1 || digits > 0 && small > 3 || digits > 0 && capitals > 0 && len(part) > 6) {
			return false
		}
	}
	return true
}
