// Package repository finds the checkout that a test runs in.
package repository

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// Root walks up from the working directory, which is a test's package, to the folder that holds go.work.
func Root() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", fmt.Errorf("find repository: %w", err)
	}
	for {
		_, err = os.Stat(filepath.Join(dir, "go.work"))
		if err == nil {
			return dir, nil
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", errors.New("find repository: no go.work above the working directory")
		}
		dir = parent
	}
}
