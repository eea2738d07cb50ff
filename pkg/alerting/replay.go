package alerting

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"google.golang.org/protobuf/encoding/protojson" // events as JSON are those of the contract
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/hushlog/hushlog/pkg/policy"
	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

// maxLine bounds a line of events; the metadata of an interaction has some KB.
const maxLine = 1 << 20

// jsonEvent is an event as a line of JSON: one of the first three, in the JSON of its message.
type jsonEvent struct {
	Interaction    json.RawMessage   `json:"interaction,omitempty"`
	Access         json.RawMessage   `json:"access,omitempty"`
	Quarantine     json.RawMessage   `json:"quarantine,omitempty"`
	PromptFindings map[string]uint32 `json:"prompt_findings,omitempty"`
	AnswerFindings map[string]uint32 `json:"answer_findings,omitempty"`
}

// errEvent says that something is no event; it does not say what it holds.
var errEvent = errors.New("no event: one object with interaction, access or quarantine is wanted, in the JSON of Record, AuditEntry or Quarantined")

// DecodeEvent reads an event from JSON. Unknown members are errors.
func DecodeEvent(line []byte) (*Event, error) {
	var raw jsonEvent
	decoder := json.NewDecoder(bytes.NewReader(line))
	decoder.DisallowUnknownFields()
	err := decoder.Decode(&raw)
	if err != nil {
		return nil, errEvent
	}
	event := &Event{PromptFindings: raw.PromptFindings, AnswerFindings: raw.AnswerFindings}
	var message proto.Message
	var body json.RawMessage
	n := 0
	if raw.Interaction != nil {
		event.Record = &hushlogv1.Record{}
		message, body, n = event.Record, raw.Interaction, n+1
	}
	if raw.Access != nil {
		event.Entry = &hushlogv1.AuditEntry{}
		message, body, n = event.Entry, raw.Access, n+1
	}
	if raw.Quarantine != nil {
		event.Quarantined = &hushlogv1.Quarantined{}
		message, body, n = event.Quarantined, raw.Quarantine, n+1
	}
	if n != 1 {
		return nil, errEvent
	}
	err = protojson.Unmarshal(body, message)
	if err != nil {
		return nil, errEvent
	}
	return event, nil
}

// ReadEvents reads a line of JSON for each event. Each must have its time (acceptedAt, or at).
func ReadEvents(r io.Reader) ([]*Event, error) { return readLines(r, DecodeEvent) }

// ReadRows reads what is stored: rows of the tables interactions, audit and quarantined as ClickHouse's JSONEachRow has
// them, also mixed.
func ReadRows(r io.Reader) ([]*Event, error) { return readLines(r, decodeRow) }

func readLines(r io.Reader, decode func([]byte) (*Event, error)) ([]*Event, error) {
	var events []*Event
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, maxLine)
	for n := 1; lines.Scan(); n++ {
		if len(bytes.TrimSpace(lines.Bytes())) == 0 {
			continue
		}
		event, err := decode(lines.Bytes())
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
		if event.Time().Unix() <= 0 {
			return nil, fmt.Errorf("line %d: the event has no time", n)
		}
		events = append(events, event)
	}
	err := lines.Err()
	if err != nil {
		return nil, fmt.Errorf("read events: %w", err)
	}
	return events, nil
}

// Replay runs events through rules in the order of their times, with a clock that goes by them, and then up to until. With
// the zero time, it ends where every window that has an event is decided.
func Replay(rules *Rules, events []*Event, until time.Time) []*hushlogv1.Alert {
	sorted := slices.Clone(events)
	slices.SortStableFunc(sorted, func(a, b *Event) int { return a.Time().Compare(b.Time()) })
	e := NewEngine(rules)
	var alerts []*hushlogv1.Alert
	for _, event := range sorted {
		alerts = append(alerts, e.Advance(event.Time())...)
		alerts = append(alerts, e.Observe(event)...)
	}
	if until.IsZero() {
		return append(alerts, e.Flush()...)
	}
	return append(alerts, e.Advance(until)...)
}

// Flush decides every window that has an event, as if its time had come, and leaves those without as they are. It is for
// the end of a file: an engine that goes on counts what comes later as late.
func (e *Engine) Flush() []*hushlogv1.Alert {
	e.out = e.out[:0]
	for _, s := range e.rules {
		end := e.watermark - s.lateness
		for index := range s.windows {
			end = max(end, (index+1)*s.window)
		}
		for _, p := range s.pending {
			end = max(end, p.at)
		}
		s.advance(e, end)
	}
	inOrder(e.out)
	return e.out
}

