package main

import (
	"bufio"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/hushlog/hushlog/pkg/redact"
)

// explainedEvidence is why a finding was made, as JSON.
type explainedEvidence struct {
	Checksum  string `json:"checksum,omitempty"`
	Context   string `json:"context,omitempty"`
	Structure string `json:"structure,omitempty"`
	Model     string `json:"model,omitempty"`
}

// explained is a finding with all that is known of why it was made. Nothing of the value is in it.
type explained struct {
	File        string            `json:"file"`
	Record      int               `json:"record,omitempty"` // the line of JSONL that holds the text
	Line        int               `json:"line"`             // of the text, from 1
	Column      int               `json:"column"`           // in code points, from 1
	Start       int               `json:"start"`            // in code points of the text
	End         int               `json:"end"`
	StartByte   int               `json:"start_byte"`
	EndByte     int               `json:"end_byte"`
	Type        redact.Type       `json:"type"`
	Rule        string            `json:"rule"`
	RuleVersion int               `json:"rule_version"`
	Description string            `json:"description"`
	Source      string            `json:"source"`
	Confidence  float64           `json:"confidence"`
	View        string            `json:"view,omitempty"`
	Evidence    explainedEvidence `json:"evidence"`
	Action      redact.Action     `json:"action"`
}

// rulesByID returns the descriptions of the engine's rules and of an organisation's own, which may be nil.
func rulesByID(own *redact.Own) map[string]redact.Rule {
	out := map[string]redact.Rule{}
	for _, r := range slices.Concat(redact.Rules(), own.Rules()) {
		out[r.ID] = r
	}
	return out
}

// explain describes the findings of the text that in reads.
func (r *redactRun) explain(file string, record int, in io.Reader, fs []redact.Finding) ([]explained, error) {
	places, err := locate(in, fs)
	if err != nil {
		return nil, err
	}
	out := make([]explained, len(fs))
	for i, f := range fs {
		rule, at := r.rules[f.Rule], places[i]
		out[i] = explained{
			File: file, Record: record, Line: at.line, Column: at.column,
			Start: at.start, End: at.end, StartByte: f.Start, EndByte: f.End,
			Type: f.Type, Rule: f.Rule, RuleVersion: f.RuleVersion, Description: rule.Description, Source: rule.Source,
			Confidence: f.Confidence, View: f.View, Action: f.Action,
			Evidence: explainedEvidence{Checksum: f.Evidence.Checksum, Context: f.Evidence.Context, Structure: f.Evidence.Structure, Model: f.Evidence.Model},
		}
	}
	return out, nil
}

// where is the place of a finding as editors understand it.
func (e explained) where() string {
	if e.Record > 0 {
		return fmt.Sprintf("%s:%d: text %d:%d", shownName(e.File), e.Record, e.Line, e.Column)
	}
	return fmt.Sprintf("%s:%d:%d", shownName(e.File), e.Line, e.Column)
}

// why is the evidence in words.
func (e explained) why() string {
	parts := []string{fmt.Sprintf("confidence %.2f", e.Confidence)}
	switch e.View {
	case "":
		parts = append(parts, "found as it stands")
	case "normal":
		parts = append(parts, "found when escapes, look-alikes and invisible characters were undone")
	default:
		parts = append(parts, "found in the view "+e.View)
	}
	if e.Evidence.Checksum != "" {
		parts = append(parts, "checksum "+e.Evidence.Checksum+" holds")
	}
	if e.Evidence.Context != "" {
		parts = append(parts, fmt.Sprintf("near the word %q", e.Evidence.Context))
	}
	if e.Evidence.Structure != "" {
		parts = append(parts, "form: "+e.Evidence.Structure)
	}
	if e.Evidence.Model != "" {
		parts = append(parts, "by the model "+e.Evidence.Model)
	}
	return strings.Join(parts, "; ")
}

func (e explained) writeText(w io.Writer) {
	fmt.Fprintf(w, "%s  %s  %s\n", e.where(), e.Type, e.Action)
	fmt.Fprintf(w, "    rule   %s, version %d: %s\n", e.Rule, e.RuleVersion, e.Description)
	fmt.Fprintf(w, "    after  %s\n", e.Source)
	fmt.Fprintf(w, "    span   characters %d to %d, bytes %d to %d\n", e.Start, e.End, e.StartByte, e.EndByte)
	fmt.Fprintf(w, "    why    %s\n", e.why())
}

