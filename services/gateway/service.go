// Package gateway takes interactions from clients, over gRPC and REST: it authenticates, limits,
// checks, seals and publishes them, and answers once the stream has them. Between a client and the
// redactor content is readable only here, and only in memory.
//
// It leaves out what is done with content (services/redactor), who may do what (pkg/policy) and how
// API keys are kept (pkg/identity).
package gateway

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"net"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/net/netutil" // bounds open connections
	"golang.org/x/sync/errgroup"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/health"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/keepalive"
	"google.golang.org/grpc/reflection"

	"github.com/hushlog/hushlog/pkg/identity"
	"github.com/hushlog/hushlog/pkg/policy"
)

const (
	// ownMessages is the largest request of health and reflection; LoggingService reads its own.
	ownMessages = 64 << 10
	// maxHeaderBytes bounds the headers of a call.
	maxHeaderBytes = 16 << 10
	// stopReserve is for the last counts, after calls were cut off and Kafka had its time: with the
	// default timeouts the end comes within 21 of the 25 s that a service has.
	stopReserve = 5 * time.Second
	// healthInterval is how often gRPC health follows readiness.
	healthInterval = time.Second
)

// Deps are what the gateway works with. All are required but Now; the caller closes them, after Run.
type Deps struct {
	Policy    *policy.Policy
	Keys      authenticator
	Sealer    sealer
	Publisher publisher
	Hasher    *identity.Hasher
	// TLS is the server's side of both interfaces.
	TLS      *tls.Config
	Log      *slog.Logger
	Registry prometheus.Registerer
	// Restrictions say who is suspended or limited; Known is closed once they are known.
	Restrictions restrictions
	Known        <-chan struct{}
	// Unread asks how old what is unread in the stream is.
	Unread unreadAge
	// Ready is nil while the gateway's dependencies answer: what gRPC health shows.
	Ready func() error
	// Now is the clock; nil means the system's.
	Now func() time.Time
}

// Service is a gateway that listens. Run serves.
type Service struct {
	cfg      Config
	deps     Deps
	log      *slog.Logger
	taker    *taker
	metrics  *metrics
	draining chan struct{}

	health *health.Server
	public *grpc.Server
	inner  *grpc.Server
	rest   *http.Server

	grpcListener, restListener net.Listener
	pipe                       *pipeListener
	conn                       *grpc.ClientConn
}

