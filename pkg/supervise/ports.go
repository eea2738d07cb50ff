package supervise

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
)

// Ports lie below those that systems give to outgoing connections (from 32768 on Linux, 49152 elsewhere): one of theirs
// may be such a connection's by the time that the process listens on it.
const (
	firstPort, endPort = 20000, 32768
	// blockPorts are taken at a time: about what one deployment needs. There are 199 blocks.
	blockPorts = 64
)

// ErrNoPorts says that all blocks of ports are taken, or that nothing can listen on what is left of them. End some of the
// processes that run deployments on this machine.
var ErrNoPorts = errors.New("no free ports are left")

// reservation is what this process has reserved.
var reservation struct {
	mu sync.Mutex // guards what follows
	// locks are those of the blocks, held until the process ends.
	locks []*os.File
	// next and end are what is left of the last block.
	next, end int
}

// FreePorts returns ports of 127.0.0.1 on which nobody listens, for processes that are to be started. Between this and
// their start nobody else is given them: no other process that asks here, as each has blocks of its own for as long as it
// lives, and no outgoing connection. A port is given out once in the life of a process. Safe for concurrent use.
func FreePorts(n int) ([]int, error) {
	reservation.mu.Lock()
	defer reservation.mu.Unlock()
	found := make([]int, 0, n)
	for len(found) < n {
		if reservation.next == reservation.end {
			err := reserveLocked(filepath.Join(os.TempDir(), "hushlog-ports-"+strconv.Itoa(os.Getuid())))
			if err != nil {
				return nil, err
			}
		}
		port := reservation.next
		reservation.next++
		listener, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port))) //nolint:noctx // binding a port does not wait
		if err != nil {
			continue // somebody who does not ask here has it
		}
		_ = listener.Close()
		found = append(found, port)
	}
	return found, nil
}

// FreeAddress is FreePorts of one port, with the address.
func FreeAddress() (string, error) {
	ports, err := FreePorts(1)
	if err != nil {
		return "", err
	}
	return net.JoinHostPort("127.0.0.1", strconv.Itoa(ports[0])), nil
}

// reserveLocked takes a block that no process has, from a random one on. dir holds a file to lock for each.
func reserveLocked(dir string) error {
	err := os.MkdirAll(dir, 0o700)
	if err != nil {
		return fmt.Errorf("make the directory of reserved ports: %w", err)
	}
	blocks := (endPort - firstPort) / blockPorts
	begin := rand.IntN(blocks) //nolint:gosec // nothing secret
	for i := range blocks {
		block := (begin + i) % blocks
		file, err := os.OpenFile(filepath.Join(dir, strconv.Itoa(firstPort+block*blockPorts)), os.O_CREATE|os.O_RDWR, 0o600)
		if err != nil {
			return fmt.Errorf("open what reserves ports: %w", err)
		}
		err = syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if err == nil {
			reservation.locks = append(reservation.locks, file)
			reservation.next = firstPort + block*blockPorts
			reservation.end = reservation.next + blockPorts
			return nil
		}
		_ = file.Close()
		if !errors.Is(err, syscall.EWOULDBLOCK) {
			return fmt.Errorf("reserve ports by %s: %w", file.Name(), err)
		}
	}
	return fmt.Errorf("%w: all of %d to %d are reserved (%s)", ErrNoPorts, firstPort, endPort-1, dir)
}