// fileCounts are the findings of one file.
type fileCounts struct {
	File     string              `json:"file"`
	Findings int                 `json:"findings"`
	ByType   map[redact.Type]int `json:"by_type"`
}

// redactStats are counts of a run.
type redactStats struct {
	Files    int                 `json:"files"`
	Bytes    int64               `json:"bytes"`
	Findings int                 `json:"findings"`
	ByType   map[redact.Type]int `json:"by_type"`
	ByRule   map[string]int      `json:"by_rule"`
	ByFile   []fileCounts        `json:"by_file"` // files with findings, in the order they were read
	Skipped  []skippedFile       `json:"left_out"`
}

func newRedactStats() *redactStats {
	return &redactStats{ByType: map[redact.Type]int{}, ByRule: map[string]int{}, ByFile: []fileCounts{}, Skipped: []skippedFile{}}
}

// add counts the findings of one file of n bytes.
func (s *redactStats) add(file string, n int64, byRule map[string]int, byType map[redact.Type]int) {
	s.Files++
	s.Bytes += n
	counts := fileCounts{File: file, ByType: byType}
	for rule, n := range byRule {
		s.ByRule[rule] += n
	}
	for t, n := range byType {
		s.ByType[t] += n
		counts.Findings += n
	}
	s.Findings += counts.Findings
	if counts.Findings > 0 {
		s.ByFile = append(s.ByFile, counts)
	}
}

func (s *redactStats) writeText(w io.Writer) {
	countTable(w, "type", func(row func(string, string)) {
		for _, t := range redact.Types() {
			if s.ByType[t] > 0 {
				row(string(t), strconv.Itoa(s.ByType[t]))
			}
		}
	})
	countTable(w, "rule", func(row func(string, string)) {
		byCount := func(a, b string) int { return cmp.Or(s.ByRule[b]-s.ByRule[a], cmp.Compare(a, b)) }
		for _, rule := range slices.SortedFunc(maps.Keys(s.ByRule), byCount) {
			row(rule, strconv.Itoa(s.ByRule[rule]))
		}
	})
	countTable(w, "file", func(row func(string, string)) {
		for _, f := range s.ByFile {
			row(shownName(f.File), strconv.Itoa(f.Findings)+"  "+typeCounts(f.ByType))
		}
	})
	fmt.Fprintf(w, "%d files, %d bytes, %d findings, %d left out\n", s.Files, s.Bytes, s.Findings, len(s.Skipped))
}

// countTable writes a table of names and what was counted, and an empty line.
func countTable(w io.Writer, title string, rows func(row func(name, count string))) {
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	row := func(name, count string) { fmt.Fprintf(tw, "%s\t%s\n", name, count) }
	row(title, "findings")
	rows(row)
	_ = tw.Flush() // the writer below keeps the error
	fmt.Fprintln(w)
}

func typeCounts(counts map[redact.Type]int) string {
	var parts []string
	for _, t := range redact.Types() {
		if counts[t] > 0 {
			parts = append(parts, fmt.Sprintf("%s %d", t, counts[t]))
		}
	}
	return strings.Join(parts, ", ")
}

// redactReport is what --explain and --stats show of a run.
type redactReport struct {
	w              *bufio.Writer // keeps the first error of writing
	explain, stats bool
	json           bool
	counts         *redactStats
}

func newRedactReport(w io.Writer, o redactOptions) *redactReport {
	return &redactReport{w: bufio.NewWriter(w), explain: o.explain, stats: o.stats, json: o.format == formatJSON, counts: newRedactStats()}
}

// asked reports whether anything is to be shown.
func (r *redactReport) asked() bool { return r.explain || r.stats }

// add takes the findings of one file.
func (r *redactReport) add(file string, read *readFile) error {
	r.counts.add(file, read.bytes, read.byRule, read.byType)
	if !r.explain {
		return nil
	}
	enc := json.NewEncoder(r.w)
	enc.SetEscapeHTML(false)
	for _, e := range read.explained {
		if !r.json {
			e.writeText(r.w)
			continue
		}
		err := enc.Encode(e)
		if err != nil {
			return err
		}
	}
	return nil
}

// end shows the counts.
func (r *redactReport) end() error {
	switch {
	case !r.stats:
	case r.json:
		err := json.NewEncoder(r.w).Encode(r.counts)
		if err != nil {
			return err
		}
	default:
		if r.explain && r.counts.Findings > 0 {
			fmt.Fprintln(r.w)
		}
		r.counts.writeText(r.w)
	}
	return r.w.Flush()
}
