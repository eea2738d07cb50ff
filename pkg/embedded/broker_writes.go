package embedded

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
)

// ErrNotWritten says that the broker could not write to its data directory, as when the disk is full, and has stopped where
// it was. End the process and start it again once it can write: what it had not written it has told nobody.
var ErrNotWritten = errors.New("the broker cannot write to its data directory")

// writes watches over what the broker writes. Where it cannot, it says so in its log only and goes on: markers of
// transactions and offsets of groups are then in its memory and not on disk, and another broker that starts there knows
// something else than what clients were told. So it is stopped before it answers anybody, as if it had been killed.
type writes struct {
	failed chan error
	// stopped is whether the broker stands still for ever.
	stopped atomic.Bool
	// unsaved is whether it could not write what it writes when it is closed.
	unsaved atomic.Bool
}

func newWrites() *writes { return &writes{failed: make(chan error, 1)} }

// told is given each line of the broker's log, before the broker goes on. It does not return from one about a write that
// failed.
func (w *writes) told(format string, args []any) {
	switch {
	case strings.HasPrefix(format, "persist to disk"), strings.HasPrefix(format, "save session state"):
		w.unsaved.Store(true)
	case strings.HasPrefix(format, "persist "), strings.HasPrefix(format, "endTx: failed to persist"):
		if !w.stopped.Swap(true) {
			w.failed <- fmt.Errorf("%w: %s", ErrNotWritten, fmt.Sprintf(format, args...))
		}
		select {}
	}
}

// Failed gives the one error after which the broker does nothing any more, [ErrNotWritten]. Close it then, and end the process.
func (b *Broker) Failed() <-chan error { return b.writes.failed }

// stopCluster stops the broker in order, unless it stands still.
func (b *Broker) stopCluster() error {
	if b.writes.stopped.Load() {
		return b.entry.Close()
	}
	b.cluster.Close()
	if !b.writes.unsaved.Load() {
		return nil
	}
	// Without this file the next start knows that it has to look for what is missing.
	err := os.Remove(filepath.Join(b.dataDir, sessionFile))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("forget the broker's last session: %w", err)
	}
	return nil
}
