package redact

// luhn reports whether the digits hold the check digit of ISO/IEC 7812-1.
func luhn(d []byte) bool {
	sum := 0
	for i := range d {
		v := int(d[len(d)-1-i] - '0')
		if i%2 == 1 {
			v *= 2
			if v > 9 {
				v -= 9
			}
		}
		sum += v
	}
	return sum%10 == 0
}

// number reads decimal digits. The caller bounds their count to what fits.
func number(d []byte) int {
	v := 0
	for _, c := range d {
		v = v*10 + int(c-'0')
	}
	return v
}

// allSame reports whether all bytes are equal.
func allSame(d []byte) bool {
	for _, c := range d[1:] {
		if c != d[0] {
			return false
		}
	}
	return true
}

// weighted returns the sum of d's digits times weights, over the length of weights.
func weighted(d []byte, weights ...int) int {
	sum := 0
	for i, w := range weights {
		sum += int(d[i]-'0') * w
	}
	return sum
}

func digitAt(d []byte, i int) int { return int(d[i] - '0') }

// dateOK reports whether year (two digits or four), month and day can be a date.
func dateOK(month, day int) bool { return month >= 1 && month <= 12 && day >= 1 && day <= 31 }

func mod97(d []byte) int {
	r := 0
	for _, c := range d {
		if isDigit(c) {
			r = (r*10 + int(c-'0')) % 97
		} else {
			r = (r*100 + int(c-'A') + 10) % 97
		}
	}
	return r
}

// mod1110 is ISO/IEC 7064 MOD 11,10.
func mod1110(d []byte) bool {
	p := 10
	for _, c := range d[:len(d)-1] {
		s := (int(c-'0') + p) % 10
		if s == 0 {
			s = 10
		}
		p = s * 2 % 11
	}
	return (11-p)%10 == digitAt(d, len(d)-1)
}

var (
	verhoeffD = [10][10]uint8{
		{0, 1, 2, 3, 4, 5, 6, 7, 8, 9},
		{1, 2, 3, 4, 0, 6, 7, 8, 9, 5},
		{2, 3, 4, 0, 1, 7, 8, 9, 5, 6},
		{3, 4, 0, 1, 2, 8, 9, 5, 6, 7},
		{4, 0, 1, 2, 3, 9, 5, 6, 7, 8},
		{5, 9, 8, 7, 6, 0, 4, 3, 2, 1},
		{6, 5, 9, 8, 7, 1, 0, 4, 3, 2},
		{7, 6, 5, 9, 8, 2, 1, 0, 4, 3},
		{8, 7, 6, 5, 9, 3, 2, 1, 0, 4},
		{9, 8, 7, 6, 5, 4, 3, 2, 1, 0},
	}
	verhoeffP = [8][10]uint8{
		{0, 1, 2, 3, 4, 5, 6, 7, 8, 9},
		{1, 5, 7, 6, 2, 8, 3, 0, 9, 4},
		{5, 8, 0, 3, 7, 9, 6, 1, 4, 2},
		{8, 9, 1, 6, 0, 4, 3, 5, 2, 7},
		{9, 4, 5, 3, 1, 2, 6, 8, 7, 0},
		{4, 2, 8, 6, 5, 7, 3, 9, 0, 1},
		{2, 7, 9, 3, 8, 0, 6, 4, 1, 5},
		{7, 0, 4, 6, 9, 1, 3, 2, 5, 8},
	}
)

func verhoeff(d []byte) bool {
	c := uint8(0)
	for i := range d {
		c = verhoeffD[c][verhoeffP[i%8][d[len(d)-1-i]-'0']]
	}
	return c == 0
}

// ean is the check digit of GS1 article numbers with 13 digits.
func ean(d []byte) bool {
	return (10-weighted(d, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3)%10)%10 == digitAt(d, 12)
}

// alnumValue is the value of a character in ICAO documents, ISO 7064 and most registers: 0 to 9, then A is 10.
func alnumValue(c byte) int {
	if isDigit(c) {
		return int(c - '0')
	}
	return int(c-'A') + 10
}

// icao returns the check digit of ICAO Doc 9303 for d, in which < is 0: weights 7, 3, 1.
func icao(d string) int {
	sum := 0
	for i := range len(d) {
		if d[i] != '<' {
			sum += alnumValue(d[i]) * [3]int{7, 3, 1}[i%3]
		}
	}
	return sum % 10
}

// icaoLast reports whether d ends in the check digit of what stands before it.
func icaoLast(d []byte) bool {
	last := len(d) - 1
	return isDigit(d[last]) && icao(string(d[:last])) == digitAt(d, last)
}

// allDigits reports whether d holds digits only.
func allDigits(d []byte) bool {
	for _, c := range d {
		if !isDigit(c) {
			return false
		}
	}
	return true
}

// mod11Sum reports whether the weighted sum of all digits is a multiple of eleven.
func mod11Sum(d []byte, weights ...int) bool { return weighted(d, weights...)%11 == 0 }

// yymmdd and ddmmyy report whether the digits at i can be a date.
func yymmdd(d []byte, i int) bool { return dateOK(number(d[i+2:i+4]), number(d[i+4:i+6])) }
func ddmmyy(d []byte, i int) bool { return dateOK(number(d[i+2:i+4]), number(d[i:i+2])) }

// century reports whether the four digits at i are a year in which somebody alive can be born, or a firm founded.
func century(d []byte, i int) bool {
	y := number(d[i : i+4])
	return y >= 1900 && y <= 2099
}
