package policy

import (
	"bytes"
	"encoding/xml"
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require" // says what differed

	"github.com/hushlog/hushlog/pkg/identity"
	"github.com/hushlog/hushlog/pkg/redact"
	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

var update = flag.Bool("update", false, "write the golden files")

func TestDefaultIsValidAndSpeaksForTheEngine(t *testing.T) {
	p := Default()
	require.Equal(t, redact.DefaultActions(), p.Actions(), "the default policy is the engine's own")
	stricter, err := Parse(change(t, "by_class: {}", "by_class: {Restricted: {EMAIL: mask_full}}"))
	require.NoError(t, err)
	require.Equal(t, redact.ActionMaskFull, stricter.ActionsFor(Restricted)[redact.TypeEmail])
	require.Equal(t, redact.ActionMask, stricter.ActionsFor(Sensitive)[redact.TypeEmail])
	require.Len(t, p.Digest(), 64)
}

// TestEveryActionOfEveryType holds the document to what the engine takes.
func TestEveryActionOfEveryType(t *testing.T) {
	for _, x := range redact.Types() {
		set := string(x) + ": " + string(Default().Actions()[x])
		for _, a := range redact.Actions() {
			_, err := Parse(change(t, "    "+set+"\n", "    "+string(x)+": "+string(a)+"\n"))
			if redact.NeverLog(x) && !redact.Removes(a) {
				require.ErrorContains(t, err, "values of this type are never logged", "%s %s", x, a)
			} else {
				require.NoError(t, err, "%s %s", x, a)
			}
			_, err = Parse(change(t, "by_class: {}", "by_class: {Restricted: {"+string(x)+": "+string(a)+"}}"))
			if redact.NeverLog(x) && !redact.Removes(a) || redact.Strictness(a) < redact.Strictness(Default().Actions()[x]) {
				require.ErrorIs(t, err, ErrInvalid, "%s %s in a class", x, a)
			} else {
				require.NoError(t, err, "%s %s in a class", x, a)
			}
		}
	}
}

func TestPseudonymPeriod(t *testing.T) {
	p, err := Parse(change(t, "EMAIL: mask\n", "EMAIL: pseudonym\n"))
	require.NoError(t, err)
	require.True(t, p.UsesPseudonyms())
	require.False(t, Default().UsesPseudonyms())
	at := time.Date(2026, 11, 25, 23, 0, 0, 0, time.UTC)
	require.Equal(t, p.PseudonymPeriod(at), p.PseudonymPeriod(at.Add(time.Hour)))
	require.NotEqual(t, p.PseudonymPeriod(at), p.PseudonymPeriod(at.Add(30*24*time.Hour)))
}

// change is the default document with one text replaced.
func change(t *testing.T, old, with string) []byte {
	t.Helper()
	require.Contains(t, string(defaultDocument), old)
	return []byte(strings.Replace(string(defaultDocument), old, with, 1))
}

// lineOf is the line of the default document on which text first stands.
func lineOf(t *testing.T, text string) int {
	t.Helper()
	i := strings.Index(string(defaultDocument), text)
	require.GreaterOrEqual(t, i, 0)
	return 1 + strings.Count(string(defaultDocument)[:i], "\n")
}

func TestParseSaysWhereAndWhatToDo(t *testing.T) {
	for _, tc := range []struct {
		name, old, with string
		field           string
		column          int
		at              string // a text on the line that is to be named; empty means old
		message         string
	}{
		{"unknown field", "  max_nesting: 64", "  max_nestling: 64", "limits.max_nestling", 3, "", "is not a field of a policy"},
		{"unknown section", "owners:\n", "owner:\n", "owner", 1, "", "is not a field of a policy"},
		{"text for a number", "max_nesting: 64", "max_nesting: many", "limits.max_nesting", 3, "", "must be a whole number"},
		{"fraction for a number", "max_nesting: 64", "max_nesting: 6.4", "limits.max_nesting", 3, "", "must be a whole number"},
		{"number out of range", "max_nesting: 64", "max_nesting: 4", "limits.max_nesting", 3, "", "is missing or out of range"},
		{"number for a size", "max_interaction_bytes: 4MiB", "max_interaction_bytes: 4194304", "limits.max_interaction_bytes", 3, "", "must be a size"},
		{"size too large", "max_interaction_bytes: 4MiB", "max_interaction_bytes: 9MiB", "limits.max_interaction_bytes", 3, "", "is missing or out of range"},
		{"duration without unit", "max_age: 7d", "max_age: 7", "limits.max_age", 3, "", "must be a duration"},
		{"duration overflowing", "max_age: 7d", "max_age: 999999999999d", "limits.max_age", 3, "", "must be a duration"},
		{"number for text", "incidents: security", "incidents: 12", "owners.incidents", 3, "", "must be text"},
		{"missing owner", "  incidents: security\n", "", "owners.incidents", 1, "owners:", "is missing"},
		{"list for a mapping", "owners:\n  log_management: platform", "owners: []\nx:\n  log_management: platform", "owners", 1, "owners:", "must be a mapping"},
		{"mapping for a list", "environments: []", "environments: {}", "projects.demo.environments", 5, "", "must be a list"},
		{"doubled key", "max_nesting: 64", "max_nesting: 64\n  max_nesting: 65", "document", 0, "  max_messages", "already defined"},
		{"alias", "environments: []", "environments: *x", "projects.demo.environments", 5, "", "must be a list"},
		{"wrong version", "version: 1", "version: 2", "version", 1, "", "is not a version that this hushlog reads"},
		{"unknown purpose", "purposes: [debugging,", "purposes: [chatting,", "projects.demo.purposes[0]", 16, "", "is not a purpose"},
		{"project of canaries", "  demo:\n    description: The", "  hushlog-canary:\n    description: The", "projects.hushlog-canary", 3, "", "is hushlog's own"},
		{"unknown class", "least_class: Internal", "least_class: Secret", "projects.demo.least_class", 5, "", "is not a class"},
		{"never-log masked", "CREDIT_CARD: remove", "CREDIT_CARD: mask", "actions.default.CREDIT_CARD", 5, "", "values of this type are never logged, in no form"},
		{"never-log as a pseudonym", "SECRET: remove", "SECRET: pseudonym", "actions.default.SECRET", 5, "", "values of this type are never logged, in no form"},
		{"unknown point", "point: balanced", "point: keen", "detection.point", 3, "", "is not an operating point"},
		{"missing detection", "detection:\n  point: balanced\n", "", "detection.point", 1, "# The policy of this", "is not an operating point"},
		{"rate of flags", "rate: 0.001", "rate: 0.5", "safety.rate", 3, "", "is missing or no rate of the model"},
		{"threshold of nothing", "thresholds: {}", "thresholds: {rage: 0.5}", "safety.thresholds.rage", 16, "", "is not a category of the model"},
		{"threshold of one", "thresholds: {}", "thresholds: {abuse: 1}", "safety.thresholds.abuse", 16, "", "is out of range"},
		{"role of nobody", "roles: [user,", "roles: [reader,", "safety.roles[0]", 11, "", "is not a role"},
		{"flag that does nothing", "term: mark", "term: nothing", "safety.actions.term", 5, "", "is not what a flag does"},
		{"flag without action", "    term: mark\n", "", "safety.actions.term", 3, "  actions:\n    jailbreak", "is missing"},
		{"term of one letter", "    patterns: {}", "    patterns: {x: {pattern: 'a'}}", "safety.terms.patterns.x.pattern", 20, "", "matches less than"},
		{"period of minutes", "pseudonym_period: 30d", "pseudonym_period: 5m", "actions.pseudonym_period", 3, "", "is missing or out of range"},
		{"unknown action", "ORG: keep", "ORG: retain", "actions.default.ORG", 5, "", "is not an action"},
		{"unknown type", "    ORG: keep", "    ORG: keep\n    SHOE: keep", "actions.default.SHOE", 5, "    EMAIL: mask", "is not a type of finding"},
		{"missing type", "    ORG: keep\n", "", "actions.default.ORG", 3, "  default:\n    PERSON", "is missing"},
		{"milder in a class", "by_class: {}", "by_class: {Restricted: {EMAIL: keep}}", "actions.by_class.Restricted.EMAIL", 27, "", "is milder than the default"},
		{"missing class", "  Public:\n", "  Open:\n", "classes.Open", 3, "", "is not a class"},
		{"type in a condition", "types: [SECRET,", "types: [SECRETS,", "classes.Restricted.when[0].types[0]", 17, "", "is not a type of finding"},
		{"condition without content", "OTHER]\n        at_least: 1\n", "OTHER]\n        at_least: 1\n      - {}\n", "classes.Sensitive.when[1]", 9, "    store: full\n    retention: standard\n    sample: { rate: 1, keep: [failed, flagged] }\n    alerts_to: \"\"\n    export: false\n  Restricted", "holds for every record"},
		{"unknown label", "retention: short", "retention: shorter", "classes.Restricted.retention", 5, "", "is not a retention label"},
		{"half days", "content: 30d", "content: 36h", "retention.labels.standard.content", 17, "", "is missing or not a number of days"},
		{"content outlives metadata", "content: 30d", "content: 91d", "retention.labels.standard.content", 17, "", "would outlive the metadata that says what it is"},
		{"raw kept too long", "raw_at_most: 24h", "raw_at_most: 25h", "retention.raw_at_most", 3, "", "is missing or out of range"},
		{"stream outlives content", "events: 3d", "events: 8d", "retention.events", 3, "", "the stream would outlive content of label short"},
		{"keys too short", "keys: 5d", "keys: 2d", "retention.keys", 3, "", "what is still in the stream could not be opened"},
		{"no sampling rate", "sample: { rate: 1, keep", "sample: { keep", "classes.Public.sample.rate", 5, "", "is missing or out of range"},
		{"sampling nothing", "sample: { rate: 1,", "sample: { rate: 0,", "classes.Public.sample.rate", 15, "", "is missing or out of range"},
		{"sampling more than all", "sample: { rate: 1,", "sample: { rate: 1.01,", "classes.Public.sample.rate", 15, "", "is missing or out of range"},
		{"exempt for being", "keep: [failed, flagged] }", "keep: [failed, odd] }", "classes.Public.sample.keep[1]", 39, "", "is nothing that can be exempt"},
		{"export of what", "export: true", "export: some", "classes.Public.export", 5, "", "must be true or false"},
		{"more to look at than there is", "look_rows: 1000", "look_rows: 10001", "roles.engineering.limits.look_rows", 32, "", "is missing or out of range"},
		{"alerts to nobody there", "alerts_to: \"\"", "alerts_to: \"no one\"", "classes.Public.alerts_to", 5, "", "is not a name"},
		{"a purpose for nothing", "content: metadata\n\n", "content: nothing\n\n", "purposes.usage.content", 5, "    content: metadata\n\n", "does not say what is stored"},
		{"unknown duty", "duties: {}", "duties: {sox: [audit]}", "retention.duties.sox", 12, "", "is not a duty that this hushlog knows"},
		{"duty for content", "duties: {}", "duties: {hipaa-164.316: [content]}", "retention.duties.hipaa-164.316[0]", 28, "", "a duty never makes content live longer"},
		{"duty for nothing", "duties: {}", "duties: {hipaa-164.316: []}", "retention.duties.hipaa-164.316", 12, "", "does not say which records"},
		{"unknown table", "      findings: []", "      finding: []", "roles.analyst.tables.finding", 7, "", "is not a table"},
		{"column with SQL in it", "        - project\n", "        - \"a) ON x.y, SELECT(b\"\n", "roles.oncall.tables.interactions[0]", 11, "", "is not a column"},
		{"role without classes", "classes: [Public, Internal, Sensitive]", "classes: []", "roles.analyst.classes", 5, "", "the role would see nothing"},
		{"role with unknown project", `projects: ["*"]`, `projects: [nowhere]`, "roles.engineering.projects[0]", 16, "", "is not a project"},
		{"role with all and some", `projects: ["*"]`, `projects: ["*", demo]`, "roles.engineering.projects", 5, "", "names projects beside all of them"},
		{"rule without a name", "without: []", "without: [No Name]", "alerts.without[0]", 13, "", "is not a name"},
		{"file of rules without a path", "files: []", "files: [\"\"]", "alerts.files[0]", 11, "", "is missing"},
		{"replicas", "min_in_sync: 1", "min_in_sync: 2", "stream.min_in_sync", 3, "", "is missing or out of range"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := Parse(change(t, tc.old, tc.with))
			if tc.field == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorIs(t, err, ErrInvalid)
			var invalid *InvalidError
			require.ErrorAs(t, err, &invalid)
			first := find(invalid.Problems, tc.field)
			require.NotNil(t, first, "%v", err)
			require.Contains(t, first.Message, tc.message)
			require.NotEmpty(t, first.Fix)
			at := tc.at
			if at == "" {
				at = tc.old
			}
			require.Equal(t, lineOf(t, at), first.Line, "%v", err)
			if tc.column > 0 {
				require.Equal(t, tc.column, first.Column, "%v", err)
			}
		})
	}
}

