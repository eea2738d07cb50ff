package canary

import (
	"bytes"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func findAll(needles []string, text string) map[string]int {
	got := map[string]int{}
	newFinder(needles).find([]byte(text), func(needle string) { got[needle]++ })
	return got
}

func TestFinder(t *testing.T) {
	needles := []string{"anna.qwerty", "anna.qwertz", "4539 1234 5678", "Weber-Novak"}
	for _, tt := range []struct {
		name, text string
		want       map[string]int
	}{
		{"nothing", "some text that is long enough", map[string]int{}},
		{"empty", "", map[string]int{}},
		{"whole", "Weber-Novak", map[string]int{"Weber-Novak": 1}},
		{"twice", "Weber-NovakWeber-Novak", map[string]int{"Weber-Novak": 2}},
		{"the same beginning", "xanna.qwertz,anna.qwerty", map[string]int{"anna.qwerty": 1, "anna.qwertz": 1}},
		{"cut off", "anna.qwert", map[string]int{}},
		{"at the end", strings.Repeat("x", 1000) + "4539 1234 5678", map[string]int{"4539 1234 5678": 1}},
	} {
		t.Run(tt.name, func(t *testing.T) { require.Equal(t, tt.want, findAll(needles, tt.text)) })
	}
}

// A needle put anywhere into noise is found as often as bytes.Count says.
func TestFinderAgreesWithCounting(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	var needles []string
	for _, path := range paths() {
		for _, v := range testMaker().make(path, testSlot).values {
			needles = append(needles, v.needle)
		}
	}
	for range 200 {
		var text bytes.Buffer
		for range r.IntN(20) {
			for range r.IntN(40) {
				text.WriteByte(byte(r.IntN(256)))
			}
			text.WriteString(needles[r.IntN(len(needles))][:1+r.IntN(10)])
			text.WriteString(needles[r.IntN(len(needles))])
		}
		want := map[string]int{}
		for _, needle := range needles {
			for i := range text.Len() { // one may begin within another
				if bytes.HasPrefix(text.Bytes()[i:], []byte(needle)) {
					want[needle]++
				}
			}
		}
		require.Equal(t, want, findAll(needles, text.String()))
	}
}

func BenchmarkFinder(b *testing.B) {
	var needles []string
	for i := range 180 {
		for _, v := range testMaker().make(paths()[i%6], testSlot.Add(time.Duration(i)*time.Second)).values {
			needles = append(needles, v.needle)
		}
	}
	f := newFinder(needles)
	text := make([]byte, 1<<20)
	r := rand.New(rand.NewPCG(1, 2))
	for i := range text {
		text[i] = byte(r.IntN(256))
	}
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		f.find(text, func(string) {})
	}
}
