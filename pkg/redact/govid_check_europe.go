package redact

// Check digits of the identity numbers of Europe. Each function gets the canonical form, capitals
// and digits without separators, of the length and shape that its kind declares.

func checkNHS(d []byte) bool {
	c := 11 - weighted(d, 10, 9, 8, 7, 6, 5, 4, 3, 2)%11
	return c%11 == digitAt(d, 9) && c != 10
}

func checkNINO(d []byte) bool {
	bad := func(c byte) bool { return c == 'D' || c == 'F' || c == 'I' || c == 'Q' || c == 'U' || c == 'V' }
	if bad(d[0]) || bad(d[1]) || d[1] == 'O' || d[8] > 'D' {
		return false
	}
	switch string(d[:2]) {
	case "BG", "GB", "NK", "KN", "TN", "NT", "ZZ":
		return false
	}
	return true
}

const dniLetters = "TRWAGMYFPDXBNJZSQVHLCKE"

func checkDNI(d []byte) bool { return dniLetters[number(d[:8])%23] == d[8] }

func checkNIE(d []byte) bool {
	if d[0] < 'X' || d[0] > 'Z' {
		return false
	}
	return dniLetters[(int(d[0]-'X')*10_000_000+number(d[1:8]))%23] == d[8]
}

func checkCodiceFiscale(d []byte) bool {
	odd := [36]int{
		1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23,
	}
	sum := 0
	for i, c := range d[:15] {
		v := int(c - '0')
		if c >= 'A' {
			v = int(c-'A') + 10
		}
		if i%2 == 0 {
			sum += odd[v]
		} else if v >= 10 {
			sum += v - 10
		} else {
			sum += v
		}
	}
	return byte(sum%26)+'A' == d[15]
}

// shapeCodiceFiscale allows the letters that stand for digits where two people's codes would be equal (omocodia).
func shapeCodiceFiscale(d []byte) bool {
	for i, c := range d {
		switch i {
		case 0, 1, 2, 3, 4, 5, 8, 11, 15:
			if isDigit(c) {
				return false
			}
		default:
			if !isDigit(c) && (c < 'L' || c > 'V' || c == 'O') {
				return false
			}
		}
	}
	return italianBirth(d) && checkCodiceFiscale(d)
}

// italianBirth reports whether month and day can be (women: day + 40); days with letters for digits are not looked at.
func italianBirth(d []byte) bool {
	switch d[8] {
	case 'A', 'B', 'C', 'D', 'E', 'H', 'L', 'M', 'P', 'R', 'S', 'T':
	default:
		return false
	}
	if !isDigit(d[9]) || !isDigit(d[10]) {
		return true
	}
	day := number(d[9:11])
	return day >= 1 && day <= 31 || day >= 41 && day <= 71
}

func checkNIR(d []byte) bool {
	if d[0] != '1' && d[0] != '2' && d[0] != '3' && d[0] != '4' && d[0] != '7' && d[0] != '8' {
		return false
	}
	n := 0
	for i, c := range d[:13] {
		v := int(c - '0')
		if !isDigit(c) {
			if i != 6 || c != 'A' && c != 'B' {
				return false
			}
			v = 0
		}
		n = n*10 + v
	}
	switch d[6] {
	case 'A':
		n -= 1_000_000
	case 'B':
		n -= 2_000_000
	}
	if !isDigit(d[13]) || !isDigit(d[14]) {
		return false
	}
	return 97-n%97 == number(d[13:15])
}

func checkSteuerID(d []byte) bool {
	if d[0] == '0' || !mod1110(d) {
		return false
	}
	var count [10]int
	most, absent := 0, 0
	for _, c := range d[:10] {
		count[c-'0']++
		most = max(most, count[c-'0'])
	}
	for _, n := range count {
		if n == 0 {
			absent++
		}
	}
	return most >= 2 && most <= 3 && absent >= 1 && absent <= 2
}