// New makes a gateway and opens its ports, so that a port in use is found at once. Run or Close it.
func New(ctx context.Context, cfg Config, deps Deps) (*Service, error) {
	err := cfg.validateServing()
	if err != nil {
		return nil, fmt.Errorf("configuration: %w", err)
	}
	if deps.Now == nil {
		deps.Now = time.Now
	}
	s := &Service{cfg: cfg, deps: deps, log: deps.Log.With(slog.String("component", "gateway")), draining: make(chan struct{})}
	s.taker, err = s.newTaker()
	if err != nil {
		return nil, err
	}
	err = s.wire(ctx)
	if err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

func (s *Service) newTaker() (*taker, error) {
	checks, err := newChecker(s.deps.Policy, s.deps.Now)
	if err != nil {
		return nil, err
	}
	memory := newBudget(s.cfg.memoryBytes(), func(project string) float64 { return s.deps.Policy.ProjectLimits(project).MemoryShare })
	s.metrics = newMetrics(s.deps.Registry, memory)
	limits := newLimiter(s.deps.Policy, s.deps.Now)
	return &taker{
		checker: checks, limiter: limits, budget: memory,
		restricted: &restricted{orders: s.deps.Restrictions, known: s.deps.Known, hasher: s.deps.Hasher, limiter: limits},
		backlog:    newBacklog(s.deps.Unread, watchedTopics(s.deps.Policy.Retention), s.metrics, s.log, s.deps.Now),
		sealer:     s.deps.Sealer, publisher: s.deps.Publisher, hasher: s.deps.Hasher,
		tally: newTally(s.deps.Publisher, s.log, s.deps.Now), metrics: s.metrics, log: s.log, now: s.deps.Now,
		wait: s.cfg.PublishTimeout,
	}, nil
}

func (s *Service) wire(ctx context.Context) error {
	s.health = health.NewServer()
	s.health.SetServingStatus("", healthpb.HealthCheckResponse_NOT_SERVING)
	s.health.SetServingStatus(serviceDesc.ServiceName, healthpb.HealthCheckResponse_NOT_SERVING)
	s.public = s.grpcServer(false, grpc.Creds(credentials.NewTLS(s.deps.TLS.Clone())), grpc.MaxConcurrentStreams(uint32(s.cfg.MaxStreams))) //nolint:gosec // Validate bounds it
	healthpb.RegisterHealthServer(s.public, s.health)
	reflection.Register(s.public)
	// Who speaks REST is bounded by connections and memory, so the way inside has no bound of its own.
	s.inner = s.grpcServer(true, grpc.MaxConcurrentStreams(math.MaxUint32))

	var err error
	s.pipe = newPipeListener()
	s.conn, err = grpc.NewClient("passthrough:///in-process",
		grpc.WithContextDialer(s.pipe.dial), grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithDisableServiceConfig(), grpc.WithDisableRetry(),
		grpc.WithDefaultCallOptions(grpc.MaxCallSendMsgSize(math.MaxInt32)))
	if err != nil {
		return fmt.Errorf("way from REST to gRPC: %w", err)
	}
	door, err := newRESTDoor(ctx, s.guard(interfaceREST), s.taker, &s.cfg, s.conn)
	if err != nil {
		return fmt.Errorf("register REST: %w", err)
	}
	s.rest = &http.Server{
		Handler: door, TLSConfig: s.restTLS(), ReadHeaderTimeout: 5 * time.Second, IdleTimeout: 2 * time.Minute,
		MaxHeaderBytes: maxHeaderBytes,
		// What is buffered before a handler reads it is not in the budget yet.
		HTTP2: &http.HTTP2Config{
			MaxConcurrentStreams: s.cfg.MaxStreams, MaxReceiveBufferPerConnection: 256 << 10, MaxReceiveBufferPerStream: 64 << 10,
		},
		ErrorLog: slog.NewLogLogger(s.log.Handler(), slog.LevelDebug),
	}
	return s.listen(ctx)
}

func (s *Service) listen(ctx context.Context) error {
	var err error
	listen := &net.ListenConfig{}
	s.grpcListener, err = listen.Listen(ctx, "tcp", s.cfg.GRPC)
	if err != nil {
		return fmt.Errorf("grpc: listen on %s: %w", s.cfg.GRPC, err)
	}
	s.restListener, err = listen.Listen(ctx, "tcp", s.cfg.REST)
	if err != nil {
		return fmt.Errorf("rest: listen on %s: %w", s.cfg.REST, err)
	}
	s.grpcListener = netutil.LimitListener(s.grpcListener, s.cfg.MaxConnections)
	s.restListener = netutil.LimitListener(s.restListener, s.cfg.MaxConnections)
	return nil
}

func (s *Service) restTLS() *tls.Config {
	config := s.deps.TLS.Clone()
	config.NextProtos = []string{"h2", "http/1.1"}
	return config
}

func (s *Service) guard(by string) *guard {
	return &guard{keys: s.deps.Keys, metrics: s.metrics, log: s.log, by: by}
}

// grpcServer is a server with LoggingService on it. Stream windows are small and fixed: a message is
// let in when memory for it is reserved, which opens its window, see frames.
func (s *Service) grpcServer(trusted bool, options ...grpc.ServerOption) *grpc.Server {
	by := interfaceGRPC
	if trusted {
		by = interfaceREST
	}
	g := s.guard(by)
	server := grpc.NewServer(append(options,
		grpc.StreamInterceptor(g.stream), grpc.UnaryInterceptor(g.unary),
		grpc.MaxRecvMsgSize(ownMessages), grpc.MaxHeaderListSize(maxHeaderBytes),
		grpc.InitialWindowSize(64<<10), grpc.InitialConnWindowSize(1<<20),
		grpc.ConnectionTimeout(10*time.Second), grpc.WaitForHandlers(true),
		grpc.NumStreamWorkers(streamWorkers),
		grpc.KeepaliveParams(keepalive.ServerParameters{MaxConnectionIdle: 15 * time.Minute, Time: 2 * time.Minute, Timeout: 20 * time.Second}),
		grpc.KeepaliveEnforcementPolicy(keepalive.EnforcementPolicy{MinTime: 10 * time.Second, PermitWithoutStream: true}),
	)...)
	server.RegisterService(&serviceDesc, &api{taker: s.taker, cfg: &s.cfg, recovering: g.recovering, trusted: trusted, draining: s.draining})
	return server
}

// GRPCAddr is where gRPC is served.
func (s *Service) GRPCAddr() string { return s.grpcListener.Addr().String() }

// RESTAddr is where REST is served, by HTTPS.
func (s *Service) RESTAddr() string { return s.restListener.Addr().String() }

// Run serves until ctx ends, then drains: health says so, streams are answered with what they have,
// calls end by themselves or are cut off, and the last counts are published. It takes at most the drain timeout and some seconds, and returns nil after a full drain.
func (s *Service) Run(ctx context.Context) error {
	s.log.InfoContext(ctx, "serving", slog.String("grpc", s.GRPCAddr()), slog.String("rest", s.RESTAddr()))
	background, stopBackground := context.WithCancel(ctx)
	defer stopBackground()
	group, groupCtx := errgroup.WithContext(background)
	group.Go(func() error { return served("grpc", s.public.Serve(s.grpcListener)) })
	group.Go(func() error { return served("in-process grpc", s.inner.Serve(s.pipe)) })
	group.Go(func() error { return served("rest", s.rest.ServeTLS(s.restListener, "", "")) })
	group.Go(func() error { s.taker.tally.run(groupCtx, s.cfg.TallyInterval); return nil })
	group.Go(func() error { s.followHealth(groupCtx); return nil })
	group.Go(func() error { return s.taker.backlog.run(groupCtx) })
	var drained error
	group.Go(func() error {
		<-groupCtx.Done()
		drained = s.drain(context.WithoutCancel(ctx))
		return nil
	})
	err := group.Wait()
	return errors.Join(err, drained, s.lastCounts(context.WithoutCancel(ctx)))
}

// served is nil for a server that was stopped.
func served(name string, err error) error {
	if err == nil || errors.Is(err, http.ErrServerClosed) || errors.Is(err, grpc.ErrServerStopped) || errors.Is(err, net.ErrClosed) {
		return nil
	}
	return fmt.Errorf("serve %s: %w", name, err)
}

// drain ends intake in the order of its layers: first the doors, then what they lead to.
func (s *Service) drain(ctx context.Context) error {
	s.health.Shutdown()
	close(s.draining)
	ctx, cancel := context.WithTimeout(ctx, s.cfg.DrainTimeout)
	defer cancel()
	group := errgroup.Group{}
	group.Go(func() error { return gracefully(ctx, s.public) })
	group.Go(func() error {
		err := s.rest.Shutdown(ctx)
		if err != nil {
			_ = s.rest.Close()
		}
		return errors.Join(err, gracefully(ctx, s.inner))
	})
	err := group.Wait()
	_ = s.conn.Close()
	if err != nil {
		s.log.WarnContext(ctx, "calls were cut off, their senders will try again", slog.Duration("after", s.cfg.DrainTimeout))
	}
	return nil
}

// gracefully lets calls end until the context does, then cuts them off.
func gracefully(ctx context.Context, server *grpc.Server) error {
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		server.GracefulStop()
	}()
	select {
	case <-stopped:
		return nil
	case <-ctx.Done():
		server.Stop()
		<-stopped
		return ctx.Err()
	}
}

// lastCounts publishes the counts that remain. Records need no flush: each call waited for its own.
func (s *Service) lastCounts(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, stopReserve)
	defer cancel()
	return s.taker.tally.publish(ctx)
}

// followHealth shows readiness as gRPC health.
func (s *Service) followHealth(ctx context.Context) {
	ticker := time.NewTicker(healthInterval)
	defer ticker.Stop()
	for {
		state := healthpb.HealthCheckResponse_SERVING
		if s.deps.Ready() != nil {
			state = healthpb.HealthCheckResponse_NOT_SERVING
		}
		s.health.SetServingStatus("", state)
		s.health.SetServingStatus(serviceDesc.ServiceName, state)
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// Close releases the ports of a service that was not run.
func (s *Service) Close() {
	for _, l := range []net.Listener{s.grpcListener, s.restListener} {
		if l != nil {
			_ = l.Close()
		}
	}
	if s.conn != nil {
		_ = s.conn.Close()
	}
}

// streamWorkers are goroutines that serve calls one after the other; where all are at work a call gets one of its own, as it
// would without them. A goroutine begins with a small stack, and growing it to what checking an interaction takes was a tenth
// of what a single call takes the gateway.
const streamWorkers = 128
