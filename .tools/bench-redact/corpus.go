package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
)

// kind is a kind of text.
type kind struct {
	name string
	unit func(r *rand.Rand) string // a paragraph, a line, a record
}

var kinds = []kind{
	{"prose", prose},
	{"code", code},
	{"JSON bodies", jsonBody},
	{"logs", logLine},
	{"prompts full of values", prompt},
}

// text makes size bytes of a kind: units one after the other, the last one cut.
func (k kind) text(seed uint64, size int) string {
	r := rand.New(rand.NewPCG(seed, uint64(len(k.name)))) //nolint:gosec // texts are made again from their seed
	var b strings.Builder
	for b.Len() < size {
		b.WriteString(k.unit(r))
	}
	return strings.ToValidUTF8(b.String()[:size], "")
}

// records makes texts of a kind, one unit each, of size bytes together.
func (k kind) records(seed uint64, size int) []string {
	r := rand.New(rand.NewPCG(seed, uint64(len(k.name)))) //nolint:gosec // as above
	var out []string
	for n := 0; n < size; {
		u := k.unit(r)
		out = append(out, u)
		n += len(u)
	}
	return out
}

func pick(r *rand.Rand, list []string) string { return list[r.IntN(len(list))] }

var nouns = strings.Fields(`committee parcel customer answer ticket report weather garden meeting river engine letter school window market season
	project method result question library station harbour teacher system village picture summer kitchen history`)

var verbs = strings.Fields("considers describes follows replaces explains reaches crosses improves returns finishes collects opens measures")

var givenNames = strings.Fields("Anna Jonas Maria Pierre Lucia Pedro Chen Priya Olga Yusuf Emma Liam Sofia Mateo")

var familyNames = strings.Fields("Keller Brown Rossi Dupont Garcia Novak Silva Tanaka Kumar Ivanova Okafor Jensen Haddad")

func sentence(r *rand.Rand) string {
	var b strings.Builder
	b.WriteString("The " + pick(r, nouns))
	for range 1 + r.IntN(3) {
		b.WriteString(" " + pick(r, verbs) + " the " + pick(r, nouns) + pick(r, []string{"", ",", " with care", " in the afternoon", " and"}))
	}
	return b.String() + ". "
}

func prose(r *rand.Rand) string {
	var b strings.Builder
	for range 4 + r.IntN(4) {
		b.WriteString(sentence(r))
	}
	return b.String() + "\n\n"
}

func code(r *rand.Rand) string {
	n := pick(r, nouns)
	return fmt.Sprintf("// %s\nfunc %s%s(in []string, limit int) (map[string]int, error) {\n\tout := make(map[string]int, %d)\n\tfor i, v := range in {\n"+
		"\t\tif i >= limit || v == \"%s\" {\n\t\t\treturn nil, fmt.Errorf(\"%s %%q at %%d: %%w\", v, i, errLimit)\n\t\t}\n\t\tout[v] += i<<%d ^ 0x%04x\n\t}\n\treturn out, nil\n}\n\n",
		sentence(r), pick(r, verbs), strings.ToUpper(n[:1])+n[1:], r.IntN(1000), n, n, r.IntN(9), r.IntN(1<<16))
}

func logLine(r *rand.Rand) string {
	return fmt.Sprintf("2025-%02d-%02dT%02d:%02d:%02dZ %s gateway request_id=%08x path=/api/v2/%ss/%d status=%s took=%dms client=%s bytes=%d\n",
		1+r.IntN(12), 1+r.IntN(28), r.IntN(24), r.IntN(60), r.IntN(60), pick(r, []string{"INFO", "WARN", "ERROR"}), r.Uint32(), pick(r, nouns), r.IntN(1e6),
		pick(r, []string{"200", "404", "500"}), r.IntN(900), address(r), r.IntN(1e5))
}

func jsonBody(r *rand.Rand) string {
	p := prompt(r)
	if r.IntN(2) == 0 {
		p = prose(r)
	}
	content, err := json.Marshal(p)
	if err != nil {
		panic(err) // a string
	}
	return fmt.Sprintf(`{"id":"req-%08x","model":"m-%d","temperature":0.%d,"messages":[{"role":"user","content":%s}],"user":"u%d","stream":false}`+"\n",
		r.Uint32(), r.IntN(9), r.IntN(10), content, r.IntN(1e6))
}

