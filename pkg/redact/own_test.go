package redact

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hushlog/hushlog/pkg/redact/dictionary"
)

// listOf opens a list of entries.
func listOf(entries ...string) func() (io.ReadCloser, error) {
	return func() (io.ReadCloser, error) {
		return io.NopCloser(strings.NewReader(strings.Join(entries, "\n"))), nil
	}
}

// ownRules has a rule of each kind.
func ownRules() OwnRules {
	return OwnRules{
		Dictionaries: []OwnDictionary{{Name: "projects", Type: TypeOther, Confidence: 0.9, Open: listOf("Falcon Heavy", "Wombat", "青い鳥計画")}},
		Patterns: []OwnPattern{{
			Name: "ticket", Type: TypeOther, Confidence: 0.9, Pattern: `TCK-\d{4,8}(?:-[a-z]+)?`,
			Match: []string{"TCK-1234", "TCK-12345678-prod"}, NoMatch: []string{"TCK-123", "XTCK-1234"},
		}},
		Identifiers: []OwnIdentifier{{
			Name: "employee", Type: TypeGovID, Confidence: 0.95, Shape: "EMP-NNNNNNC", Checksum: "luhn",
			Match: []string{"EMP-1234566"}, NoMatch: []string{"EMP-1234567", "EMP-123456", "TEMP-1234566", "EMP-12345660"},
		}},
		Allow: []OwnAllow{
			{Name: "public-addresses", Types: []Type{TypeEmail}, Values: []string{"Info@company.com"}, Patterns: []string{`[a-z]+@public\.company\.com`}},
			{Name: "test-cards", Values: []string{"4111 1111 1111 1111"}, Patterns: []string{`5\d{3}[ \d]+`, `test-[a-z0-9]+`}},
		},
	}
}

func compileOwn(t testing.TB, rules OwnRules) *Own {
	t.Helper()
	own, problems := CompileOwn(rules)
	require.Empty(t, problems)
	return own
}

func ownEngine(t testing.TB) *Engine {
	t.Helper()
	e, err := New(Options{Own: compileOwn(t, ownRules())})
	require.NoError(t, err)
	return e
}

func TestOwnRulesFindAndAllow(t *testing.T) {
	e := ownEngine(t)
	for _, tc := range []struct{ name, in, want string }{
		{"dictionary", "the falcon  heavy flies with WOMBAT, not wombats", "the [MASKED] flies with [MASKED], not wombats"},
		{"dictionary without blanks", "明日は青い鳥計画の会議", "明日は[MASKED]の会議"},
		{"dictionary, disguised", "the Fal\u200bcon H\u0435avy", "the [MASKED]"},
		{"dictionary in JSON", `{"a":"Falcon\u0020Heavy","b":1}`, `{"a":"[MASKED]","b":1}`},
		{"pattern", "see TCK-123456 and TCK-9876-prod, TCK-12", "see [MASKED] and [MASKED], TCK-12"},
		{"pattern in words", "xTCK-123456 TCK-1234567890", "xTCK-123456 TCK-1234567890"},
		{"identifier", "emp-1234566, EMP-1234567", "[REDACTED], EMP-1234567"},
		{"allowed value", "info@company.com, INFO@COMPANY.COM, jane.doe@company.com", "info@company.com, INFO@COMPANY.COM, j***@company.com"},
		{"allowed pattern", "press@public.company.com x.y@public.company.com", "press@public.company.com x***@public.company.com"},
		{"proven is allowed as it is", "card 4111 1111 1111 1111", "card 4111 1111 1111 1111"},
		{"and by no pattern", "card 5555 5555 5555 4444", "card [REDACTED]"},
		{"what context found is", "password=test-abc123def and password=best-abc123def", "password=test-abc123def and password=[REDACTED]"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			res, err := e.Redact(tc.in, Hints{})
			require.NoError(t, err)
			require.Equal(t, tc.want, res.Text)
			again, err := e.Redact(res.Text, Hints{})
			require.NoError(t, err)
			require.Equal(t, tc.want, again.Text)
		})
	}
	fs, err := e.Find("Wombat EMP-1234566", Hints{})
	require.NoError(t, err)
	require.Len(t, fs, 2)
	require.Equal(t, "own-projects", fs[0].Rule)
	require.Equal(t, "own-employee", fs[1].Rule)
	require.Equal(t, "luhn", fs[1].Evidence.Checksum)
	require.Positive(t, fs[0].RuleVersion)
}

