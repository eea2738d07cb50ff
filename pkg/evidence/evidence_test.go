package evidence

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/rand"
	"errors"
	"io"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/note"
)

func keys(t testing.TB) (note.Signer, note.Verifier) {
	t.Helper()
	secret, public, err := note.GenerateKey(rand.Reader, "test")
	require.NoError(t, err)
	signer, err := note.NewSigner(secret)
	require.NoError(t, err)
	verifier, err := note.NewVerifier(public)
	require.NoError(t, err)
	return signer, verifier
}

var about = About{
	Made: time.Date(2026, 12, 1, 9, 0, 0, 0, time.UTC), From: time.Date(2026, 9, 1, 0, 0, 0, 0, time.UTC),
	To: time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC), By: "carla@example.com (compliance)",
}

var files = map[string][]byte{"b.txt": []byte("two\n"), "a/one.json": []byte("{}"), "empty": {}}

func nothing(string, []byte) error { return nil }

func TestWhatWasPackedIsFound(t *testing.T) {
	signer, verifier := keys(t)
	var packed, again bytes.Buffer
	require.NoError(t, Write(&packed, about, files, signer))
	require.NoError(t, Write(&again, about, files, signer))
	require.Equal(t, packed.Bytes(), again.Bytes(), "the same files give the same archive")
	found := map[string][]byte{}
	got, err := Verify(bytes.NewReader(packed.Bytes()), verifier, func(name string, data []byte) error {
		found[name] = append([]byte{}, data...)
		return nil
	})
	require.NoError(t, err)
	require.Equal(t, about, got)
	require.Equal(t, files, found)

	_, other := keys(t)
	_, err = Verify(bytes.NewReader(packed.Bytes()), other, nothing)
	require.ErrorIs(t, err, ErrEvidence, "another key")
	stop := errors.New("stop")
	_, err = Verify(bytes.NewReader(packed.Bytes()), verifier, func(string, []byte) error { return stop })
	require.ErrorIs(t, err, stop)
}

type entry struct {
	name string
	data []byte
}

// unpack and pack let a test change an archive below its signature.
func unpack(t *testing.T, packed []byte) []entry {
	t.Helper()
	zipped, err := gzip.NewReader(bytes.NewReader(packed))
	require.NoError(t, err)
	archive := tar.NewReader(zipped)
	var entries []entry
	for {
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return entries
		}
		require.NoError(t, err)
		data, err := io.ReadAll(archive)
		require.NoError(t, err)
		entries = append(entries, entry{header.Name, data})
	}
}

func pack(t *testing.T, entries []entry) []byte {
	t.Helper()
	var out bytes.Buffer
	zipped := gzip.NewWriter(&out)
	archive := tar.NewWriter(zipped)
	for _, e := range entries {
		require.NoError(t, add(archive, about.Made, e.name, e.data))
	}
	require.NoError(t, archive.Close())
	require.NoError(t, zipped.Close())
	return out.Bytes()
}

func TestWhateverIsDoneToItIsFound(t *testing.T) {
	signer, verifier := keys(t)
	var packed bytes.Buffer
	require.NoError(t, Write(&packed, about, files, signer))
	for _, tc := range []struct {
		name   string
		change func([]entry) []entry
		says   string
	}{
		{"a file changed", func(e []entry) []entry { e[2].data = []byte("too\n"); return e }, "b.txt was changed"},
		{"a file removed", func(e []entry) []entry { return append(e[:1], e[2:]...) }, "stands where a/one.json was"},
		{"the last removed", func(e []entry) []entry { return e[:3] }, "empty is missing"},
		{"a file added", func(e []entry) []entry { return append(e, entry{"more", nil}) }, "more was added"},
		{"files moved", func(e []entry) []entry { e[1], e[2] = e[2], e[1]; return e }, "stands where"},
		{"a file renamed", func(e []entry) []entry { e[1].name = "../../etc/x"; return e }, "something stands where"},
		{"the manifest changed", func(e []entry) []entry {
			e[0].data = bytes.Replace(e[0].data, []byte("2026-09"), []byte("2026-08"), 1)
			return e
		}, "not signed by the key"},
		{"no manifest", func(e []entry) []entry { return e[1:] }, "does not begin with its manifest"},
		{"nothing", func([]entry) []entry { return nil }, "does not begin with its manifest"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := Verify(bytes.NewReader(pack(t, tc.change(unpack(t, packed.Bytes())))), verifier, nothing)
			require.ErrorIs(t, err, ErrEvidence)
			require.ErrorContains(t, err, tc.says)
		})
	}
	for _, more := range [][]byte{{0}, []byte("more"), pack(t, []entry{{"more", nil}})} {
		_, err := Verify(bytes.NewReader(append(bytes.Clone(packed.Bytes()), more...)), verifier, nothing)
		require.ErrorIs(t, err, ErrEvidence, "more at the end")
	}
	for cut := range packed.Len() {
		_, err := Verify(bytes.NewReader(packed.Bytes()[:cut]), verifier, nothing)
		require.Error(t, err, "cut at byte %d", cut)
	}
}

func TestNamesStayWithinTheirFolder(t *testing.T) {
	signer, _ := keys(t)
	for _, name := range []string{"", "/etc/passwd", "../x", "a/../b", "a//b", ".hidden", "a b", "a\nb", "MANIFEST.note"} {
		require.Error(t, Write(io.Discard, about, map[string][]byte{name: nil}, signer), name)
	}
	nobody := about
	nobody.By = "x\ny"
	require.Error(t, Write(io.Discard, nobody, files, signer))
}

func FuzzVerify(f *testing.F) {
	signer, verifier := keys(f)
	var packed bytes.Buffer
	require.NoError(f, Write(&packed, about, files, signer))
	f.Add(packed.Bytes())
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, data []byte) {
		found := map[string][]byte{}
		_, err := Verify(bytes.NewReader(data), verifier, func(name string, data []byte) error {
			found[name] = append([]byte{}, data...)
			return nil
		})
		if err == nil {
			require.Equal(t, files, found, "whatever verifies is what was signed")
		}
	})
}

func FuzzManifest(f *testing.F) {
	f.Add("hushlog evidence v1\nmade 2026-12-01T09:00:00Z\nof 2026-09-01T00:00:00Z until 2026-12-01T00:00:00Z\nby x\nabc 1 a/b\n")
	f.Fuzz(func(t *testing.T, text string) {
		_, listed, err := parse(text)
		if err != nil {
			require.ErrorIs(t, err, ErrEvidence)
			return
		}
		for _, file := range listed {
			require.Regexp(t, nameForm, file.name)
		}
	})
}
