package redact

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

// fuzzSeeds are texts that reach every part of the engine.
var fuzzSeeds = []string{
	"My social security number is 123-45-6789. My number is +1 415 555 0132. jane.doe@company.com",
	`{"messages":[{"role":"user","content":"mail \"jane.doe@company.com\" caf\u00e9 +1 (415) 555-0132"}],"n":4111111111111111}`,
	`{"a":"{\"ssn\":123456789,\"password\":\"ab\\\"cd12\"}"}`,
	"password=" + "hunter2hunter2" + "\nDATABASE_URL=postgres://app:" + "S3cr3t!pw" + "@db.internal/x hunter2hunter2",
	"card four one one one one one one one one one one one one one one one",
	"IBAN DE89 3704\n   0044 0532 0130 00, jane [at] company [dot] com",
	"eyJ2YWx1ZSI6ICI0MTExIDExMTEgMTExMSAxMTExIn0= amFuZS5kb2VAY29tcGFueS5jb20=",
	"-----BEGIN RSA PRIVATE " + "KEY-----\nMIIEabc+/\n-----END RSA PRIVATE " + "KEY-----",
	"ｊane＠company.com 2001:db8::1 00:1b:44:11:3a:b7 %6aane%40company.com &#106;ane&commat;company.com",
	"Patient: X DOB: 01/02/1990  P12345678\nDx: hepatitis C. Started on metformin 850 mg",
	"curl -u admin:" + "pa55word!x" + " https://api.example.net -H 'Authorization: Bearer abcdef0123456789abcdef'",
	"身份证号11010519491231002X 电话13912345678 आधार २३४१ २३४१ २३४६",
	"1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9", "0.6095204000331929 1642642611133 10.2.3.4 1.2.3.4.5", "\\\\\\\"\\u00\\ud83d\\ude00\\x41",
}

func FuzzRedact(f *testing.F) {
	for _, s := range fuzzSeeds {
		f.Add(s)
	}
	e := newEngine(f)
	f.Fuzz(func(t *testing.T, text string) {
		res, err := e.Redact(text, Hints{})
		if err != nil {
			require.ErrorIs(t, err, ErrUninspectable)
			return
		}
		checkResult(t, e, text, res)
	})
}

// checkResult holds res to everything that must be true of any result.
func checkResult(t *testing.T, e *Engine, text string, res Result) {
	t.Helper()
	pos := 0
	for _, f := range res.Findings {
		require.GreaterOrEqual(t, f.Start, pos, "findings overlap or are not sorted: %s", f.Rule)
		require.Greater(t, f.End, f.Start)
		require.LessOrEqual(t, f.End, len(text))
		require.True(t, utf8.RuneStart(text[f.Start]), "starts inside a rune: %s", f.Rule)
		require.True(t, f.End == len(text) || utf8.RuneStart(text[f.End]), "ends inside a rune: %s", f.Rule)
		require.True(t, f.Confidence > 0 && f.Confidence <= 1)
		require.True(t, f.Type.Valid())
		pos = f.End
	}
	require.True(t, utf8.ValidString(res.Text))
	if json.Valid([]byte(text)) {
		require.True(t, json.Valid([]byte(res.Text)), "valid JSON became invalid")
	}
	again, err := e.Redact(res.Text, Hints{})
	if !errors.Is(err, ErrUninspectable) {
		require.NoError(t, err)
		require.Equal(t, res.Text, again.Text, "a second pass changes the text: %q", text)
	}
	for _, f := range res.Findings {
		v := text[f.Start:f.End]
		if f.Type == TypeSecret && len(v) >= 2*freeRepeat && f.View == "" && f.Evidence.Structure != "repeated" {
			require.NotContains(t, strings.ReplaceAll(res.Text, textRemoved, "\x00"), v, "a secret is left elsewhere: %q %+v", text, f)
		}
	}
}
