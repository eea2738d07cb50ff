// Command phonetable writes the table of numbering plans that package redact reads, from libphonenumber's metadata:
//
//	go run ./redact/internal/phonetable redact/phone_plans.bin
//
// The patterns of each region are turned into a tree of digits. It is exact for the first maxDepth digits of the
// national number; beyond, it knows the lengths that numbers with these first digits can have. Equal subtrees are
// stored once.
//
// The format, all numbers little-endian: uint16 number of nodes, each ten uint16 references; uint16 number of leaves,
// each a uint32 whose bit i says that i further digits complete a number; uint16 number of plans, each two bytes of
// region (zeros for a calling code as a whole), uint16 calling code, uint16 reference of the root, uint8 length and
// bytes of the trunk prefix; uint16 number of groupings, each uint32 lengths of the groups, four bits a group from the
// lowest, and uint16 index of the plan. A reference with the highest bit set is a leaf, any other a node.
package main

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"fmt"
	"os"
	"regexp/syntax"
	"slices"
	"strings"

	// phonenumbers holds libphonenumber's metadata.
	"github.com/nyaruka/phonenumbers"
)

// maxDepth is how many digits of the national number the tree tells apart.
const maxDepth = 5

// maxGroups is how many groups a grouping can have.
const maxGroups = 8

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: phonetable FILE")
		os.Exit(2)
	}
	table, err := build()
	if err == nil {
		err = os.WriteFile(os.Args[1], table, 0o644) //nolint:gosec // a file of the repository
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "phonetable:", err)
		os.Exit(1)
	}
}

// plan is one region's numbers, or all of a calling code.
type plan struct {
	region string
	code   int
	trunk  string
	root   uint16
}

type form struct {
	lens uint32
	plan uint16
}

// tree collects nodes and leaves, each once.
type tree struct {
	nodes    [][10]uint16
	leaves   []uint32
	nodeRefs map[[10]uint16]uint16
	leafRefs map[uint32]uint16
}

const leafBit = 0x8000

func build() ([]byte, error) {
	collection, err := phonenumbers.MetadataCollection()
	if err != nil {
		return nil, fmt.Errorf("read metadata: %w", err)
	}
	t := &tree{nodeRefs: map[[10]uint16]uint16{}, leafRefs: map[uint32]uint16{}}
	var plans []plan
	var forms []form
	byCode := map[int][]string{}
	for _, m := range collection.GetMetadata() {
		code := int(m.GetCountryCode())
		patterns := patternsOf(m)
		byCode[code] = append(byCode[code], patterns...)
		if m.GetId() == "001" {
			continue
		}
		root, err := t.add(patterns)
		if err != nil {
			return nil, fmt.Errorf("region %s: %w", m.GetId(), err)
		}
		for _, lens := range groupings(m) {
			forms = append(forms, form{lens, uint16(len(plans))}) //nolint:gosec // a few hundred
		}
		plans = append(plans, plan{m.GetId(), code, m.GetNationalPrefix(), root})
	}
	codes := make([]int, 0, len(byCode))
	for code := range byCode {
		codes = append(codes, code)
	}
	slices.Sort(codes)
	for _, code := range codes {
		root, err := t.add(byCode[code])
		if err != nil {
			return nil, fmt.Errorf("calling code %d: %w", code, err)
		}
		plans = append(plans, plan{"\x00\x00", code, "", root})
	}
	slices.SortFunc(forms, func(a, b form) int { return cmp.Or(cmp.Compare(a.lens, b.lens), cmp.Compare(a.plan, b.plan)) })
	return encode(t, plans, slices.Compact(forms)), nil
}

// patternsOf returns the patterns of all kinds of numbers of a region.
func patternsOf(m *phonenumbers.PhoneMetadata) []string {
	var out []string
	for _, d := range []*phonenumbers.PhoneNumberDesc{
		m.GetFixedLine(), m.GetMobile(), m.GetTollFree(), m.GetPremiumRate(), m.GetSharedCost(), m.GetPersonalNumber(), m.GetVoip(),
		m.GetPager(), m.GetUan(), m.GetVoicemail(),
	} {
		if p := d.GetNationalNumberPattern(); p != "" && p != "NA" {
			out = append(out, p)
		}
	}
	return out
}

