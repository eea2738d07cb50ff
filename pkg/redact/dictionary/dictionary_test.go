package dictionary

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestSipHash holds the hash to the vectors of its paper's reference: key 00..0f, input of the first n numbers.
func TestSipHash(t *testing.T) {
	var key Key
	var input []byte
	for i := range key {
		key[i] = byte(i)
	}
	for i := range 15 {
		input = append(input, byte(i))
	}
	require.Equal(t, uint64(0x726fdb47dd0e0e31), sipHash(&key, nil))
	require.Equal(t, uint64(0x74f839c593dc67fd), sipHash(&key, input[:1]))
	require.Equal(t, uint64(0x93f5f5799a932462), sipHash(&key, input[:8]))
	require.Equal(t, uint64(0xa129ca6149be45e5), sipHash(&key, input))
}

func load(t testing.TB, o Options, entries ...string) *Set {
	t.Helper()
	s, err := Load(strings.NewReader(strings.Join(entries, "\n")), o)
	require.NoError(t, err)
	return s
}

// found returns what of text was found.
func found(s *Set, text string) []string {
	var out []string
	for _, x := range s.Append(nil, text) {
		out = append(out, text[x.Start:x.End])
	}
	return out
}

func TestFinds(t *testing.T) {
	list := []string{
		"# products", "", "Falcon", "Falcon Heavy", "Falcon Heavy Lift System", "Müller & Söhne GmbH", "O'Neill", "  Acme Inc. ", "AB-12/7", "王小明", "東京支店", "मोहन",
	}
	fold, exact := load(t, Options{}, list...), load(t, Options{Exact: true}, list...)
	require.Equal(t, 10, fold.Entries())
	for _, tc := range []struct {
		name, text  string
		fold, exact []string
	}{
		{"a word", "The Falcon flies", []string{"Falcon"}, []string{"Falcon"}},
		{"case", "the FALCON flies", []string{"FALCON"}, nil},
		{"the longest", "a Falcon  Heavy\nlaunch", []string{"Falcon  Heavy"}, []string{"Falcon  Heavy"}},
		{"a beginning of a longer one", "Falcon Heavy Lift Sys", []string{"Falcon Heavy"}, []string{"Falcon Heavy"}},
		{"twice", "Falcon,Falcon", []string{"Falcon", "Falcon"}, []string{"Falcon", "Falcon"}},
		{"part of a word", "Falcons falconry superFalcon Falcon9", nil, nil},
		{"beyond ASCII", "bei MÜLLER & SÖHNE GMBH.", []string{"MÜLLER & SÖHNE GMBH"}, nil},
		{"accents taken apart", "Mu\u0308ller & So\u0308hne GmbH", []string{"Mu\u0308ller & So\u0308hne GmbH"}, []string{"Mu\u0308ller & So\u0308hne GmbH"}},
		{"signs count", "Müller Söhne GmbH; Müller und Söhne GmbH", nil, nil},
		{"apostrophe", "Mr O'Neill", []string{"O'Neill"}, []string{"O'Neill"}},
		{"signs at the ends do not", "by Acme Inc.", []string{"Acme Inc"}, []string{"Acme Inc"}},
		{"signs within", "part AB-12/7, not AB 12/7", []string{"AB-12/7"}, []string{"AB-12/7"}},
		{"no blanks", "我叫王小明今天在東京支店。", []string{"王小明", "東京支店"}, []string{"王小明", "東京支店"}},
		{"Devanagari is words", "मोहन है, मोहनलाल", []string{"मोहन"}, []string{"मोहन"}},
		{"nothing", "", nil, nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			require.Equal(t, tc.fold, found(fold, tc.text))
			require.Equal(t, tc.exact, found(exact, tc.text))
		})
	}
}

func TestRefusesLinesWithoutShowingThem(t *testing.T) {
	for name, tc := range map[string]struct {
		list string
		line int
		says string
	}{
		"short":     {"Falcon\nqx\n", 2, "fewer than 3"},
		"signs":     {"Falcon\n\n---+---\n", 3, "fewer than 3"},
		"not UTF-8": {"qxz\xff\n", 1, "not UTF-8"},
		"long":      {"Falcon\n" + strings.Repeat("qxz ", 80), 2, "longer than 256"},
		"very long": {"Falcon\n" + strings.Repeat("qxz ", 8000), 2, "longer than 256"},
		"words":     {strings.Repeat("qxz ", 40), 1, "more than 24 words"},
		"word":      {strings.Repeat("qxz", 40), 1, "word of more than 64"},
		"empty":     {"# nothing\n", 1, "no entry"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Load(strings.NewReader(tc.list), Options{})
			var line *LineError
			require.ErrorAs(t, err, &line)
			require.Equal(t, tc.line, line.Line)
			require.ErrorContains(t, err, tc.says)
			require.NotContains(t, err.Error(), "qx")
		})
	}
}

