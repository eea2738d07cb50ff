package alerting

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require" // says what differed
	"google.golang.org/protobuf/proto"

	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

// rule is a document with one rule of these lines, which is complete but for them.
func rule(lines ...string) []byte {
	return []byte("version: 1\nrules:\n  - name: r\n    description: d\n    severity: info\n    owner: o\n    window: 1m\n    " + strings.Join(lines, "\n    ") + "\n")
}

func TestProblemsAreNamedWithTheirPlace(t *testing.T) {
	for _, tc := range []struct {
		name string
		doc  []byte
		want string
	}{
		{"no YAML", []byte("rules: [\n"), "document:1:"},
		{"two documents", []byte("version: 1\n---\nversion: 1\n"), "holds 2 documents"},
		{"anchors", []byte("version: 1\nrules: &a []\n"), "document:2:8: document: anchors"},
		{"unknown field", rule("threshhold: {at_least: 1}"), "document:8:5: document: unknown field"},
		{"field twice", rule("threshold: {at_least: 1}", "window: 2m"), "already defined"},
		{"another version", []byte("version: 2\nrules: []\n"), "document:1:10: version: write version: 1"},
		{"no condition", rule(`match: failed`), "document:3:9: rules[0]: has 0 conditions"},
		{"two conditions", rule("key: [user]", "threshold: {at_least: 1}", "absence: {}"), "has 2 conditions"},
		{"CEL syntax", rule(`match: failed &&`, "threshold: {at_least: 1}"), "document:8:21: rules[0].match: Syntax error"},
		{"CEL type", rule(`match: model == 3`, "threshold: {at_least: 1}"), "document:8:18: rules[0].match: found no matching overload for '_==_'"},
		{"CEL in a block", rule("match: |", "  failed &&", "  modell == \"m\"", "threshold: {at_least: 1}"), "document:10:7: rules[0].match: undeclared reference to 'modell'"},
		{"not a condition", rule(`match: model`, "threshold: {at_least: 1}"), "document:8:12: rules[0].match: gives string; bool is wanted"},
		{"content is no field", rule(`match: text == "x"`, "threshold: {at_least: 1}"), "undeclared reference to 'text'"},
		{"statement is no field", rule("source: access", `match: statement == "x"`, "threshold: {at_least: 1}"), "undeclared reference to 'statement'"},
		{"dear", rule(`match: tags.exists(a, tags.exists(b, tools.exists(c, a == b && b == c)))`, "threshold: {at_least: 1}"), "may cost"},
		{"source", rule("source: logs", "threshold: {at_least: 1}"), "document:8:13: rules[0].source: write interactions"},
		{"key", rule("key: [project, cost]", "threshold: {at_least: 1}"), `document:8:20: rules[0].key[1]: "cost" is not a field`},
		{"key twice", rule("key: [user, user]", "threshold: {at_least: 1}"), "is there twice"},
		{"value of a count", rule("value: cost", "threshold: {at_least: 1}"), "document:8:12: rules[0].value: count has no value"},
		{"sum of text", rule("aggregate: sum", "value: model", "threshold: {at_least: 1}"), "gives string; int or double or uint is wanted"},
		{"threshold", rule("threshold: {at_least: 1, below: 2}"), "write one of at_least and below"},
		{"ratio above 1", rule("aggregate: ratio", "value: failed", "threshold: {at_least: 2}"), "a ratio is at most 1"},
		{"duration", rule("for: 5x", "threshold: {at_least: 1}"), "document:8:10: rules[0].for: write a number and one of ms, s, m, h, d"},
		{"duration of a condition", rule("key: [user]", "first_seen: {memory: long}"), "document:9:26: rules[0].first_seen.memory: write a number"},
		{"for", rule("for: 90s", "threshold: {at_least: 1}"), "document:8:10: rules[0].for: write whole windows of 1m"},
		{"first seen without key", rule("first_seen: {}"), "name the fields"},
		{"runbook", rule("runbook: javascript:alert", "threshold: {at_least: 1}"), "http or https"},
		{"route", rule("route: {by_class: {Secret: x}}", "threshold: {at_least: 1}"), "is no class"},
		{"deviations", rule("baseline: {deviations: -1}"), "rules[0].baseline.deviations"},
		{"sequence with match", rule("match: failed", "key: [user]", "sequence: {first: failed, times: 1, then: failed, within: 1m}"), "first and then instead"},
		{"names twice", append(rule("threshold: {at_least: 1}"), rule("threshold: {at_least: 1}")[len("version: 1\nrules:\n"):]...), "two rules have this name"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := Parse(tc.doc)
			require.ErrorIs(t, err, ErrInvalid)
			require.ErrorContains(t, err, tc.want)
		})
	}
}