// groupings returns how the national numbers of a region are written, with and without the trunk prefix.
func groupings(m *phonenumbers.PhoneMetadata) []uint32 {
	var out []uint32
	for _, f := range m.GetNumberFormat() {
		for _, lens := range expand(f.GetPattern()) {
			out = append(out, pack(lens, 0))
			if m.GetNationalPrefix() != "" && strings.Contains(f.GetNationalPrefixFormattingRule(), m.GetNationalPrefix()) {
				out = append(out, pack(lens, len(m.GetNationalPrefix())))
			}
		}
	}
	return out
}

func pack(lens []int, trunk int) uint32 {
	var out uint32
	for i, l := range lens {
		if i == 0 {
			l += trunk
		}
		out |= uint32(min(l, 15)) << (4 * i) //nolint:gosec // four bits
	}
	return out
}

// expand reads a pattern such as (\d{3})(\d{3,4}) into the lengths of its groups.
func expand(pattern string) [][]int {
	re, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		return nil
	}
	out := [][]int{nil}
	for _, sub := range flatten(re) {
		low, high := lengths(sub)
		if high < 0 || high-low > 4 || len(out[0]) >= maxGroups {
			return nil
		}
		var next [][]int
		for _, lens := range out {
			for l := low; l <= high; l++ {
				next = append(next, append(slices.Clone(lens), l))
			}
		}
		out = next
	}
	return out
}

func flatten(re *syntax.Regexp) []*syntax.Regexp {
	if re.Op == syntax.OpConcat {
		return re.Sub
	}
	return []*syntax.Regexp{re}
}

// lengths returns how many digits a part of a pattern stands for; high is -1 if that has no bound.
func lengths(re *syntax.Regexp) (low, high int) {
	switch re.Op {
	case syntax.OpCapture:
		return lengths(re.Sub[0])
	case syntax.OpCharClass:
		return 1, 1
	case syntax.OpLiteral:
		return len(re.Rune), len(re.Rune)
	case syntax.OpRepeat:
		l, h := lengths(re.Sub[0])
		if re.Max < 0 || h < 0 {
			return 0, -1
		}
		return l * re.Min, h * re.Max
	case syntax.OpQuest:
		_, h := lengths(re.Sub[0])
		return 0, h
	case syntax.OpConcat:
		for _, sub := range re.Sub {
			l, h := lengths(sub)
			if h < 0 {
				return 0, -1
			}
			low, high = low+l, high+h
		}
		return low, high
	case syntax.OpAlternate:
		low, high = lengths(re.Sub[0])
		for _, sub := range re.Sub[1:] {
			l, h := lengths(sub)
			if h < 0 {
				return 0, -1
			}
			low, high = min(low, l), max(high, h)
		}
		return low, high
	}
	return 0, -1
}

// add turns the union of patterns into a subtree and returns its reference.
func (t *tree) add(patterns []string) (uint16, error) {
	re, err := syntax.Parse(`^(?:`+strings.Join(patterns, "|")+`)$`, syntax.Perl)
	if err != nil {
		return 0, fmt.Errorf("parse pattern: %w", err)
	}
	prog, err := syntax.Compile(re.Simplify())
	if err != nil {
		return 0, fmt.Errorf("compile pattern: %w", err)
	}
	a := &automaton{prog: prog, masks: map[string]uint32{}}
	return t.ref(a, a.closure([]uint32{uint32(prog.Start)}, true), 0), nil //nolint:gosec // an index
}

// ref returns the reference of the subtree that reads on from a set of states.
func (t *tree) ref(a *automaton, set []uint32, depth int) uint16 {
	mask := a.mask(set)
	if depth == maxDepth || mask <= 1 {
		return t.leaf(mask)
	}
	var children [10]uint16
	same := true
	for d := range 10 {
		children[d] = t.ref(a, a.step(set, rune('0'+d)), depth+1)
		same = same && children[d] == children[0]
	}
	if same && children[0]&leafBit != 0 && t.leaves[children[0]&^leafBit]<<1|mask&1 == mask {
		return t.leaf(mask)
	}
	if ref, ok := t.nodeRefs[children]; ok {
		return ref
	}
	// A node does not say whether the number can end at it: no number ends within maxDepth digits that others go on from,
	// but for a few short ones, which do not look like telephone numbers.
	ref := uint16(len(t.nodes)) //nolint:gosec // checked by encode
	t.nodes = append(t.nodes, children)
	t.nodeRefs[children] = ref
	return ref
}

