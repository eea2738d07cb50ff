package embedded

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// fileInMemory makes a file that no directory has and that ends with this process, and returns the path under which this process
// finds it.
func fileInMemory(name string, content []byte) (string, error) {
	fd, err := unix.MemfdCreate(name, unix.MFD_CLOEXEC)
	if err != nil {
		return "", fmt.Errorf("make a file in memory: %w", err)
	}
	path := fmt.Sprintf("/proc/self/fd/%d", fd)
	file := os.NewFile(uintptr(fd), path)
	_, err = file.Write(content)
	if err != nil {
		return "", fmt.Errorf("make a file in memory: %w", errors.Join(err, file.Close()))
	}
	inMemory = append(inMemory, file)
	return path, nil
}

// inMemory keeps files from being closed, which would end them.
var inMemory []*os.File
