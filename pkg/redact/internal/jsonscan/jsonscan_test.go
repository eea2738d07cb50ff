package jsonscan

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var samples = []string{
	``, ` `, `1`, `-1`, `-`, `01`, `0.5`, `0.`, `1e5`, `1E+`, `-0e-7`, `.5`, `true`, `tru`, `null`, `nullx`, `""`, `"a`, `"a\n"`, `"\u12"`, `"\u12aF"`, `"\x"`, `"\`,
	"\"a\tb\"", "\"\x7f\xff\"", `[]`, `[1,]`, `[1, 2 ]`, `[`, `{}`, `{"a":1}`, `{"a" : [ {"b":null} ] , "c":"d"}`, `{"a"}`, `{"a":}`, `{a:1}`, `{"a":1,}`, `[1 2]`, `1 2`, "\ufeff1",
	`"0123456789abcdef"`, "\"0123456789\x1fabcdef\"", `"0123456\"89\\"`, strings.Repeat("[", 9999) + strings.Repeat("]", 9999),
	strings.Repeat("[", 10000) + strings.Repeat("]", 10000), strings.Repeat("[", 10001) + strings.Repeat("]", 10001), strings.Repeat(`{"a":`, 10000) + "1" + strings.Repeat("}", 10000),
	strings.Repeat("[", 10000) + "1" + strings.Repeat("]", 10000),
}

func TestValidAgreesWithEncodingJSON(t *testing.T) {
	for _, s := range samples {
		require.Equal(t, json.Valid([]byte(s)), Valid(s), "%.60q", s)
	}
}

func FuzzValid(f *testing.F) {
	for _, s := range samples {
		if len(s) < 100 {
			f.Add(s)
		}
	}
	f.Fuzz(func(t *testing.T, s string) {
		require.Equal(t, json.Valid([]byte(s)), Valid(s))
	})
}
