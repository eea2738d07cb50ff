package supervise

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
)

// logFile is a file of bounded size for a child's output. When it is full it
// becomes path.1, in the place of the one before.
type logFile struct {
	path  string
	limit int64

	mu   sync.Mutex // guards the fields below
	file *os.File
	size int64
	tail []byte // the end of what was written since it was opened
}

// maxTail bounds the line that lastLine gives.
const maxTail = 1 << 10

func openLog(path string, limit int64) (*logFile, error) {
	err := os.MkdirAll(filepath.Dir(path), 0o700)
	if err != nil {
		return nil, fmt.Errorf("make the log's directory: %w", err)
	}
	l := &logFile{path: path, limit: limit}
	err = l.openLocked()
	if err != nil {
		return nil, err
	}
	return l, nil
}

func (l *logFile) openLocked() error {
	f, err := os.OpenFile(l.path, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return fmt.Errorf("open the log: %w", err)
	}
	info, err := f.Stat()
	if err != nil {
		_ = f.Close()
		return fmt.Errorf("open the log: %w", err)
	}
	l.file, l.size = f, info.Size()
	return nil
}

// Write implements io.Writer. Its errors end the copying of the child's output,
// which the child then sees as a closed pipe: a full disk stops it.
func (l *logFile) Write(data []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.size > 0 && l.size+int64(len(data)) > l.limit {
		err := l.turnLocked()
		if err != nil {
			return 0, err
		}
	}
	n, err := l.file.Write(data)
	l.size += int64(n)
	l.tail = append(l.tail, data[max(0, n-maxTail):n]...)
	l.tail = slices.Clone(l.tail[max(0, len(l.tail)-maxTail):])
	return n, err
}

// turnLocked starts a new file.
func (l *logFile) turnLocked() error {
	err := l.file.Close()
	if err != nil {
		return fmt.Errorf("turn the log: %w", err)
	}
	err = os.Rename(l.path, l.path+".1")
	if err != nil {
		return fmt.Errorf("turn the log: %w", err)
	}
	return l.openLocked()
}

func (l *logFile) close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	_ = l.file.Close()
}

// lastLine is the last line that was written since the log was opened, or the
// end of it when it is long; "" when nothing was written.
func (l *logFile) lastLine() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	text := bytes.TrimSpace(l.tail)
	return string(bytes.TrimSpace(text[bytes.LastIndexByte(text, '\n')+1:]))
}