func TestHashes(t *testing.T) {
	key, err := NewKey(bytes.Repeat([]byte{1}, 32))
	require.NoError(t, err)
	other, err := NewKey(bytes.Repeat([]byte{2}, 32))
	require.NoError(t, err)
	_, err = NewKey([]byte("short"))
	require.Error(t, err)
	const list = "Falcon Heavy\nwombat\n王小明\n"
	for _, exact := range []bool{false, true} {
		var file, again bytes.Buffer
		n, err := WriteHashes(&file, strings.NewReader(list), key, Options{Exact: exact})
		require.NoError(t, err)
		require.Equal(t, 3, n)
		_, err = WriteHashes(&again, strings.NewReader("王小明\nwombat\nFalcon Heavy\n"), key, Options{Exact: exact})
		require.NoError(t, err)
		require.Equal(t, file.String(), again.String(), "the order of the list does not show")
		for _, word := range []string{"alcon", "wombat", "小"} {
			require.NotContains(t, file.String(), word)
		}
		s, err := LoadHashes(bytes.NewReader(file.Bytes()), key)
		require.NoError(t, err)
		require.Equal(t, 3, s.Entries())
		want := []string{"Falcon Heavy"}
		if !exact {
			want = append(want, "WOMBAT")
		}
		require.Equal(t, want, found(s, "Falcon Heavy, WOMBAT"))
		_, err = LoadHashes(bytes.NewReader(file.Bytes()), other)
		require.ErrorContains(t, err, "another key")
	}
}

func FuzzLoadHashes(f *testing.F) {
	key, err := NewKey(bytes.Repeat([]byte{1}, 32))
	require.NoError(f, err)
	var file bytes.Buffer
	_, err = WriteHashes(&file, strings.NewReader("Falcon Heavy\nwombat\n"), key, Options{})
	require.NoError(f, err)
	f.Add(file.Bytes(), "Falcon Heavy")
	f.Add([]byte(headerName+" fold "+keyCheck(key)+"\nzz\n"), "")
	f.Fuzz(func(t *testing.T, data []byte, text string) {
		s, err := LoadHashes(bytes.NewReader(data), key)
		if err == nil {
			s.Append(nil, text)
		}
	})
}

// FuzzAppend holds what is found to the entries that a plain search finds.
func FuzzAppend(f *testing.F) {
	f.Add("Falcon Heavy\nwombat", "a WOMBAT, falcon heavy")
	f.Add("王小明\nab c", "\xff王小明 ab  c")
	f.Fuzz(func(t *testing.T, list, text string) {
		s, err := Load(strings.NewReader(list), Options{})
		if err != nil {
			return
		}
		pos := 0
		for _, x := range s.Append(nil, text) {
			require.GreaterOrEqual(t, x.Start, pos)
			require.Greater(t, x.End, x.Start)
			pos = x.End
			words, _ := cut(text[x.Start:x.End])
			require.NotEmpty(t, words)
		}
		for line := range strings.Lines(list) {
			line = strings.Trim(line, "\r\n")
			if _, letters := cut(line); letters >= minLetters && line[0] != '#' && strings.TrimSpace(line) == line {
				require.NotEmpty(t, s.Append(nil, line))
			}
		}
	})
}

// TestMemory states what an entry costs.
func TestMemory(t *testing.T) {
	s := names(t, 100_000)
	require.Equal(t, 100_000, s.Entries())
	perEntry := s.Bytes() / s.Entries()
	require.LessOrEqual(t, perEntry, 34, "an entry of two words and its beginning")
	t.Logf("%d bytes for an entry of two words", perEntry)
}

// names is a list of n made-up names of two words.
func names(t testing.TB, n int) *Set {
	t.Helper()
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "First%05x Last%05x\n", i, i)
	}
	s, err := Load(strings.NewReader(b.String()), Options{})
	require.NoError(t, err)
	return s
}

func BenchmarkAppend(b *testing.B) {
	s := names(b, 500_000)
	r := rand.New(rand.NewPCG(1, 2))
	var text strings.Builder
	for text.Len() < 1<<20 {
		for range 2 + r.IntN(9) {
			text.WriteByte(byte('a' + r.IntN(26)))
		}
		text.WriteByte(' ')
	}
	b.SetBytes(int64(text.Len()))
	var dst []Span
	for b.Loop() {
		dst = s.Append(dst[:0], text.String())
	}
}
