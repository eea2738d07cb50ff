package supervise

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// portsEnv has the test's binary print so many free ports and wait until its input ends.
const portsEnv = "HUSHLOG_TEST_PORTS"

func TestFreePorts(t *testing.T) {
	if n, err := strconv.Atoi(os.Getenv(portsEnv)); err == nil {
		ports, err := FreePorts(n)
		require.NoError(t, err)
		fmt.Println("ports", strings.Trim(fmt.Sprint(ports), "[]"))
		_, _ = os.Stdin.Read(make([]byte, 1))
		return
	}
	const many = 2*blockPorts + 10
	seen := map[int]bool{}
	take := func(ports []int) {
		for _, port := range ports {
			require.False(t, seen[port], "%d was given out twice", port)
			require.GreaterOrEqual(t, port, firstPort)
			require.Less(t, port, endPort)
			seen[port] = true
		}
	}
	// Processes that live at the same time.
	for range 3 {
		cmd := exec.CommandContext(context.WithoutCancel(t.Context()), os.Args[0], "-test.run=^TestFreePorts$")
		cmd.Env = append(os.Environ(), portsEnv+"="+strconv.Itoa(many))
		in, err := cmd.StdinPipe()
		require.NoError(t, err)
		out, err := cmd.StdoutPipe()
		require.NoError(t, err)
		require.NoError(t, cmd.Start())
		t.Cleanup(func() {
			_ = in.Close()
			require.NoError(t, cmd.Wait())
		})
		var word string
		_, err = fmt.Fscan(out, &word)
		require.NoError(t, err)
		require.Equal(t, "ports", word)
		ports := make([]int, many)
		for i := range ports {
			_, err = fmt.Fscan(out, &ports[i])
			require.NoError(t, err)
		}
		take(ports)
	}
	// And goroutines of one.
	var group sync.WaitGroup
	found := make([][]int, 4)
	for i := range found {
		group.Go(func() { found[i], _ = FreePorts(blockPorts) })
	}
	group.Wait()
	for _, ports := range found {
		require.Len(t, ports, blockPorts)
		take(ports)
	}
}

func TestFreePortsPassesOverWhatIsTaken(t *testing.T) {
	ports, err := FreePorts(1)
	require.NoError(t, err)
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:"+strconv.Itoa(ports[0]+1))
	if err != nil {
		t.Skipf("skipped: somebody else listens on port %d", ports[0]+1)
	}
	defer func() { require.NoError(t, listener.Close()) }()
	next, err := FreePorts(1)
	require.NoError(t, err)
	require.NotEqual(t, ports[0]+1, next[0])
}