// TestOwnRulesAreConcurrent makes the same calls from several goroutines.
func TestOwnRulesAreConcurrent(t *testing.T) {
	e := ownEngine(t)
	text := strings.Repeat("the falcon heavy, TCK-123456, EMP-1234566, info@company.com; ", 50)
	want, err := e.Redact(text, Hints{})
	require.NoError(t, err)
	results := make(chan Result, 8)
	for range 8 {
		go func() {
			got, err := e.Redact(text, Hints{})
			if err != nil {
				got.Text = err.Error()
			}
			results <- got
		}()
	}
	for range 8 {
		require.Equal(t, want, <-results)
	}
}

// TestOwnVersion: whatever changes what is found changes the version.
func TestOwnVersion(t *testing.T) {
	seen := map[string]string{newEngine(t).Version(): "none"}
	for name, change := range map[string]func(*OwnRules){
		"as it is":   func(*OwnRules) {},
		"an entry":   func(r *OwnRules) { r.Dictionaries[0].Open = listOf("Falcon Heavy", "Wombat", "Koala") },
		"a type":     func(r *OwnRules) { r.Dictionaries[0].Type = TypeOrg },
		"a pattern":  func(r *OwnRules) { r.Patterns[0].Pattern = `TCK-\d{4,9}(?:-[a-z]+)?` },
		"a checksum": func(r *OwnRules) { r.Identifiers = nil },
		"allowed":    func(r *OwnRules) { r.Allow[0].Values = []string{"hello@company.com"} },
	} {
		rules := ownRules()
		change(&rules)
		e, err := New(Options{Own: compileOwn(t, rules)})
		require.NoError(t, err)
		require.NotContains(t, seen, e.Version(), name)
		seen[e.Version()] = name
		again := compileOwn(t, rules).Version()
		require.Equal(t, again, compileOwn(t, rules).Version())
	}
}

// TestOwnProblems names the field, says what to do, and shows nothing of what the rules hold.
func TestOwnProblems(t *testing.T) {
	for _, tc := range []struct {
		name    string
		change  func(*OwnRules)
		field   string // section.name field
		message string
	}{
		{"no list", func(r *OwnRules) {
			r.Dictionaries[0].Open = func() (io.ReadCloser, error) { return nil, errors.New("no such file") }
		}, "dictionaries.projects file", "no such file"},
		{"bad line", func(r *OwnRules) { r.Dictionaries[0].Open = listOf("Falcon", "qx") }, "dictionaries.projects file", "line 2: has fewer"},
		{"wrong key", func(r *OwnRules) { r.Dictionaries[0].Key = &dictionary.Key{} }, "dictionaries.projects file", "line 1: is no file of hashes"},
		{"type", func(r *OwnRules) { r.Dictionaries[0].Type = "SHOE" }, "dictionaries.projects type", "is not a type"},
		{"confidence", func(r *OwnRules) { r.Patterns[0].Confidence = 0 }, "patterns.ticket confidence", "is missing or out of range"},
		{"name", func(r *OwnRules) { r.Patterns[0].Name = "Q X" }, "patterns.Q X ", "is not a name"},
		{"name twice", func(r *OwnRules) { r.Patterns[0].Name = "projects" }, "patterns.projects ", "another rule"},
		{"syntax", func(r *OwnRules) { r.Patterns[0].Pattern = "qx(" }, "patterns.ticket pattern", "RE2"},
		{"look-ahead", func(r *OwnRules) { r.Patterns[0].Pattern = "qx(?=y)" }, "patterns.ticket pattern", "RE2"},
		{"nested", func(r *OwnRules) { r.Patterns[0].Pattern = "(?:qx+)+" }, "patterns.ticket pattern", "repeats a repetition"},
		{"anchor", func(r *OwnRules) { r.Patterns[0].Pattern = "^qxyz" }, "patterns.ticket pattern", "beginning or end"},
		{"large", func(r *OwnRules) { r.Patterns[0].Pattern = "(?:qx[a-z]{1,30}){1,30}" }, "patterns.ticket pattern", "more than 1000 instructions"},
		{"long", func(r *OwnRules) { r.Patterns[0].Pattern = strings.Repeat("qx", 300) }, "patterns.ticket pattern", "too long"},
		{"empty match", func(r *OwnRules) { r.Patterns[0].Pattern = "(?:qx)*" }, "patterns.ticket pattern", "less than 2 characters"},
		{"missing sample", func(r *OwnRules) { r.Patterns[0].Match = nil }, "patterns.ticket match", "is missing"},
		{"sample that is not matched", func(r *OwnRules) { r.Patterns[0].Match = []string{"TCK-1234", "qxyz"} }, "patterns.ticket match[1]", "not found as a whole"},
		{"sample matched in part", func(r *OwnRules) { r.Patterns[0].Match = []string{"qx TCK-1234"} }, "patterns.ticket match[0]", "not found as a whole"},
		{"sample that is matched", func(r *OwnRules) { r.Patterns[0].NoMatch = []string{"qx TCK-1234"} }, "patterns.ticket no_match[0]", "holds what"},
		{"checksum", func(r *OwnRules) { r.Identifiers[0].Checksum = "qx" }, "identifiers.employee checksum", "is not a checksum"},
		{"no check sign", func(r *OwnRules) { r.Identifiers[0].Shape = "EMP-NNNNNN" }, "identifiers.employee shape", "0 check signs"},
		{"letters", func(r *OwnRules) { r.Identifiers[0].Shape = "EMP-ANNNNNC" }, "identifiers.employee shape", "counts digits only"},
		{"short shape", func(r *OwnRules) { r.Identifiers[0].Shape = "NNC" }, "identifiers.employee shape", "fewer than 4"},
		{"quote", func(r *OwnRules) { r.Identifiers[0].Shape = "'QX-NNNNC" }, "identifiers.employee shape", "quote"},
		{"sample with a wrong check digit", func(r *OwnRules) { r.Identifiers[0].Match = []string{"EMP-1234567"} }, "identifiers.employee match[0]", "not found"},
		{"allows nothing", func(r *OwnRules) { r.Allow[0] = OwnAllow{Name: "public-addresses"} }, "allow.public-addresses ", "allows nothing"},
		{"empty value", func(r *OwnRules) { r.Allow[0].Values = []string{" "} }, "allow.public-addresses values[0]", "is empty"},
		{"allow pattern", func(r *OwnRules) { r.Allow[0].Patterns = []string{"qx*"} }, "allow.public-addresses patterns[0]", "less than 2"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			rules := ownRules()
			tc.change(&rules)
			_, problems := CompileOwn(rules)
			require.NotEmpty(t, problems)
			p := problems[0]
			require.Equal(t, tc.field, p.Section+"."+p.Name+" "+p.Field)
			require.Contains(t, p.Message, tc.message)
			require.NotEmpty(t, p.Fix)
			require.NotContains(t, p.Error(), "qx")
		})
	}
}

