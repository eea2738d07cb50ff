package redact

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// smallLimits make windows so small that texts of a few kilobytes have many borders.
var smallLimits = limits{window: 2048, before: 640, ahead: 640}

// streamed writes text to a Writer in the given sizes, over and over, and returns what came out.
func streamed(t *testing.T, e *Engine, text string, lim limits, sizes ...int) (string, []Finding) {
	t.Helper()
	var out bytes.Buffer
	w := newWriter(&out, e, Hints{}, lim)
	fs := []Finding{}
	w.Each(func(f Finding) { fs = append(fs, f) })
	for i := 0; len(text) > 0; i++ {
		n := min(len(text), sizes[i%len(sizes)])
		_, err := w.Write([]byte(text[:n]))
		require.NoError(t, err)
		text = text[n:]
	}
	require.NoError(t, w.Close())
	return out.String(), fs
}

// streamSamples are texts with values of all kinds, each with words around them.
var streamSamples = []string{
	"My social security number is 123-45-6789. My number is +1 415 555 0132, mail jane.doe@company.com or jane [at] company [dot] com.\n",
	"password=" + "hunter2hunter2" + "\nDATABASE_URL=postgres://app:" + "S3cr3t!pw" + "@db.internal/x\n",
	"card four one one one one one one one one one one one one one one one, ｊane＠company.com, %6aane%40company.com\n",
	"IBAN DE89 3704\n   0044 0532 0130 00, 2001:4860:4860::8844 00:1b:44:11:3a:b7\n",
	"eyJ2YWx1ZSI6ICI0MTExIDExMTEgMTExMSAxMTExIn0= and j a n e @ c o m p a n y . c o m, 0x6a, 0x61, 0x6e, 0x65, 0x40, 0x78, 0x2e, 0x69, 0x6f\n",
	"-----BEGIN RSA PRIVATE " + "KEY-----\nMIIEabc+/\n-----END RSA PRIVATE " + "KEY-----\n",
	"身份证号11010519491231002X 电话13912345678 आधार २३४१ २३४१ २३४६\n",
	"Nothing to see here: order 5551234567 was shipped on Monday, version 11.10.107, and café crème is 4.50.\n",
}

func TestWriterGivesWhatRedactGives(t *testing.T) {
	e := newEngine(t)
	for i, sample := range streamSamples {
		want, err := e.Redact(sample, Hints{})
		require.NoError(t, err)
		for split := range len(sample) {
			got, fs := streamed(t, e, sample, streamLimits, max(1, split), len(sample))
			require.Equal(t, want.Text, got, "sample %d split at %d", i, split)
			require.Equal(t, want.Findings, fs)
		}
	}
}

// TestWriterAtBorders moves values over the borders of windows byte by byte.
func TestWriterAtBorders(t *testing.T) {
	e := newEngine(t)
	filler := strings.Repeat("The quick brown fox jumps over the lazy dog, again and again.\n", 40)
	for i, sample := range streamSamples {
		for _, shift := range []int{0, 1, 2, 3, 5, 8, 13, 21, 34, 55, 63, 89, 144, 233, 377, 500, 610} {
			text := filler[:1400-shift] + "\n" + sample + filler
			want, err := e.Redact(text, Hints{})
			require.NoError(t, err)
			got, fs := streamed(t, e, text, smallLimits, 97)
			require.Equal(t, want.Text, got, "sample %d shifted by %d", i, shift)
			require.Equal(t, places(want.Findings), places(fs))
		}
	}
}

// TestWriterOfRandomTexts puts samples together at random. Everything that they hold stands near its words.
func TestWriterOfRandomTexts(t *testing.T) {
	e := newEngine(t)
	r := rand.New(rand.NewPCG(11, 12))
	for range 60 {
		var b strings.Builder
		for b.Len() < 12_000 {
			if r.IntN(3) == 0 {
				b.WriteString(streamSamples[r.IntN(len(streamSamples))])
			} else {
				b.WriteString(streamSamples[len(streamSamples)-1])
			}
		}
		want, err := e.Redact(b.String(), Hints{})
		require.NoError(t, err)
		got, fs := streamed(t, e, b.String(), smallLimits, 1+r.IntN(3000), 1+r.IntN(50))
		require.Equal(t, want.Text, got)
		require.Equal(t, places(want.Findings), places(fs))
	}
}

// place is where a finding is and what it is about. On which view it was found may depend on how much was read at once.
type place struct {
	start, end int
	kind       Type
}

func places(fs []Finding) []place {
	out := make([]place, len(fs))
	for i, f := range fs {
		out[i] = place{f.Start, f.End, f.Type}
	}
	return out
}

