//go:build !linux

package embedded

import "errors"

// fileInMemory exists on Linux only.
func fileInMemory(string, []byte) (string, error) {
	return "", errors.New("files in memory exist on Linux only; unwrap the keys into a file of a memory disk")
}