func checkRVNR(d []byte) bool { // German pension insurance
	letter := int(d[8]-'A') + 1
	x := []int{
		digitAt(d, 0), digitAt(d, 1), digitAt(d, 2), digitAt(d, 3), digitAt(d, 4), digitAt(d, 5), digitAt(d, 6), digitAt(d, 7),
		letter / 10, letter % 10, digitAt(d, 9), digitAt(d, 10),
	}
	day := number(d[2:4])
	if day > 50 {
		day -= 50
	}
	if !dateOK(number(d[4:6]), day) {
		return false
	}
	w := []int{2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1}
	sum := 0
	for i := range x {
		p := x[i] * w[i]
		sum += p/10 + p%10
	}
	return sum%10 == digitAt(d, 11)
}

func checkKVNR(d []byte) bool { // German health insurance
	letter := int(d[0]-'A') + 1
	x := []int{letter / 10, letter % 10}
	for i := 1; i < 9; i++ {
		x = append(x, digitAt(d, i))
	}
	sum := 0
	for i, v := range x {
		if i%2 == 1 {
			v *= 2
		}
		sum += v/10 + v%10
	}
	return sum%10 == digitAt(d, 9)
}

func checkPESEL(d []byte) bool {
	month := number(d[2:4]) % 20
	return dateOK(month, number(d[4:6])) && (10-weighted(d, 1, 3, 7, 9, 1, 3, 7, 9, 1, 3)%10)%10 == digitAt(d, 10)
}

func checkNIP(d []byte) bool { return weighted(d, 6, 5, 7, 2, 3, 4, 5, 6, 7)%11 == digitAt(d, 9) }

func checkDowod(d []byte) bool {
	w := []int{7, 3, 1, 0, 7, 3, 1, 7, 3}
	sum := 0
	for i, c := range d {
		v := int(c - '0')
		if isLetter(c) {
			v = int(c-'A') + 10
		}
		sum += v * w[i]
	}
	return sum%10 == digitAt(d, 3)
}

func checkBSN(d []byte) bool {
	return !allSame(d) && (weighted(d, 9, 8, 7, 6, 5, 4, 3, 2)-digitAt(d, 8)+11*100)%11 == 0
}

func checkPortugueseNIF(d []byte) bool {
	if d[0] == '0' || d[0] == '4' {
		return false
	}
	c := 11 - weighted(d, 9, 8, 7, 6, 5, 4, 3, 2)%11
	if c >= 10 {
		c = 0
	}
	return c == digitAt(d, 8)
}

func checkBelgium(d []byte) bool {
	n := number(d[:9])
	key := number(d[9:11])
	return dateOK(number(d[2:4])%20, max(1, number(d[4:6]))) && (97-n%97 == key || 97-(2_000_000_000+n)%97 == key)
}

func checkRodne(d []byte) bool {
	month := number(d[2:4])
	for _, off := range []int{70, 50, 20} {
		if month > off {
			month -= off
			break
		}
	}
	return dateOK(month, number(d[4:6])) && number(d)%11 == 0
}

func checkPersonnummer(d []byte) bool {
	if len(d) == 12 {
		d = d[2:]
	}
	day := number(d[4:6])
	if day > 60 {
		day -= 60
	}
	return dateOK(number(d[2:4]), day) && luhn(d)
}

func checkNorway(d []byte) bool {
	day := number(d[:2])
	if day > 40 {
		day -= 40
	}
	month := number(d[2:4]) % 40
	return dateOK(month, day) && (weighted(d, 3, 7, 6, 1, 8, 9, 4, 5, 2)+digitAt(d, 9))%11 == 0 &&
		(weighted(d, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)+digitAt(d, 10))%11 == 0
}

func checkCPR(d []byte) bool { return dateOK(number(d[2:4]), number(d[:2])) }

func checkHetu(d []byte) bool { // the century sign is in the canonical form if it is a letter
	if len(d) == 11 && (d[6] > 'F' && d[6] < 'U' || d[6] > 'Y') {
		return false
	}
	serial := d[len(d)-4 : len(d)-1]
	n := number(d[:6])*1000 + number(serial)
	return ddmmyy(d, 0) && number(serial) >= 2 && "0123456789ABCDEFHJKLMNPRSTUVWXY"[n%31] == d[len(d)-1]
}

