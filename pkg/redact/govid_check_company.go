package redact

// Check digits of numbers of firms: registers and VAT. Each function gets the canonical form, capitals and digits
// without separators, of the length and shape that its kind declares.

func checkCIF(d []byte) bool { // Spanish firms
	if !allDigits(d[1:8]) {
		return false
	}
	sum := digitAt(d, 2) + digitAt(d, 4) + digitAt(d, 6)
	for i := 1; i <= 7; i += 2 {
		v := digitAt(d, i) * 2
		sum += v/10 + v%10
	}
	c := (10 - sum%10) % 10
	letter := "JABCDEFGHI"[c]
	switch d[0] {
	case 'K', 'L', 'M', 'N', 'P', 'Q', 'R', 'S', 'W':
		return d[8] == letter
	case 'A', 'B', 'E', 'H':
		return d[8] == byte('0'+c)
	case 'C', 'D', 'F', 'G', 'J', 'U', 'V':
		return d[8] == letter || d[8] == byte('0'+c)
	}
	return false
}

func checkREGON(d []byte) bool {
	if weighted(d, 8, 9, 2, 3, 4, 5, 6, 7)%11%10 != digitAt(d, 8) {
		return false
	}
	return len(d) == 9 || weighted(d, 2, 4, 8, 5, 0, 9, 7, 3, 6, 1, 2, 4, 8)%11%10 == digitAt(d, 13)
}

func checkYTunnus(d []byte) bool { return mod11Sum(d, 7, 9, 10, 5, 8, 4, 2, 1) } // Finnish firms

func checkSwedishFirm(d []byte) bool { return d[2] >= '2' && d[0] != '0' && luhn(d) }

func checkNorwegianFirm(d []byte) bool {
	return (d[0] == '8' || d[0] == '9') && mod11Sum(d, 3, 2, 7, 6, 5, 4, 3, 2, 1)
}

func checkCVR(d []byte) bool { return d[0] != '0' && mod11Sum(d, 2, 7, 6, 5, 4, 3, 2, 1) } // Danish firms

func checkICO(d []byte) bool { // Czech and Slovak firms
	c := (11 - weighted(d, 8, 7, 6, 5, 4, 3, 2)%11) % 11
	if c == 0 {
		c = 1
	}
	return d[0] != '9' && c%10 == digitAt(d, 7)
}

func checkRegistrikood(d []byte) bool { // Estonian firms
	if d[0] != '1' && d[0] < '7' {
		return false
	}
	c := weighted(d, 1, 2, 3, 4, 5, 6, 7) % 11
	if c == 10 {
		c = weighted(d, 3, 4, 5, 6, 7, 8, 9) % 11 % 10
	}
	return c == digitAt(d, 7)
}

func checkCUI(d []byte) bool { // Romanian firms, 6 to 10 digits
	w := [9]int{7, 5, 3, 2, 1, 7, 5, 3, 2}
	n := len(d) - 1
	return d[0] != '0' && weighted(d, w[9-n:]...)*10%11%10 == digitAt(d, n)
}

func checkEIK(d []byte) bool { // Bulgarian firms
	c := weighted(d, 1, 2, 3, 4, 5, 6, 7, 8) % 11
	if c == 10 {
		c = weighted(d, 3, 4, 5, 6, 7, 8, 9, 10) % 11 % 10
	}
	return c == digitAt(d, 8)
}

func checkINN10(d []byte) bool { return weighted(d, 2, 4, 10, 3, 5, 9, 4, 6, 8)%11%10 == digitAt(d, 9) }

func checkOGRN(d []byte) bool {
	return (d[0] == '1' || d[0] == '5') && number(d[:12])%11%10 == digitAt(d, 12)
}

func checkSwissUID(d []byte) bool { // CHE and nine digits
	if string(d[:3]) != "CHE" {
		return false
	}
	c := (11 - weighted(d[3:], 5, 4, 3, 2, 7, 6, 5, 4)%11) % 11
	return c == digitAt(d, 11)
}

func checkHungarianFirm(d []byte) bool {
	return weighted(d, 9, 7, 3, 1, 9, 7, 3, 1)%10 == 0 && d[0] != '0'
}

func checkUKCompany(d []byte) bool {
	switch string(d[:2]) {
	case "SC", "NI", "OC", "SO", "NC", "FC", "BR", "GE", "GN", "GS", "IP", "LP", "NF", "NL", "NP", "NO", "NR", "NV", "NZ", "RC", "RS", "SA", "SF", "SI", "SL", "SP", "SR", "SZ", "ZC":
		return true
	}
	return allDigits(d)
}