func TestFilesAreNamed(t *testing.T) {
	dir := t.TempDir()
	good, bad := filepath.Join(dir, "good.yaml"), filepath.Join(dir, "bad.yaml")
	require.NoError(t, os.WriteFile(good, rule("threshold: {at_least: 1}"), 0o600))
	require.NoError(t, os.WriteFile(bad, rule("threshold: {}"), 0o600))
	rules, err := Load(good)
	require.NoError(t, err)
	require.Len(t, rules.List(), 1)
	_, err = Load(bad)
	require.ErrorContains(t, err, bad+":8:")
	_, err = Load(good, good)
	require.ErrorIs(t, err, errDuplicate)
	_, err = Load(filepath.Join(dir, "none.yaml"))
	require.ErrorIs(t, err, os.ErrNotExist)
	_, err = rules.Without("other")
	require.ErrorContains(t, err, `"other"`)
}

func FuzzParse(f *testing.F) {
	f.Add(rule("key: [project, user]", "for: 2m", "hold: 5m", "aggregate: sum", "value: cost", "baseline: {deviations: 3}", "route: {default: a}"))
	f.Add(rule("match: |", "  failed &&", "  modell == \"m\"", "threshold: {at_least: 1}"))
	f.Add([]byte("version: 1\nrules: [{}]\n"))
	f.Add([]byte("version: 1\nrules:\n- &a {name: b}\n- *a\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		rules, err := Parse(data)
		if err != nil {
			require.ErrorIs(t, err, ErrInvalid)
			return
		}
		// What was taken can be run.
		e := NewEngine(rules)
		for _, part := range randomEvents(seeded(1), defaultStart) {
			for _, event := range part[:5] {
				_ = e.Advance(event.Time())
				_ = e.Observe(event)
			}
		}
		_ = e.Flush()
	})
}

func FuzzParseTests(f *testing.F) {
	files, err := builtinFiles.ReadDir("builtin")
	require.NoError(f, err)
	for _, file := range files {
		data, err := builtinFiles.ReadFile("builtin/" + file.Name())
		require.NoError(f, err)
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		_, err := ParseTests(data)
		if err != nil {
			require.ErrorIs(t, err, ErrInvalid)
		}
	})
}

func FuzzRestore(f *testing.F) {
	rules, err := Parse([]byte(everyKind))
	require.NoError(f, err)
	e := NewEngine(rules)
	for _, part := range randomEvents(seeded(1), defaultStart) {
		for _, event := range part[:60] {
			_ = e.Observe(event)
		}
	}
	_ = e.Advance(defaultStart.Add(3 * jitter))
	snapshot, err := e.Snapshot()
	require.NoError(f, err)
	data, err := proto.Marshal(snapshot)
	require.NoError(f, err)
	f.Add(data)
	later := randomEvents(seeded(2), defaultStart)[0][:20]
	f.Fuzz(func(t *testing.T, data []byte) {
		var snapshot hushlogv1.AlertSnapshot
		if proto.Unmarshal(data, &snapshot) != nil {
			return
		}
		e := NewEngine(rules)
		_, err := e.Restore(&snapshot)
		if err != nil {
			require.ErrorIs(t, err, ErrState)
			return
		}
		for _, event := range later {
			_ = e.Observe(event)
		}
		_ = e.Advance(defaultStart.Add(jitter))
		again, err := e.Snapshot()
		require.NoError(t, err)
		require.Len(t, again.GetRules(), len(rules.list))
	})
}

func FuzzDecodeEvent(f *testing.F) {
	f.Add([]byte(`{"interaction":{"project":"p","acceptedAt":"2026-01-01T00:00:00Z"},"answer_findings":{"SECRET":1}}`))
	f.Add([]byte(`{"access":{"actor":"a"},"quarantine":{}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		event, err := DecodeEvent(data)
		if err != nil {
			require.ErrorIs(t, err, errEvent)
			return
		}
		_ = event.Time()
	})
}