// TestFile says what rules are expected to do with made-up events.
type TestFile struct {
	// Rules are files of rules, beside the test file.
	Rules []string `yaml:"rules"`
	Tests []Test   `yaml:"tests"`
}

// Test is one run with a clock of its own.
type Test struct {
	Name string `yaml:"name"`
	// Only these rules are looked at. Empty: all.
	Only []string `yaml:"only"`
	// Start is what offsets count from. Default: Monday 2026-01-05, 09:00 UTC.
	Start time.Time `yaml:"start"`
	// Events that happen.
	Events []Series `yaml:"events"`
	// Until is how far the clock goes. Default: to where every window that has an event is decided.
	Until Offset `yaml:"until"`
	// Alerts are all that fire, in any order.
	Alerts []Expected `yaml:"alerts"`
}

// Series is an event that may happen several times. In its strings, {i} is the number of the repetition, from 0.
type Series struct {
	At    Offset `yaml:"at"`
	Every Offset `yaml:"every"`
	// Times it happens. Default: 1.
	Times int `yaml:"times"`
	// One of these, in the JSON of Record, AuditEntry or Quarantined, without a time.
	Interaction map[string]any `yaml:"interaction"`
	Access      map[string]any `yaml:"access"`
	Quarantine  map[string]any `yaml:"quarantine"`
	// Findings of an interaction by side.
	PromptFindings map[string]uint32 `yaml:"prompt_findings"`
	AnswerFindings map[string]uint32 `yaml:"answer_findings"`
}

// Expected is an alert that is to fire.
type Expected struct {
	Rule string            `yaml:"rule"`
	Keys map[string]string `yaml:"keys"`
	// At is where the alert's block of time begins.
	At Offset `yaml:"at"`
	// Resolved says whether it has resolved by the end.
	Resolved bool `yaml:"resolved"`
}

// Offset is a duration from a test's start, as 0s, 90m, 7d or -5m.
type Offset time.Duration

// UnmarshalText reads a policy's duration, with a sign before it and with 0s.
func (o *Offset) UnmarshalText(raw []byte) error {
	number, negative := strings.CutPrefix(string(raw), "-")
	if number == "0s" || number == "0" {
		*o = 0
		return nil
	}
	var d policy.Duration
	err := d.UnmarshalText([]byte(number))
	if err != nil {
		return err
	}
	*o = Offset(d)
	if negative {
		*o = -*o
	}
	return nil
}

const maxSeries = 100_000

var defaultStart = time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC)

// Failure is an expectation that was not met.
type Failure struct {
	Test string
	// Missing alerts were expected and did not fire, Unexpected ones fired.
	Missing, Unexpected []string
}

// LoadTests reads a test file and the rules it names.
func LoadTests(path string) (*TestFile, *Rules, error) {
	data, err := readBounded(path)
	if err != nil {
		return nil, nil, err
	}
	file, err := ParseTests(data)
	if err != nil {
		return nil, nil, inFile(err, path)
	}
	paths := make([]string, len(file.Rules))
	for i, name := range file.Rules {
		paths[i] = filepath.Join(filepath.Dir(path), name)
	}
	rules, err := Load(paths...)
	if err != nil {
		return nil, nil, err
	}
	return file, rules, nil
}

// ParseTests reads a test file at hand.
func ParseTests(data []byte) (*TestFile, error) {
	var file TestFile
	found := decode(data, &file)
	for i := range file.Tests {
		t := &file.Tests[i]
		at := fmt.Sprintf("tests[%d]", i)
		set(&t.Start, defaultStart)
		if t.Name == "" {
			found.add(at+".name", "say what is shown")
		}
		for j := range t.Events {
			s := &t.Events[j]
			set(&s.Times, 1)
			if s.Times < 1 || s.Times > maxSeries || s.Every < 0 {
				found.add(fmt.Sprintf("%s.events[%d].times", at, j), "write 1 to %d, and every from 0s on", maxSeries)
				continue
			}
			_, err := s.event(t.Start, 0)
			if err != nil {
				found.add(fmt.Sprintf("%s.events[%d]", at, j), "%v", err)
			}
		}
	}
	err := found.err()
	if err != nil {
		return nil, err
	}
	return &file, nil
}

