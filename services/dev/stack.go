// Package dev runs a whole deployment on one machine: it prepares the
// directory, starts Kafka and ClickHouse and every service as a process of its
// own, and starts again what ends. `hushlog dev` and `hushlog demo` are its,
// and the end-to-end tests use it, also over a Kafka and a ClickHouse from
// elsewhere.
package dev

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/hushlog/hushlog/pkg/identity"
	"github.com/hushlog/hushlog/pkg/policy"
	"github.com/hushlog/hushlog/pkg/supervise"
	"github.com/hushlog/hushlog/services/canary"
	"github.com/hushlog/hushlog/services/setup"
)

// Options of a stack.
type Options struct {
	// Dir is the deployment directory. What is missing of it is made.
	Dir string
	// Binary is the hushlog program that the processes run.
	Binary string
	// Kafka and ClickHouse are addresses of a Kafka (its brokers' with commas between) and a ClickHouse
	// that run already and know the deployment's identities. Empty: the embedded ones.
	Kafka, ClickHouse string
	// GRPC, REST and Query are where clients and people are served. Empty: free
	// ports of 127.0.0.1.
	GRPC, REST, Query string
	// Front gives the address at which services find the embedded Kafka or ClickHouse, of which it is told the name
	// and where it listens: something that forwards stands between. Nil: nothing does.
	Front func(name, listens string) (address string, err error)
	// Replicas says how many there are of gateway, redactor, ingest and alert; 0 is one. The second is called redactor-1.
	Replicas map[string]int
	// Canaries is given the canary's configuration as it would be, to change it. Nil: none are sent.
	Canaries func(*canary.Config)
	// Yields has what works on the stream yield to what somebody waits for, where the cores cannot do both. On a machine that
	// is busy with other work it then gets little of it.
	Yields bool
	// Webhook gets alerts. Empty: nobody is told.
	Webhook string
	// Log gets starts, crashes and stops; nil discards them.
	Log *slog.Logger
}

// Stack is a running deployment. Safe for concurrent use.
type Stack struct {
	// Addresses of everything that listens.
	Addresses Addresses
	// Policy in force.
	Policy *policy.Policy

	options Options
	layout  identity.Layout
	ctx     context.Context //nolint:containedctx // the life of the processes, ended by Stop
	cancel  context.CancelFunc
	running sync.WaitGroup
	// failed gets the error of a process that could not be started.
	failed chan error

	mu        sync.Mutex // guards what follows
	processes map[string]*supervise.Process
	// stops end one process each, in the order of their start.
	stops []stop
}

// stop ends a process and returns when it has ended.
type stop struct {
	name string
	end  func()
}

// Start prepares the directory, starts everything and returns when every
// service is ready. The stack lives until Stop, or the end of ctx.
func Start(ctx context.Context, o Options) (*Stack, error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	dir, err := filepath.Abs(o.Dir)
	if err != nil {
		return nil, fmt.Errorf("deployment directory: %w", err)
	}
	o.Binary, err = filepath.Abs(o.Binary)
	if err != nil {
		return nil, fmt.Errorf("the hushlog program: %w", err)
	}
	s := &Stack{options: o, layout: identity.Layout{Dir: dir}, processes: map[string]*supervise.Process{}, failed: make(chan error, 16)}
	s.Policy, err = setup.Prepare(s.layout, nil)
	if err != nil {
		return nil, err
	}
	s.Addresses, err = chooseAddresses(o)
	if err != nil {
		return nil, err
	}
	err = s.writeConfigs()
	if err != nil {
		return nil, err
	}
	s.ctx, s.cancel = context.WithCancel(ctx)
	err = s.startAll()
	if err != nil {
		s.Stop()
		return nil, err
	}
	return s, nil
}