func TestWriterKeepsJSON(t *testing.T) {
	e := newEngine(t)
	type message struct {
		Role, Content string
		SSN, N        int
		Cards         []int
	}
	var doc []message
	for i := range 60 {
		doc = append(doc, message{Role: "user", Content: fmt.Sprintf("%d \"quoted\" é\n %s", i, streamSamples[i%len(streamSamples)]), SSN: 123456789, N: i, Cards: []int{4111111111111111, i}})
	}
	for _, marshal := range []func(any) ([]byte, error){json.Marshal, func(v any) ([]byte, error) { return json.MarshalIndent(v, "", "  ") }} {
		text, err := marshal(doc)
		require.NoError(t, err)
		want, err := e.Redact(string(text), Hints{})
		require.NoError(t, err)
		got, _ := streamed(t, e, string(text), smallLimits, 100, 1)
		require.True(t, json.Valid([]byte(got)), "valid JSON became invalid")
		require.Equal(t, want.Text, got)
	}
}

func TestWriterCutsLongStringsOfJSON(t *testing.T) {
	e := newEngine(t)
	text := `{"image":"` + strings.Repeat("A+/9zZ", 5000) + `","text":"` + strings.Repeat(`caf\u00e9 \ud83d\ude00\n\"x\" `, 500) + `jane.doe@company.com","ssn":123456789}`
	got, _ := streamed(t, e, text, smallLimits, 1000)
	require.True(t, json.Valid([]byte(got)))
	require.NotContains(t, got, "jane.doe@")
	require.NotContains(t, got, "123456789")
}

func TestWriterKeepsTheHeaderOfATable(t *testing.T) {
	e := newEngine(t)
	var b strings.Builder
	b.WriteString("id,password,city\n")
	for i := range 300 {
		fmt.Fprintf(&b, "%d,%s%d,Springfield\n", i, "maple"+"-tree-", i*7919%1000)
	}
	want, err := e.Redact(b.String(), Hints{})
	require.NoError(t, err)
	got, _ := streamed(t, e, b.String(), smallLimits, 512)
	require.Equal(t, want.Text, got)
	require.NotContains(t, got, "maple")
}

// TestWriterRemembersSecrets removes a secret windows after it was found.
func TestWriterRemembersSecrets(t *testing.T) {
	e := newEngine(t)
	secret := "Zx9" + "qLmT!42b"
	filler := strings.Repeat("The quick brown fox jumps over the lazy dog, again and again.\n", 100)
	got, fs := streamed(t, e, "password="+secret+"\n"+filler+"later: ("+secret+") and x"+secret+"y\n"+filler, smallLimits, 700)
	require.NotContains(t, got, secret)
	require.Len(t, fs, 3)
	require.Equal(t, "repeated", fs[2].Evidence.Structure)
}

func TestWriterHoldsNoMoreThanItsWindow(t *testing.T) {
	e := newEngine(t)
	var out bytes.Buffer
	w := NewWriter(&out, e, Hints{})
	text := strings.Repeat(strings.Join(streamSamples, ""), 40)
	total := 0
	for total < 3*StreamWindow {
		_, err := io.WriteString(w, text)
		require.NoError(t, err)
		total += len(text)
		require.LessOrEqual(t, cap(w.in.buf), 2*StreamWindow)
	}
	require.Positive(t, out.Len())
	require.NoError(t, w.Close())
	counts := w.Counts()
	require.Equal(t, counts[TypeUSSSN], strings.Count(text, "123-45-6789")*(total/len(text)))
}

// failing is an io.Writer that fails after some bytes.
type failing struct{ left int }

func (f *failing) Write(p []byte) (int, error) {
	f.left -= len(p)
	if f.left < 0 {
		return 0, errors.New("disk full")
	}
	return len(p), nil
}

func TestWriterFailsClosed(t *testing.T) {
	e := newEngine(t)
	long := strings.Repeat("plain words and nothing else\n", 200)
	t.Run("text that is no UTF-8", func(t *testing.T) {
		var out bytes.Buffer
		w := newWriter(&out, e, Hints{}, smallLimits)
		_, err := io.WriteString(w, long+"\xff jane.doe@company.com"+long)
		require.ErrorIs(t, err, ErrUninspectable)
		written := out.Len()
		_, err = io.WriteString(w, "more")
		require.ErrorIs(t, err, ErrUninspectable)
		require.ErrorIs(t, w.Close(), ErrUninspectable)
		require.Equal(t, written, out.Len())
		require.NotContains(t, out.String(), "jane")
	})
	t.Run("a character that is cut off", func(t *testing.T) {
		w := newWriter(io.Discard, e, Hints{}, smallLimits)
		_, err := io.WriteString(w, "caf\xc3")
		require.NoError(t, err)
		require.ErrorIs(t, w.Close(), ErrUninspectable)
	})
	t.Run("a value longer than the window", func(t *testing.T) {
		var out bytes.Buffer
		w := newWriter(&out, e, Hints{}, smallLimits)
		_, err := io.WriteString(w, "-----BEGIN RSA PRIVATE "+"KEY-----\n"+strings.Repeat("MIIEowIBAAKCAQEA\n", 300))
		require.ErrorIs(t, err, ErrUninspectable)
		require.NotContains(t, out.String(), "MIIE")
	})
	t.Run("a destination that fails", func(t *testing.T) {
		w := newWriter(&failing{left: 1000}, e, Hints{}, smallLimits)
		_, err := io.WriteString(w, long)
		require.ErrorContains(t, err, "disk full")
		require.ErrorContains(t, w.Close(), "disk full")
	})
	t.Run("a finding that drops the text", func(t *testing.T) {
		dropper, err := New(Options{Actions: map[Type]Action{TypeEmail: ActionDropField}})
		require.NoError(t, err)
		got, _ := streamed(t, dropper, "mail jane.doe@company.com", smallLimits, 5)
		require.Equal(t, textDropped, got)
		w := newWriter(io.Discard, dropper, Hints{}, smallLimits)
		_, err = io.WriteString(w, long+"mail jane.doe@company.com"+long)
		require.ErrorIs(t, err, ErrUninspectable)
	})
	t.Run("closed", func(t *testing.T) {
		w := NewWriter(io.Discard, e, Hints{})
		require.NoError(t, w.Close())
		_, err := io.WriteString(w, "x")
		require.ErrorIs(t, err, errClosed)
	})
}

