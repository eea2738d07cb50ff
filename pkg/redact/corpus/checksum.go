package corpus

import (
	"math/big"
	"strconv"
	"strings"
)

// luhnDigit returns the digit that makes digits + digit hold by ISO/IEC 7812's formula.
func luhnDigit(digits string) string {
	sum := 0
	for i := range len(digits) {
		d := int(digits[len(digits)-1-i] - '0')
		if i%2 == 0 {
			d *= 2
			if d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return strconv.Itoa((10 - sum%10) % 10)
}

// weighted sums digits by weights.
func weighted(digits string, weights ...int) int {
	sum := 0
	for i, w := range weights {
		sum += int(digits[i]-'0') * w
	}
	return sum
}

// ibanCheck returns the two check digits of an IBAN (ISO 13616, mod 97).
func ibanCheck(country, account string) string {
	var b strings.Builder
	for _, r := range account + country + "00" {
		if r >= 'A' {
			b.WriteString(strconv.Itoa(int(r-'A') + 10))
		} else {
			b.WriteRune(r)
		}
	}
	n, _ := new(big.Int).SetString(b.String(), 10) // digits only
	rest := new(big.Int).Mod(n, big.NewInt(97)).Int64()
	check := strconv.FormatInt(98-rest, 10)
	if len(check) == 1 {
		check = "0" + check
	}
	return check
}

// verhoeff tables: multiplication and permutation in the dihedral group D5.
var (
	verhoeffD = [10]string{"0123456789", "1234067895", "2340178956", "3401289567", "4012395678", "5987604321", "6598710432", "7659821043", "8765932104", "9876543210"}
	verhoeffP = [8]string{"0123456789", "1576283094", "5803796142", "8916043527", "9453126870", "4286573901", "2793806415", "7046913258"}
)

// verhoeffDigit returns the digit that makes digits + digit hold by Verhoeff's scheme.
func verhoeffDigit(digits string) string {
	c := 0
	for i := range len(digits) {
		d := int(digits[len(digits)-1-i] - '0')
		p := int(verhoeffP[(i+1)%8][d] - '0')
		c = int(verhoeffD[c][p] - '0')
	}
	return string("0432156789"[c])
}
