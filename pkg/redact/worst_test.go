package redact

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// worstUnits are repeated to make inputs on which engines of this kind become slow.
var worstUnits = []string{
	"1 ", "1-", "12 ", "4111 ", "1", "a", "A1 ", "AB 12 ", "@", "a@", "a@b.", "://", "a://b:c@", "password=", "password is ", "token: \"", "-----BEGIN PRIVATE " + "KEY-----\n",
	"eyJ", "eyJ.", "eyJhbGciOiJIUzI1NiJ9.", ":", "1:", "a:b:", "(", "+1 ", "one ", "at ", "a at b dot ", "\n", "1\n", "a1\n> ", "\\", "\\u0041", "%41", "%2541", "&amp;", "\\\"",
	"{\"a\":1},", "AAAA", "QUFB", "QUFBQUFBQUFBQUFBQUFBQUFB ", "jane@company.com ", "jane@company.com\n", "Dx: x", "x mg ", "5 mg ", "may 1 ", "curl -u a:b ", "login is a / b ", "sk-", "ghp_",
	"first_name: ", "first_name=a ", "name: Ab Cd ", "a,name\n", "name|city\n", "insert into t (name) values (", "('a',", "value=", "<string>a", "form-data; name=\"city\"\n\n", "34 years old ", "aged 34 ", "name: \"value\": ", "city\": [\"", "name,\"\"\"\n", "pid|1||a^b|", "<th>city</th>", "begin:vcard\nn:a;b\n", "she is french ", "asthma ", "metformin 5 mg ", "年", "1990年5月3日",
	"аb", "а", "１", "\u200b", "DE89", "0.", "1.2.3.4.", "hepatitis c ", "my ", "key=", "phone ", "card 4111 1111 1111 1111 ", "secret=abcd1234 ", "abcd1234 ",
	"wifi:s:", "kind: secret\ndata:\n  a: bcde\n", "kind: secret\n---\n", "\"kty\": ", "cookie: a=bcdefgh; ", "cookie=", "mysql -p", "mysql ", "chpasswd ", "echo a | sudo -s ", "pdo(", "pdo(\"a\", ", "abandon ", "zoo ", "seed phrase ",
	"seed phrase: abandon ", "password for a b ", "password to ", "x1! as password ", "code for the door ", "digest realm ", "authorization: token ", "backup codes: a1b2c3, ", "uid=a;pwd=b;", ":5432:a:b:", "totp: abcd ",
	"akiaiosfodnn7examplq ", "AKIAIOSFODNN7EXAMPLQ ", "password: |\n ", "secret: {\n", "to confirm ", "1234 to confirm ", "pw is a1\n",
	"0x61, ", "61 ", "a b ", "a, b, ", "=41", "=\n", "<b>1</b>", "1**", "`1", "1\" + \"", "QUFBQUFBQUFBQUFB\n", "ABCDEFGHIJKLMNOP ", "four ", "forty-", "a [at] b [dot] ", "%2B1+", "&#49", "\\061", "4\u0336", "D\u0435", "1\n# ",
	"jane@co\n> ",
	"Anna Smith wrote a@b.com. ", "Anna Smith has asthma. ", "male with CHF, CKD stage 3. ", "4539#5787#6362#1486 ", "1#", "12#3#", "S3b-22-8734 ", "4S39 ", "\u202e123456789", "sk_li<b>ve_", "api key <b>",
	"Jonas's asthma ", "was seen for asthma ", "nm1* ", "nm1*a*1*b*c~", ";cn=\"a", "<a secret b>", "bestelling 1234567 ",
}

// worstBytes is how long each of these inputs is made: what is linear reads it in a moment, what is quadratic does not
// end before the tests' own deadline.
const worstBytes = 400_000

func TestNoInputIsReadInMoreThanLinearTime(t *testing.T) {
	e := newEngine(t)
	for _, unit := range worstUnits {
		_, err := e.Redact(strings.Repeat(unit, worstBytes/raceShare/len(unit)), Hints{})
		if err != nil {
			require.ErrorIs(t, err, ErrUninspectable)
		}
	}
}

// BenchmarkWorst gives the cost of these inputs at two lengths beside an ordinary text: MB/s should differ by at most 20
// between texts, and not at all between lengths.
func BenchmarkWorst(b *testing.B) {
	e := newEngine(b)
	run := func(name, text string) {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				_, err := e.Find(text, Hints{})
				if err != nil {
					require.ErrorIs(b, err, ErrUninspectable)
				}
			}
		})
	}
	run("ordinary", strings.Repeat(benchText, 20))
	for i, unit := range worstUnits {
		for _, size := range []int{5_000, 100_000} {
			run(fmt.Sprintf("%02d/%d", i, size), strings.Repeat(unit, size/len(unit)))
		}
	}
}

func TestUninspectable(t *testing.T) {
	e := newEngine(t)
	_, err := e.Redact("a\xffb", Hints{})
	require.ErrorIs(t, err, ErrUninspectable)
	require.NotErrorIs(t, err, errors.ErrUnsupported)
}