func find(problems []Problem, field string) *Problem {
	for i := range problems {
		if problems[i].Field == field {
			return &problems[i]
		}
	}
	return nil
}

func TestParseReportsEverythingAtOnce(t *testing.T) {
	doc := string(defaultDocument)
	for old, with := range map[string]string{
		"ORG: keep": "ORG: retain", "least_class: Internal": "least_class: Secret", "keys: 5d": "keys: 2d",
	} {
		doc = strings.Replace(doc, old, with, 1)
	}
	_, err := Parse([]byte(doc))
	var invalid *InvalidError
	require.ErrorAs(t, err, &invalid)
	require.Len(t, invalid.Problems, 3)
	lines := strings.Split(err.Error(), "\n")
	require.Len(t, lines, 3)
	form := regexp.MustCompile(`^policy:\d+:\d+: [^ ]+: .+; .+$`)
	for _, line := range lines {
		require.Regexp(t, form, line)
	}
}

func TestParseRefusesOtherDocuments(t *testing.T) {
	for name, doc := range map[string]string{
		"empty":      "",
		"comment":    "# nothing\n",
		"two":        "version: 1\n---\nversion: 1\n",
		"list":       "- a\n",
		"scalar":     "hello",
		"brackets":   strings.Repeat("[", 10_000),
		"braces":     strings.Repeat("{a: ", 5_000),
		"not YAML":   "a: [1, 2\nb: }",
		"merge":      "<<: {version: 1}\n",
		"large":      "# " + strings.Repeat("x", maxDocument),
		"number key": "1: 2\n",
		"invalid":    "version: \xff\xfe\n",
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Parse([]byte(doc))
			require.ErrorIs(t, err, ErrInvalid)
		})
	}
}

func TestLoadNamesTheFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "policy.yaml")
	require.NoError(t, os.WriteFile(path, change(t, "ORG: keep", "ORG: retain"), 0o600))
	_, err := Load(path)
	require.ErrorIs(t, err, ErrInvalid)
	require.True(t, strings.HasPrefix(err.Error(), path+":"), "%v", err)

	_, err = Load(filepath.Join(t.TempDir(), "absent.yaml"))
	require.ErrorIs(t, err, os.ErrNotExist)
	require.NotErrorIs(t, err, ErrInvalid)
}

func TestClassify(t *testing.T) {
	p := Default()
	for _, tc := range []struct {
		name, project string
		counts        map[redact.Type]int
		want          Class
	}{
		{"nothing found", "demo", nil, Internal},
		{"kept things do not raise", "demo", map[redact.Type]int{redact.TypeOrg: 9}, Internal},
		{"an address", "demo", map[redact.Type]int{redact.TypeEmail: 1}, Sensitive},
		{"a key", "demo", map[redact.Type]int{redact.TypeSecret: 1, redact.TypeEmail: 1}, Restricted},
		{"a list of people", "demo", map[redact.Type]int{redact.TypePerson: 12, redact.TypeEmail: 13}, Restricted},
		{"nearly a list", "demo", map[redact.Type]int{redact.TypePerson: 12, redact.TypeEmail: 12}, Sensitive},
		{"unknown project", "elsewhere", nil, Restricted},
	} {
		t.Run(tc.name, func(t *testing.T) {
			require.Equal(t, tc.want, p.Classify(tc.project, "debugging", tc.counts))
		})
	}
}

