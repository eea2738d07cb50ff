package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"golang.org/x/sync/semaphore" // bounds the bytes that are held at once, which a count of files does not

	"github.com/hushlog/hushlog/pkg/redact"
)

const (
	// maxHeldBytes bounds the files that are held in memory at once, in bytes. An engine's views and the sanitized text
	// come to it, a few times as much.
	maxHeldBytes = 4 * maxWholeText
	// sniffBytes is how much of a file is looked at for bytes that no text has.
	sniffBytes = 8 << 10
	// aheadFactor is how many files for each worker may wait for their turn to be reported.
	aheadFactor = 4
)

// exitLeftOut is the exit code of a run that was without error but left files out: it has said which.
const exitLeftOut = exitError(2)

// readFile is what became of one file.
type readFile struct {
	bytes     int64
	explained []explained // with --explain
	byRule    map[string]int
	byType    map[redact.Type]int
	skip      string   // why the file was left out, "" when it was not
	problems  problems // lines of JSONL that are no records
	err       error    // what went wrong with it; it names no content
}

// fileRun is a run over files.
type fileRun struct {
	*redactRun
	opts     redactOptions
	plan     *redactPlan
	report   *redactReport
	progress *redactProgress
	held     *semaphore.Weighted
	skipped  int
	failed   int
}

// files redacts the files and folders that args name: into --out, in place, or only to report.
func (r *redactRun) files(ctx context.Context, args []string, o redactOptions, out, messages io.Writer) error {
	plan, err := planFiles(args, o)
	if err != nil {
		return err
	}
	f := &fileRun{
		redactRun: r, opts: o, plan: plan, report: newRedactReport(out, o), held: semaphore.NewWeighted(maxHeldBytes),
		progress: newRedactProgress(messages, o.progress || isTerminal(messages), len(plan.sources), plan.bytes, time.Now),
	}
	err = f.all(ctx)
	f.progress.end()
	closeErr := plan.close()
	if err == nil && closeErr != nil {
		err = fmt.Errorf("redact: %w", closeErr)
	}
	return err
}

// all works through the plan and ends with the exit code of what it has reported.
func (f *fileRun) all(ctx context.Context) error {
	for _, s := range f.plan.skipped {
		f.leaveOut(s)
	}
	for _, s := range f.plan.failed {
		f.fail(s.File, s.Reason)
	}
	if f.plan.out != nil {
		err := f.plan.makeFolders()
		if err != nil {
			return err
		}
	}
	err := f.work(ctx)
	if f.plan.out != nil {
		err = errors.Join(err, f.plan.finishFolders())
	}
	if err != nil {
		return err
	}
	err = f.report.end()
	if err != nil {
		return fmt.Errorf("redact: write the report: %w", err)
	}
	switch {
	case f.failed > 0:
		return exitError(1)
	case f.skipped > 0:
		return exitLeftOut
	}
	return nil
}

// queued is a file under work; its result comes once.
type queued struct {
	source *redactSource
	result chan *readFile
}

// work redacts the sources with a bounded number of workers and reports them in their order.
func (f *fileRun) work(ctx context.Context) error {
	working, stop := context.WithCancel(ctx)
	defer stop()
	var group sync.WaitGroup
	todo := make(chan queued)
	turn := make(chan queued, f.opts.jobs*aheadFactor) // the files under work, in order
	group.Go(func() {
		defer close(todo)
		defer close(turn)
		f.feed(working, todo, turn)
	})
	for range f.opts.jobs {
		group.Go(func() {
			for q := range todo {
				q.result <- f.one(working, q.source)
			}
		})
	}
	var err error
	for q := range turn {
		read := <-q.result
		if err == nil && working.Err() == nil {
			err = f.settle(q.source, read)
		}
		if err != nil {
			stop()
		}
	}
	group.Wait()
	if err == nil && ctx.Err() != nil {
		err = fmt.Errorf("redact: stopped before the end: %w; files that were not reached are as they were", ctx.Err())
	}
	return err
}

// feed hands out the sources until ctx ends.
func (f *fileRun) feed(ctx context.Context, todo, turn chan<- queued) {
	for i := range f.plan.sources {
		q := queued{source: &f.plan.sources[i], result: make(chan *readFile, 1)}
		select {
		case todo <- q:
			turn <- q
		case <-ctx.Done():
			return
		}
	}
}

// settle reports what became of a file.
func (f *fileRun) settle(s *redactSource, read *readFile) error {
	defer f.progress.done(s.size)
	switch {
	case read.err != nil:
		f.fail(s.name, reasonOf(read.err))
		return nil
	case read.skip != "":
		f.leaveOut(skippedFile{File: s.name, Reason: read.skip})
		return nil
	}
	read.problems.each(func(problem string) { f.fail(s.name, problem) })
	err := f.report.add(s.name, read)
	if err != nil {
		return fmt.Errorf("redact: write the report: %w", err)
	}
	return nil
}

