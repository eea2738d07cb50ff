package redact

// Check digits of the identity numbers of Africa and Oceania. Each function gets the canonical form, capitals
// and digits without separators, of the length and shape that its kind declares.

func checkTFN(d []byte) bool { return weighted(d, 1, 4, 3, 7, 5, 8, 6, 9, 10)%11 == 0 && !allSame(d) }

func checkABN(d []byte) bool {
	return d[0] != '0' && (weighted(d, 10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19)-10)%89 == 0
}

func checkACN(d []byte) bool { return (10-weighted(d, 8, 7, 6, 5, 4, 3, 2, 1)%10)%10 == digitAt(d, 8) }

func checkMedicare(d []byte) bool {
	return d[0] >= '2' && d[0] <= '6' && weighted(d, 1, 3, 7, 9, 1, 3, 7, 9)%10 == digitAt(d, 8)
}

func checkSouthAfrica(d []byte) bool { // date of birth, serial, citizenship, 8 or 9, check digit
	return yymmdd(d, 0) && d[10] <= '2' && (d[11] == '8' || d[11] == '9') && luhn(d)
}

func checkEgypt(d []byte) bool { // century, date of birth, governorate, serial
	g := number(d[7:9])
	return (d[0] == '2' || d[0] == '3') && yymmdd(d, 1) && (g >= 1 && g <= 4 || g >= 11 && g <= 35 && g%10 != 0 || g == 88)
}

func checkIRD(d []byte) bool {
	if n := number(d); n < 10_000_000 || n > 150_000_000 {
		return false
	}
	if len(d) == 8 {
		d = append([]byte{'0'}, d...)
	}
	sum := weighted(d, 3, 2, 7, 6, 5, 4, 3, 2)
	c := (11 - sum%11) % 11
	if c == 10 {
		c = (11 - weighted(d, 7, 4, 3, 2, 5, 2, 7, 6)%11) % 11
	}
	return c == digitAt(d, 8)
}

func checkSouthAfricanTax(d []byte) bool { // income tax reference
	switch d[0] {
	case '0', '1', '2', '3', '9':
		return !allSame(d) && luhn(d)
	}
	return false
}

func checkSouthAfricanVAT(d []byte) bool { return d[0] == '4' && !allSame(d[1:]) }

func checkVerhoeff(d []byte) bool { return !allSame(d) && verhoeff(d) }

func checkGhanaTIN(d []byte) bool {
	switch d[0] {
	case 'P', 'C', 'G', 'Q', 'V':
	default:
		return false
	}
	if d[1] != '0' || d[2] != '0' {
		return false
	}
	c := weighted(d[1:], 1, 2, 3, 4, 5, 6, 7, 8, 9) % 11
	return c == 10 && d[10] == 'X' || d[10] == byte('0'+c)
}

func checkGhanaCard(d []byte) bool { return string(d[:3]) == "GHA" }

func checkTanzania(d []byte) bool { return century(d, 0) && dateOK(number(d[4:6]), number(d[6:8])) }

func checkUganda(d []byte) bool {
	return d[0] == 'C' && (d[1] == 'M' || d[1] == 'F') && isDigit(d[2]) && isDigit(d[3])
}

func checkRwanda(d []byte) bool {
	return d[0] >= '1' && d[0] <= '3' && century(d, 1) && (d[5] == '7' || d[5] == '8')
}

func checkNUIT(d []byte) bool { // Mozambican tax number
	return "01234567891"[weighted(d, 8, 9, 4, 5, 6, 7, 8, 9)%11] == d[8]
}

func checkMauritius(d []byte) bool { return ddmmyy(d, 1) } // initial, date of birth, serial

// checkNHI is New Zealand's health number: three letters without I and O, then the digits of before 2022, or the later
// form that ends in a letter.
func checkNHI(d []byte) bool {
	sum := 0
	for i, c := range d[:6] {
		v := 0
		switch {
		case isDigit(c):
			v = int(c - '0')
		case c == 'I' || c == 'O':
			return false
		default:
			v = nhiValue(c)
		}
		sum += v * (7 - i)
	}
	if isDigit(d[6]) {
		r := sum % 11
		return allDigits(d[3:]) && r != 0 && (11-r)%10 == digitAt(d, 6)
	}
	return isLetter(d[5]) && allDigits(d[3:5]) && d[6] != 'I' && d[6] != 'O' && 24-sum%24 == nhiValue(d[6])
}

// nhiValue is 1 for A, and skips I and O.
func nhiValue(c byte) int {
	v := int(c-'A') + 1
	if c > 'I' {
		v--
	}
	if c > 'O' {
		v--
	}
	return v
}

func checkIHI(d []byte) bool { return string(d[:6]) == "800360" && luhn(d) } // Australian individual healthcare identifier
