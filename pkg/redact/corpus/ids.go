package corpus

import (
	"fmt"
	"strconv"
	"strings"
)

// govID invents a national number with a checksum that holds, as the country writes it. cue is what the number is
// called there.
func (s *scene) govID(country string) (cue, id string) {
	switch country {
	case "GB":
		return pick(s, []string{"NI number", "National Insurance number", "NINO"}), s.pattern(pick(s, []string{"AB ## ## ## C", "JK######D", "SL ## ## ## A"}))
	case "NHS":
		return pick(s, []string{"NHS number", "NHS No."}), s.until("#########", func(d string) (string, bool) {
			c := 11 - weighted(d, 10, 9, 8, 7, 6, 5, 4, 3, 2)%11
			return d[:3] + " " + d[3:6] + " " + d[6:] + strconv.Itoa(c%11), c != 10
		})
	case "IN":
		d := s.pattern("&##########")
		d += verhoeffDigit(d)
		if s.oneIn(2) {
			d = d[:4] + " " + d[4:8] + " " + d[8:]
		}
		return pick(s, []string{"Aadhaar", "Aadhaar number"}), d
	case "CA":
		d := s.pattern(pick(s, []string{"1#######", "4#######", "5#######", "7#######", "9#######"}))
		d += luhnDigit(d)
		return "SIN", d[:3] + pick(s, []string{" ", "-"}) + d[3:6] + " " + d[6:]
	case "AU":
		return pick(s, []string{"TFN", "tax file number"}), s.until("%#######", func(d string) (string, bool) {
			for c := range 10 {
				if weighted(d+strconv.Itoa(c), 1, 4, 3, 7, 5, 8, 6, 9, 10)%11 == 0 {
					return d[:3] + " " + d[3:6] + " " + d[6:] + strconv.Itoa(c), true
				}
			}
			return "", false
		})
	case "FR":
		d := pick(s, []string{"1", "2"}) + s.pattern("##") + fmt.Sprintf("%02d", 1+s.rng.IntN(12)) + fmt.Sprintf("%02d", 1+s.rng.IntN(95)) + s.pattern("######")
		n, _ := strconv.ParseInt(d, 10, 64) // 13 digits
		d += fmt.Sprintf("%02d", 97-n%97)
		if s.oneIn(2) {
			d = d[:1] + " " + d[1:3] + " " + d[3:5] + " " + d[5:7] + " " + d[7:10] + " " + d[10:13] + " " + d[13:]
		}
		return pick(s, []string{"numéro de sécurité sociale", "NIR", "n° de sécu"}), d
	case "ES":
		n := s.rng.IntN(100_000_000)
		return pick(s, []string{"DNI", "NIF"}), fmt.Sprintf("%08d", n) + pick(s, []string{"", "-"}) + string("TRWAGMYFPDXBNJZSQVHLCKE"[n%23])
	case "PT":
		return "NIF", s.until("2#######", func(d string) (string, bool) {
			c := 11 - weighted(d, 9, 8, 7, 6, 5, 4, 3, 2)%11
			return d + strconv.Itoa(c%11%10), c < 10
		})
	case "BR":
		d := s.pattern("#########")
		for _, n := range []int{10, 11} {
			sum := 0
			for i := range d {
				sum += int(d[i]-'0') * (n - i)
			}
			d += strconv.Itoa(sum * 10 % 11 % 10)
		}
		if s.oneIn(3) {
			return "CPF", d
		}
		return "CPF", d[:3] + "." + d[3:6] + "." + d[6:9] + "-" + d[9:]
	case "NL":
		return "BSN", s.until("%#######", func(d string) (string, bool) {
			c := weighted(d, 9, 8, 7, 6, 5, 4, 3, 2) % 11
			return d + strconv.Itoa(c%10), c != 10
		})
	case "PL":
		d := fmt.Sprintf("%02d%02d%02d", 40+s.rng.IntN(60), 1+s.rng.IntN(12), 1+s.rng.IntN(28)) + s.pattern("####")
		return "PESEL", d + strconv.Itoa((10-weighted(d, 1, 3, 7, 9, 1, 3, 7, 9, 1, 3)%10)%10)
	case "SE":
		d := fmt.Sprintf("%02d%02d%02d", 40+s.rng.IntN(60), 1+s.rng.IntN(12), 1+s.rng.IntN(28)) + s.pattern("###")
		return "personnummer", pick(s, []string{"", "19"}) + d[:6] + "-" + d[6:] + luhnDigit(d)
	case "DE":
		return pick(s, []string{"Steuer-ID", "Steueridentifikationsnummer", "IdNr."}), s.germanTaxID()
	case "IT":
		return "codice fiscale", s.codiceFiscale()
	case "TR":
		return pick(s, []string{"TC kimlik no", "T.C. Kimlik No"}), s.until("%########", func(d string) (string, bool) {
			odd, even := weighted(d, 1, 0, 1, 0, 1, 0, 1, 0, 1), weighted(d, 0, 1, 0, 1, 0, 1, 0, 1, 0)
			tenth := ((odd*7-even)%10 + 10) % 10
			return d + strconv.Itoa(tenth) + strconv.Itoa((odd+even+tenth)%10), true
		})
	case "CN":
		d := "110105" + fmt.Sprintf("%d%02d%02d", 1950+s.rng.IntN(55), 1+s.rng.IntN(12), 1+s.rng.IntN(28)) + s.pattern("###")
		return "身份证号", d + string("10X98765432"[weighted(d, 7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)%11])
	case "KR":
		d := fmt.Sprintf("%02d%02d%02d%d", 50+s.rng.IntN(50), 1+s.rng.IntN(12), 1+s.rng.IntN(28), 1+s.rng.IntN(2)) + s.pattern("#####")
		c := (11 - weighted(d, 2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5)%11) % 10
		return "주민등록번호", d[:6] + "-" + d[6:] + strconv.Itoa(c)
	case "JP":
		return "マイナンバー", s.until("%##########", func(d string) (string, bool) {
			sum := weighted(d, 6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2) % 11
			c := 11 - sum
			if sum <= 1 {
				c = 0
			}
			return d + strconv.Itoa(c), true
		})
	case "RU":
		return pick(s, []string{"СНИЛС"}), s.until("1########", func(d string) (string, bool) {
			sum := weighted(d, 9, 8, 7, 6, 5, 4, 3, 2, 1) % 101 % 100
			return d[:3] + "-" + d[3:6] + "-" + d[6:] + fmt.Sprintf(" %02d", sum), true
		})
	}
	return pick(s, []string{"passport", "passport number", "Passport No."}), s.pattern(pick(s, []string{"@@#######", "C%@##@#@#", "@########"}))
}

