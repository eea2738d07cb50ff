package redact

import (
	"encoding/json"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// fragments are pieces from which texts are put together at random.
var fragments = []string{
	"phone", "my number is ", "IBAN ", "SSN: ", "password", " is ", "=", ": ", "\"", "'", ", ", "\n", "\n  ", " - ", "(", ")", "card ", "token=", "born ", "NHS No. ",
	"123-45-6789", "123456789", "+1 415 555 0132", "415-555-0132", "4111 1111 1111 1111", "4111111111111111", "jane.doe@company.com", "jane", "@", "company.com",
	"DE89370400440532013000", "DE89 3704 0044 0532 0130 00", "12", "34", "567", "8901", "2024-05-11", "11 August 1961", "10.2.3.4", "93.184.216.34", "2001:4860::42",
	"hunter2" + "hunter2", "S3cr3t!pw99", "sk_live_" + "4eC39HqLyjWDarjtT1zdp7dc", "https://", "user:pw1234x@", "host.example.net/", "one two three four five six seven eight nine ",
	"amFuZS5kb2VAY29tcGFueS5jb20=", "[REDACTED]", "[MASKED]", "j***@company.com", "Patient ", "Dx: hepatitis C", " 850 mg", "metformin", "{", "}", "[", "]", "\\n", "\\\"", "\\u0040",
	"%40", "\u200b", "１２３", "－", "AB", "X1234567L", "ABCDE1234F", " at ", " dot ", "user ", "login is admin / ", ".", ";", "|", "\t", "é", "电话", "号码是", "0x" + "52908400098527886E0F7030069857D2E4169EE7",
}

func randomText(r *rand.Rand) string {
	var b strings.Builder
	for range 1 + r.IntN(24) {
		b.WriteString(fragments[r.IntN(len(fragments))])
		if r.IntN(3) == 0 {
			b.WriteByte(' ')
		}
	}
	return b.String()
}

// TestProperties holds texts put together at random to everything that must be true of any result.
func TestProperties(t *testing.T) {
	e := newEngine(t)
	r := rand.New(rand.NewPCG(3, 1))
	for i := range 20000 {
		text := randomText(r)
		if i%4 == 0 {
			quoted, err := json.Marshal(map[string]any{"content": text, "n": r.Uint64(), "list": []any{text, 4111111111111111}})
			require.NoError(t, err)
			text = string(quoted)
		}
		res, err := e.Redact(text, Hints{})
		require.NoError(t, err)
		checkResult(t, e, text, res)
		if t.Failed() {
			t.Fatalf("text %q", text)
		}
	}
}

// TestDeterministic makes the same calls from several goroutines.
func TestDeterministic(t *testing.T) {
	e := newEngine(t)
	r := rand.New(rand.NewPCG(5, 8))
	for range 200 {
		text := randomText(r)
		want, err := e.Redact(text, Hints{})
		require.NoError(t, err)
		results := make(chan Result, 4)
		for range 4 {
			go func() {
				got, err := e.Redact(text, Hints{})
				if err != nil {
					got.Text = err.Error()
				}
				results <- got
			}()
		}
		for range 4 {
			require.Equal(t, want, <-results)
		}
	}
}