func checkBaltic(d []byte) bool { // Estonia and Lithuania
	if d[0] < '1' || d[0] > '8' || !dateOK(number(d[3:5]), number(d[5:7])) {
		return false
	}
	c := weighted(d, 1, 2, 3, 4, 5, 6, 7, 8, 9, 1) % 11
	if c == 10 {
		c = weighted(d, 3, 4, 5, 6, 7, 8, 9, 1, 2, 3) % 11 % 10
	}
	return c == digitAt(d, 10)
}

func checkLatvia(d []byte) bool { // since 2017 numbers that start with 32 have neither date nor check digit
	return d[0] == '3' && d[1] == '2' || dateOK(number(d[2:4]), number(d[:2])) && (1101-weighted(d, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2))%11%10 == digitAt(d, 10)
}

func checkPPSN(d []byte) bool {
	sum := weighted(d, 8, 7, 6, 5, 4, 3, 2)
	if len(d) == 9 && d[8] >= 'A' && d[8] <= 'I' {
		sum += int(d[8]-'A'+1) * 9
	}
	return "WABCDEFGHIJKLMNOPQRSTUV"[sum%23] == d[7]
}

func checkAustria(d []byte) bool {
	return dateOK(number(d[6:8])%12+1, number(d[4:6])) && (weighted(d, 3, 7, 9)+digitAt(d, 4)*5+digitAt(d, 5)*8+digitAt(d, 6)*4+
		digitAt(d, 7)*2+digitAt(d, 8)*1+digitAt(d, 9)*6)%11 == digitAt(d, 3)
}

func checkAHV(d []byte) bool { return string(d[:3]) == "756" && ean(d) }

func checkTAJ(d []byte) bool { return weighted(d, 3, 7, 3, 7, 3, 7, 3, 7)%10 == digitAt(d, 8) }

func checkHungarianTax(d []byte) bool {
	return d[0] == '8' && weighted(d, 1, 2, 3, 4, 5, 6, 7, 8, 9)%11 == digitAt(d, 9)
}

func checkCNP(d []byte) bool {
	c := weighted(d, 2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9) % 11
	if c == 10 {
		c = 1
	}
	return d[0] >= '1' && dateOK(number(d[3:5]), number(d[5:7])) && c == digitAt(d, 12)
}

func checkEGN(d []byte) bool {
	return dateOK(number(d[2:4])%20, number(d[4:6])) && weighted(d, 2, 4, 8, 5, 10, 9, 7, 3, 6)%11%10 == digitAt(d, 9)
}

func checkJMBG(d []byte) bool {
	c := 11 - weighted(d, 7, 6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)%11
	if c > 9 {
		c = 0
	}
	return (d[4] == '9' || d[4] == '0') && ddmmyy(d, 0) && c == digitAt(d, 12)
}

func checkAFM(d []byte) bool {
	return !allSame(d) && weighted(d, 256, 128, 64, 32, 16, 8, 4, 2)%11%10 == digitAt(d, 8)
}

func checkAMKA(d []byte) bool { return dateOK(number(d[2:4]), number(d[:2])) && luhn(d) }

func checkKennitala(d []byte) bool {
	day := number(d[:2])
	if day > 40 { // firms
		day -= 40
	}
	return (d[9] == '9' || d[9] == '0') && dateOK(number(d[2:4]), day) && (11-weighted(d, 3, 2, 7, 6, 5, 4, 3, 2)%11)%11 == digitAt(d, 8)
}

func checkTCKN(d []byte) bool {
	odd := digitAt(d, 0) + digitAt(d, 2) + digitAt(d, 4) + digitAt(d, 6) + digitAt(d, 8)
	even := digitAt(d, 1) + digitAt(d, 3) + digitAt(d, 5) + digitAt(d, 7)
	return d[0] != '0' && (odd*7-even+100)%10 == digitAt(d, 9) && (odd+even+digitAt(d, 9))%10 == digitAt(d, 10)
}

