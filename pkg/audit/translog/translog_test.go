package translog_test

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/note"

	"github.com/hushlog/hushlog/pkg/audit/translog"
)

type keys struct {
	signer   note.Signer
	verifier note.Verifier
}

func newKeys(t *testing.T) keys {
	t.Helper()
	sign, verify, err := note.GenerateKey(rand.Reader, "hushlog-trail-test")
	require.NoError(t, err)
	signer, err := note.NewSigner(sign)
	require.NoError(t, err)
	verifier, err := note.NewVerifier(verify)
	require.NoError(t, err)
	return keys{signer, verifier}
}

func (k keys) open(t *testing.T, dir string) *translog.Writer {
	t.Helper()
	w, err := translog.Open(t.Context(), translog.Options{Dir: dir, Signer: k.signer, Verifier: k.verifier, CheckpointEvery: 100 * time.Millisecond})
	require.NoError(t, err)
	return w
}

func records(from, to int64) []translog.Record {
	var all []translog.Record
	for i := from; i < to; i++ {
		all = append(all, translog.Record{Offset: i, Time: time.UnixMilli(1_700_000_000_000 + i), Value: fmt.Appendf(nil, "entry number %06d", i)})
	}
	return all
}

// logOf makes a log of records, in pieces, over several lives of the writer.
func logOf(t *testing.T, k keys, sizes ...int64) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "log")
	from := int64(0)
	for _, to := range sizes {
		w := k.open(t, dir)
		require.NoError(t, w.Append(t.Context(), records(from, to)))
		require.NoError(t, w.Close(t.Context()))
		from = to
	}
	return dir
}

func verify(t *testing.T, k keys, dir string, seen ...[]byte) *translog.Report {
	t.Helper()
	report, err := translog.Verify(dir, k.verifier, seen)
	require.NoError(t, err)
	return report
}

func copyOf(t *testing.T, dir string) string {
	t.Helper()
	to := filepath.Join(t.TempDir(), "copy")
	require.NoError(t, os.CopyFS(to, os.DirFS(dir)))
	return to
}

func TestLogIsReadAsItWasWritten(t *testing.T) {
	k := newKeys(t)
	dir := filepath.Join(t.TempDir(), "log")
	w := k.open(t, dir)
	_, known := w.Next()
	require.False(t, known)

	want := records(7, 300)
	want[20].Value = []byte(strings.Repeat("long ", 40_000)) // several leaves
	want[21].Value = nil
	require.NoError(t, w.Append(t.Context(), want[:100]))
	require.NoError(t, w.Append(t.Context(), want[50:200]), "a repeated batch adds what is new")
	require.NoError(t, w.Close(t.Context()))

	w = k.open(t, dir)
	next, known := w.Next()
	require.True(t, known)
	require.Equal(t, int64(207), next)
	require.ErrorIs(t, w.Append(t.Context(), records(250, 260)), translog.ErrGap)
	require.NoError(t, w.Append(t.Context(), want))
	require.NoError(t, w.Close(t.Context()))

	i := 0
	for entry, err := range translog.Entries(dir, k.verifier, 0) {
		require.NoError(t, err)
		require.Equal(t, want[i].Offset, entry.Offset)
		require.Equal(t, want[i].Time.UTC(), entry.Time)
		require.Equal(t, string(want[i].Value), string(entry.Value))
		i++
	}
	require.Len(t, want, i)
	report := verify(t, k, dir)
	require.Empty(t, report.Problems)
	require.Equal(t, int64(300), report.NextOffset)
}

func TestSeek(t *testing.T) {
	k := newKeys(t)
	dir := logOf(t, k, 600)
	start := time.UnixMilli(1_700_000_000_000)
	for _, after := range []uint64{0, 1, 255, 256, 257, 511, 512, 599} {
		index, err := translog.Seek(dir, k.verifier, start.Add(time.Duration(after)*time.Millisecond))
		require.NoError(t, err)
		require.Equal(t, after, index)
	}
	index, err := translog.Seek(dir, k.verifier, start.Add(-time.Hour))
	require.NoError(t, err)
	require.Zero(t, index)
	index, err = translog.Seek(dir, k.verifier, start.Add(time.Hour))
	require.NoError(t, err)
	require.Equal(t, uint64(600), index)
}

func TestGapIsLoggedOnlyWhereAnOperatorSaysSo(t *testing.T) {
	k := newKeys(t)
	dir := logOf(t, k, 10)
	w, err := translog.Open(t.Context(), translog.Options{Dir: dir, Signer: k.signer, Verifier: k.verifier, CheckpointEvery: 100 * time.Millisecond, ResumeAt: 20})
	require.NoError(t, err)
	require.ErrorIs(t, w.Append(t.Context(), records(19, 30)), translog.ErrGap)
	require.NoError(t, w.Append(t.Context(), records(20, 30)))
	require.NoError(t, w.Close(t.Context()))
	require.Empty(t, verify(t, k, dir).Problems)
}

