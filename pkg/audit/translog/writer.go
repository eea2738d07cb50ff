package translog

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"github.com/transparency-dev/tessera" // the log itself: bundles, tiles and checkpoints, safe through crashes
	"github.com/transparency-dev/tessera/storage/posix"
	"golang.org/x/mod/sumdb/note"
	"k8s.io/klog/v2" // where tessera tells of what goes wrong behind
)

var (
	// ErrLocked says that another process writes this log. Wait, and try again.
	ErrLocked = errors.New("the trail's log is written by another process")
	// ErrTampered says that the directory does not verify. Nothing is appended to it: look at it with
	// `hushlog audit verify`, keep it, and continue from a copy that verifies.
	ErrTampered = errors.New("the trail's log does not verify")
	// ErrGap says that records between the log's end and the next record of the topic are missing: the
	// log was cut off, or the topic has let go of records before they were logged.
	ErrGap = errors.New("records are missing between the trail's log and its topic")
)

// Options of a Writer.
type Options struct {
	// Dir is the log's directory. It is made when it is not there.
	Dir string
	// Signer signs checkpoints, Verifier belongs to it.
	Signer   note.Signer
	Verifier note.Verifier
	// CheckpointEvery is how long entries wait for a signed checkpoint at most. Default 1 s, at least 100 ms.
	CheckpointEvery time.Duration
	// ResumeAt is an offset at which the log may go on although records before it are missing. 0: none.
	ResumeAt int64
	// Log gets what the log tells of; nil discards it.
	Log *slog.Logger
}

const (
	defaultCheckpointEvery = time.Second
	// batchEntries and batchAge bound what is made durable together.
	batchEntries = 512
	batchAge     = 20 * time.Millisecond
	awaitPoll    = 50 * time.Millisecond
	lockFile     = "writer.lock"
)

// Writer is the only writer of a log: it holds the directory's lock from Open to Close. One goroutine
// appends.
type Writer struct {
	appender *tessera.Appender
	awaiter  *tessera.PublicationAwaiter
	shutdown func(context.Context) error
	cancel   context.CancelFunc
	lock     *os.File
	files    files
	verifier note.Verifier
	resumeAt int64
	any      bool
	at       position
}

// logOnce sets where the library logs to: it has one place for the whole process, and must not be told another while it
// runs. The first writer's log is it.
var logOnce sync.Once

// Open takes the directory's lock, verifies all that is in it, and finds where it ends. It returns
// ErrLocked when somebody else writes, and ErrTampered when what is there does not verify. The caller
// closes.
func Open(ctx context.Context, o Options) (*Writer, error) {
	if o.CheckpointEvery == 0 {
		o.CheckpointEvery = defaultCheckpointEvery
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	logOnce.Do(func() { klog.SetSlogLogger(o.Log.With(slog.String("component", "trail"))) })
	err := os.MkdirAll(o.Dir, 0o700)
	if err != nil {
		return nil, fmt.Errorf("make the log's directory: %w", err)
	}
	lock, err := takeLock(filepath.Join(o.Dir, lockFile))
	if err != nil {
		return nil, err
	}
	w := &Writer{lock: lock, files: files{o.Dir}, verifier: o.Verifier, resumeAt: o.ResumeAt}
	err = w.start(ctx, o)
	if err != nil {
		return nil, errors.Join(err, lock.Close())
	}
	return w, nil
}

func takeLock(path string) (*os.File, error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock the log: %w", err)
	}
	err = syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if err != nil {
		_ = file.Close()
		return nil, ErrLocked
	}
	return file, nil
}

// start opens the appender. What was integrated and not yet signed when a predecessor ended is signed
// first, so that everything is verified.
func (w *Writer) start(ctx context.Context, o Options) error {
	driver, err := posix.New(ctx, posix.Config{Path: o.Dir})
	if err != nil {
		return fmt.Errorf("open the log: %w", err)
	}
	before, err := w.verifyAtStart()
	if err != nil {
		return err
	}
	running, cancel := context.WithCancel(context.WithoutCancel(ctx))
	w.cancel = cancel
	appender, shutdown, reader, err := tessera.NewAppender(running, driver, tessera.NewAppendOptions().
		WithCheckpointSigner(o.Signer).
		WithCheckpointInterval(o.CheckpointEvery).
		WithBatching(batchEntries, batchAge))
	if err != nil {
		cancel()
		return fmt.Errorf("open the log: %w", err)
	}
	w.appender, w.shutdown = appender, shutdown
	w.awaiter = tessera.NewPublicationAwaiter(running, reader.ReadCheckpoint, awaitPoll)
	err = w.findEnd(ctx, reader, before)
	if err != nil {
		cancel()
		return err
	}
	return nil
}