func checkINN12(d []byte) bool {
	return weighted(d, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8)%11%10 == digitAt(d, 10) &&
		weighted(d, 3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8)%11%10 == digitAt(d, 11)
}

func checkSNILS(d []byte) bool {
	return weighted(d, 9, 8, 7, 6, 5, 4, 3, 2, 1)%101%100 == number(d[9:11])
}

func checkUKDriver(d []byte) bool {
	m := number(d[6:8]) % 50
	return dateOK(m, number(d[8:10]))
}

func checkPortugueseCC(d []byte) bool {
	sum := 0
	for i := range d {
		c := d[len(d)-1-i]
		v := int(c - '0')
		if isLetter(c) {
			v = int(c-'A') + 10
		}
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

func checkPartitaIVA(d []byte) bool { // serial, province of the office, check digit
	p := number(d[7:10])
	return number(d[:7]) > 0 && (p >= 1 && p <= 100 || p == 120 || p == 121 || p == 888 || p == 999) && luhn(d)
}

// checkCHI is Scotland's health number: a date of birth, and the check of the NHS number.
func checkCHI(d []byte) bool { return ddmmyy(d, 0) && checkNHS(d) }

func checkUTR(d []byte) bool {
	return !allSame(d) && "21987654321"[weighted(d[1:], 6, 7, 8, 9, 10, 5, 4, 3, 2)%11] == d[0]
}

func checkNUSS(d []byte) bool { // Spanish social security: province, serial, modulus 97
	province, serial := number(d[:2]), number(d[2:10])
	if province < 1 || province > 53 {
		return false
	}
	n := province*100_000_000 + serial
	if serial < 10_000_000 {
		n = province*10_000_000 + serial
	}
	return n%97 == number(d[10:12])
}

func checkSPI(d []byte) bool { // French tax number
	return d[0] <= '3' && number(d[:10])%511 == number(d[10:13])
}

// icaoLetters are those of German documents: no vowels, and none that look like digits.
func icaoLetters(d []byte) bool {
	for _, c := range d {
		switch c {
		case 'A', 'B', 'D', 'E', 'I', 'O', 'Q', 'S', 'U':
			return false
		}
	}
	return true
}

// checkGermanDocument is the serial of identity cards and passports with its check digit of ICAO Doc 9303.
func checkGermanDocument(d []byte) bool {
	return (isLetter(d[0]) && icaoLetters(d[:8]) || d[0] == 'T' && allDigits(d[1:])) && icaoLast(d[:9]) && (len(d) == 9 || d[9] == 'D')
}

func checkSteuernummer(d []byte) bool { // the 13 digits that all states share: state, 0, office, district, serial
	state := number(d[:2])
	return d[4] == '0' && (state >= 10 && state <= 11 || state >= 21 && state <= 28 || state >= 30 && state <= 32 || state >= 40 && state <= 41 ||
		state >= 50 && state <= 59 || state >= 91 && state <= 92)
}

func checkLANR(d []byte) bool { // German physician's number: check digit seventh, then the speciality
	return (10-weighted(d, 4, 9, 4, 9, 4, 9)%10)%10 == digitAt(d, 6) && !allSame(d)
}

func checkAustrianTax(d []byte) bool { return d[0] != '0' && luhn(d) }

func checkBelgianCard(d []byte) bool {
	r := number(d[:10]) % 97
	if r == 0 {
		r = 97
	}
	return r == number(d[10:12])
}

func checkBulgarianForeigner(d []byte) bool { // personal number of a foreigner
	return weighted(d, 21, 19, 17, 13, 11, 9, 7, 3, 1)%10 == digitAt(d, 9)
}

func checkCyprus(d []byte) bool {
	odd := [10]int{1, 0, 5, 7, 9, 13, 15, 17, 19, 21}
	sum := 0
	for i, c := range d[:8] {
		if i%2 == 0 {
			sum += odd[c-'0']
		} else {
			sum += int(c - '0')
		}
	}
	return string(d[:2]) != "12" && byte('A'+sum%26) == d[8]
}

func checkLuxembourg(d []byte) bool { // date, serial, then a Luhn and a Verhoeff digit over the first eleven
	if !century(d, 0) || !dateOK(number(d[4:6]), number(d[6:8])) {
		return false
	}
	var v [12]byte
	copy(v[:], d[:11])
	v[11] = d[12]
	return luhn(d[:12]) && verhoeff(v[:])
}

func checkMalta(d []byte) bool {
	switch d[7] {
	case 'M', 'G', 'A', 'P', 'L', 'H', 'B', 'Z':
		return true
	}
	return false
}

func checkDutchDocument(d []byte) bool { // two letters, six of either, a digit; no O
	for i, c := range d {
		if c == 'O' || i < 2 && isDigit(c) || i == 8 && !isDigit(c) {
			return false
		}
	}
	return true
}

func checkNISS(d []byte) bool { // Portuguese social security
	return (d[0] == '1' || d[0] == '2') && 9-weighted(d, 29, 23, 19, 17, 13, 11, 7, 5, 3, 2)%10 == digitAt(d, 10)
}

func checkSloveneTax(d []byte) bool {
	c := 11 - weighted(d, 8, 7, 6, 5, 4, 3, 2)%11
	return d[0] != '0' && c != 11 && c%10 == digitAt(d, 7)
}

func checkRNOKPP(d []byte) bool { // Ukrainian taxpayer
	sum := weighted(d[1:], 5, 7, 9, 4, 6, 10, 5, 7) - digitAt(d, 0)
	return (sum+11)%11%10 == digitAt(d, 9)
}

func checkMoldova(d []byte) bool {
	return (d[0] == '0' || d[0] == '1' || d[0] == '2') && weighted(d, 7, 3, 1, 7, 3, 1, 7, 3, 1, 7, 3, 1)%10 == digitAt(d, 12)
}

func checkBelarus(d []byte) bool { // sex and century, date, region, serial, citizenship, check digit
	return d[0] >= '1' && d[0] <= '6' && ddmmyy(d, 1) && d[7] >= 'A' && d[7] <= 'M' && icaoLast(d)
}

func checkVKN(d []byte) bool { // Turkish tax number
	sum := 0
	for i := range 9 {
		c := (digitAt(d, i) + 9 - i) % 10
		if c == 0 {
			continue
		}
		c = c * (1 << (9 - i)) % 9
		if c == 0 {
			c = 9
		}
		sum += c
	}
	return (10-sum%10)%10 == digitAt(d, 9)
}

func checkAlbania(d []byte) bool { // decade of birth, year, month (women +50), day, serial, check letter
	month := number(d[2:4]) % 50
	return dateOK(month, number(d[4:6])) && d[9] >= 'A' && d[9] <= 'W'
}

func checkOGRNIP(d []byte) bool { // Russian sole trader
	return d[0] == '3' && number(d[:14])%13%10 == digitAt(d, 14)
}

// checkItalianLicence is the number of driving licences: two letters, seven digits and a check letter, or U1 and seven
// more.
func checkItalianLicence(d []byte) bool {
	if d[0] == 'U' && d[1] == '1' {
		for _, c := range d[2:9] {
			if c == 'A' || c == 'O' || c == 'Q' || c == 'V' || c == 'I' {
				return false
			}
		}
		return true
	}
	return isLetter(d[1]) && allDigits(d[2:9])
}

// checkGermanLicence is the licence number of the EU form: office, district, serial, check character, issue.
func checkGermanLicence(d []byte) bool {
	digits := 0
	for _, c := range d {
		if isDigit(c) {
			digits++
		}
	}
	return digits >= 4 && allDigits(d[1:3]) || allDigits(d[2:10]) && isLetter(d[0]) && isLetter(d[1])
}

// checkGermanLicenceLetters leaves what starts like a VAT number and has the length of one.
func checkGermanLicenceLetters(d []byte) bool {
	if isLetter(d[10]) {
		return true
	}
	switch string(d[:2]) {
	case "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "EL", "ES", "FI", "GB", "HU", "IE", "LT", "LU", "MT", "PT", "RO", "SI":
		return false
	}
	return true
}