func TestOneWriter(t *testing.T) {
	k := newKeys(t)
	dir := t.TempDir()
	w := k.open(t, dir)
	_, err := translog.Open(t.Context(), translog.Options{Dir: dir, Signer: k.signer, Verifier: k.verifier})
	require.ErrorIs(t, err, translog.ErrLocked)
	require.NoError(t, w.Close(t.Context()))
	require.NoError(t, k.open(t, dir).Close(t.Context()))
}

// The same records give the same tree, whoever logs them and however they are cut: a log that has lost
// its end is filled from the topic again.
func TestLogsOfTheSameRecordsAreTheSame(t *testing.T) {
	k := newKeys(t)
	a, b := logOf(t, k, 600), logOf(t, k, 1, 2, 255, 256, 257, 599, 600)
	require.Equal(t, verify(t, k, a).Root, verify(t, k, b).Root)
}

// rewrite changes a file of the log.
func rewrite(t *testing.T, path string, change func([]byte) []byte) {
	t.Helper()
	raw, err := os.ReadFile(path)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(path, change(raw), 0o600))
}

// entryAt is where entry i of a bundle begins and ends, with its two bytes of length.
func entryAt(raw []byte, i int) (from, to int) {
	for ; ; i-- {
		to = from + 2 + int(raw[from])<<8 + int(raw[from+1])
		if i == 0 {
			return from, to
		}
		from = to
	}
}

func TestTampering(t *testing.T) {
	k := newKeys(t)
	dir := logOf(t, k, 600)
	full := "tile/entries/000"
	last := "tile/entries/002.p/88"
	cases := []struct {
		name   string
		tamper func(t *testing.T, dir string)
		want   translog.Problem
	}{
		{"change a byte", func(t *testing.T, dir string) {
			rewrite(t, filepath.Join(dir, full), func(raw []byte) []byte {
				_, to := entryAt(raw, 17)
				raw[to-1] ^= 1
				return raw
			})
		}, translog.Problem{Kind: translog.Changed, First: 17, Last: 17}},
		{"remove an entry", func(t *testing.T, dir string) {
			rewrite(t, filepath.Join(dir, full), func(raw []byte) []byte {
				from, to := entryAt(raw, 100)
				return append(raw[:from:from], raw[to:]...)
			})
		}, translog.Problem{Kind: translog.Removed, First: 100, Last: 100}},
		{"remove a bundle", func(t *testing.T, dir string) {
			require.NoError(t, os.Remove(filepath.Join(dir, full)))
		}, translog.Problem{Kind: translog.Removed, First: 0, Last: 255}},
		{"reorder", func(t *testing.T, dir string) {
			rewrite(t, filepath.Join(dir, full), func(raw []byte) []byte {
				from, mid := entryAt(raw, 40)
				_, to := entryAt(raw, 41)
				swapped := append([]byte(nil), raw[:from]...)
				swapped = append(swapped, raw[mid:to]...)
				swapped = append(swapped, raw[from:mid]...)
				return append(swapped, raw[to:]...)
			})
		}, translog.Problem{Kind: translog.Reordered, First: 40, Last: 41}},
		{"truncate", func(t *testing.T, dir string) {
			rewrite(t, filepath.Join(dir, last), func(raw []byte) []byte {
				from, _ := entryAt(raw, 80)
				return raw[:from]
			})
		}, translog.Problem{Kind: translog.Truncated, First: 592, Last: 599}},
		{"truncate with its hashes", func(t *testing.T, dir string) {
			require.NoError(t, os.RemoveAll(filepath.Join(dir, "tile/entries/002.p")))
			require.NoError(t, os.RemoveAll(filepath.Join(dir, "tile/0/002.p")))
		}, translog.Problem{Kind: translog.Truncated, First: 512, Last: 599}},
		{"change an entry and its hash", func(t *testing.T, dir string) {
			other := logOf(t, k, 600) // any log whose files agree with each other, here with one entry changed
			require.NoError(t, os.RemoveAll(filepath.Join(dir, "tile")))
			w := k.open(t, filepath.Join(other, "..", "forged"))
			forged := records(0, 600)
			forged[3].Value = []byte("nothing happened")
			require.NoError(t, w.Append(t.Context(), forged))
			require.NoError(t, w.Close(t.Context()))
			require.NoError(t, os.CopyFS(filepath.Join(dir, "tile"), os.DirFS(filepath.Join(other, "..", "forged", "tile"))))
		}, translog.Problem{Kind: translog.Rewritten, First: 0, Last: 599}},
		{"change a hash", func(t *testing.T, dir string) {
			rewrite(t, filepath.Join(dir, "tile/0/001"), func(raw []byte) []byte { raw[5] ^= 1; return raw })
		}, translog.Problem{Kind: translog.Tiles, First: 0, Last: 599}},
		{"change a hash of hashes", func(t *testing.T, dir string) {
			require.NoError(t, filepath.WalkDir(filepath.Join(dir, "tile/1"), func(path string, d fs.DirEntry, err error) error {
				if err == nil && !d.IsDir() {
					rewrite(t, path, func(raw []byte) []byte { raw[5] ^= 1; return raw })
				}
				return err
			}))
		}, translog.Problem{Kind: translog.Tiles, First: 0, Last: 599}},
		{"change the checkpoint", func(t *testing.T, dir string) {
			rewrite(t, filepath.Join(dir, "checkpoint"), func(raw []byte) []byte { return []byte(strings.Replace(string(raw), "600", "599", 1)) })
		}, translog.Problem{Kind: translog.NoCheckpoint}},
		{"remove the checkpoint", func(t *testing.T, dir string) {
			require.NoError(t, os.Remove(filepath.Join(dir, "checkpoint")))
		}, translog.Problem{Kind: translog.NoCheckpoint}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			dir := copyOf(t, dir)
			c.tamper(t, dir)
			report := verify(t, k, dir)
			require.NotEmpty(t, report.Problems)
			found := false
			for _, p := range report.Problems {
				found = found || p.Kind == c.want.Kind && p.First == c.want.First && p.Last == c.want.Last
			}
			require.True(t, found, "%v", report.Problems)
			for _, p := range report.Problems {
				require.NotContains(t, p.String(), "entry number")
			}
			_, err := translog.Open(t.Context(), translog.Options{Dir: dir, Signer: k.signer, Verifier: k.verifier})
			require.ErrorIs(t, err, translog.ErrTampered, "nothing is appended to it")
		})
	}
}

