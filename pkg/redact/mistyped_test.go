package redact

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestMistypedNumbersAreNone calls numbers by the name of their kind that have its shape and fail its check: they are
// findings where it is the doubtful that is asked for, and nowhere else. The number with its right check digit is one.
func TestMistypedNumbersAreNone(t *testing.T) {
	e := newEngine(t)
	strict, err := New(Options{Point: PointStrict})
	require.NoError(t, err)
	for _, tc := range []struct{ label, right, wrong string }{
		{"my NIF is ", "12345678Z", "12345678A"},
		{"DNI: ", "12345678Z", "12345678X"},
		{"PESEL ", "44051401359", "44051401358"},
		{"NHS number ", "401 023 2137", "401 023 2138"},
		{"Codice fiscale: ", "MRTMTT91D08F205J", "MRTMTT91D08F205K"},
		{"BSN ", "111222333", "111222334"},
		{"CPF ", "111.444.777-35", "111.444.777-36"},
		{"身份证 ", "11010519491231002X", "110105194912310021"},
		{"GSTIN ", "27AAPFU0939F1ZV", "27AAPFU0939F1ZW"},
		{"the CLABE is ", "032180000118359719", "032180000118359718"},
		{"NPI ", "1245319599", "1245319598"},
		{"IBAN ", "DE89370400440532013000", "DE89370400440532013001"},
		{"routing number ", "021000021", "021000022"},
	} {
		t.Run(tc.label, func(t *testing.T) {
			fs, err := e.Find(tc.label+tc.right, Hints{})
			require.NoError(t, err)
			require.Len(t, structured(fs), 1)
			fs, err = e.Find(tc.label+tc.wrong, Hints{})
			require.NoError(t, err)
			require.Empty(t, structured(fs))
			fs, err = strict.Find(tc.label+tc.wrong, Hints{})
			require.NoError(t, err)
			require.NotEmpty(t, structured(fs))
		})
	}
}

// TestMistypedNumbersSeldom counts, over all kinds with a check that means something, how many numbers with one wrong
// character are found after a word for the kind: by the chance of being another number that fits the word.
func TestMistypedNumbersSeldom(t *testing.T) {
	e := newEngine(t)
	r := rand.New(rand.NewPCG(77, 5))
	tries, hits := 0, 0
	for i := range idKinds {
		k := &idKinds[i]
		if k.check == nil || !common[k.id] {
			continue
		}
		for range 10 {
			wrong, ok := mistyped(r, k, validID(r, k))
			if !ok {
				continue
			}
			fs, err := e.Find("my "+pick(r, k.words)+" is "+wrong+".", Hints{})
			require.NoError(t, err)
			tries++
			for _, f := range fs {
				if f.Type == TypeGovID || f.Type == TypeBank {
					hits++
					break
				}
			}
		}
	}
	require.Greater(t, tries, 400)
	require.Less(t, float64(hits)/float64(tries), 0.12)
}

// mistyped changes one character of a number, at its end half of the time, so that it fails its check.
func mistyped(r *rand.Rand, k *idKind, right string) (string, bool) {
	for range 50 {
		d := []byte(right)
		p := len(d) - 1
		if r.IntN(2) == 0 {
			p = r.IntN(len(d))
		}
		if isDigit(d[p]) {
			d[p] = byte('0' + r.IntN(10))
		} else {
			d[p] = byte('A' + r.IntN(26))
		}
		if !k.check(d) {
			return string(d), true
		}
	}
	return "", false
}