func (f *fileRun) leaveOut(s skippedFile) {
	f.skipped++
	f.report.counts.Skipped = append(f.report.counts.Skipped, s)
	f.progress.message("hushlog: redact: %s: left out: %s", shownName(s.File), s.Reason)
}

func (f *fileRun) fail(name, reason string) {
	f.failed++
	f.progress.message("hushlog: redact: %s: %s", shownName(name), reason)
}

// shownName quotes a name that would confuse a terminal.
func shownName(name string) string {
	for _, r := range name {
		if !strconv.IsPrint(r) {
			return strconv.Quote(name)
		}
	}
	return name
}

// one redacts one file.
func (f *fileRun) one(ctx context.Context, s *redactSource) *readFile {
	err := ctx.Err()
	if err != nil {
		return &readFile{err: err}
	}
	in, info, err := s.from.open()
	if err != nil {
		return &readFile{err: err}
	}
	defer func() { _ = in.Close() }() // it was only read
	if f.opts.jsonl {
		return f.oneJSONL(in, info, s)
	}
	weight := min(info.Size()+1, maxWholeText)
	err = f.held.Acquire(ctx, weight)
	if err != nil {
		return &readFile{err: err}
	}
	defer f.held.Release(weight)
	data, err := io.ReadAll(io.LimitReader(in, maxWholeText+1))
	if err != nil {
		return &readFile{err: err}
	}
	reason := notText(data)
	if reason != "" {
		return &readFile{skip: reason}
	}
	if len(data) > maxWholeText {
		return f.oneLong(in, info, s)
	}
	return f.oneText(string(data), info, s)
}

// oneText redacts a file that is one text.
func (f *fileRun) oneText(text string, info fs.FileInfo, s *redactSource) *readFile {
	if !utf8.ValidString(text) {
		return &readFile{skip: "not UTF-8: convert it, if it is text"}
	}
	res, _, err := f.sanitize(text)
	if err != nil {
		return &readFile{skip: err.Error()}
	}
	read := newReadFile()
	read.bytes = int64(len(text))
	read.err = f.take(read, f.opts, s.name, 0, strings.NewReader(text), res.Findings)
	if read.err != nil {
		return read
	}
	read.err = f.write(s, info.Mode().Perm(), func(w io.Writer) error {
		_, err := io.WriteString(w, res.Text)
		return err
	})
	return read
}

// oneLong redacts a file that is too long to be held: it is read once to classify it, once to write it, and once more to
// say where findings are.
func (f *fileRun) oneLong(in *os.File, info fs.FileInfo, s *redactSource) *readFile {
	read := newReadFile()
	read.bytes = info.Size()
	again := func() error {
		_, err := in.Seek(0, io.SeekStart)
		return err
	}
	read.err = again()
	if read.err != nil {
		return read
	}
	class, err := f.survey(in)
	if err == nil {
		err = again()
	}
	var found []redact.Finding
	if err == nil && s.to.path == "" {
		found, err = f.stream(in, io.Discard, class)
	} else if err == nil {
		err = f.write(s, info.Mode().Perm(), func(w io.Writer) error {
			var err error
			found, err = f.stream(in, w, class)
			return err
		})
	}
	if errors.Is(err, redact.ErrUninspectable) {
		return &readFile{skip: err.Error()}
	}
	if err == nil {
		err = again()
	}
	if err == nil {
		err = f.take(read, f.opts, s.name, 0, in, found)
	}
	read.err = err
	return read
}

// notText says why a file that begins with data is no text that can be redacted, or "".
func notText(data []byte) string {
	head := data[:min(len(data), sniffBytes)]
	switch {
	case bytes.HasPrefix(head, []byte("\xff\xfe")), bytes.HasPrefix(head, []byte("\xfe\xff")):
		return "UTF-16: convert it to UTF-8"
	case bytes.IndexByte(head, 0) >= 0:
		return "binary"
	}
	return ""
}

func newReadFile() *readFile {
	return &readFile{byRule: map[string]int{}, byType: map[redact.Type]int{}}
}

// take counts and, when asked, explains the findings of the text that in reads.
func (r *redactRun) take(read *readFile, o redactOptions, file string, record int, in io.Reader, fs []redact.Finding) error {
	for _, x := range fs {
		read.byRule[x.Rule]++
		read.byType[x.Type]++
	}
	if !o.explain {
		return nil
	}
	list, err := r.explain(file, record, in, fs)
	read.explained = append(read.explained, list...)
	return err
}

// write puts content where s goes, if it goes anywhere.
func (f *fileRun) write(s *redactSource, perm fs.FileMode, content func(io.Writer) error) error {
	if s.to.path == "" {
		return nil
	}
	err := s.to.replace(perm, f.opts.force || f.opts.inPlace, content)
	if errors.Is(err, errExists) {
		return fmt.Errorf("%s is there since this run began: choose another --out, or replace it with --force", filepath.Join(f.opts.out, s.to.path))
	}
	return err
}