func (t *tree) leaf(mask uint32) uint16 {
	if ref, ok := t.leafRefs[mask]; ok {
		return ref
	}
	ref := uint16(len(t.leaves)) | leafBit //nolint:gosec // checked by encode
	t.leaves = append(t.leaves, mask)
	t.leafRefs[mask] = ref
	return ref
}

// automaton runs the states of a compiled pattern side by side.
type automaton struct {
	prog  *syntax.Prog
	masks map[string]uint32
}

// closure follows what reads nothing.
func (a *automaton) closure(from []uint32, begin bool) []uint32 {
	seen := map[uint32]bool{}
	stack := from
	for len(stack) > 0 {
		pc := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if seen[pc] {
			continue
		}
		seen[pc] = true
		switch in := &a.prog.Inst[pc]; in.Op {
		case syntax.InstAlt, syntax.InstAltMatch:
			stack = append(stack, in.Out, in.Arg)
		case syntax.InstCapture, syntax.InstNop:
			stack = append(stack, in.Out)
		case syntax.InstEmptyWidth:
			if begin || syntax.EmptyOp(in.Arg)&syntax.EmptyBeginText == 0 { //nolint:gosec // flags of a byte
				stack = append(stack, in.Out)
			}
		}
	}
	out := make([]uint32, 0, len(seen))
	for pc := range seen {
		out = append(out, pc)
	}
	slices.Sort(out)
	return out
}

func (a *automaton) step(set []uint32, r rune) []uint32 {
	var next []uint32
	for _, pc := range set {
		in := &a.prog.Inst[pc]
		switch in.Op {
		case syntax.InstRune, syntax.InstRune1, syntax.InstRuneAny, syntax.InstRuneAnyNotNL:
			if in.MatchRune(r) {
				next = append(next, in.Out)
			}
		}
	}
	return a.closure(next, false)
}

// maxDigits is the longest national number.
const maxDigits = 17

// mask returns after how many further digits a number can end.
func (a *automaton) mask(set []uint32) uint32 {
	key := fmt.Sprint(set)
	if m, ok := a.masks[key]; ok {
		return m
	}
	var m uint32
	for _, pc := range set {
		if a.prog.Inst[pc].Op == syntax.InstMatch {
			m = 1
		}
	}
	a.masks[key] = m // patterns have no loops, so this is not read before it is right
	if len(set) > 0 {
		for d := range 10 {
			next := a.step(set, rune('0'+d))
			if len(next) > 0 {
				m |= a.mask(next) << 1
			}
		}
	}
	m &= 1<<(maxDigits+1) - 1
	a.masks[key] = m
	return m
}

func encode(t *tree, plans []plan, forms []form) []byte {
	if len(t.nodes) >= leafBit || len(t.leaves) >= leafBit {
		panic("the tree has outgrown its references")
	}
	var b bytes.Buffer
	put16 := func(v int) { b.Write(binary.LittleEndian.AppendUint16(nil, uint16(v))) } //nolint:gosec // bounded by what is counted
	put32 := func(v uint32) { b.Write(binary.LittleEndian.AppendUint32(nil, v)) }
	put16(len(t.nodes))
	for _, n := range t.nodes {
		for _, ref := range n {
			put16(int(ref))
		}
	}
	put16(len(t.leaves))
	for _, m := range t.leaves {
		put32(m)
	}
	put16(len(plans))
	for _, p := range plans {
		b.WriteString(p.region)
		put16(p.code)
		put16(int(p.root))
		b.WriteByte(byte(len(p.trunk))) //nolint:gosec // a few digits
		b.WriteString(p.trunk)
	}
	put16(len(forms))
	for _, f := range forms {
		put32(f.lens)
		put16(int(f.plan))
	}
	return b.Bytes()
}