func TestStorageNarrowsOnly(t *testing.T) {
	p := Default()
	for _, tc := range []struct {
		name    string
		purpose string
		wish    Storage
		want    Storage
	}{
		{"allowed", "debugging", Full, Full},
		{"no wish said", "debugging", "", Full},
		{"no purpose", "", Full, MetadataOnly},
		{"unknown purpose", "fun", Full, MetadataOnly},
		{"purpose for metadata", "usage", Full, MetadataOnly},
		{"sender wants less", "debugging", MetadataOnly, MetadataOnly},
	} {
		t.Run(tc.name, func(t *testing.T) {
			require.Equal(t, tc.want, p.Storage(Sensitive, tc.purpose, tc.wish))
		})
	}
	require.Equal(t, MetadataOnly, p.Storage("Unheard", "debugging", Full))
	narrow, err := Parse(change(t, "    store: full\n    retention: short", "    store: metadata\n    retention: short"))
	require.NoError(t, err)
	require.Equal(t, MetadataOnly, narrow.Storage(Restricted, "debugging", Full))
	require.Equal(t, MetadataOnly, WishFromProto(hushlogv1.LoggingWish(99)), "an unknown wish is a wish for less")
}

// TestEachClassSaysEverything: what is stored, who reads it, until when, and whom alerts go to.
func TestEachClassSaysEverything(t *testing.T) {
	p, err := Parse(change(t, "    retention: short\n    sample: { rate: 1, keep: [failed, flagged] }\n    alerts_to: \"\"",
		"    retention: short\n    sample: { rate: 0.1, keep: [failed] }\n    alerts_to: privacy"))
	require.NoError(t, err)
	require.Equal(t, "privacy", p.AlertOwner(Restricted, "platform"))
	require.Equal(t, "platform", p.AlertOwner(Sensitive, "platform"))
	require.Equal(t, []string{"security"}, p.Readers(Restricted, TableContents))
	require.Equal(t, []string{"analyst", "security"}, p.Readers(Sensitive, TableContents))
	require.Equal(t, []string{"compliance", "engineering", "oncall", "security"}, p.Readers(Restricted, TableInteractions))
	require.True(t, p.Sampled(Restricted, Lot{Draw: 0.0999}))
	require.False(t, p.Sampled(Restricted, Lot{Draw: 0.1}))
	require.True(t, p.Sampled(Restricted, Lot{Draw: 0.9, Failed: true}))
	require.False(t, p.Sampled(Restricted, Lot{Draw: 0.9, Flagged: true}))
	require.True(t, p.Sampled(Sensitive, Lot{Draw: 0.9999999}))
	require.False(t, p.Sampled("Unheard", Lot{}), "of no class nothing is known to be allowed")
	var out bytes.Buffer
	require.NoError(t, p.Explain(&out))
	require.Contains(t, out.String(), "Restricted  metadata and sanitized content of a share of 0.1 of conversations, and of all that is failed; content 7d, metadata 90d; alerts to privacy")
	require.Contains(t, out.String(), "metadata is read by compliance, engineering, oncall, security, content by security")
	require.Len(t, p.Warnings(), 1)
	require.Equal(t, "classes.Restricted.sample.keep", p.Warnings()[0].Field)
	require.Contains(t, p.Warnings()[0].Message, "flagged")

	p, err = Parse(change(t, "    store: full\n    retention: short", "    store: nothing\n    retention: short"))
	require.NoError(t, err)
	require.Equal(t, Nothing, p.Storage(Restricted, "debugging", Full))
	require.False(t, p.Sampled(Restricted, Lot{Failed: true, Flagged: true}))
	require.Equal(t, "classes.Restricted.store", p.Warnings()[0].Field)
}