// prompt is some 300 bytes of text with three to five values. All values are invented.
func prompt(r *rand.Rand) string {
	given, family := pick(r, givenNames), pick(r, familyNames)
	values := []string{
		fmt.Sprintf("My e-mail is %s.%s%d@%s.example.org. ", strings.ToLower(given), strings.ToLower(family), r.IntN(99), pick(r, nouns)),
		fmt.Sprintf("Call me on +49 %d %d. ", 30+r.IntN(60), 1e6+r.IntN(8e6)),
		fmt.Sprintf("The card %s was charged twice. ", cardNumber(r)),
		fmt.Sprintf("Please pay to IBAN %s. ", iban(r)),
		fmt.Sprintf("My SSN is %03d-%02d-%04d. ", 100+r.IntN(500), 10+r.IntN(80), 1000+r.IntN(8999)),
		fmt.Sprintf("I logged in from %s. ", address(r)),
		fmt.Sprintf("export GITHUB_TOKEN=gh%s_%s\n", "p", random(r, 36)),
		fmt.Sprintf("The password is %s! ", random(r, 11)),
		fmt.Sprintf("AWS key %s%s. ", "AKIA", strings.ToUpper(random(r, 16))),
	}
	r.Shuffle(len(values), func(i, k int) { values[i], values[k] = values[k], values[i] })
	var b strings.Builder
	b.WriteString("Hello, I am " + given + " " + family + ". ")
	for _, v := range values[:3+r.IntN(3)] {
		b.WriteString(v)
		if r.IntN(2) == 0 {
			b.WriteString(sentence(r))
		}
	}
	return b.String() + "\n"
}

func address(r *rand.Rand) string {
	return fmt.Sprintf("%d.%d.%d.%d", 80+r.IntN(19), r.IntN(256), r.IntN(256), 1+r.IntN(254))
}

func random(r *rand.Rand, n int) string {
	const set = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
	b := make([]byte, n)
	for i := range b {
		b[i] = set[r.IntN(len(set))]
	}
	return string(b)
}

// cardNumber makes a number with its check digit (Luhn), in groups of four.
func cardNumber(r *rand.Rand) string {
	d := []int{4}
	for len(d) < 15 {
		d = append(d, r.IntN(10))
	}
	sum := 0
	for i, v := range d {
		if i%2 == 0 {
			v *= 2
			if v > 9 {
				v -= 9
			}
		}
		sum += v
	}
	d = append(d, (10-sum%10)%10)
	var b strings.Builder
	for i, v := range d {
		if i > 0 && i%4 == 0 {
			b.WriteByte(' ')
		}
		b.WriteByte(byte('0' + v)) //nolint:gosec // a digit
	}
	return b.String()
}

// iban makes a German one with its check digits (mod 97).
func iban(r *rand.Rand) string {
	bban := fmt.Sprintf("%08d%010d", r.IntN(1e8), r.Int64N(1e10))
	rest := 0
	for _, c := range bban + "131400" {
		rest = (rest*10 + int(c-'0')) % 97
	}
	return fmt.Sprintf("DE%02d%s", 98-rest, bban)
}

// readRecords reads the texts of a JSONL file.
func readRecords(path string) ([]string, error) {
	f, err := os.Open(path) //nolint:gosec // named by the caller
	if err != nil {
		return nil, fmt.Errorf("open the corpus: %w", err)
	}
	defer func() { _ = f.Close() }()
	var out []string
	sc := bufio.NewScanner(f)
	sc.Buffer(nil, 64<<20)
	for n := 1; sc.Scan(); n++ {
		var rec struct{ Text *string }
		err = json.Unmarshal(sc.Bytes(), &rec)
		if err != nil || rec.Text == nil {
			return nil, fmt.Errorf(`corpus line %d: not a JSON object with a string "text"`, n)
		}
		out = append(out, *rec.Text)
	}
	err = sc.Err()
	if err != nil {
		return nil, fmt.Errorf("read the corpus: %w", err)
	}
	return out, nil
}
