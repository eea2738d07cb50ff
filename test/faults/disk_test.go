package faults

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestDisk(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "disk")
	d, err := newDisk(dir)
	if errors.Is(err, errNoDisk) {
		t.Skipf("skipped: %v", err)
	}
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, d.unmount()) })
	data := make([]byte, 100_000)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "before"), data, 0o600))
	require.NoError(t, d.fill())
	require.ErrorIs(t, os.WriteFile(filepath.Join(dir, "full"), data, 0o600), syscall.ENOSPC)
	require.NoError(t, d.free())
	require.NoError(t, os.WriteFile(filepath.Join(dir, "after"), data, 0o600))
}