// TestExportsTakeRoleAndClass: a class that may be exported is so by roles that may, as a user of its own.
func TestExportsTakeRoleAndClass(t *testing.T) {
	p := Default()
	require.Equal(t, []string{"Public", "Internal"}, p.Exportable("security"))
	require.Empty(t, p.Exportable("analyst"), "the role may not")
	require.Empty(t, p.Exportable("nobody"))
	filters := func(p *Policy, name string) map[string]string {
		for _, user := range p.ClickHouseUsers() {
			if user.Name == name {
				require.Equal(t, "role_security", user.CommonName)
				return user.RowFilters
			}
		}
		return nil
	}
	require.Equal(t, "classification IN ('Public', 'Internal') AND project != 'hushlog-canary'", filters(p, "export_security")[TableContents])
	require.Equal(t, "project != 'hushlog-canary'", filters(p, "role_security")[TableContents])
	require.Equal(t, "project != 'hushlog-canary'", filters(p, "export_security")[TableHolds], "a hold is no record")
	require.Nil(t, filters(p, "export_analyst"))
	none, err := Parse([]byte(strings.ReplaceAll(string(DefaultDocument()), "export: true", "export: false")))
	require.NoError(t, err)
	require.Equal(t, "0", filters(none, "export_security")[TableContents])
	for table, records := range map[string]bool{
		TableInteractions: true, TableHeldContents: true, TableAlerts: true, TableRollupDay: false, TableAudit: false, TableHolds: false, "numbers": false,
	} {
		require.Equal(t, records, HoldsRecords(table), table)
	}
}