func TestRollbackAndForkAreFoundByACheckpointSeenBefore(t *testing.T) {
	k := newKeys(t)
	dir := logOf(t, k, 300)
	early := copyOf(t, dir)
	w := k.open(t, dir)
	require.NoError(t, w.Append(t.Context(), records(300, 600)))
	seen, err := w.Checkpoint()
	require.NoError(t, err)
	require.NoError(t, w.Append(t.Context(), records(600, 700)))
	require.NoError(t, w.Close(t.Context()))
	require.Empty(t, verify(t, k, dir, seen).Problems)

	require.Empty(t, verify(t, k, early).Problems, "by itself an old copy is a log")
	report := verify(t, k, early, seen)
	require.Len(t, report.Problems, 1)
	require.Equal(t, translog.RolledBack, report.Problems[0].Kind)

	w = k.open(t, early) // the holder of the key writes another history
	forged := records(300, 800)
	forged[10].Value = []byte("nothing happened")
	require.NoError(t, w.Append(t.Context(), forged))
	require.NoError(t, w.Close(t.Context()))
	require.Empty(t, verify(t, k, early).Problems)
	report = verify(t, k, early, seen)
	require.Len(t, report.Problems, 1)
	require.Equal(t, translog.Forked, report.Problems[0].Kind)
}

func TestProofs(t *testing.T) {
	k, stranger := newKeys(t), newKeys(t)
	dir := logOf(t, k, 300)
	before := verify(t, k, dir).Checkpoint
	w := k.open(t, dir)
	require.NoError(t, w.Append(t.Context(), records(300, 600)))
	require.NoError(t, w.Close(t.Context()))

	for _, index := range []uint64{0, 1, 255, 256, 599} {
		p, err := translog.ProveInclusion(t.Context(), dir, k.verifier, index)
		require.NoError(t, err)
		raw, err := json.Marshal(p)
		require.NoError(t, err)
		read, _, err := translog.ReadProof(raw)
		require.NoError(t, err)
		record, err := read.Check(k.verifier)
		require.NoError(t, err)
		require.Equal(t, int64(index), record.Offset)
		read.Leaf[len(read.Leaf)-1] ^= 1
		_, err = read.Check(k.verifier)
		require.ErrorIs(t, err, translog.ErrProof)
		_, err = read.Check(stranger.verifier)
		require.ErrorIs(t, err, translog.ErrCheckpoint)
	}
	_, err := translog.ProveInclusion(t.Context(), dir, k.verifier, 600)
	require.ErrorIs(t, err, translog.ErrProof)

	c, err := translog.ProveConsistency(t.Context(), dir, k.verifier, before)
	require.NoError(t, err)
	raw, err := json.Marshal(c)
	require.NoError(t, err)
	_, read, err := translog.ReadProof(raw)
	require.NoError(t, err)
	require.NoError(t, read.Check(k.verifier))
	read.Hashes[0][0] ^= 1
	require.ErrorIs(t, read.Check(k.verifier), translog.ErrProof)
}

func FuzzReadProof(f *testing.F) {
	f.Add([]byte(`{"index":1,"leaf":"AQ==","hashes":["AA=="],"checkpoint":"eA=="}`))
	f.Add([]byte(`{"hashes":[],"before":"eA==","after":"eA=="}`))
	_, verify, err := note.GenerateKey(rand.Reader, "hushlog-trail-test")
	require.NoError(f, err)
	verifier, err := note.NewVerifier(verify)
	require.NoError(f, err)
	f.Fuzz(func(t *testing.T, raw []byte) {
		inclusion, consistency, err := translog.ReadProof(raw)
		if err != nil {
			return
		}
		if inclusion != nil {
			_, err = inclusion.Check(verifier)
		} else {
			err = consistency.Check(verifier)
		}
		require.Error(t, err, "nothing was signed by this key")
	})
}
