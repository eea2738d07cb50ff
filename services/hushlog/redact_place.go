package main

import (
	"bufio"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// place is a file in an open tree, which it cannot leave by any link, or one that was named by itself (root is nil).
type place struct {
	root *os.Root
	path string
}

// in calls f with the folder tree that holds the file and the file's name there.
func (p place) in(f func(root *os.Root, name string) error) error {
	if p.root != nil {
		return f(p.root, p.path)
	}
	root, err := os.OpenRoot(filepath.Dir(p.path))
	if err != nil {
		return err
	}
	return errors.Join(f(root, filepath.Base(p.path)), root.Close())
}

// open opens the file for reading; the caller closes it. Anything but a regular file is refused.
func (p place) open() (*os.File, fs.FileInfo, error) {
	var f *os.File
	err := p.in(func(root *os.Root, name string) error {
		var err error
		f, err = root.Open(name)
		return err
	})
	if err != nil {
		return nil, nil, err
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = errors.New("not a regular file")
	}
	if err != nil {
		return nil, nil, errors.Join(err, f.Close())
	}
	return f, info, nil
}

// exists reports whether something stands at the place.
func (p place) exists() (bool, error) {
	err := p.in(func(root *os.Root, name string) error {
		_, err := root.Lstat(name)
		return err
	})
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}

// errExists is returned for a place that is taken and may not be: the caller names the file and what to do.
var errExists = errors.New("exists")

// replace puts what content writes at the place, with the given permissions: whole, or not at all. Until it is whole it
// stands beside the place under another name. With force it takes the place of what is there.
func (p place) replace(perm fs.FileMode, force bool, content func(io.Writer) error) error {
	return p.in(func(root *os.Root, name string) error {
		temporary := filepath.Join(filepath.Dir(name), ".hushlog-"+rand.Text())
		err := writeNew(root, temporary, perm, content)
		if err == nil && !force {
			_, statErr := root.Lstat(name)
			if statErr == nil {
				err = errExists
			}
		}
		if err == nil {
			err = root.Rename(temporary, name)
		}
		if err != nil {
			removeErr := root.Remove(temporary)
			if removeErr != nil && !errors.Is(removeErr, fs.ErrNotExist) {
				err = errors.Join(err, fmt.Errorf("remove %s, which is not whole: %w", temporary, removeErr))
			}
		}
		return err
	})
}

// writeNew makes a file that was not there, durable on return.
func writeNew(root *os.Root, name string, perm fs.FileMode, content func(io.Writer) error) error {
	f, err := root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	w := bufio.NewWriterSize(f, 1<<16)
	err = content(w)
	if err == nil {
		err = w.Flush()
	}
	if err == nil {
		err = f.Chmod(perm)
	}
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}