// TestOwnChecksums makes valid identifiers of each kind, and breaks them.
func TestOwnChecksums(t *testing.T) {
	for name, tc := range map[string]struct{ shape, valid, invalid string }{
		"luhn":      {"NNNNNNNNNNC", "79927398713", "79927398710"},
		"verhoeff":  {"NNNC", "2363", "2364"},
		"damm":      {"NNNC", "5724", "5727"},
		"ean":       {"NNNNNNNNNNNNC", "4006381333931", "4006381333932"},
		"isbn13":    {"NNN-N-NN-NNNNNN-C", "978-3-16-148410-0", "978-3-16-148410-1"},
		"isbn10":    {"N-NNN-NNNNN-C", "0-306-40615-2", "0-306-40615-3"},
		"mod11":     {"NNNNNNNNNC", "097522980X", "0975229801"},
		"mod11-2":   {"NNNN-NNNN-NNNN-NNNC", "0000-0002-1825-0097", "0000-0002-1825-0098"},
		"mod11-10":  {"NNNNC", "07945", "07946"},
		"mod97":     {"XXXXXXXXXXXXCC", "A1B2C3D4E5F683", "A1B2C3D4E5F684"},
		"mod97-cas": {"XXXXXXXXXXXXCC", "a1b2c3d4e5f683", "a1b2c3d4e5f638"},
	} {
		t.Run(name, func(t *testing.T) {
			checksum := strings.TrimSuffix(name, "-cas")
			valid := tc.valid
			if checksum == "mod97" {
				body := valid[:12]
				for cc := range 100 { // the check digits are those that make the rest 1
					if mod9710([]byte(strings.ToUpper(body) + fmt.Sprintf("%02d", cc))) {
						valid = body + fmt.Sprintf("%02d", cc)
						break
					}
				}
			}
			own, problems := CompileOwn(OwnRules{Identifiers: []OwnIdentifier{{
				Name: "id", Type: TypeOther, Confidence: 0.9, Shape: tc.shape, Checksum: checksum, Match: []string{valid}, NoMatch: []string{"none"},
			}}})
			require.Empty(t, problems)
			require.Len(t, own.identifiers[0].append(nil, "("+valid+")"), 1)
			if checksum != "mod97" {
				require.Empty(t, own.identifiers[0].append(nil, "("+tc.invalid+")"))
			}
			require.Empty(t, own.identifiers[0].append(nil, "1"+valid))
			broken := []byte(valid)
			broken[0] = '0' + (broken[0]-'0'+1)%10
			require.Empty(t, own.identifiers[0].append(nil, string(broken)))
		})
	}
	require.Len(t, OwnChecksums(), len(ownChecksums))
}

