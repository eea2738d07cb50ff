package evaluate

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hushlog/hushlog/pkg/redact"
)

func span(start, end int, t redact.Type) Span { return Span{Start: start, End: end, Type: t} }

// marked are four texts, small enough to be counted by hand.
func marked() []Record {
	return []Record{
		{
			ID: "a", Lang: "en", Text: "mail bob@x.io or call 555 0100", Tags: []string{"mode:clean", "cat:bank"},
			Spans: []Span{span(5, 13, redact.TypeEmail), span(22, 30, redact.TypePhone)},
		},
		{ID: "b", Lang: "en", Text: strings.Repeat("é", 500), Negatives: true, Ignore: []Span{{Start: 0, End: 10}}, Tags: []string{"mode:negative"}},
		{ID: "c", Lang: "de", Text: strings.Repeat("y", 500), Negatives: true, NegTypes: []redact.Type{redact.TypeSecret}},
		{ID: "d", Lang: "de", Text: "key k1k2k3k4 ok", Spans: []Span{{Start: 4, End: 12, Type: redact.TypeSecret, Disguise: "zw"}}, Tags: []string{"mode:evasion"}},
	}
}

func TestScoreByHand(t *testing.T) {
	r := Score(marked(), Predictions{
		"a": {span(5, 9, redact.TypeEmail), span(20, 30, redact.TypeBank)},  // half of the address; the number, as something else
		"b": {span(0, 8, redact.TypeIP), span(100, 110, redact.TypePerson)}, // in the don't-care zone; false
		"c": {span(0, 8, redact.TypeIP)},                                    // not what the text is a negative for
		"d": {span(4, 7, redact.TypeSecret), span(4, 7, redact.TypeSecret)}, // three of eight; the same again
		"e": {span(0, 1000, redact.TypeIP)},                                 // no such text
	}, Options{})
	all := r.All()
	require.Equal(t, Tally{Gold: 3, Typed: 1, Any: 2, Pred: 4, RightTyped: 1, RightAny: 2, Chars: 24, Leaked: 9}, all)
	typed := all.TypedQuality()
	require.InDelta(t, 1.0/4, typed.Precision, 1e-12)
	require.InDelta(t, 1.0/3, typed.Recall, 1e-12)
	require.InDelta(t, 2.0/7, typed.F1, 1e-12)  // 2·¼·⅓ / (¼+⅓)
	require.InDelta(t, 5.0/16, typed.F2, 1e-12) // 5·¼·⅓ / (4·¼+⅓)
	require.InDelta(t, 0.5, all.AnyQuality().Precision, 1e-12)
	require.InDelta(t, 2.0/3, all.AnyQuality().Recall, 1e-12)
	require.InDelta(t, 9.0/24, all.Leak(), 1e-12)
	require.Equal(t, Negatives{Records: 2, Chars: 1000, False: 1, Hit: 1, ByType: map[redact.Type]int{redact.TypePerson: 1}}, r.Negatives)
	require.InDelta(t, 1, r.Negatives.Per1000(), 1e-12)
	require.InDelta(t, 1.0/2, r.DocsLeaking(), 1e-12)
	require.InDelta(t, 20.0/43, r.Excess(), 1e-12) // 2 + 10 + 8 of 4 + 10 + 8 + 10 + 8 + 3
	require.Equal(t, map[string]Disguise{"zw": {Gold: 1, Chars: 8, Leaked: 5}}, r.Disguises)
	require.Equal(t, 3, r.Structured().Gold)
	require.Equal(t, 1, r.Contextual().Pred)
	require.Equal(t, []Miss{{Type: redact.TypeSecret, Cause: "zw", Count: 1}}, r.Missed)
}