func TestClassOnTheWire(t *testing.T) {
	for _, c := range AllClasses() {
		require.Equal(t, c, ClassFromProto(c.Proto()))
	}
	require.Equal(t, Restricted, ClassFromProto(0))
	require.Equal(t, Restricted, ClassFromProto(99))
	require.Equal(t, hushlogv1.Class_CLASS_RESTRICTED, Restricted.Proto())
}

func TestProjectLimits(t *testing.T) {
	p, err := Parse(change(t, "limits: {} ", "limits: {events_per_second: 5} "))
	require.NoError(t, err)
	require.InDelta(t, 5, p.ProjectLimits("demo").EventsPerSecond, 0)
	require.Equal(t, Bytes(32<<20), p.ProjectLimits("demo").BytesPerSecond)
}

func TestDigestIsOfTheMeaning(t *testing.T) {
	same, err := Parse(change(t, "max_age: 7d ", "max_age: 168h "))
	require.NoError(t, err)
	require.Equal(t, Default().Digest(), same.Digest(), "spelling does not count")
	other, err := Parse(change(t, "max_age: 7d ", "max_age: 8d "))
	require.NoError(t, err)
	require.NotEqual(t, Default().Digest(), other.Digest())
}

func TestTopicsFollowTheDates(t *testing.T) {
	topics := map[string]Topic{}
	for _, topic := range Default().Topics() {
		topics[topic.Name] = topic
	}
	require.Len(t, topics, 9)
	require.Equal(t, "86400000", topics[TopicRaw].Settings["retention.ms"])
	require.Equal(t, "16777216", topics[TopicRaw].Settings["max.message.bytes"])
	require.Equal(t, "259200000", topics[TopicEvents].Settings["retention.ms"])
	require.Equal(t, 2, topics[TopicRaw].Partitions)
	require.Equal(t, topics[TopicRaw].Partitions, topics[TopicEvents].Partitions, "p of raw is written to p of events")
	require.Equal(t, 1, topics[TopicKeys].Partitions)
	for _, topic := range topics {
		require.Equal(t, "delete", topic.Settings["cleanup.policy"], "nothing depends on compaction")
	}
}