func (s *Stack) startAll() error {
	if s.options.Kafka == "" {
		s.start(identity.Kafka, []string{"embedded", "kafka"}, dials(cmp.Or(s.Addresses.kafkaListens, s.Addresses.Kafka)))
	}
	if s.options.ClickHouse == "" {
		s.start(identity.ClickHouse, []string{"embedded", "clickhouse"}, dials(cmp.Or(s.Addresses.clickHouseListens, s.Addresses.ClickHouse)))
	}
	err := s.ready()
	if err != nil {
		return err
	}
	err = setup.Init(s.ctx, s.setup())
	if err != nil {
		return err
	}
	for _, name := range s.options.services() {
		s.start(name, []string{name}, s.answers(name))
		for _, replica := range s.options.replicas(name) {
			s.start(replica, []string{name}, s.answers(replica))
		}
	}
	return s.ready()
}

// background is the niceness of what works on the stream: a tenth of the share of what somebody waits for.
const background = 10

// niceness of a process by its command: senders wait for the gateway and Kafka, and people for query. What the others cannot
// do at the time waits in the stream.
func (o Options) niceness(command string) int {
	if !o.Yields || slices.Contains([]string{identity.Kafka, identity.Gateway, identity.Query}, command) {
		return 0
	}
	return background
}

// start runs a process under supervision.
func (s *Stack) start(name string, args []string, ready func(context.Context) error) {
	p := supervise.New(supervise.Config{
		Name: name, Path: s.options.Binary, Args: append(args, "--config", s.configPath(name)),
		// Not where we were started: the engine takes no inserts any more when that directory is removed.
		Dir:     s.layout.Dir,
		Nice:    s.options.niceness(args[len(args)-1]),
		LogFile: s.LogFile(name), Ready: ready, ReadyTimeout: time.Minute, StopTimeout: 30 * time.Second, Logger: s.options.Log,
	})
	// Processes are stopped one after the other, so that each has the ones
	// before it while it drains.
	ctx, cancel := context.WithCancel(context.WithoutCancel(s.ctx))
	ended := make(chan struct{})
	s.running.Go(func() {
		defer close(ended)
		err := p.Run(ctx)
		if err != nil {
			s.failed <- err
		}
	})
	s.mu.Lock()
	defer s.mu.Unlock()
	s.processes[name] = p
	s.stops = append(s.stops, stop{name, func() {
		cancel()
		<-ended
	}})
}

// Remove ends a process in order, as when there is to be one replica less, and returns when it has ended. It is not started
// again until Add.
func (s *Stack) Remove(name string) error {
	s.mu.Lock()
	i := slices.IndexFunc(s.stops, func(one stop) bool { return one.name == name })
	if i < 0 {
		s.mu.Unlock()
		return fmt.Errorf("no process %s", name)
	}
	end := s.stops[i].end
	s.stops = slices.Delete(s.stops, i, i+1)
	delete(s.processes, name)
	s.mu.Unlock()
	end()
	return nil
}

// Add starts a service, or a replica of one, that was removed. WaitReady waits for it.
func (s *Stack) Add(name string) error {
	for _, service := range s.options.services() {
		if name != service && !slices.Contains(s.options.replicas(service), name) {
			continue
		}
		if s.process(name) != nil {
			return fmt.Errorf("%s runs already", name)
		}
		s.start(name, []string{service}, s.answers(name))
		return nil
	}
	return fmt.Errorf("no service %s", name)
}

// process is nil for one that there is not.
func (s *Stack) process(name string) *supervise.Process {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.processes[name]
}

// ready waits until every process that was started is ready.
func (s *Stack) ready() error {
	for _, name := range s.Processes() {
		err := s.WaitReady(s.ctx, name)
		if err != nil {
			return err
		}
	}
	return nil
}

// Failed gives the error of a process that could not be started again.
func (s *Stack) Failed() <-chan error { return s.failed }

// Stop ends every process in the order of the data: what takes in first, what
// stores last.
func (s *Stack) Stop() {
	s.mu.Lock()
	stops := s.stops
	s.stops = nil
	s.mu.Unlock()
	for _, one := range slices.Backward(stops) {
		one.end()
	}
	s.running.Wait()
	s.cancel()
}

