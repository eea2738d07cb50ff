package service

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus" // the field's metrics library
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"golang.org/x/sync/errgroup" // first error stops the others
)

// DrainDeadline bounds everything that happens between the signal to stop and
// the end of the process.
const DrainDeadline = 25 * time.Second

// App is one service in the making and then at work. Its parts register
// themselves with Go, OnStop and Health.AddCheck; Run starts them.
type App struct {
	Log      *slog.Logger
	Registry *prometheus.Registry
	Health   *Health

	name    string
	admin   net.Listener
	runners []runner
	stops   []stop
}

type runner struct {
	name string
	run  func(context.Context) error
}

type stop struct {
	name string
	do   func(context.Context) error
}

// New makes the logger, the registry and the admin listener. adminTLS is used
// when the configuration asks for it and may be nil otherwise.
func New(ctx context.Context, name string, cfg Common, logTo io.Writer, adminTLS *tls.Config) (*App, error) {
	log, err := NewLogger(cfg.Log, logTo, name)
	if err != nil {
		return nil, err
	}
	err = noCoreDumps()
	if err != nil {
		return nil, err
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", cfg.Admin.Listen)
	if err != nil {
		return nil, fmt.Errorf("admin.listen %s: %w", cfg.Admin.Listen, err)
	}
	if cfg.Admin.TLS {
		if adminTLS == nil {
			_ = listener.Close()
			return nil, errors.New("admin.tls: the service has no certificate; set tls")
		}
		listener = tls.NewListener(listener, adminTLS)
	}
	cfg.Memory.apply()
	reg := prometheus.NewRegistry()
	reg.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return &App{Log: log, Registry: reg, Health: &Health{log: log}, name: name, admin: listener}, nil
}

// AdminAddr is where health and metrics are served.
func (a *App) AdminAddr() string { return a.admin.Addr().String() }

// Go adds a long-running part. It ends with its context and then returns nil;
// any error ends the service.
func (a *App) Go(name string, run func(context.Context) error) {
	a.runners = append(a.runners, runner{name, run})
}

// OnStop adds what must be released. Called in reverse order after every
// runner has ended, each within what is left of DrainDeadline.
func (a *App) OnStop(name string, do func(context.Context) error) {
	a.stops = append(a.stops, stop{name, do})
}

// Run serves until ctx ends (nil) or a part fails (its error), and then
// releases what was registered.
func (a *App) Run(ctx context.Context) error {
	a.Log.InfoContext(ctx, "starting", slog.String("admin", a.AdminAddr()))
	group, groupCtx := errgroup.WithContext(ctx)
	group.Go(func() error { return a.serveAdmin(groupCtx) })
	group.Go(func() error { return a.Health.run(groupCtx) })
	group.Go(func() error {
		<-groupCtx.Done()
		a.Health.drain()
		return nil
	})
	for _, r := range a.runners {
		group.Go(func() error {
			err := r.run(groupCtx)
			if err != nil && groupCtx.Err() == nil {
				return fmt.Errorf("%s: %w", r.name, err)
			}
			return nil
		})
	}
	err := group.Wait()
	return errors.Join(err, a.Close(ctx))
}

// Close releases what was registered, without having run: for a wiring that
// failed half-way. Run calls it.
func (a *App) Close(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), DrainDeadline)
	defer cancel()
	var failed []error
	for i := len(a.stops) - 1; i >= 0; i-- {
		err := a.stops[i].do(ctx)
		if err != nil {
			failed = append(failed, fmt.Errorf("stop %s: %w", a.stops[i].name, err))
		}
	}
	a.stops = nil
	_ = a.admin.Close() // closed already when Run has served on it
	a.Log.InfoContext(ctx, "stopped")
	return errors.Join(failed...)
}

func (a *App) serveAdmin(ctx context.Context) error {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /livez", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("ok\n")) })
	mux.HandleFunc("GET /readyz", a.Health.serveReady)
	mux.Handle("GET /metrics", promhttp.HandlerFor(a.Registry, promhttp.HandlerOpts{}))
	server := &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second, IdleTimeout: time.Minute, ErrorLog: slog.NewLogLogger(a.Log.Handler(), slog.LevelDebug)}
	closed := make(chan struct{})
	go func() {
		defer close(closed)
		<-ctx.Done()
		// Health must stay reachable while the others drain, but not hold up the end.
		stopCtx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		defer cancel()
		_ = server.Shutdown(stopCtx)
	}()
	err := server.Serve(a.admin)
	<-closed
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return fmt.Errorf("admin server: %w", err)
}
