package faults

import (
	"context"
	"errors"
	"io"
	"net"
	"sync"
	"time"
)

// cut is what a proxy does with the traffic through it.
type cut int

const (
	cutNone cut = iota
	// cutDrop ends connections, and takes no new ones.
	cutDrop
	// cutHang takes connections and passes nothing on.
	cutHang
	// cutDelay passes everything on, late.
	cutDelay
	// cutHalf ends one direction of the connections that there are; new ones are whole.
	cutHalf
)

func (c cut) String() string {
	return [...]string{"pass", "drop", "hang", "delay", "half-close"}[c]
}

const (
	// lateBy is the delay of cutDelay, for each piece of up to proxyBuffer bytes.
	lateBy = 150 * time.Millisecond
	// lookAgain is how often what hangs looks whether it still does.
	lookAgain   = 20 * time.Millisecond
	proxyBuffer = 16 << 10
	dialWithin  = 5 * time.Second
)

// proxy forwards TCP connections to a target, or does not. Safe for concurrent use.
type proxy struct {
	listener net.Listener
	target   string
	running  sync.WaitGroup

	mu    sync.Mutex // guards what follows
	now   cut
	pairs map[*pair]bool
}

// pair is a connection and the one that it is forwarded to.
type pair struct{ in, out *net.TCPConn }

// newProxy listens on a free port of this machine. Close it.
func newProxy(target string) (*proxy, error) {
	listener, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	p := &proxy{listener: listener, target: target, pairs: map[*pair]bool{}}
	p.running.Go(p.accept)
	return p, nil
}

// Addr is where the proxy listens.
func (p *proxy) Addr() string { return p.listener.Addr().String() }

// Close ends every connection.
func (p *proxy) Close() {
	_ = p.listener.Close()
	p.set(cutDrop)
	p.running.Wait()
}

// set changes what is done, to the connections that there are, too.
func (p *proxy) set(c cut) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.now = c
	for one := range p.pairs {
		switch c { //nolint:exhaustive // the others are for what passes
		case cutDrop:
			_ = one.in.Close()
			_ = one.out.Close()
		case cutHalf:
			_ = one.out.CloseWrite()
		}
	}
}

func (p *proxy) state() cut {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.now
}

func (p *proxy) accept() {
	for {
		conn, err := p.listener.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		in, ok := conn.(*net.TCPConn)
		if err != nil || !ok {
			continue
		}
		p.running.Go(func() { p.forward(in) })
	}
}

func (p *proxy) forward(in *net.TCPConn) {
	defer func() { _ = in.Close() }()
	if p.state() == cutDrop {
		return
	}
	dialer := net.Dialer{Timeout: dialWithin}
	conn, err := dialer.DialContext(context.Background(), "tcp", p.target)
	if err != nil {
		return // the target is not there: its client sees a connection that ends
	}
	defer func() { _ = conn.Close() }()
	out, ok := conn.(*net.TCPConn)
	if !ok {
		return
	}
	one := &pair{in, out}
	p.keep(one, true)
	defer p.keep(one, false)
	var both sync.WaitGroup
	both.Go(func() { p.pass(out, in) })
	both.Go(func() { p.pass(in, out) })
	both.Wait()
}

func (p *proxy) keep(one *pair, there bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !there {
		delete(p.pairs, one)
		return
	}
	p.pairs[one] = true
	if p.now == cutDrop {
		_ = one.in.Close()
		_ = one.out.Close()
	}
}

// pass copies one direction until it ends, and ends the other side's reading then.
func (p *proxy) pass(to, from *net.TCPConn) {
	buffer := make([]byte, proxyBuffer)
	for {
		n, err := from.Read(buffer)
		for p.state() == cutHang {
			time.Sleep(lookAgain)
		}
		if p.state() == cutDelay {
			time.Sleep(lateBy)
		}
		if n > 0 {
			_, writeErr := to.Write(buffer[:n])
			if writeErr != nil {
				_ = from.Close()
				return
			}
		}
		if errors.Is(err, io.EOF) {
			_ = to.CloseWrite()
			return
		}
		if err != nil {
			_ = to.Close()
			return
		}
	}
}