// TestACLsAreTheLeast holds the rights that matter most against the derived list.
func TestACLsAreTheLeast(t *testing.T) {
	allowed := map[string]bool{}
	for _, acl := range Default().KafkaACLs() {
		require.NotContains(t, []string{"ALL", "ALTER", "CREATE", "ALTER_CONFIGS", "CLUSTER_ACTION"}, acl.Operation)
		require.NotEqual(t, "CLUSTER", acl.ResourceType)
		allowed[strings.Join([]string{acl.Principal, acl.Operation, acl.Resource}, " ")] = true
	}
	for _, refused := range []string{
		"User:gateway READ hushlog.raw.v1", "User:gateway READ hushlog.events.v1", "User:gateway WRITE hushlog.keys.v1",
		"User:ingest WRITE hushlog.events.v1", "User:ingest READ hushlog.raw.v1", "User:alert READ hushlog.raw.v1",
		"User:alert READ hushlog.keys.v1", "User:redactor DELETE hushlog.raw.v1", "User:retention READ hushlog.raw.v1",
		"User:retention READ hushlog.events.v1", "User:query READ hushlog.events.v1", "User:query READ hushlog.requests.v1", "User:gateway WRITE hushlog.requests.v1",
	} {
		require.False(t, allowed[refused], refused)
	}
	for _, wanted := range []string{
		"User:gateway WRITE hushlog.raw.v1", "User:redactor WRITE hushlog.events.v1", "User:ingest READ hushlog.events.v1",
		"User:alert WRITE hushlog.alerts.v1", "User:retention DELETE hushlog.raw.v1", "User:query WRITE hushlog.audit.v1",
	} {
		require.True(t, allowed[wanted], wanted)
	}
}

func TestRolesNeverWriteAndContentStaysNarrow(t *testing.T) {
	p := Default()
	for _, user := range p.ClickHouseUsers() {
		grants := strings.Join(user.Grants, "\n")
		switch {
		case user.Role != "":
			require.True(t, user.ReadOnly)
			for _, grant := range user.Grants {
				require.Regexp(t, `^GRANT SELECT(\([a-z_, ]+\))? ON hushlog\.[a-z_]+$`, grant)
			}
			require.Equal(t, user.Role == "analyst" || user.Role == "security", strings.Contains(grants, "contents"), user.Role)
		case user.Name != identity.Admin:
			// Retention reads the trail, to compare it with its log, and counts of canaries; writers read what was erased. Only a
			// rescan reads what was said, and nothing more of it than is stored.
			require.Equal(t, user.Name == identity.RescanUser, slices.ContainsFunc(user.Grants, func(g string) bool {
				return regexp.MustCompile(`^GRANT [^(]*SELECT[^(]* ON hushlog\.(held_)?contents$`).MatchString(g)
			}), user.Name)
			for _, grant := range user.Grants {
				whole, found := strings.CutPrefix(grant, "GRANT SELECT ON hushlog.")
				require.True(t, !found || (whole == "audit" || whole == "canaries") && user.Name == identity.Retention || whole == "tombstones" && user.Name == identity.Ingest, grant)
				require.NotRegexp(t, `SELECT\([^)]*\btext\b`, grant, user.Name)
			}
			require.NotContains(t, grants, "ALL", user.Name)
		}
	}
}

