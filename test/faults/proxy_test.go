package faults

import (
	"context"
	"io"
	"net"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// echo answers what it is sent.
func echo(t *testing.T) string {
	t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				_, _ = io.Copy(conn, conn)
				_ = conn.Close()
			}()
		}
	}()
	return listener.Addr().String()
}

func dialTo(t *testing.T, addr string) net.Conn {
	t.Helper()
	conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", addr)
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

// says sends a word and waits for it to come back.
func says(conn net.Conn, within time.Duration) error {
	err := conn.SetDeadline(time.Now().Add(within))
	if err != nil {
		return err
	}
	_, err = conn.Write([]byte("word"))
	if err != nil {
		return err
	}
	_, err = io.ReadFull(conn, make([]byte, 4))
	return err
}

const soon = 10 * time.Second

func TestProxyCuts(t *testing.T) {
	p, err := newProxy(echo(t))
	require.NoError(t, err)
	t.Cleanup(p.Close)
	first := dialTo(t, p.Addr())
	require.NoError(t, says(first, soon))

	p.set(cutDelay)
	began := time.Now()
	require.NoError(t, says(first, soon))
	require.GreaterOrEqual(t, time.Since(began), 2*lateBy, "late both ways")

	p.set(cutHang)
	require.Error(t, says(first, 200*time.Millisecond), "nothing passes")
	p.set(cutNone)
	require.NoError(t, first.SetDeadline(time.Now().Add(soon)))
	_, err = io.ReadFull(first, make([]byte, 4))
	require.NoError(t, err, "what hung comes late")

	p.set(cutHalf)
	require.NoError(t, first.SetDeadline(time.Now().Add(soon)))
	_, err = first.Read(make([]byte, 1))
	require.ErrorIs(t, err, io.EOF, "the other side was told that we are done, and is done too")
	second := dialTo(t, p.Addr())
	require.NoError(t, says(second, soon), "new connections are whole")

	p.set(cutDrop)
	require.Error(t, says(second, soon), "ended")
	require.Error(t, says(dialTo(t, p.Addr()), soon), "not taken")
	p.set(cutNone)
	require.NoError(t, says(dialTo(t, p.Addr()), soon))
}

func TestProxyWithoutTarget(t *testing.T) {
	listener, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	target := listener.Addr().String()
	require.NoError(t, listener.Close())
	p, err := newProxy(target)
	require.NoError(t, err)
	t.Cleanup(p.Close)
	require.Error(t, says(dialTo(t, p.Addr()), soon))
}