func TestScoreCases(t *testing.T) {
	for _, tc := range []struct {
		name  string
		preds Predictions
		types []redact.Type
		want  Tally
	}{
		{
			name: "nothing found",
			want: Tally{Gold: 3, Chars: 24, Leaked: 24},
		},
		{
			name: "all found",
			preds: Predictions{
				"a": {span(5, 13, redact.TypeEmail), span(22, 30, redact.TypePhone)}, "d": {span(4, 12, redact.TypeSecret)},
			},
			want: Tally{Gold: 3, Typed: 3, Any: 3, Pred: 3, RightTyped: 3, RightAny: 3, Chars: 24},
		},
		{
			name:  "inside a right one is not counted",
			preds: Predictions{"a": {span(5, 13, redact.TypeEmail), span(9, 13, redact.TypeURL)}},
			want:  Tally{Gold: 3, Typed: 1, Any: 1, Pred: 1, RightTyped: 1, RightAny: 1, Chars: 24, Leaked: 16},
		},
		{
			name:  "a value in two parts is found, and both parts are right",
			preds: Predictions{"d": {span(4, 6, redact.TypeSecret), span(8, 12, redact.TypeSecret)}},
			want:  Tally{Gold: 3, Typed: 1, Any: 1, Pred: 2, RightTyped: 2, RightAny: 2, Chars: 24, Leaked: 18},
		},
		{
			name:  "found by two types together is found by any",
			preds: Predictions{"d": {span(4, 6, redact.TypeSecret), span(6, 8, redact.TypeBank)}},
			want:  Tally{Gold: 3, Any: 1, Pred: 2, RightAny: 2, Chars: 24, Leaked: 20},
		},
		{
			name:  "beyond the ends of the text",
			preds: Predictions{"d": {span(-3, 5, redact.TypeSecret), span(400, 500, redact.TypeSecret), span(9, 9, redact.TypeSecret)}},
			want:  Tally{Gold: 3, Pred: 1, Chars: 24, Leaked: 23},
		},
		{
			name:  "a label that is none of ours is OTHER",
			preds: Predictions{"d": {span(13, 15, "NUMBER")}},
			want:  Tally{Gold: 3, Pred: 1, Chars: 24, Leaked: 24},
		},
		{
			name:  "only some types",
			preds: Predictions{"a": {span(5, 13, redact.TypeEmail), span(22, 30, redact.TypePhone)}, "d": {span(4, 12, redact.TypeBank)}},
			types: []redact.Type{redact.TypePhone},
			want:  Tally{Gold: 1, Typed: 1, Any: 1, Pred: 1, RightTyped: 1, RightAny: 1, Chars: 8},
		},
		{
			name:  "other types are don't-care zones",
			preds: Predictions{"a": {span(5, 13, redact.TypePhone)}},
			types: []redact.Type{redact.TypePhone},
			want:  Tally{Gold: 1, Chars: 8, Leaked: 8},
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			require.Equal(t, tc.want, Score(marked(), tc.preds, Options{Types: tc.types}).All())
		})
	}
}

func TestBy(t *testing.T) {
	r := Score(marked(), Predictions{"a": {span(5, 13, redact.TypeEmail)}}, Options{})
	byLang, err := r.By("lang")
	require.NoError(t, err)
	require.Equal(t, 2, byLang["en"].Gold)
	require.Equal(t, 1, byLang["de"].Gold)
	byMode, err := r.By("tag:mode:")
	require.NoError(t, err)
	require.Equal(t, 2, byMode["mode:clean"].Gold)
	require.Equal(t, 1, byMode["mode:evasion"].Gold)
	require.Contains(t, byMode, "-")
	_, err = r.By("colour")
	require.ErrorContains(t, err, "lang, source, or tag:")
}

func TestCalibration(t *testing.T) {
	r := Score(marked(), Predictions{
		"a": {{Start: 5, End: 13, Type: redact.TypeEmail, Confidence: 0.9375}, {Start: 0, End: 2, Type: redact.TypeEmail, Confidence: 0.90625}},
		"b": {{Start: 100, End: 110, Type: redact.TypePerson, Confidence: 1}},
		"d": {{Start: 4, End: 12, Type: redact.TypeSecret}}, // says nothing of its confidence
	}, Options{})
	require.Equal(t, Bucket{Pred: 2, Right: 1, Sum: 1.84375}, r.Calibrated[redact.TypeEmail][9])
	require.Equal(t, Bucket{Pred: 1, Sum: 1}, r.Calibrated[redact.TypePerson][9])
	require.NotContains(t, r.Calibrated, redact.TypeSecret)
	require.InDelta(t, 2.84375/3-1.0/3, Error(r.Calibrated.All()), 1e-12)
	require.Zero(t, Error([Buckets]Bucket{}))
}

// TestWriteShowsNoText looks for the values in the report, which has none, and in the list of misses, which is for them.
func TestWriteShowsNoText(t *testing.T) {
	records := marked()
	preds := Predictions{"a": {span(0, 4, redact.TypeOrg)}, "b": {{Start: 20, End: 23, Type: redact.TypeIP, Rule: "ipv4"}}}
	var b strings.Builder
	require.NoError(t, Score(records, preds, Options{}).Write(&b, "lang", "tag:mode:"))
	for _, word := range []string{"EMAIL", "== ALL", "zw", "mode:evasion", "ipv4", "negatives: 2 records, 1000 chars, 1 false positives = 1.000"} {
		require.Contains(t, b.String(), word)
	}
	for _, value := range []string{"bob@x.io", "555 0100", "k1k2k3k4", "ééé"} {
		require.NotContains(t, b.String(), value)
	}
	b.Reset()
	require.NoError(t, WriteMisses(&b, records, preds, 2, 9))
	require.Equal(t, "MISS  a EMAIL \"mail \" >>> \"bob@x.io\"\nMISS  a PHONE \"mail bob@x.io or call \" >>> \"555 0100\"\nFALSE b IP ipv4 \"ééé\"\n", b.String())
}