// verifyAtStart returns how many entries a signed checkpoint covers. A directory without a checkpoint is
// a new log, and must then hold no entries.
func (w *Writer) verifyAtStart() (uint64, error) {
	_, err := os.Stat(filepath.Join(w.files.dir, "checkpoint"))
	if errors.Is(err, fs.ErrNotExist) {
		_, tileErr := os.Stat(filepath.Join(w.files.dir, "tile"))
		if !errors.Is(tileErr, fs.ErrNotExist) {
			return 0, fmt.Errorf("there are entries and no checkpoint: %w", ErrTampered)
		}
		return 0, nil
	}
	report, err := Verify(w.files.dir, w.verifier, nil)
	if err != nil {
		return 0, err
	}
	if len(report.Problems) > 0 {
		return 0, fmt.Errorf("%s (%d problems): %w", report.Problems[0], len(report.Problems), ErrTampered)
	}
	return report.Size, nil
}

// findEnd reads the last leaf that is integrated, signed or not: a log never ends before its checkpoint.
func (w *Writer) findEnd(ctx context.Context, reader tessera.LogReader, signed uint64) error {
	size, err := reader.IntegratedSize(ctx)
	if err != nil {
		return fmt.Errorf("read the log's size: %w", err)
	}
	if size < signed {
		return fmt.Errorf("the log's state has %d entries and its checkpoint %d: %w", size, signed, ErrTampered)
	}
	if size == 0 {
		return nil
	}
	entries, err := w.files.bundle((size-1)/width, size)
	if err != nil {
		return err
	}
	last := (size - 1) % width
	if uint64(len(entries)) <= last {
		return fmt.Errorf("the last bundle is cut off: %w", ErrTampered)
	}
	_, w.at, err = parseLeaf(entries[last])
	w.any = err == nil
	return err
}

// Next is the offset of the topic from which on records are wanted: the one after the last that is
// logged as a whole. known is false for an empty log, which takes whatever comes first.
func (w *Writer) Next() (offset int64, known bool) {
	if !w.any {
		return 0, false
	}
	if w.at.last() {
		return w.at.offset + 1, true
	}
	return w.at.offset, true
}

// Append logs records in the order given and returns once a signed checkpoint that commits to all of
// them is on disk. Records that are logged already are skipped, so a batch may be repeated after any
// error. A record that lies beyond the next offset is ErrGap and nothing is logged.
func (w *Writer) Append(ctx context.Context, records []Record) error {
	var futures []tessera.IndexFuture
	at, anyLogged := w.at, w.any
	for _, r := range records {
		next, known := nextOf(at, anyLogged)
		if known && r.Offset > next && r.Offset != w.resumeAt {
			return fmt.Errorf("the log wants offset %d and gets %d: %w", next, r.Offset, ErrGap)
		}
		leaves, err := leavesOf(r)
		if err != nil {
			return err
		}
		for i, leaf := range leaves {
			p := position{r.Offset, uint16(i), uint16(len(leaves))} //nolint:gosec // at most maxParts
			if anyLogged && !p.follows(at) {
				continue // logged before
			}
			futures = append(futures, w.appender.Add(ctx, tessera.NewEntry(leaf)))
			at, anyLogged = p, true
		}
	}
	err := w.await(ctx, futures)
	if err != nil {
		return err
	}
	w.at, w.any = at, anyLogged
	return nil
}

func nextOf(at position, anyLogged bool) (int64, bool) {
	w := Writer{at: at, any: anyLogged}
	return w.Next()
}

// await waits for every entry, and for the checkpoint that covers the last. After an error it is not
// known how much is logged: the writer has to be opened again.
func (w *Writer) await(ctx context.Context, futures []tessera.IndexFuture) error {
	for i, future := range futures {
		var err error
		if i == len(futures)-1 {
			_, _, err = w.awaiter.Await(ctx, future)
		} else {
			_, err = future()
		}
		if err != nil {
			return fmt.Errorf("append to the log: %w", err)
		}
	}
	return nil
}

// Checkpoint is the signed checkpoint in force.
func (w *Writer) Checkpoint() ([]byte, error) {
	_, raw, err := w.files.checkpoint(w.verifier)
	return raw, err
}

// Close ends the appender after what it has taken is signed, and gives the directory back.
func (w *Writer) Close(ctx context.Context) error {
	err := w.shutdown(ctx)
	w.cancel()
	return errors.Join(err, w.lock.Close())
}
