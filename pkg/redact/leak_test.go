package redact

import (
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestFindingsHoldNoValue prints findings in every way that a log might, and looks for what was found.
func TestFindingsHoldNoValue(t *testing.T) {
	e := newEngine(t)
	r := rand.New(rand.NewPCG(9, 9))
	texts := append([]string{}, fuzzSeeds...)
	for range 500 / raceShare {
		texts = append(texts, randomText(r), mixedText(r))
	}
	for _, text := range texts {
		fs, err := e.Find(text, Hints{Field: "password"})
		if err != nil {
			require.ErrorIs(t, err, errBudget)
			continue
		}
		for _, f := range fs {
			if f.End-f.Start < 8 || strings.Contains(f.Evidence.Context, strings.ToLower(text[f.Start:f.End])) {
				continue // a value that is the word of the rules itself
			}
			encoded, err := json.Marshal(f)
			require.NoError(t, err)
			printed := fmt.Sprintf("%v %+v %#v %s", f, f, f, encoded)
			require.NotContains(t, printed, text[f.Start:f.End])
		}
	}
}

// TestErrorsHoldNoValue makes every error of the package.
func TestErrorsHoldNoValue(t *testing.T) {
	e := newEngine(t)
	_, err := e.Redact("hunter2\xff", Hints{})
	require.ErrorIs(t, err, ErrUninspectable)
	require.NotContains(t, err.Error(), "hunter2")
	for _, text := range []string{"hunter2\xff", strings.Repeat("hunter2 ", StreamWindow/4) + "\xff"} {
		w := NewWriter(io.Discard, e, Hints{})
		_, err = io.WriteString(w, text)
		if err == nil {
			err = w.Close()
		}
		require.ErrorIs(t, err, ErrUninspectable)
		require.NotContains(t, err.Error(), "hunter2")
	}
	_, err = New(Options{Actions: map[Type]Action{TypeSecret: ActionKeep}})
	require.Error(t, err)
}

// TestSecretRepeated removes a secret wherever it stands, in words and without its name.
func TestSecretRepeated(t *testing.T) {
	e := newEngine(t)
	secret := "Zx9" + "qLmT!42b"
	res, err := e.Redact("password="+secret+"\nlater: ("+secret+") and x"+secret+"y, "+strings.ToUpper(secret), Hints{})
	require.NoError(t, err)
	require.Equal(t, "password=[REDACTED]\nlater: ([REDACTED]) and x[REDACTED]y, "+strings.ToUpper(secret), res.Text)
}

// TestJSONStaysValid covers values that are numbers, keys, nested documents and several tokens long.
func TestJSONStaysValid(t *testing.T) {
	e := newEngine(t)
	for in, want := range map[string]string{
		`{"ssn":123456789,"ok":true}`:                                  `{"ssn":"[REDACTED]","ok":true}`,
		`{"cards":[4111111111111111,1]}`:                               `{"cards":["[REDACTED]",1]}`,
		`{"jane.doe@company.com":1}`:                                   `{"j***@company.com":1}`,
		`{"body":"{\"ssn\":123456789,\"mail\":\"jane@company.com\"}"}`: `{"body":"{\"ssn\":\"[REDACTED]\",\"mail\":\"j***@company.com\"}"}`,
		`{"t":"caf\u00e9 jane.doe\u0040company.com"}`:                  `{"t":"caf\u00e9 j***@company.com"}`,
		`{"password":"a\"b\\c12","x":"y"}`:                             `{"password":"[REDACTED]","x":"y"}`,
		"text before {\"ssn\": 123456789} and after":                   "text before {\"ssn\": \"[REDACTED]\"} and after",
	} {
		res, err := e.Redact(in, Hints{})
		require.NoError(t, err)
		require.Equal(t, want, res.Text)
		if json.Valid([]byte(in)) {
			require.True(t, json.Valid([]byte(res.Text)))
		}
	}
}

func TestRuneOffsets(t *testing.T) {
	text := "né 日本 jane@company.com und 4111 1111 1111 1111"
	e := newEngine(t)
	fs, err := e.Find(text, Hints{})
	require.NoError(t, err)
	require.Len(t, fs, 2)
	runes := []rune(text)
	for i, s := range RuneOffsets(text, fs) {
		require.Equal(t, text[fs[i].Start:fs[i].End], string(runes[s.Start:s.End]))
	}
}

// TestApplyIsNeverMilder holds Apply to the stricter of the finding's action and the engine's.
func TestApplyIsNeverMilder(t *testing.T) {
	e := newEngine(t)
	strict, err := New(Options{Actions: map[Type]Action{TypeEmail: ActionRemove, TypePhone: ActionKeep}})
	require.NoError(t, err)
	text := "jane.doe@company.com +1 415 555 0132"
	fs, err := e.Find(text, Hints{})
	require.NoError(t, err)
	require.Equal(t, "[REDACTED] +1 415 555 0132", strict.Apply(text, fs).Text)
	require.Equal(t, "j***@company.com [MASKED]", e.Apply(text, fs).Text)
}

func TestVocabularyFits(t *testing.T) {
	require.Less(t, len(theVocabulary().words), noWord)
}
