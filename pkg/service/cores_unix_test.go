//go:build unix

package service_test

import (
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestNoCoreIsDumped: what is in a service's memory does not get into a file when it crashes.
func TestNoCoreIsDumped(t *testing.T) {
	newApp(t)
	var limit syscall.Rlimit
	require.NoError(t, syscall.Getrlimit(syscall.RLIMIT_CORE, &limit))
	require.Zero(t, limit.Cur)
	require.Zero(t, limit.Max)
}
