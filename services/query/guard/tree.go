package guard

import (
	"regexp"
	"strconv"
	"strings"
)

// node is one line of EXPLAIN AST, with what is indented below it.
type node struct {
	kind     string
	name     string
	alias    string
	children []*node
}

const (
	// maxNodes bounds a tree; 64 KiB of SQL make some 30,000 nodes at most.
	maxNodes = 40_000
	// maxDepth bounds nesting; ClickHouse's own limit is 1,000.
	maxDepth = 400
)

// readTree reads the text of EXPLAIN AST. The counts of children that ClickHouse prints must agree
// with the indentation, so that a line that was smuggled in or is missing shows.
func readTree(text string) (*node, *Refusal) {
	var stack []*node
	var expected []int
	var root *node
	count := 0
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		if line == "" {
			continue
		}
		count++
		depth := len(line) - len(strings.TrimLeft(line, " "))
		if count > maxNodes || depth > maxDepth {
			return nil, tooComplex()
		}
		n, children, ok := readLine(line[depth:])
		if !ok || depth > len(stack) || depth == 0 && root != nil {
			return nil, unreadable()
		}
		for len(stack) > depth {
			if !closed(&stack, &expected) {
				return nil, unreadable()
			}
		}
		if depth == 0 {
			root = n
		} else {
			parent := stack[depth-1]
			parent.children = append(parent.children, n)
		}
		stack, expected = append(stack, n), append(expected, children)
	}
	for len(stack) > 0 {
		if !closed(&stack, &expected) {
			return nil, unreadable()
		}
	}
	if root == nil {
		return nil, unreadable()
	}
	return root, nil
}

func unreadable() *Refusal {
	return refuse(CodeSyntax, "ClickHouse's reading of the statement could not be followed; write it more simply")
}

// closed takes the last node off the stack and says whether it had the children it announced.
func closed(stack *[]*node, expected *[]int) bool {
	last := len(*stack) - 1
	ok := len((*stack)[last].children) == (*expected)[last]
	*stack, *expected = (*stack)[:last], (*expected)[:last]
	return ok
}

// readLine reads `Kind name (alias a) (children 2)`. A literal may be anything and is not kept: its
// text is of no interest here, and ClickHouse writes its line breaks as \n. Every other line must be
// wholly understood.
func readLine(line string) (n *node, children int, ok bool) {
	line, children = cutChildren(line)
	kind, rest, _ := strings.Cut(line, " ")
	if !isKind(kind) {
		return nil, 0, false
	}
	if kind == "Literal" {
		return &node{kind: kind}, children, true
	}
	n = &node{kind: kind}
	n.name, n.alias, ok = cutAlias(rest)
	if kind == "InterpolateElement" {
		n.name, ok = "", ok && strings.HasPrefix(n.name, "(column ")
	}
	return n, children, ok && isName(n.name)
}

// childrenSuffix is how a line with children ends.
var childrenSuffix = regexp.MustCompile(` \(children ([1-9][0-9]{0,5})\)$`)

func cutChildren(line string) (rest string, children int) {
	match := childrenSuffix.FindStringSubmatchIndex(line)
	if match == nil {
		return line, 0
	}
	children, err := strconv.Atoi(line[match[2]:match[3]])
	if err != nil {
		return line, 0
	}
	return line[:match[0]], children
}

func cutAlias(text string) (name, alias string, ok bool) {
	name, alias, found := strings.Cut(text, "(alias ")
	if !found {
		return text, "", true
	}
	alias, closes := strings.CutSuffix(alias, ")")
	return strings.TrimSuffix(name, " "), alias, closes && isWord(alias)
}

// isName says whether a name is of words and dots, or empty.
func isName(s string) bool {
	for i := range len(s) {
		if !isWordByte(s[i]) && s[i] != '.' {
			return false
		}
	}
	return true
}

func isKind(s string) bool {
	for i := range len(s) {
		if !isWordByte(s[i]) && s[i] != ':' {
			return false
		}
	}
	return s != ""
}

// walk visits the tree top down, parents before children, until a visit refuses.
func (n *node) walk(visit func(n, parent *node, index int) *Refusal) *Refusal {
	refusal := visit(n, nil, 0)
	if refusal != nil {
		return refusal
	}
	return n.walkBelow(visit)
}

func (n *node) walkBelow(visit func(n, parent *node, index int) *Refusal) *Refusal {
	for i, child := range n.children {
		refusal := visit(child, n, i)
		if refusal != nil {
			return refusal
		}
		refusal = child.walkBelow(visit)
		if refusal != nil {
			return refusal
		}
	}
	return nil
}