func TestRowFilters(t *testing.T) {
	p, err := Parse([]byte(strings.Replace(string(defaultDocument),
		"    classes: [Public, Internal, Sensitive]\n    projects: [\"*\"]",
		"    classes: [Public, Internal]\n    projects: [demo]", 1)))
	require.NoError(t, err)
	for _, user := range p.ClickHouseUsers() {
		if user.Role == "analyst" {
			require.Equal(t, "classification IN ('Public', 'Internal') AND project IN ('demo')", user.RowFilters[TableContents])
		}
	}
}

func TestUsersXMLGolden(t *testing.T) {
	golden := filepath.Join("testdata", "users.xml")
	var out bytes.Buffer
	require.NoError(t, Default().RenderUsersXML(&out))
	decoder := xml.NewDecoder(bytes.NewReader(out.Bytes()))
	for {
		_, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		require.NoError(t, err)
	}
	if *update {
		require.NoError(t, os.WriteFile(golden, out.Bytes(), 0o600))
	}
	want, err := os.ReadFile(golden)
	require.NoError(t, err)
	require.Equal(t, string(want), out.String(), "run with -update when the change is meant")
}

func TestExplainGolden(t *testing.T) {
	golden := filepath.Join("testdata", "explain.txt")
	var out bytes.Buffer
	require.NoError(t, Default().Explain(&out))
	if *update {
		require.NoError(t, os.WriteFile(golden, out.Bytes(), 0o600))
	}
	want, err := os.ReadFile(golden)
	require.NoError(t, err)
	require.Equal(t, string(want), out.String(), "run with -update when the change is meant")
}

func TestTableRetentionsCoverEveryTableAndLabel(t *testing.T) {
	seen := map[string]int{}
	for _, r := range Default().TableRetentions() {
		seen[r.Table]++
		require.Positive(t, r.Keep, r.Table)
	}
	for _, table := range schema {
		require.Equal(t, table.keep != nil, seen[table.name] > 0, table.name)
		require.Equal(t, strings.HasPrefix(table.name, "hold") || strings.HasPrefix(table.name, "held_"), table.keep == nil, "%s: only holds have no date", table.name)
	}
	require.Equal(t, 2, seen[TableContents])
	require.Equal(t, 1, seen[TableAudit])
}

func TestUnits(t *testing.T) {
	for text, want := range map[string]Duration{"90s": 90e9, "5m": 300e9, "24h": 86400e9, "30d": 30 * 86400e9} {
		var d Duration
		require.NoError(t, d.UnmarshalText([]byte(text)))
		require.Equal(t, want, d)
	}
	require.Equal(t, "1d", Duration(86400e9).String())
	require.Equal(t, "90s", Duration(90e9).String())
	require.Equal(t, "4MiB", Bytes(4<<20).String())
	require.Equal(t, "1500B", Bytes(1500).String())
	for _, bad := range []string{"", "d", "-1d", "1.5h", "1 h", "1w", "+1s", "0x1s", "1d2h"} {
		var d Duration
		require.Error(t, d.UnmarshalText([]byte(bad)), bad)
	}
}

func FuzzParse(f *testing.F) {
	f.Add(defaultDocument)
	f.Add([]byte("version: 1\nowners: {a: [b, {c: d}]}\n"))
	f.Add([]byte("&a [*a]"))
	f.Add([]byte("? {a: b}\n: !!int c\n"))
	f.Add([]byte("a: |\n  b\n<<: *c\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := Parse(data)
		if err != nil {
			var invalid *InvalidError
			require.ErrorAs(t, err, &invalid)
			for _, problem := range invalid.Problems {
				require.Positive(t, problem.Line)
				require.Positive(t, problem.Column)
			}
			return
		}
		require.NoError(t, p.RenderUsersXML(io.Discard))
		require.NoError(t, p.Explain(io.Discard))
	})
}
