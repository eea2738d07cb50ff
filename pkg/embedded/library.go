package embedded

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// LibraryEnv is the environment variable that names the engine library's file.
const LibraryEnv = "HUSHLOG_CHDB_LIB"

// ErrNoLibrary says that ClickHouse's engine library is not installed. Run
// `make deps`, or name the library's file in the configuration or in
// HUSHLOG_CHDB_LIB.
var ErrNoLibrary = errors.New("ClickHouse's engine library (libchdb.so) is missing: run `make deps`, or set " + LibraryEnv + " to its path")

// libraryPath is where the installer puts the library, below the checkout.
var libraryPath = filepath.Join(".cache", "chdb", "node_modules", "@chdb", "lib-linux-x64-gnu", "libchdb.so")

// FindLibrary returns the path of ClickHouse's engine library: the one
// configured, else the one in HUSHLOG_CHDB_LIB, else the one that `make deps`
// installed above the working directory or above the executable. It returns
// [ErrNoLibrary] when there is none.
func FindLibrary(configured string) (string, error) {
	for _, named := range []string{configured, os.Getenv(LibraryEnv)} {
		if named == "" {
			continue
		}
		if !isFile(named) {
			return "", fmt.Errorf("%s is not there: %w", named, ErrNoLibrary)
		}
		return named, nil
	}
	for _, start := range searchStarts() {
		path, ok := findAbove(start)
		if ok {
			return path, nil
		}
	}
	return "", ErrNoLibrary
}

// searchStarts are the directories to look upward from.
func searchStarts() []string {
	var starts []string
	wd, err := os.Getwd()
	if err == nil {
		starts = append(starts, wd)
	}
	exe, err := os.Executable()
	if err == nil {
		starts = append(starts, filepath.Dir(exe))
	}
	return starts
}

func findAbove(dir string) (string, bool) {
	for {
		path := filepath.Join(dir, libraryPath)
		if isFile(path) {
			return path, true
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", false
		}
		dir = parent
	}
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}
