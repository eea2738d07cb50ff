package main

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/hushlog/hushlog/pkg/safety"
)

// Signs in a model card between which its figures stand.
const (
	cardStart = "<!-- figures: written by make train-safety -->\n"
	cardEnd   = "<!-- end of figures -->\n"
)

// writeCard writes the figures of a model into its card, in the place of those that stand there.
func writeCard(path string, results []foldResult, m *safety.Model) error {
	card, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	before, rest, ok := bytes.Cut(card, []byte(cardStart))
	_, after, ended := bytes.Cut(rest, []byte(cardEnd))
	if !ok || !ended {
		return fmt.Errorf("%s: no lines %q and %q to write the figures between", path, strings.TrimSpace(cardStart), strings.TrimSpace(cardEnd))
	}
	out := slices.Concat(before, []byte(cardStart), []byte(figures(results, m)), []byte(cardEnd), after)
	return os.WriteFile(path, out, 0o644) //nolint:gosec // G306: a part of the documentation
}

// tables writes the tables of a card.
type tables struct {
	strings.Builder
	results []foldResult
	counts  map[int]counts // by head
}

// figures are the tables of a model card.
func figures(results []foldResult, m *safety.Model) string {
	t := &tables{results: results, counts: map[int]counts{}}
	for _, h := range reported() {
		t.counts[h] = countsOf(results, h)
	}
	t.heads()
	t.sources()
	t.shipped()
	t.languages()
	t.made()
	t.head("Thresholds in the model:", "category", "1 %", "0.1 %")
	for _, h := range m.Heads {
		t.row(h.Category, fmt.Sprintf("%.3f", h.Thresholds[0]), fmt.Sprintf("%.3f", h.Thresholds[1]))
	}
	t.WriteString("\n")
	return t.String()
}

func (t *tables) row(cells ...any) {
	for _, c := range cells {
		fmt.Fprintf(t, "| %v ", c)
	}
	t.WriteString("|\n")
}

func (t *tables) head(title string, cells ...any) {
	t.WriteString("\n" + title + "\n\n")
	t.row(cells...)
	t.WriteString(strings.Repeat("| --- ", len(cells)) + "|\n")
}

func percent(v float64) string { return fmt.Sprintf("%.1f %%", v) }

func (t *tables) heads() {
	t.head("Sources left out whole; in the last columns a third of the texts of every source, three times:",
		"head", "explicit attacks", "recall at 1 %", "at 0.1 %", "at 0.1 %, groups together", "thirds: at 1 %", "at 0.1 %")
	for _, h := range reported() {
		n := t.counts[h]
		_, together := pooled(t.results, h)
		t.row(safety.Categories()[h], n.explicit.n, percent(n.explicit.share(n.explicit.at1)), percent(n.explicit.share(n.explicit.at01)),
			percent(100*together), percent(n.seen.share(n.seen.at1)), percent(n.seen.share(n.seen.at01)))
	}
}

func (t *tables) sources() {
	t.head("By source, of texts that were left out, at the thresholds of their group:", "head", "source", "texts", "at 1 %", "at 0.1 %")
	for _, h := range reported() {
		for _, part := range []map[string]*count{t.counts[h].found, t.counts[h].flagged} {
			for _, k := range sortedKeys(part) {
				c := part[k]
				if !strings.Contains(k, "made_") {
					t.row(safety.Categories()[h], k, c.n, percent(c.share(c.at1)), percent(c.share(c.at01)))
				}
			}
		}
	}
}

func (t *tables) shipped() {
	t.head("At the thresholds that the other groups gave, as those are chosen that the model ships:",
		"head", "group", "rate", "harmless flagged", "clean documents flagged", "attacks found")
	for _, h := range reported() {
		for _, s := range shippedOf(t.results, h) {
			t.row(safety.Categories()[h], s.fold, percent(100*s.rate), s.harmless, s.documents, s.attacks)
		}
	}
}

func (t *tables) languages() {
	t.head("Made texts in other languages, at 1 %: languages left out whole, and languages learned of which half of the templates were left out:",
		"head", "made", "languages left out", "each", "templates left out", "each")
	for _, h := range reported() {
		found := t.counts[h].found
		kinds := map[string]bool{}
		for k := range found {
			_, kind, made := strings.Cut(k, ": made_x_")
			if made {
				kinds[strings.Fields(kind)[0]] = true
			}
		}
		for _, kind := range slices.Sorted(maps.Keys(kinds)) {
			out, outBy := byLanguage(found, "languages: made_x_"+kind+" ")
			in, inBy := byLanguage(found, "templates: made_x_"+kind+" ")
			t.row(safety.Categories()[h], kind, fmt.Sprintf("%.1f %% of %.0f", out.share(out.at1), out.n), outBy,
				fmt.Sprintf("%.1f %% of %.0f", in.share(in.at1), in.n), inBy)
		}
	}
}

// leastShown is the share of harmless made texts, in percent, of which fewer are flagged than are worth a row.
const leastShown = 1

func (t *tables) made() {
	t.head("Other made texts, at 1 %: attacks of templates left out, and harmless ones, half of them of such templates, where one in a hundred or more is flagged:",
		"head", "made", "texts", "found or flagged")
	for _, h := range reported() {
		for _, part := range []map[string]*count{t.counts[h].found, t.counts[h].flagged} {
			for _, k := range sortedKeys(part) {
				c := part[k]
				name, templates := strings.CutPrefix(k, "templates: ")
				harmless := strings.HasPrefix(k, "made_") && c.share(c.at1) >= leastShown
				if (templates || harmless) && !strings.Contains(name, "made_x_") {
					t.row(safety.Categories()[h], strings.TrimPrefix(name, "made_"), c.n, percent(c.share(c.at1)))
				}
			}
		}
	}
}

// byLanguage adds up the counts whose names begin with prefix, and lists what each language has.
func byLanguage(found map[string]*count, prefix string) (all count, each string) {
	var list []string
	for _, k := range sortedKeys(found) {
		lang, ok := strings.CutPrefix(k, prefix)
		if !ok {
			continue
		}
		c := found[k]
		all.n, all.at1, all.at01 = all.n+c.n, all.at1+c.at1, all.at01+c.at01
		list = append(list, fmt.Sprintf("%s %.0f", lang, c.share(c.at1)))
	}
	return all, strings.Join(list, ", ")
}