// TestOwnShapesReadAsTheyLook: letters that are no class make their whole word literal.
func TestOwnShapesReadAsTheyLook(t *testing.T) {
	for shape, want := range map[string]string{"EMP-NNNNC": "emp-NNNNC", "ACME-NNNNC": "acme-NNNNC", "'CAN'-NNNNC": "can-NNNNC", "XX-NNNNC": "XX-NNNNC"} {
		signs, problem := readShape(shape)
		require.Empty(t, problem)
		var b strings.Builder
		for _, g := range signs {
			if g.class != 0 {
				b.WriteByte(g.class)
			} else {
				b.WriteByte(g.literal)
			}
		}
		require.Equal(t, want, b.String(), shape)
	}
}

// TestPatternWindows finds what lies on the borders of windows, with a literal and without.
func TestPatternWindows(t *testing.T) {
	for _, expression := range []string{`TCK-\d{4,8}`, `[T][C]K?[-]\d{4,8}`} {
		own := compileOwn(t, OwnRules{Patterns: []OwnPattern{{
			Name: "p", Type: TypeOther, Confidence: 1, Pattern: expression, Match: []string{"TCK-1234"}, NoMatch: []string{"TCK-1"},
		}}})
		for gap := ownWindow - 20; gap < ownWindow+20; gap++ {
			for _, filler := range []string{"x ", "x", "é", "9"} {
				text := strings.Repeat(filler, gap/len(filler)) + " TCK-12345678 " + strings.Repeat(filler, gap/len(filler)) + "\nTCK-1234"
				found := own.patterns[0].append(nil, text)
				require.Len(t, found, 2, "%s after %d bytes of %q", expression, gap, filler)
				require.Equal(t, "TCK-12345678", text[found[0].Start:found[0].End])
				require.Equal(t, "TCK-1234", text[found[1].Start:found[1].End])
			}
		}
	}
}

// TestHashedDictionary finds with a file of hashes what it finds with the list.
func TestHashedDictionary(t *testing.T) {
	key, err := dictionary.NewKey(bytes.Repeat([]byte{5}, 32))
	require.NoError(t, err)
	var file bytes.Buffer
	_, err = dictionary.WriteHashes(&file, strings.NewReader("Jane Doe\nM\u00fcller\n"), key, DictionaryOptions(false))
	require.NoError(t, err)
	own := compileOwn(t, OwnRules{Dictionaries: []OwnDictionary{{
		Name: "customers", Type: TypePerson, Confidence: 0.9, Key: &key,
		Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(file.Bytes())), nil },
	}}})
	e, err := New(Options{Own: own, Actions: map[Type]Action{TypePerson: ActionRemoveTyped}})
	require.NoError(t, err)
	res, err := e.Redact("dear JANE DOE and Mu\u0308ller", Hints{})
	require.NoError(t, err)
	require.Equal(t, "dear [REDACTED:PERSON] and [REDACTED:PERSON]", res.Text)
}

// FuzzOwn holds an engine with rules of every kind to what must be true of any result.
func FuzzOwn(f *testing.F) {
	for _, s := range fuzzSeeds {
		f.Add(s + " Falcon Heavy TCK-12345 EMP-1234566")
	}
	e := ownEngine(f)
	f.Fuzz(func(t *testing.T, text string) {
		res, err := e.Redact(text, Hints{})
		if err != nil {
			require.ErrorIs(t, err, ErrUninspectable)
			return
		}
		require.True(t, !json.Valid([]byte(text)) || json.Valid([]byte(res.Text)))
		pos := 0
		for _, x := range res.Findings {
			require.GreaterOrEqual(t, x.Start, pos)
			pos = x.End
		}
		require.LessOrEqual(t, pos, len(text))
	})
}

// FuzzPattern compiles any expression, and runs what is accepted.
func FuzzPattern(f *testing.F) {
	f.Add(`TCK-\d{4,8}`, "TCK-1234")
	f.Add(`(?i)[a-z]+\x2d`, strings.Repeat("a-", 3000))
	f.Fuzz(func(t *testing.T, expression, text string) {
		c := ownCompiler{own: &Own{}}
		re, literal := c.expression("pattern", expression)
		if re == nil {
			require.NotEmpty(t, c.problems)
			return
		}
		p := ownPattern{re: re, literal: literal}
		for _, x := range p.append(nil, text) {
			require.Contains(t, text[x.Start:x.End], literal)
		}
	})
}
