package faults

import (
	"errors"
	"fmt"
	"os"
	"syscall"
	"time"
)

// diskBytes is the size of a disk, of memory, that is not full. What is not used takes none.
const diskBytes = 1 << 30

// disk is a file system of its own for what a part keeps.
type disk struct{ dir string }

// errNoDisk says that the test may not mount file systems.
var errNoDisk = errors.New("file systems cannot be mounted here")

// newDisk mounts one on a directory, which is made. Unmount it.
func newDisk(dir string) (*disk, error) {
	err := os.MkdirAll(dir, 0o700)
	if err != nil {
		return nil, fmt.Errorf("make %s: %w", dir, err)
	}
	err = syscall.Mount("tmpfs", dir, "tmpfs", 0, fmt.Sprintf("mode=700,size=%d", diskBytes))
	if errors.Is(err, syscall.EPERM) || errors.Is(err, syscall.EACCES) {
		return nil, fmt.Errorf("%w: %w", errNoDisk, err)
	}
	if err != nil {
		return nil, fmt.Errorf("mount a file system of memory on %s: %w", dir, err)
	}
	return &disk{dir}, nil
}

const (
	// fillSteps and fillStep are how a disk gets full: within two seconds, faster than any process writes. What a disk does
	// that is full from one moment to the next no reserve helps against.
	fillSteps = 20
	fillStep  = 100 * time.Millisecond
)

// fill makes the disk smaller, until it is as small as what is on it.
func (d *disk) fill() error {
	for left := uint64(fillSteps); left > 0; {
		left--
		time.Sleep(fillStep)
		err := d.leave(diskBytes / fillSteps * left)
		if err != nil {
			return err
		}
	}
	return nil
}

// leave makes the disk so small that there is room for some bytes more, or for none.
func (d *disk) leave(room uint64) error {
	var err error
	// What is written meanwhile would not fit: then it is looked again.
	for range 100 {
		var stat syscall.Statfs_t
		err = syscall.Statfs(d.dir, &stat)
		if err != nil {
			return fmt.Errorf("look at %s: %w", d.dir, err)
		}
		err = d.resize((stat.Blocks-stat.Bfree)*uint64(stat.Bsize) + room) //nolint:gosec // a block's size is positive
		if err == nil {
			return nil
		}
		time.Sleep(time.Millisecond)
	}
	return err
}

// free makes room again.
func (d *disk) free() error { return d.resize(diskBytes) }

func (d *disk) resize(size uint64) error {
	err := syscall.Mount("tmpfs", d.dir, "tmpfs", syscall.MS_REMOUNT, fmt.Sprintf("size=%d", size))
	if err != nil {
		return fmt.Errorf("resize the disk on %s to %d: %w", d.dir, size, err)
	}
	return nil
}

// unmount ends it, with what is on it.
func (d *disk) unmount() error {
	err := syscall.Unmount(d.dir, syscall.MNT_DETACH)
	if err != nil {
		return fmt.Errorf("unmount %s: %w", d.dir, err)
	}
	return nil
}