func checkEIN(d []byte) bool { // prefixes that the IRS has assigned
	switch p := number(d[:2]); p {
	case 0, 7, 8, 9, 17, 18, 19, 28, 29, 49, 69, 70, 78, 79, 89, 96, 97:
		return false
	}
	return !allSame(d)
}

func checkCanadianBN(d []byte) bool { // nine digits, a programme, its account
	if !luhn(d[:9]) || d[9] != 'R' {
		return false
	}
	switch d[10] {
	case 'C', 'M', 'P', 'R', 'T', 'Z':
		return true
	}
	return false
}

func checkUSCC(d []byte) bool { // Chinese firms, GB 32100-2015
	const alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
	w := [17]int{1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28}
	if d[0] > '9' && d[0] != 'A' && d[0] != 'N' && d[0] != 'Y' || d[0] == '0' || d[1] == '0' || d[1] > '9' {
		return false
	}
	sum, last := 0, -1
	for i, c := range d {
		v := -1
		for j := range len(alphabet) {
			if alphabet[j] == c {
				v = j
			}
		}
		if v < 0 || i >= 2 && i < 8 && !isDigit(c) {
			return false
		}
		if i < 17 {
			sum += v * w[i]
		} else {
			last = v
		}
	}
	return (31-sum%31)%31 == last
}

func checkSIREN(d []byte) bool { return !allSame(d) && luhn(d) && (len(d) == 9 || luhn(d[:9])) } // with SIRET

func checkUBN(d []byte) bool { // Taiwanese firms
	sum := 0
	for i, w := range [8]int{1, 2, 1, 2, 1, 2, 4, 1} {
		v := digitAt(d, i) * w
		sum += v/10 + v%10
	}
	return sum%5 == 0 || d[6] == '7' && (sum+1)%5 == 0
}

func checkJapaneseFirm(d []byte) bool {
	sum := 0
	for i := range 12 {
		sum += digitAt(d, 12-i) * (1 + i%2)
	}
	return 9-sum%9 == digitAt(d, 0)
}

func checkBRN(d []byte) bool { // Korean firms
	sum := weighted(d, 1, 3, 7, 1, 3, 7, 1, 3, 5) + digitAt(d, 8)*5/10
	return (10-sum%10)%10 == digitAt(d, 9)
}

func checkUEN(d []byte) bool { // Singaporean firms
	switch {
	case len(d) == 9:
		return "XMKECAWLJDB"[weighted(d, 10, 4, 9, 3, 8, 2, 7, 1)%11] == d[8]
	case isDigit(d[0]):
		y := number(d[:4])
		return y >= 1800 && y <= 2099 && "ZKCMDNERGWH"[weighted(d, 10, 8, 6, 4, 9, 7, 5, 3, 1)%11] == d[9]
	}
	const alphabet = "ABCDEFGHJKLMNPQRSTUVWX0123456789"
	if d[0] != 'T' && d[0] != 'S' && d[0] != 'R' {
		return false
	}
	sum := 0
	for i, w := range [9]int{4, 3, 5, 3, 10, 2, 2, 5, 7} {
		v := -1
		for j := range len(alphabet) {
			if alphabet[j] == d[i] {
				v = j
			}
		}
		if v < 0 {
			return false
		}
		sum += v * w
	}
	return alphabet[((sum-5)%11+11)%11] == d[9]
}

func checkMST(d []byte) bool { // Vietnamese tax numbers
	return 10-weighted(d, 31, 29, 23, 19, 17, 13, 7, 5, 3)%11 == digitAt(d, 9)
}

func checkRNC(d []byte) bool { // Dominican firms
	return (10-weighted(d, 7, 9, 8, 6, 5, 4, 3, 2)%11)%9+1 == digitAt(d, 8)
}

func checkNIT(d []byte) bool { // Colombian tax number with its check digit
	w := [9]int{41, 37, 29, 23, 19, 17, 13, 7, 3}
	return "01987654321"[weighted(d, w[:]...)%11] == d[9]
}

func checkPIB(d []byte) bool { return mod1110(d) && d[0] != '0' } // Serbian firms

func checkMacedonianFirm(d []byte) bool { // EDB
	return (11-weighted(d, 7, 6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)%11)%11%10 == digitAt(d, 12)
}

func checkICE(d []byte) bool { return number(d)%97 == 0 && !allSame(d) } // Moroccan firms

func checkSouthAfricanFirm(d []byte) bool { // year, serial, kind
	y := number(d[:4])
	kind := number(d[10:12])
	return y >= 1900 && y <= 2099 && (kind >= 6 && kind <= 12 || kind >= 21 && kind <= 26 || kind == 30 || kind == 31)
}
