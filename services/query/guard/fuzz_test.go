package guard

import (
	"strings"
	"testing"

	"github.com/hushlog/hushlog/pkg/audit"
)

// treeOf writes a node as EXPLAIN AST does.
func treeOf(out *strings.Builder, n *node, depth int) {
	out.WriteString(strings.Repeat(" ", depth) + n.kind)
	if n.name != "" {
		out.WriteString(" " + n.name)
	}
	if n.alias != "" {
		out.WriteString(" (alias " + n.alias + ")")
	}
	if len(n.children) > 0 {
		out.WriteString(" (children " + itoa(len(n.children)) + ")")
	}
	out.WriteByte('\n')
	for _, child := range n.children {
		treeOf(out, child, depth+1)
	}
}

func itoa(n int) string {
	if n < 10 {
		return string(rune('0' + n))
	}
	return itoa(n/10) + string(rune('0'+n%10))
}

// Whatever is read as a tree is written again as the same text, but for blanks at ends of names: no
// line was dropped, moved or counted twice. And no line that begins with Function stays unseen.
func FuzzReadTree(f *testing.F) {
	for _, seed := range []string{
		"SelectWithUnionQuery (children 1)\n ExpressionList (children 1)\n  SelectQuery (children 1)\n   ExpressionList (children 1)\n    Literal UInt64_1\n",
		"SelectQuery (children 2)\n Function file (alias x) (children 1)\n  ExpressionList (children 1)\n   Literal 'a (children 3)'\n Set\n",
		"Literal Tuple_('x (children 1)', 2) (alias y)\n",
		"A\nB\n", " A\n", "A (children 2)\n B\n", "A (children -1)\n", "A (children 99999999999999999999)\n", "A (alias )\n", "A\n  B\n",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		root, refusal := readTree(text)
		if refusal != nil {
			return
		}
		functions := 0
		refusal = root.walk(func(n, _ *node, _ int) *Refusal {
			if n.kind == "Function" {
				functions++
			}
			return nil
		})
		if refusal != nil {
			t.Fatal("a visit that refuses nothing was refused")
		}
		seen := 0
		for line := range strings.Lines(text) {
			kind, _, _ := strings.Cut(strings.TrimRight(strings.TrimLeft(line, " "), "\n"), " ")
			if kind == "Function" {
				seen++
			}
		}
		if functions != seen {
			t.Fatalf("%d functions in the tree, %d in the text", functions, seen)
		}
		var once, twice strings.Builder
		treeOf(&once, root, 0)
		again, refusal := readTree(once.String())
		if refusal != nil {
			t.Fatalf("a tree that was read is not read again: %v", refusal)
		}
		treeOf(&twice, again, 0)
		if once.String() != twice.String() {
			t.Fatal("a tree is read differently the second time")
		}
	})
}

// Whatever is lexed loses no byte but blanks and literals, and what is masked may go on the trail.
func FuzzLex(f *testing.F) {
	for _, seed := range []string{
		"SELECT a, 'x\\'y', `b`, 1.5e-7, -1, 0x1F FROM hushlog.contents AS c WHERE (a = 'b') AND f(1)",
		"SELECT `a\\`b`", "'", "`", "1e", "1e+", "0x1e+5", "a1.b2", "SELECT 1--1", "SELECT $$x$$", "SELECT 'a''b'", "\x00", "é", "x.1.y",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		tokens, refusal := lex(text)
		if refusal != nil {
			return
		}
		var joined strings.Builder
		for _, token := range tokens {
			if token.kind == tokenQuoted {
				joined.WriteString("`" + token.text + "`")
				continue
			}
			joined.WriteString(token.text)
		}
		if strings.ReplaceAll(joined.String(), " ", "") != strings.ReplaceAll(text, " ", "") {
			t.Fatal("lexing lost something")
		}
		err := audit.CheckStatement(mask(tokens))
		if err != nil {
			t.Fatalf("a masked statement is not fit for the trail: %v", err)
		}
	})
}
