package corpus

import (
	"encoding/hex"
	"fmt"
	"regexp"
	"strings"
)

func hexed(s *scene, p piece) string {
	switch s.rng.IntN(3) {
	case 0:
		return hex.EncodeToString([]byte(p.text))
	case 1:
		return "0x" + strings.ToUpper(hex.EncodeToString([]byte(p.text)))
	}
	var b strings.Builder
	for _, c := range []byte(p.text) {
		fmt.Fprintf(&b, `\x%02x`, c)
	}
	return b.String()
}

func entities(s *scene, p piece) string {
	form := pick(s, []string{"&#%d;", "&#x%x;", "&#%04d;"})
	all := s.oneIn(2)
	return mapped(p.text, func(r rune) string {
		if all || r == '@' || r == '.' || digit(r) && s.oneIn(2) {
			return fmt.Sprintf(form, r)
		}
		return string(r)
	})
}

func quotedPrintable(s *scene, p piece) string {
	all := s.oneIn(2)
	var b strings.Builder
	for _, c := range []byte(p.text) {
		if all || c == '@' || c == '=' || c >= 0x80 || s.oneIn(3) {
			fmt.Fprintf(&b, "=%02X", c)
		} else {
			b.WriteByte(c)
		}
	}
	if b.String() == p.text {
		return ""
	}
	return b.String()
}

func escaped(s *scene, p piece) string {
	all := s.oneIn(2)
	return mapped(p.text, func(r rune) string {
		if r <= 0xffff && (all || r == '@' || r == '.' || digit(r) && s.oneIn(2)) {
			return fmt.Sprintf(`\u%04x`, r)
		}
		return string(r)
	})
}

// emphasised sets one run of letters and digits of the value in emphasis, or its last four characters when it has but
// one run, so that marks stand within it.
func emphasised(s *scene, p piece) string {
	runs := runPattern.FindAllStringIndex(p.text, -1)
	if len(runs) == 0 || len(p.text) < 6 {
		return ""
	}
	run := runs[s.rng.IntN(len(runs))]
	if len(runs) == 1 {
		run = []int{run[1] - 4, run[1]}
		if run[0] <= 0 {
			return ""
		}
	}
	mark := pick(s, []string{"**", "*", "__", "**"})
	return p.text[:run[0]] + mark + p.text[run[0]:run[1]] + mark + p.text[run[1]:]
}

var runPattern = regexp.MustCompile(`[A-Za-z0-9]+`)

func keycaps(_ *scene, p piece) string {
	if !numeric(p.text) {
		return ""
	}
	return mapped(p.text, func(r rune) string {
		if digit(r) {
			return string(r) + "\ufe0f\u20e3"
		}
		return string(r)
	})
}

func struck(s *scene, p piece) string {
	mark := pick(s, []string{"\u0336", "\u0332", "\u0338"})
	return mapped(p.text, func(r rune) string { return string(r) + mark })
}
