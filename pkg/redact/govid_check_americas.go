package redact

// Check digits of the identity numbers of the Americas. Each function gets the canonical form, capitals
// and digits without separators, of the length and shape that its kind declares.

func checkCPF(d []byte) bool {
	if allSame(d) {
		return false
	}
	a := weighted(d, 10, 9, 8, 7, 6, 5, 4, 3, 2) * 10 % 11 % 10
	b := weighted(d, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2) * 10 % 11 % 10
	return a == digitAt(d, 9) && b == digitAt(d, 10)
}

func checkCNPJ(d []byte) bool {
	digit := func(sum int) int {
		if r := sum % 11; r >= 2 {
			return 11 - r
		}
		return 0
	}
	return !allSame(d) && digit(weighted(d, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2)) == digitAt(d, 12) &&
		digit(weighted(d, 6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2)) == digitAt(d, 13)
}

func checkPIS(d []byte) bool {
	c := 11 - weighted(d, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2)%11
	return c%11%10 == digitAt(d, 10)
}

func checkSIN(d []byte) bool { return d[0] != '8' && d[0] != '0' && !allSame(d) && luhn(d) }

func checkCURP(d []byte) bool {
	const alphabet = "0123456789ABCDEFGHIJKLMN?OPQRSTUVWXYZ"
	if d[10] != 'H' && d[10] != 'M' && d[10] != 'X' || !isDigit(d[17]) {
		return false
	}
	sum := 0
	for i, c := range d[:17] {
		for j := range alphabet {
			if alphabet[j] == c {
				sum += j * (18 - i)
			}
		}
	}
	return dateOK(number(d[6:8]), number(d[8:10])) && (10-sum%10)%10 == digitAt(d, 17)
}

func checkRFC(d []byte) bool { return dateOK(number(d[6:8]), number(d[8:10])) }

func checkCUIT(d []byte) bool { // kind, DNI, check digit
	switch number(d[:2]) {
	case 20, 23, 24, 25, 26, 27, 30, 33, 34, 50, 51, 55:
		c := (11 - weighted(d, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)%11) % 11
		return min(c, 9) == digitAt(d, 10)
	}
	return false
}

func checkRUT(d []byte) bool {
	sum, w := 0, 2
	for i := len(d) - 2; i >= 0; i-- {
		sum += digitAt(d, i) * w
		w++
		if w > 7 {
			w = 2
		}
	}
	return "0K987654321"[sum%11] == d[len(d)-1] || sum%11 == 0 && d[len(d)-1] == '0'
}

func checkEcuador(d []byte) bool {
	p := number(d[:2])
	return p >= 1 && p <= 24 && d[2] < '6' && luhn(d)
}

func checkUruguay(d []byte) bool { return (10-weighted(d, 2, 9, 8, 7, 6, 3, 4)%10)%10 == digitAt(d, 7) }

func checkRUC(d []byte) bool { // kind of taxpayer, serial, check digit
	switch number(d[:2]) {
	case 10, 15, 16, 17, 20:
		return (11-weighted(d, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)%11)%10 == digitAt(d, 10)
	}
	return false
}

func checkDEA(d []byte) bool { // kind of registrant, initial or 9, six digits, check digit
	switch d[0] {
	case 'I', 'N', 'O', 'Q', 'V', 'W', 'Y', 'Z':
		return false
	}
	sum := digitAt(d, 2) + digitAt(d, 4) + digitAt(d, 6) + 2*(digitAt(d, 3)+digitAt(d, 5)+digitAt(d, 7))
	return (isLetter(d[1]) || d[1] == '9') && sum%10 == digitAt(d, 8)
}

func checkNPI(d []byte) bool {
	return (d[0] == '1' || d[0] == '2') && luhn(append([]byte("80840"), d...))
}

func checkITIN(d []byte) bool {
	g := number(d[3:5])
	return d[0] == '9' && (g >= 50 && g <= 65 || g >= 70 && g <= 88 || g >= 90 && g <= 92 || g >= 94)
}

func checkMBI(d []byte) bool { // no letter that looks like a digit; places 3 and 6 are either
	for i, c := range d {
		switch c {
		case 'S', 'L', 'O', 'I', 'B', 'Z':
			return false
		}
		if i == 0 && c == '0' {
			return false
		}
	}
	return true
}

func checkMexicanNSS(d []byte) bool { return d[0] != '0' && luhn(d) }

func checkCNH(d []byte) bool { // Brazilian driving licence
	if allSame(d) {
		return false
	}
	first, carry := weighted(d, 9, 8, 7, 6, 5, 4, 3, 2, 1)%11, 0
	if first >= 10 {
		first, carry = 0, 2
	}
	second := (weighted(d, 1, 2, 3, 4, 5, 6, 7, 8, 9)%11 - carry + 11) % 11
	if second >= 10 {
		second = 0
	}
	return first == digitAt(d, 9) && second == digitAt(d, 10)
}

