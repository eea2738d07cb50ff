package embedded

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
)

// ErrInUse says that another process owns the data directory. Stop that process
// or name another directory; nothing was touched.
var ErrInUse = errors.New("the data directory is in use by another process")

// lockName is the file in a data directory that its owner holds locked.
const lockName = "hushlog.lock"

// lockDir makes the directory, readable by its owner only, and takes its lock.
// The lock ends with the returned file, hence with the process however it ends.
func lockDir(dir string) (*os.File, error) {
	err := os.MkdirAll(dir, 0o700)
	if err != nil {
		return nil, fmt.Errorf("make the data directory: %w", err)
	}
	path := filepath.Join(dir, lockName)
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open the data directory's lock: %w", err)
	}
	err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if err != nil {
		owner := make([]byte, 16)
		n, _ := f.ReadAt(owner, 0) // without it only the message is poorer
		_ = f.Close()
		if errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, fmt.Errorf("%s: %w (pid %s)", dir, ErrInUse, ownerText(owner[:n]))
		}
		return nil, fmt.Errorf("lock %s: %w", path, err)
	}
	err = errors.Join(f.Truncate(0), writeOwner(f))
	if err != nil {
		_ = f.Close()
		return nil, fmt.Errorf("write %s: %w", path, err)
	}
	return f, nil
}

func writeOwner(f *os.File) error {
	_, err := f.WriteAt([]byte(strconv.Itoa(os.Getpid())), 0)
	return err
}

func ownerText(raw []byte) string {
	pid, err := strconv.Atoi(string(raw))
	if err != nil {
		return "unknown"
	}
	return strconv.Itoa(pid)
}