// Kill ends a process as a crash would (SIGKILL). It is started again.
func (s *Stack) Kill(name string) error { return s.Signal(name, syscall.SIGKILL) }

// Signal sends a process a signal, as SIGSTOP and SIGCONT.
func (s *Stack) Signal(name string, signal syscall.Signal) error {
	p := s.process(name)
	if p == nil {
		return fmt.Errorf("no process %s", name)
	}
	pid := p.PID()
	if pid == 0 {
		return fmt.Errorf("%s does not run right now", name)
	}
	err := syscall.Kill(pid, signal)
	if err != nil {
		return fmt.Errorf("send %s to %s: %w", signal, name, err)
	}
	return nil
}

// WaitReady waits until a process is ready, as after Kill.
func (s *Stack) WaitReady(ctx context.Context, name string) error {
	p := s.process(name)
	if p == nil {
		return fmt.Errorf("no process %s", name)
	}
	return p.Ready(ctx)
}

// Processes lists the names of what runs.
func (s *Stack) Processes() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Collect(maps.Keys(s.processes))
}

// PID is the process id of what runs under a name; 0 when it does not run right now.
func (s *Stack) PID(name string) int { return s.process(name).PID() }

// Restarts says how often a process was started again.
func (s *Stack) Restarts(name string) int { return s.process(name).Restarts() }

// Layout names the files of the deployment.
func (s *Stack) Layout() identity.Layout { return s.layout }

// LogFile is where a process logs.
func (s *Stack) LogFile(name string) string {
	return filepath.Join(s.layout.Dir, "log", name+".log")
}

// CreateKey makes an API key of a project.
func (s *Stack) CreateKey(project string) (string, error) {
	key, _, err := identity.CreateKey(s.layout.APIKeys(), identity.KeySpec{Project: project, CreatedBy: "dev"}, time.Now())
	return key, err
}

// AddPerson makes a token of a person with a role.
func (s *Stack) AddPerson(name, role string) (string, error) {
	token, _, err := identity.AddPerson(s.layout.People(), identity.PersonSpec{Name: name, Role: role, Lifetime: 12 * time.Hour, CreatedBy: "dev"}, time.Now())
	return token, err
}

// ClientTLS trusts the deployment's CA.
func (s *Stack) ClientTLS() (*tls.Config, error) {
	return identity.CallerTLS(s.layout.TLS(identity.Admin).CA)
}

func (s *Stack) brokers() []string { return strings.Split(s.Addresses.Kafka, ",") }

// dials says that a port takes connections.
func dials(addr string) func(context.Context) error {
	return func(ctx context.Context) error {
		conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", addr)
		if err != nil {
			return fmt.Errorf("connect: %w", err)
		}
		return conn.Close()
	}
}

// answers says that a service calls itself ready.
func (s *Stack) answers(name string) func(context.Context) error {
	url := "http://" + s.Addresses.Admin[name] + "/readyz"
	return func(ctx context.Context) error {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
		if err != nil {
			return fmt.Errorf("ask %s: %w", name, err)
		}
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			return fmt.Errorf("ask %s: %w", name, err)
		}
		body, err := io.ReadAll(io.LimitReader(res.Body, 1<<12))
		err = errors.Join(err, res.Body.Close())
		if err != nil || res.StatusCode != http.StatusOK {
			return fmt.Errorf("%s is not ready: %s", name, body)
		}
		return nil
	}
}

// Lock keeps two stacks from one directory. The file system gives it back when
// the process ends, however it ends.
func Lock(dir string) (release func(), err error) {
	err = os.MkdirAll(dir, 0o700)
	if err != nil {
		return nil, fmt.Errorf("make %s: %w", dir, err)
	}
	file, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock %s: %w", dir, err)
	}
	err = syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if err != nil {
		_ = file.Close()
		return nil, fmt.Errorf("%s is in use by another hushlog; stop that one or name another --dir", dir)
	}
	return func() { _ = file.Close() }, nil
}
