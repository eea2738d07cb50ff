package redact

// Check digits of the identity numbers of Asia. Each function gets the canonical form, capitals
// and digits without separators, of the length and shape that its kind declares.

func checkAadhaar(d []byte) bool { return d[0] >= '2' && verhoeff(d) }

func checkPAN(d []byte) bool {
	switch d[3] {
	case 'P', 'C', 'H', 'F', 'A', 'T', 'B', 'L', 'J', 'G':
		return true
	}
	return false
}

func checkGSTIN(d []byte) bool { // state, PAN, registration of the state, Z, check character
	if s := number(d[:2]); s < 1 || s > 38 && s != 97 && s != 99 || d[13] != 'Z' && d[13] != 'C' && d[13] != 'D' || !checkPAN(d[2:12]) {
		return false
	}
	sum := 0
	for i, c := range d[:14] {
		v := int(c - '0')
		if isLetter(c) {
			v = int(c-'A') + 10
		}
		v *= 1 + i%2
		sum += v/36 + v%36
	}
	return "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"[(36-sum%36)%36] == d[14]
}

func checkChina(d []byte) bool {
	for _, c := range d[:17] {
		if !isDigit(c) {
			return false
		}
	}
	sum := weighted(d, 7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
	return century(d, 6) && d[0] != '0' && dateOK(number(d[10:12]), number(d[12:14])) && "10X98765432"[sum%11] == d[17]
}

func checkTaiwan(d []byte) bool {
	const order = "ABCDEFGHJKLMNPQRSTUVXYWZIO"
	n := 0
	for i := range order {
		if order[i] == d[0] {
			n = i + 10
		}
	}
	return n > 0 && (d[1] == '1' || d[1] == '2' || d[1] == '8' || d[1] == '9') &&
		(n/10+n%10*9+weighted(d[1:], 8, 7, 6, 5, 4, 3, 2, 1)+digitAt(d, 9))%10 == 0
}

func checkMyNumber(d []byte) bool {
	r := weighted(d, 6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2) % 11
	c := 0
	if r > 1 {
		c = 11 - r
	}
	return c == digitAt(d, 11)
}

func checkRRN(d []byte) bool { // date of birth, then sex and century, citizen or foreigner
	return yymmdd(d, 0) && d[6] >= '1' && d[6] <= '8'
}

func checkNRIC(d []byte) bool {
	sum := weighted(d[1:], 2, 7, 6, 5, 4, 3, 2)
	switch d[0] {
	case 'S':
		return "JZIHGFEDCBA"[sum%11] == d[8]
	case 'T':
		return "JZIHGFEDCBA"[(sum+4)%11] == d[8]
	case 'F':
		return "XWUTRQPNMLK"[sum%11] == d[8]
	case 'G':
		return "XWUTRQPNMLK"[(sum+4)%11] == d[8]
	case 'M':
		return "KLJNPQRTUWX"[10-(sum+3)%11] == d[8]
	}
	return false
}

func checkHKID(d []byte) bool {
	n := len(d)
	sum := 0
	if n == 8 {
		sum = 36*9 + (int(d[0]-'A')+10)*8
	} else {
		sum = (int(d[0]-'A')+10)*9 + (int(d[1]-'A')+10)*8
	}
	sum += weighted(d[n-7:], 7, 6, 5, 4, 3, 2)
	last := int(d[n-1] - '0')
	if d[n-1] == 'A' {
		last = 10
	}
	return (sum+last)%11 == 0
}

func checkMyKad(d []byte) bool { // date of birth, place of birth, serial
	p := number(d[6:8])
	return yymmdd(d, 0) && p != 0 && (p < 17 || p > 20) && p != 69 && p != 70 && p != 73 && p != 80 && p != 81 && (p < 94 || p > 97)
}

func checkThai(d []byte) bool { // kind of person, province and district, serial, check digit
	p := number(d[1:3])
	return d[0] != '0' && p >= 10 && p <= 96 && (11-weighted(d, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2)%11)%10 == digitAt(d, 12)
}

func checkNIK(d []byte) bool { // province, regency, district, date of birth (women: day + 40), serial
	day := number(d[6:8])
	if day > 40 {
		day -= 40
	}
	p := number(d[:2])
	return dateOK(number(d[8:10]), day) && p >= 11 && p <= 96 && string(d[12:16]) != "0000"
}

func checkVID(d []byte) bool { return d[0] >= '2' && verhoeff(d) } // Aadhaar's virtual number

func checkEPIC(d []byte) bool { return luhn(d[3:]) }

func checkIndianPassport(d []byte) bool {
	return d[1] != '0' && d[7] != '0' && d[0] != 'Q' && d[0] != 'X'
}

// indianState reports whether the two letters are the code of a state or territory on plates and licences.
func indianState(d []byte) bool {
	const codes = "ANAPARASBRCGCHDDDLGAGJHRHPJKJHKAKLLALDMPMHMNMLMZNLODORPYPBRJSKTNTSTGTRUPUKUAWB"
	for i := 0; i < len(codes); i += 2 {
		if codes[i] == d[0] && codes[i+1] == d[1] {
			return true
		}
	}
	return false
}

func checkIndianLicence(d []byte) bool { return indianState(d) && century(d, 4) }

func checkChineseFormer(d []byte) bool { return d[0] != '0' && yymmdd(d, 6) } // fifteen digits, before 1999

func checkTaiwanResident(d []byte) bool { // two letters and eight digits, before 2021
	const order = "ABCDEFGHJKLMNPQRSTUVXYWZIO"
	first, second := -1, -1
	for i := range order {
		if order[i] == d[0] {
			first = i + 10
		}
		if order[i] == d[1] {
			second = i + 10
		}
	}
	return (d[1] >= 'A' && d[1] <= 'D') && (first/10+first%10*9+second%10*8+weighted(d[2:], 7, 6, 5, 4, 3, 2, 1)+digitAt(d, 9))%10 == 0
}

func checkJapaneseLicence(d []byte) bool { // prefecture, year, serial, check digit, reissues
	p := number(d[:2])
	c := (11 - weighted(d, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)%11) % 11 % 10
	return p >= 10 && p <= 97 && c == digitAt(d, 10)
}

// checkRRNSum is checkRRN with the check digit, which numbers of after October 2020 no longer have.
func checkRRNSum(d []byte) bool {
	if !checkRRN(d) {
		return false
	}
	base := 11
	if d[6] >= '5' && d[6] <= '8' {
		base = 13
	}
	return (base-weighted(d, 2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5)%11)%10 == digitAt(d, 12)
}

func checkKoreanLicence(d []byte) bool { // region, year, serial, check digits
	r := number(d[:2])
	return r >= 11 && r <= 26 || r == 28
}

func checkKoreanPassport(d []byte) bool {
	switch d[0] {
	case 'M', 'S', 'R', 'O', 'D':
		return allDigits(d[1:4]) && allDigits(d[5:9])
	}
	return false
}

func checkNPWP(d []byte) bool { return luhn(d[:9]) && !allSame(d) } // Indonesian tax number

func checkPhilippineTIN(d []byte) bool {
	return !allSame(d) && weighted(d, 9, 8, 7, 6, 5, 4, 3, 2)%11 == digitAt(d, 8)
}

func checkCCCD(d []byte) bool { // Vietnamese citizen: province, century and sex, year, serial
	p := number(d[:3])
	return p >= 1 && p <= 96 && d[3] <= '3'
}

func checkCNIC(d []byte) bool { return d[0] >= '1' && d[0] <= '7' && d[12] != '0' } // Pakistan: province first

func checkLankanNIC(d []byte) bool { // year, day of the year (women: + 500)
	i := 2
	if len(d) == 12 {
		i = 4
		if !century(d, 0) {
			return false
		}
	} else if d[9] != 'V' && d[9] != 'X' {
		return false
	}
	day := number(d[i:i+3]) % 500
	return day >= 1 && day <= 366
}

func checkBangladesh(d []byte) bool { return len(d) != 17 || century(d, 0) }

func checkIran(d []byte) bool {
	r := weighted(d, 10, 9, 8, 7, 6, 5, 4, 3, 2) % 11
	if r >= 2 {
		r = 11 - r
	}
	return !allSame(d) && r == digitAt(d, 9)
}

func checkSaudi(d []byte) bool { return (d[0] == '1' || d[0] == '2') && luhn(d) }

func checkEmirates(d []byte) bool { return string(d[:3]) == "784" && century(d, 3) && luhn(d) }

func checkKuwait(d []byte) bool {
	return (d[0] == '2' || d[0] == '3') && yymmdd(d, 1) && 11-weighted(d, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)%11 == digitAt(d, 11)
}

func checkQatar(d []byte) bool { return d[0] == '2' || d[0] == '3' }

func checkBahrain(d []byte) bool { m := number(d[2:4]); return m >= 1 && m <= 12 }

func checkIsrael(d []byte) bool { return !allSame(d) && luhn(d) }

func checkKazakhstan(d []byte) bool {
	c := weighted(d, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11) % 11
	if c == 10 {
		c = weighted(d, 3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2) % 11
	}
	return yymmdd(d, 0) && d[6] >= '0' && d[6] <= '6' && c == digitAt(d, 11)
}

func checkUzbekistan(d []byte) bool { // PINFL: sex and century, date, district, serial, check digit
	return d[0] >= '1' && d[0] <= '6' && ddmmyy(d, 1) && weighted(d, 7, 3, 1, 7, 3, 1, 7, 3, 1, 7, 3, 1, 7)%10 == digitAt(d, 13)
}

func checkPhilippinePassport(d []byte) bool { // P and a letter since 2016, two letters before
	return d[0] == 'P' && d[8] >= 'A' && d[8] <= 'C' || isLetter(d[1]) && d[0] >= 'D' && d[0] <= 'X'
}
