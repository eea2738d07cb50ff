package evaluate

import (
	"compress/gzip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hushlog/hushlog/pkg/redact"
)

func TestReadFiles(t *testing.T) {
	const gold = `{"id":"a","lang":"fr","text":"né jane@company.com","spans":[{"start":3,"end":19,"type":"EMAIL","ev":"x"}],"ignore":[{"start":0,"end":2}],"tags":["mode:clean"]}` + "\n\n"
	plain, packed := filepath.Join(t.TempDir(), "gold.jsonl"), filepath.Join(t.TempDir(), "gold.jsonl.gz")
	require.NoError(t, os.WriteFile(plain, []byte(gold), 0o600))
	f, err := os.Create(packed)
	require.NoError(t, err)
	zw := gzip.NewWriter(f)
	_, err = zw.Write([]byte(gold))
	require.NoError(t, err)
	require.NoError(t, zw.Close())
	require.NoError(t, f.Close())
	for _, name := range []string{plain, packed} {
		records, err := ReadFile(name)
		require.NoError(t, err)
		require.Equal(t, []Record{{
			ID: "a", Lang: "fr", Text: "né jane@company.com", Tags: []string{"mode:clean"}, Ignore: []Span{{Start: 0, End: 2}},
			Spans: []Span{{Start: 3, End: 19, Type: redact.TypeEmail, Disguise: "x"}},
		}}, records)
	}
	_, err = ReadFile(plain + ".gone")
	require.ErrorIs(t, err, os.ErrNotExist)
}

// TestReadRefuses names the line of what cannot be, and nothing that stands in it.
func TestReadRefuses(t *testing.T) {
	for name, line := range map[string]string{
		"no object":      `hunter2`,
		"end before":     `{"id":"b","text":"hunter2","spans":[{"start":3,"end":3,"type":"SECRET"}]}`,
		"beyond the end": `{"id":"b","text":"hunter2","spans":[{"start":0,"end":8,"type":"SECRET"}]}`,
		"unknown type":   `{"id":"b","text":"hunter2","spans":[{"start":0,"end":7,"type":"HUNTER"}]}`,
		"id twice":       `{"id":"a","text":"hunter2"}`,
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Read(strings.NewReader(`{"id":"a","text":"x"}` + "\n" + line))
			require.ErrorContains(t, err, "line 2: ")
			require.NotContains(t, err.Error(), "hunter2")
		})
	}
	_, err := ReadPredictions(strings.NewReader("hunter2"))
	require.ErrorContains(t, err, "line 1: ")
	require.NotContains(t, err.Error(), "hunter2")
}

func TestReadPredictions(t *testing.T) {
	got, err := ReadPredictions(strings.NewReader(`{"id":"a","text":"","spans":[{"start":1,"end":2,"type":"IP","rule":"ipv4","confidence":0.5}]}` + "\n" +
		`{"id":"a","spans":[{"start":3,"end":4,"type":"URL"}]}`))
	require.NoError(t, err)
	require.Equal(t, Predictions{"a": {{Start: 1, End: 2, Type: redact.TypeIP, Rule: "ipv4", Confidence: 0.5}, {Start: 3, End: 4, Type: redact.TypeURL}}}, got)
}

func TestDetect(t *testing.T) {
	e, err := redact.New(redact.Options{})
	require.NoError(t, err)
	records := []Record{{ID: "a", Text: "né jane@company.com"}, {ID: "b", Text: "\xff"}, {ID: "c", Text: "nothing"}}
	got, uninspectable, err := Detect(records, e)
	require.NoError(t, err)
	require.Equal(t, 1, uninspectable)
	require.Len(t, got["a"], 1)
	require.Equal(t, "email", got["a"][0].Rule)
	require.Equal(t, 3, got["a"][0].Start)
	require.Equal(t, 19, got["a"][0].End)
	require.Empty(t, got["c"])
}