func checkTitulo(d []byte) bool { // Brazilian voter: serial, state, two check digits
	state := number(d[8:10])
	if state < 1 || state > 28 {
		return false
	}
	ten := func(r int) int {
		if r == 10 {
			return 0
		}
		return r
	}
	a := ten(weighted(d, 2, 3, 4, 5, 6, 7, 8, 9) % 11)
	b := ten((digitAt(d, 8)*7 + digitAt(d, 9)*8 + a*9) % 11)
	return a == digitAt(d, 10) && b == digitAt(d, 11)
}

func checkCNS(d []byte) bool { // Brazilian health card
	if d[0] != '1' && d[0] != '2' && d[0] < '7' {
		return false
	}
	return mod11Sum(d, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1)
}

// checkCNPJLetters is the CNPJ of 2026 on, whose first twelve places may hold letters, valued by their place in ASCII.
func checkCNPJLetters(d []byte) bool {
	digit := func(n int) int {
		sum, w := 0, 2
		for i := n - 1; i >= 0; i-- {
			sum += int(d[i]-'0') * w
			w++
			if w > 9 {
				w = 2
			}
		}
		if r := sum % 11; r >= 2 {
			return 11 - r
		}
		return 0
	}
	return digit(12) == digitAt(d, 12) && digit(13) == digitAt(d, 13)
}

func checkEcuadorRUC(d []byte) bool { // a person's, which is the identity number and 001 and so on, or a firm's
	p := number(d[:2])
	if p < 1 || p > 24 && p != 30 || d[10] != '0' {
		return false
	}
	switch d[2] {
	case '9':
		return (11-weighted(d, 4, 3, 2, 7, 6, 5, 4, 3, 2)%11)%11 == digitAt(d, 9)
	case '6':
		return (11-weighted(d, 3, 2, 7, 6, 5, 4, 3, 2)%11)%11 == digitAt(d, 8)
	}
	return d[2] < '6' && luhn(d[:10])
}

func checkUruguayRUT(d []byte) bool {
	p := number(d[:2])
	return p >= 1 && p <= 22 && string(d[8:11]) == "001" && (11-weighted(d, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2)%11)%11 == digitAt(d, 11)
}

func checkRIF(d []byte) bool { // Venezuelan tax number
	kind := 0
	switch d[0] {
	case 'V':
		kind = 4
	case 'E':
		kind = 8
	case 'J', 'C':
		kind = 12
	case 'P':
		kind = 16
	case 'G':
		kind = 20
	default:
		return false
	}
	return "00987654321"[(kind+weighted(d[1:], 3, 2, 7, 6, 5, 4, 3, 2))%11] == d[9]
}

func checkDominican(d []byte) bool { return !allSame(d) && luhn(d) }

func checkGuatemalaCUI(d []byte) bool { // serial, check digit, department, municipality
	dept, muni := number(d[9:11]), number(d[11:13])
	return dept >= 1 && dept <= 22 && muni >= 1 && muni <= 33 && weighted(d, 2, 3, 4, 5, 6, 7, 8, 9)%11 == digitAt(d, 8)
}

func checkGuatemalaNIT(d []byte) bool { // eight characters, the last of which may be K
	r := weighted(d, 8, 7, 6, 5, 4, 3, 2) % 11
	return "0123456789K"[(11-r)%11] == d[7]
}

func checkDUI(d []byte) bool { // Salvadoran identity
	return !allSame(d) && (10-weighted(d, 9, 8, 7, 6, 5, 4, 3, 2)%10)%10 == digitAt(d, 8)
}

func checkHonduras(d []byte) bool { // department, municipality, year of birth, serial
	dept, muni := number(d[:2]), number(d[2:4])
	return dept >= 1 && dept <= 18 && muni >= 1 && muni <= 28 && century(d, 4)
}

func checkCuba(d []byte) bool { return yymmdd(d, 0) }

func checkNicaragua(d []byte) bool { return ddmmyy(d, 3) } // municipality, date of birth, serial, letter

func checkPHN(d []byte) bool { // British Columbia's health number
	return d[0] == '9' && (11-weighted(d[1:], 2, 4, 8, 5, 10, 9, 7, 3)%11)%11 == digitAt(d, 9)
}

func checkOHIP(d []byte) bool { return d[0] != '0' && luhn(d[:10]) } // Ontario's health number, with version letters

func checkRAMQ(d []byte) bool { // Quebec's health number: name, date (women: month + 50)
	return dateOK(number(d[6:8])%50, number(d[8:10]))
}

// checkOntarioLicence is a letter, the code of a name, and a date of birth (women: month + 50) in the last six digits.
func checkOntarioLicence(d []byte) bool { return dateOK(number(d[11:13])%50, number(d[13:15])) }

func checkNRT(d []byte) bool { // Andorra
	switch d[0] {
	case 'F', 'E', 'A', 'L', 'C', 'D', 'G', 'O', 'P', 'U':
		return true
	}
	return false
}