// TestDeltas cuts samples at every two places.
func TestDeltas(t *testing.T) {
	e := newEngine(t)
	for _, sample := range streamSamples {
		want, err := e.Redact(sample, Hints{})
		require.NoError(t, err)
		for a := range len(sample) {
			b := min(len(sample), a+3)
			d := NewDeltaJoiner(e, Hints{})
			var got []string
			for _, delta := range []string{sample[:a], sample[a:b], "", sample[b:]} {
				ready, err := d.Push(delta)
				require.NoError(t, err)
				got = append(got, ready...)
			}
			rest, err := d.Flush()
			require.NoError(t, err)
			got = append(got, rest...)
			require.Len(t, got, 4)
			require.Equal(t, want.Text, strings.Join(got, ""))
			require.Equal(t, want.Findings, d.Findings())
		}
	}
}

// TestManyDeltas gives deltas back while others come in.
func TestManyDeltas(t *testing.T) {
	e := newEngine(t)
	text := strings.Repeat(strings.Join(streamSamples, ""), 120)
	want, err := e.Redact(text, Hints{})
	require.NoError(t, err)
	d := NewDeltaJoiner(e, Hints{})
	var got []string
	pushed := 0
	for rest := text; rest != ""; pushed++ {
		n := min(len(rest), 1+pushed%11)
		ready, err := d.Push(rest[:n])
		require.NoError(t, err)
		rest = rest[n:]
		got = append(got, ready...)
	}
	require.NotEmpty(t, got)
	rest, err := d.Flush()
	require.NoError(t, err)
	got = append(got, rest...)
	require.Len(t, got, pushed)
	require.Equal(t, want.Text, strings.Join(got, ""))
	_, err = d.Push("x")
	require.ErrorIs(t, err, errClosed)
}

func TestDeltasFailClosed(t *testing.T) {
	d := NewDeltaJoiner(newEngine(t), Hints{})
	_, err := d.Push("jane.doe@company.com \xff")
	require.NoError(t, err)
	out, err := d.Flush()
	require.ErrorIs(t, err, ErrUninspectable)
	require.Empty(t, out)
	_, err = d.Push("x")
	require.ErrorIs(t, err, ErrUninspectable)
}

// FuzzWriter holds a Writer with small windows to what must be true of any result, whatever the text and the sizes.
func FuzzWriter(f *testing.F) {
	for _, s := range append(append([]string{}, fuzzSeeds...), streamSamples...) {
		f.Add(s, uint8(3))
		f.Add(strings.Repeat(s, 1+4000/len(s)), uint8(200))
	}
	e := newEngine(f)
	f.Fuzz(func(t *testing.T, text string, size uint8) {
		var out bytes.Buffer
		w := newWriter(&out, e, Hints{}, smallLimits)
		pos := 0
		w.Each(func(f Finding) {
			require.GreaterOrEqual(t, f.Start, pos)
			require.Greater(t, f.End, f.Start)
			require.LessOrEqual(t, f.End, len(text))
			pos = f.End
		})
		for rest := []byte(text); len(rest) > 0; {
			n := min(len(rest), int(size)+1)
			_, err := w.Write(rest[:n])
			if err != nil {
				require.ErrorIs(t, err, ErrUninspectable)
				return
			}
			rest = rest[n:]
		}
		err := w.Close()
		if err != nil {
			require.ErrorIs(t, err, ErrUninspectable)
			return
		}
		if json.Valid([]byte(text)) && (text[0] == '{' || text[0] == '[') {
			require.True(t, json.Valid(out.Bytes()), "valid JSON became invalid")
		}
		if len(text) < smallLimits.window {
			whole, err := e.Redact(text, Hints{})
			require.NoError(t, err)
			require.Equal(t, whole.Text, out.String())
		}
	})
}
