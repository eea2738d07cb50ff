package corpus

import (
	"fmt"
	"regexp"
	"strings"
)

// A template is text with slots and choices:
//
//	{person}          a slot: a new person's name
//	{person.caps:1}   a form of it, of the person that the record knows as 1
//	{w.noun}          a word of the list "noun" of the language
//	{f.who}           a fragment: one of the templates of that name in fragments/LANG.txt
//	[[a|b|]]          one of the alternatives, which may hold slots and choices
//	~                 alone on a line: an empty line (an empty line ends a template)
//	{nl}              a new line, for several lines on one
//
// A brace that does not start a slot stands for itself.

// node is a part of a template: text, a slot (when slot is set) or a choice (when it has alternatives).
type node struct {
	text string
	slot *slotCall
	alts [][]node
}

// slotCall is {name.form.form:entity}.
type slotCall struct {
	name   string
	forms  []string
	entity string // "" for a new one
}

var slotPattern = regexp.MustCompile(`^\{([a-z][a-z0-9_]*)((?:\.[a-z0-9_]+)*)(?::([a-z0-9]+))?\}`)

// almostSlot finds slots with a slip of the pen: {given:1.caps}.
var almostSlot = regexp.MustCompile(`^\{[a-z][a-z0-9_]*[.:][a-z0-9]`)

// parseTemplate reads a template. It takes any slot's name; slot tables are asked by checkSlots.
func parseTemplate(text string) ([]node, error) {
	nodes, rest, err := parseNodes(text, false)
	if err != nil {
		return nil, err
	}
	if rest != "" {
		return nil, fmt.Errorf("]] without [[ before %q", rest)
	}
	return nodes, nil
}

// parseNodes reads up to the end, or within a choice up to the | or ]] that ends the alternative.
func parseNodes(text string, inChoice bool) ([]node, string, error) {
	var out []node
	start := 0
	flush := func(to int) {
		if to > start {
			out = append(out, node{text: text[start:to]})
		}
	}
	i := 0
	for i < len(text) {
		rest := text[i:]
		switch {
		case strings.HasPrefix(rest, "[["):
			flush(i)
			choice, after, err := parseChoice(rest[2:])
			if err != nil {
				return nil, "", err
			}
			out = append(out, choice)
			i = len(text) - len(after)
			start = i
		case inChoice && (rest[0] == '|' || strings.HasPrefix(rest, "]]")):
			flush(i)
			return out, rest, nil
		case strings.HasPrefix(rest, "]]"):
			return nil, "", fmt.Errorf("]] without [[ at %q", rest[:min(len(rest), 20)])
		case rest[0] == '{':
			m := slotPattern.FindStringSubmatch(rest)
			if m == nil {
				if almostSlot.MatchString(rest) {
					return nil, "", fmt.Errorf("no slot, but like one: %q", rest[:min(len(rest), 20)])
				}
				i++
				continue
			}
			flush(i)
			call := &slotCall{name: m[1], entity: m[3]}
			if m[2] != "" {
				call.forms = strings.Split(m[2][1:], ".")
			}
			out = append(out, node{slot: call})
			i += len(m[0])
			start = i
		default:
			i++
		}
	}
	if inChoice {
		return nil, "", fmt.Errorf("[[ without ]] in %q", text)
	}
	flush(len(text))
	return out, "", nil
}

// parseChoice reads the alternatives behind [[ and returns what follows ]].
func parseChoice(text string) (node, string, error) {
	var n node
	for {
		alt, rest, err := parseNodes(text, true)
		if err != nil {
			return node{}, "", err
		}
		n.alts = append(n.alts, alt)
		if strings.HasPrefix(rest, "]]") {
			return n, rest[2:], nil
		}
		text = rest[1:]
	}
}

// eachSlot calls f for every slot of a template.
func eachSlot(nodes []node, f func(*slotCall)) {
	for _, n := range nodes {
		if n.slot != nil {
			f(n.slot)
		}
		for _, alt := range n.alts {
			eachSlot(alt, f)
		}
	}
}
