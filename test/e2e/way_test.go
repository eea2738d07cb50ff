// Package e2e runs a whole deployment and looks at it from outside, as clients
// and people do.
package e2e

import (
	"context"
	"io"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hushlog/hushlog/services/demo"
	"github.com/hushlog/hushlog/test/backend"
	"github.com/hushlog/hushlog/test/stack"
)

func TestMain(m *testing.M) { backend.Main(m) }

// TestTheWholeWay is the demo, with everything that it checks: each interface
// of the gateway, counts, ledger, sanitized texts, alert, roles, trail, and no
// planted value readable in files. It runs unchanged on each backend.
func TestTheWholeWay(t *testing.T) {
	s := stack.Start(t)
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	require.NoError(t, demo.Run(ctx, s.Target, io.Discard))
}