// event is one repetition of a series.
func (s *Series) event(start time.Time, i int) (*Event, error) {
	line := map[string]any{}
	for name, fields := range map[string]map[string]any{"interaction": s.Interaction, "access": s.Access, "quarantine": s.Quarantine} {
		if fields != nil {
			line[name] = fields
		}
	}
	if s.PromptFindings != nil {
		line["prompt_findings"] = s.PromptFindings
	}
	if s.AnswerFindings != nil {
		line["answer_findings"] = s.AnswerFindings
	}
	encoded, err := json.Marshal(line)
	if err != nil {
		return nil, errEvent
	}
	event, err := DecodeEvent(bytes.ReplaceAll(encoded, []byte("{i}"), []byte(strconv.Itoa(i))))
	if err != nil {
		return nil, err
	}
	at := timestamppb.New(start.Add(time.Duration(s.At) + time.Duration(i)*time.Duration(s.Every)))
	switch {
	case event.Record != nil:
		event.Record.AcceptedAt = at
	case event.Entry != nil:
		event.Entry.At = at
	default:
		event.Quarantined.AcceptedAt = at
	}
	return event, nil
}

// Run runs the tests and returns those that failed.
func (f *TestFile) Run(rules *Rules) ([]Failure, error) {
	var failures []Failure
	for i := range f.Tests {
		failure, err := f.Tests[i].run(rules)
		if err != nil {
			return nil, fmt.Errorf("test %q: %w", f.Tests[i].Name, err)
		}
		if failure != nil {
			failures = append(failures, *failure)
		}
	}
	return failures, nil
}

func (t *Test) run(rules *Rules) (*Failure, error) {
	chosen, err := rules.only(t.Only)
	if err != nil {
		return nil, err
	}
	var events []*Event
	for i := range t.Events {
		for n := range t.Events[i].Times {
			event, eventErr := t.Events[i].event(t.Start, n)
			if eventErr != nil {
				return nil, eventErr
			}
			events = append(events, event)
		}
	}
	until := time.Time{}
	if t.Until != 0 {
		until = t.Start.Add(time.Duration(t.Until))
	}
	got := t.describe(Replay(chosen, events, until))
	var want []string
	for _, expected := range t.Alerts {
		want = append(want, expected.String())
	}
	failure := &Failure{t.Name, without(want, got), without(got, want)}
	if len(failure.Missing)+len(failure.Unexpected) == 0 {
		return nil, nil
	}
	return failure, nil
}

// only is the rules that are named, or all of them.
func (r *Rules) only(names []string) (*Rules, error) {
	if len(names) == 0 {
		return r, nil
	}
	chosen := &Rules{}
	for _, c := range r.list {
		if slices.Contains(names, c.Name) {
			chosen.list = append(chosen.list, c)
		}
	}
	if len(chosen.list) != len(names) {
		return nil, fmt.Errorf("only: not all of %v are rules", names)
	}
	return chosen, nil
}

// describe writes each alert once, with whether it had resolved by the end.
func (t *Test) describe(alerts []*hushlogv1.Alert) []string {
	var lines []string
	resolved := map[string]bool{}
	for _, a := range alerts {
		if a.GetState() == hushlogv1.AlertState_ALERT_STATE_RESOLVED {
			resolved[a.GetFingerprint()] = true
		}
	}
	for _, a := range alerts {
		if a.GetState() == hushlogv1.AlertState_ALERT_STATE_FIRING {
			at := Offset(a.GetWindowStart().AsTime().Sub(t.Start))
			lines = append(lines, Expected{a.GetRule(), KeysOf(a), at, resolved[a.GetFingerprint()]}.String())
		}
	}
	return lines
}

// String is the alert in a line.
func (e Expected) String() string {
	var b strings.Builder
	b.WriteString(e.Rule)
	for _, name := range KeyNames(e.Keys) {
		b.WriteString(" " + name + "=" + e.Keys[name])
	}
	b.WriteString(" at " + time.Duration(e.At).String())
	if e.Resolved {
		b.WriteString(", resolved")
	}
	return b.String()
}

// KeysOf are the values that an alert is about, by the names that rules know them by.
func KeysOf(a *hushlogv1.Alert) map[string]string {
	keys := map[string]string{}
	for name, value := range map[string]string{"project": a.GetProject(), "user": a.GetUserPseudonym(), "model": a.GetModel()} {
		if value != "" {
			keys[name] = value
		}
	}
	for _, k := range a.GetKeys() {
		keys[k.GetName()] = k.GetValue()
	}
	return keys
}

// KeyNames are the names of keys, in order.
func KeyNames(m map[string]string) []string {
	names := make([]string, 0, len(m))
	for name := range m {
		names = append(names, name)
	}
	slices.SortFunc(names, cmp.Compare[string])
	return names
}

// without is a without what is in b, each as often as it is there.
func without(a, b []string) []string {
	left := slices.Clone(b)
	var missing []string
	for _, line := range a {
		i := slices.Index(left, line)
		if i < 0 {
			missing = append(missing, line)
			continue
		}
		left = slices.Delete(left, i, i+1)
	}
	return missing
}
