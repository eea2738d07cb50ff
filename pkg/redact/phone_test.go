package redact

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	// phonenumbers is Google's libphonenumber in Go, which the table of plans is made from and held to.
	"github.com/nyaruka/phonenumbers"
	"github.com/stretchr/testify/require"
)

var phoneTypes = []phonenumbers.PhoneNumberType{
	phonenumbers.FIXED_LINE, phonenumbers.MOBILE, phonenumbers.TOLL_FREE, phonenumbers.PREMIUM_RATE, phonenumbers.SHARED_COST, phonenumbers.VOIP,
	phonenumbers.PERSONAL_NUMBER, phonenumbers.UAN,
}

func regionIDs() []string {
	var out []string
	for id := range phonenumbers.GetSupportedRegions() {
		out = append(out, id)
	}
	slices.Sort(out)
	return out
}

// TestPlansAgree holds the table to the library: it takes every number that the library takes, and few others.
func TestPlansAgree(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 6))
	valid, missed, others, taken := 0, 0, 0, 0
	for _, id := range regionIDs() {
		plan := phonePlans.region(id)
		require.GreaterOrEqual(t, plan, 0, id)
		for _, typ := range phoneTypes {
			example := phonenumbers.GetExampleNumberForType(id, typ)
			if example == nil {
				continue
			}
			national := phonenumbers.GetNationalSignificantNumber(example)
			for range 6 {
				d := []byte(national)
				for i := len(d) - 1 - r.IntN(len(d)); i < len(d); i++ {
					d[i] = byte('0' + r.IntN(10))
				}
				num, err := phonenumbers.Parse(fmt.Sprintf("+%d%s", example.GetCountryCode(), d), "")
				want := err == nil && phonenumbers.IsValidNumber(num) && phonenumbers.GetNationalSignificantNumber(num) == string(d)
				_, _, got := phonePlans.e164([]byte(fmt.Sprintf("%d%s", example.GetCountryCode(), d)))
				switch {
				case want:
					valid++
					if !got {
						missed++
					}
				case err == nil && len(d) > maxPlanDepth:
					others++
					if got {
						taken++
					}
				}
			}
		}
	}
	require.Greater(t, valid, 1000)
	require.LessOrEqual(t, missed, valid/200)
	require.Less(t, float64(taken), 0.3*float64(others))
}

// maxPlanDepth is how many digits the table tells apart: see internal/phonetable.
const maxPlanDepth = 5

// TestPhonesOfAllRegions takes an example number of each region in the forms that libphonenumber gives it.
func TestPhonesOfAllRegions(t *testing.T) {
	e := newEngine(t)
	for _, id := range regionIDs() {
		t.Run(id, func(t *testing.T) {
			for _, typ := range []phonenumbers.PhoneNumberType{phonenumbers.FIXED_LINE, phonenumbers.MOBILE} {
				num := phonenumbers.GetExampleNumberForType(id, typ)
				if num == nil {
					continue
				}
				international := phonenumbers.Format(num, phonenumbers.INTERNATIONAL)
				digits := strings.TrimPrefix(phonenumbers.Format(num, phonenumbers.E164), "+")
				if len(phonenumbers.GetNationalSignificantNumber(num)) < 7 {
					continue // shorter than what is taken for a telephone number
				}
				for _, text := range []string{
					international, "you can reach me at " + international + ", thanks", "+" + digits, "telephone: " + phonenumbers.Format(num, phonenumbers.NATIONAL), "Tel. 00" + digits,
				} {
					fs, err := e.Find(text, Hints{})
					require.NoError(t, err)

					require.NotEmpty(t, fs, "%q", text)
					require.Equal(t, TypePhone, fs[0].Type, "%q", text)
				}
			}
		})
	}
}

func TestPhoneForms(t *testing.T) {
	e := newEngine(t)
	for _, text := range []string{
		"call 0044 20 7946 0958 now", "it is 011 44 20 7946 0958", "+49 (0)30 901820", "(415) 555-0132 ext. 12", "+1-212-555-0199x123", "030 901820-12", "06 1234 5678",
		"22 123 45 67", "8 (495) 123-45-67", "13800138000", "0821234567", "02-312-3456", "09-7625400", "010-1234-5678", "912 345 678", "+7 495 123-45-67", "+358 40 1234567 ext 5", "call 1-800-FLOWERS", "phone: 0800 REIMANN",
	} {
		t.Run(text, func(t *testing.T) {
			fs, err := e.Find(text, Hints{})
			require.NoError(t, err)
			require.Len(t, fs, 1)
			require.Equal(t, TypePhone, fs[0].Type)
			require.Zero(t, digitsOutside(text, fs))
		})
	}
	for _, text := range []string{"+999 123 456 7890", "version 11.10.107", "1 234 567 890 people", "10 200 30 40 50", "2024-05-11 10:22:33", "3.14159265358", "00000000", "0012345", "1:200:3000"} {
		t.Run(text, func(t *testing.T) {
			fs, err := e.Find(text, Hints{})
			require.NoError(t, err)
			require.Empty(t, fs)
		})
	}
}

func digitsOutside(text string, fs []Finding) int {
	n := 0
	for i := range len(text) {
		if isDigit(text[i]) && !slices.ContainsFunc(fs, func(f Finding) bool { return f.Start <= i && i < f.End }) {
			n++
		}
	}
	return n
}

// TestTrunkPrefixOfLanguage takes a number in one piece for one where the language of the text is spoken.
func TestTrunkPrefixOfLanguage(t *testing.T) {
	e, err := New(Options{MinConfidence: 0.3})
	require.NoError(t, err)
	fs, err := e.Find("gestern kam 015123456789 dazu", Hints{Language: "de"})
	require.NoError(t, err)
	require.Len(t, structured(fs), 1)
	fs, err = e.Find("gestern kam 015123456789 dazu", Hints{})
	require.NoError(t, err)
	require.Empty(t, structured(fs))
}
