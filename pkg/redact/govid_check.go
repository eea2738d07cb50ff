package redact

// Check digits of identity numbers. Each function gets the canonical form, capitals and digits without separators, of
// the length and shape that its rule declares.

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
	return checkCodiceFiscale(d)
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

func checkHetu(d []byte) bool { // the century sign is not in the canonical form
	n := number(d[:6])*1000 + number(d[len(d)-4:len(d)-1])
	return dateOK(number(d[2:4]), number(d[:2])) && "0123456789ABCDEFHJKLMNPRSTUVWXY"[n%31] == d[len(d)-1]
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

func checkLatvia(d []byte) bool {
	return dateOK(number(d[2:4]), number(d[:2])) && (1101-weighted(d, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2))%11%10 == digitAt(d, 10)
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

// ean is the check digit of GS1 article numbers with 13 digits.
func ean(d []byte) bool {
	return (10-weighted(d, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3)%10)%10 == digitAt(d, 12)
}

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
	return dateOK(number(d[2:4]), number(d[:2])) && c == digitAt(d, 12)
}

func checkAFM(d []byte) bool {
	return !allSame(d) && weighted(d, 256, 128, 64, 32, 16, 8, 4, 2)%11%10 == digitAt(d, 8)
}

func checkAMKA(d []byte) bool { return dateOK(number(d[2:4]), number(d[:2])) && luhn(d) }

func checkKennitala(d []byte) bool {
	return dateOK(number(d[2:4]), number(d[:2])) && (11-weighted(d, 3, 2, 7, 6, 5, 4, 3, 2)%11)%11 == digitAt(d, 8)
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

func checkAadhaar(d []byte) bool { return d[0] >= '2' && verhoeff(d) }

func checkPAN(d []byte) bool {
	switch d[3] {
	case 'P', 'C', 'H', 'F', 'A', 'T', 'B', 'L', 'J', 'G':
		return true
	}
	return false
}

func checkGSTIN(d []byte) bool {
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
	return dateOK(number(d[10:12]), number(d[12:14])) && "10X98765432"[sum%11] == d[17]
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

func checkRRN(d []byte) bool {
	return dateOK(number(d[2:4]), number(d[4:6])) && d[6] >= '0' && d[6] <= '9'
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

func checkMyKad(d []byte) bool { return dateOK(number(d[2:4]), number(d[4:6])) }

func checkThai(d []byte) bool {
	return d[0] != '0' && (11-weighted(d, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2)%11)%10 == digitAt(d, 12)
}

func checkNIK(d []byte) bool {
	day := number(d[6:8])
	if day > 40 {
		day -= 40
	}
	return dateOK(number(d[8:10]), day) && d[0] != '0'
}

func checkTFN(d []byte) bool { return weighted(d, 1, 4, 3, 7, 5, 8, 6, 9, 10)%11 == 0 && !allSame(d) }

func checkABN(d []byte) bool {
	return d[0] != '0' && (weighted(d, 10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19)-10)%89 == 0
}

func checkACN(d []byte) bool { return (10-weighted(d, 8, 7, 6, 5, 4, 3, 2, 1)%10)%10 == digitAt(d, 8) }

func checkMedicare(d []byte) bool {
	return d[0] >= '2' && d[0] <= '6' && weighted(d, 1, 3, 7, 9, 1, 3, 7, 9)%10 == digitAt(d, 8)
}

func checkSIN(d []byte) bool { return d[0] != '8' && !allSame(d) && luhn(d) }

func checkSouthAfrica(d []byte) bool {
	return dateOK(number(d[2:4]), number(d[4:6])) && (d[10] == '0' || d[10] == '1' || d[10] == '2') && luhn(d)
}

func checkEgypt(d []byte) bool {
	return (d[0] == '2' || d[0] == '3') && dateOK(number(d[3:5]), number(d[5:7]))
}

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

func checkCUIT(d []byte) bool {
	c := 11 - weighted(d, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)%11
	return (d[0] == '2' || d[0] == '3') && c%11%10 == digitAt(d, 10)
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

func checkRUC(d []byte) bool {
	c := 11 - weighted(d, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)%11
	return c%11%10 == digitAt(d, 10)
}

func checkDEA(d []byte) bool {
	sum := digitAt(d, 2) + digitAt(d, 4) + digitAt(d, 6) + 2*(digitAt(d, 3)+digitAt(d, 5)+digitAt(d, 7))
	return sum%10 == digitAt(d, 8)
}

func checkNPI(d []byte) bool {
	return (d[0] == '1' || d[0] == '2') && luhn(append([]byte("80840"), d...))
}

func checkITIN(d []byte) bool {
	g := number(d[3:5])
	return d[0] == '9' && (g >= 50 && g <= 65 || g >= 70 && g <= 88 || g >= 90 && g <= 92 || g >= 94)
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

func checkPartitaIVA(d []byte) bool { return luhn(d) }

func checkIRD(d []byte) bool {
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

func checkMBI(d []byte) bool { return d[0] >= '1' && isDigit(d[0]) && isLetter(d[1]) }