// until draws digits until finish takes them.
func (s *scene) until(pattern string, finish func(digits string) (string, bool)) string {
	for {
		id, ok := finish(s.pattern(pattern))
		if ok {
			return id
		}
	}
}

// germanTaxID is ten digits, of which one stands twice and no other does, and a check digit by ISO/IEC 7064 MOD 11,10.
func (s *scene) germanTaxID() string {
	digits := []byte("0123456789")
	for {
		s.rng.Shuffle(10, func(i, j int) { digits[i], digits[j] = digits[j], digits[i] })
		if digits[0] != '0' {
			break
		}
	}
	digits[1+s.rng.IntN(4)] = digits[6+s.rng.IntN(4)]
	p := 10
	for _, d := range digits {
		sum := (int(d-'0') + p) % 10
		if sum == 0 {
			sum = 10
		}
		p = sum * 2 % 11
	}
	c := (11 - p) % 10
	d := string(digits) + strconv.Itoa(c)
	if s.oneIn(3) {
		return d[:2] + " " + d[2:5] + " " + d[5:8] + " " + d[8:]
	}
	return d
}

// codiceFiscale is Italy's tax number: letters, year, month, day, place, check letter.
func (s *scene) codiceFiscale() string {
	letters := "BCDFGLMNPRSTVZ"
	var b strings.Builder
	for range 6 {
		b.WriteByte(letters[s.rng.IntN(len(letters))])
	}
	fmt.Fprintf(&b, "%02d%c%02d%c%03d", s.rng.IntN(100), "ABCDEHLMPRST"[s.rng.IntN(12)], 1+s.rng.IntN(28), "ABCDEFGHIL"[s.rng.IntN(10)], 1+s.rng.IntN(999))
	odd := func(c byte) int { // what a letter, or a digit as the letter of its place, counts on odd places
		values := []int{1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23}
		if c >= 'A' {
			return values[c-'A']
		}
		return values[c-'0']
	}
	sum := 0
	code := b.String()
	for i := range len(code) {
		switch {
		case i%2 == 0:
			sum += odd(code[i])
		case code[i] >= 'A':
			sum += int(code[i] - 'A')
		default:
			sum += int(code[i] - '0')
		}
	}
	return code + string("ABCDEFGHIJKLMNOPQRSTUVWXYZ"[sum%26])
}
