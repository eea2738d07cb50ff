package redact

// checkVAT is the check of a VAT number with its country's two letters, of the states of the European Union, of Great
// Britain, Northern Ireland, Norway and Switzerland. It holds only where a check digit is known.
func checkVAT(d []byte) bool {
	n := d[2:]
	numeric := allDigits(n)
	switch string(d[:2]) {
	case "AT":
		return len(n) == 9 && n[0] == 'U' && allDigits(n[1:]) && checkAustrianVAT(n[1:])
	case "BE":
		return len(n) == 10 && numeric && checkBelgianFirm(n)
	case "BG":
		return numeric && (len(n) == 9 && checkEIK(n) || len(n) == 10 && (checkEGN(n) || checkBulgarianForeigner(n)))
	case "CY":
		return len(n) == 9 && allDigits(n[:8]) && isLetter(n[8]) && checkCyprus(n)
	case "CZ":
		return numeric && (len(n) == 8 && checkICO(n) || len(n) == 10 && checkRodne(n))
	case "DE":
		return len(n) == 9 && numeric && n[0] != '0' && mod1110(n)
	case "DK":
		return len(n) == 8 && numeric && checkCVR(n)
	case "EE":
		return len(n) == 9 && numeric && weighted(n, 3, 7, 1, 3, 7, 1, 3, 7, 1)%10 == 0
	case "EL", "GR":
		return len(n) == 9 && numeric && checkAFM(n)
	case "ES":
		return len(n) == 9 && (isLetter(n[0]) && checkCIF(n) || numericBut(n, 8) && checkDNI(n) || isLetter(n[0]) && allDigits(n[1:8]) && checkNIE(n))
	case "FI":
		return len(n) == 8 && numeric && checkYTunnus(n)
	case "FR":
		return len(n) == 11 && numeric && luhn(n[2:]) && (number(n[2:])*100+12)%97 == number(n[:2])
	case "GB", "XI":
		return len(n) == 9 && numeric && checkBritishVAT(n)
	case "HR":
		return len(n) == 11 && numeric && mod1110(n)
	case "HU":
		return len(n) == 8 && numeric && checkHungarianFirm(n)
	case "IE":
		return (len(n) == 8 || len(n) == 9) && allDigits(n[:7]) && isLetter(n[7]) && (len(n) == 8 || isLetter(n[8])) && checkPPSN(n)
	case "IT":
		return len(n) == 11 && numeric && luhn(n)
	case "LT":
		return len(n) == 9 && numeric && checkLithuanianVAT(n)
	case "LU":
		return len(n) == 8 && numeric && number(n[:6])%89 == number(n[6:])
	case "LV":
		return len(n) == 11 && numeric && (n[0] > '3' && weighted(n, 9, 1, 4, 8, 3, 10, 2, 5, 7, 6, 1)%11 == 3 || n[0] <= '3' && checkLatvia(n))
	case "MT":
		return len(n) == 8 && numeric && weighted(n, 3, 4, 6, 7, 8, 9, 10, 1)%37 == 0
	case "NL":
		return len(n) == 12 && n[9] == 'B' && allDigits(n[:9]) && allDigits(n[10:]) && (checkBSN(n[:9]) || mod97(d) == 1)
	case "NO":
		return len(n) == 9 && numeric && checkNorwegianFirm(n)
	case "PL":
		return len(n) == 10 && numeric && checkNIP(n)
	case "PT":
		return len(n) == 9 && numeric && checkPortugueseNIF(n)
	case "RO":
		return numeric && len(n) >= 7 && len(n) <= 10 && checkCUI(n)
	case "SE":
		return len(n) == 12 && numeric && n[10] == '0' && n[11] != '0' && luhn(n[:10])
	case "SI":
		return len(n) == 8 && numeric && checkSloveneTax(n)
	case "SK":
		return len(n) == 10 && numeric && number(n)%11 == 0
	}
	return false
}

// numericBut reports whether all of d are digits but the one at i, a letter.
func numericBut(d []byte, i int) bool {
	return allDigits(d[:i]) && isLetter(d[i]) && allDigits(d[i+1:])
}

func checkAustrianVAT(d []byte) bool { // eight digits after the U
	sum := 4
	for i := range 7 {
		v := digitAt(d, i) * (1 + i%2)
		sum += v/10 + v%10
	}
	return (10-sum%10)%10 == digitAt(d, 7)
}

func checkBelgianFirm(d []byte) bool {
	return (d[0] == '0' || d[0] == '1') && number(d[:8]) > 0 && (number(d[:8])+number(d[8:]))%97 == 0
}

func checkBritishVAT(d []byte) bool {
	r := (weighted(d, 8, 7, 6, 5, 4, 3, 2) + number(d[7:9])) % 97
	return r == 0 || r == 42
}

func checkLithuanianVAT(d []byte) bool {
	c := weighted(d, 1, 2, 3, 4, 5, 6, 7, 8) % 11
	if c == 10 {
		c = weighted(d, 3, 4, 5, 6, 7, 8, 9, 1) % 11 % 10
	}
	return c == digitAt(d, 8) && d[7] == '1'
}

// checkHandelsregister holds for the two sections of the German commercial register and the registers of
// cooperatives, partnerships and associations.
func checkHandelsregister(d []byte) bool {
	switch string(d[:3]) {
	case "HRA", "HRB", "GNR":
		return d[3] != '0'
	}
	return false
}
