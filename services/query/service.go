// Package query runs people's statements: it knows who asks, lets one SELECT over the tables of the
// person's role pass, puts the intent on the trail before anything is read and the outcome before the
// last byte is shown, and runs the statement as the role's own user of ClickHouse.
//
// It leaves out what roles may read (pkg/policy), how tokens are kept (pkg/identity), the trail
// (pkg/audit) and ClickHouse itself (pkg/store).
package query

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

	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/net/netutil" // bounds open connections

	"github.com/hushlog/hushlog/pkg/audit"
	"github.com/hushlog/hushlog/pkg/identity"
	"github.com/hushlog/hushlog/pkg/policy"
	"github.com/hushlog/hushlog/pkg/store"
	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
	"github.com/hushlog/hushlog/services/query/guard"
)

const (
	// maxBody bounds a request's body.
	maxBody = 64 << 10
	// maxHeaderBytes bounds a request's headers.
	maxHeaderBytes = 16 << 10
	// checkTimeout bounds the reading of a statement by ClickHouse's parser.
	checkTimeout = 10 * time.Second
	// writeTimeout bounds how long a person may take to take a part of a result.
	writeTimeout = 30 * time.Second
	// grace is what a statement gets beyond its role's time, for the way there and back: ClickHouse
	// itself ends it when the time is over.
	grace = 10 * time.Second
	// maxConnections bounds open connections, some 20 KiB each; people wait for a free one.
	maxConnections = 1024
)

// people knows whose a token is; identity.PeopleStore.
type people interface {
	Authenticate(token string) (identity.Person, error)
	// Names maps pseudonyms to the names of all people.
	Names() (map[string]string, error)
}

// trail takes what happened; audit.Trail.
type trail interface {
	Begin(ctx context.Context, entry *hushlogv1.AuditEntry) (*audit.Act, error)
	Note(ctx context.Context, entry *hushlogv1.AuditEntry, outcome audit.Outcome) error
}

// checker lets statements pass; guard.Guard.
type checker interface {
	Check(ctx context.Context, text string, rights guard.Rights) (*guard.Statement, error)
	Masked(ctx context.Context, text string) string
}

// runner runs statements as a user of ClickHouse, a role's or its exports'; Readers.
type runner interface {
	Run(ctx context.Context, user, act, statement, format string, limits store.Limits) (io.ReadCloser, error)
}

// Deps are what the service works with. All are required; the caller closes them, after Run.
type Deps struct {
	Policy *policy.Policy
	People people
	Trail  trail
	Guard  checker
	Runner runner
	// Sealer and Requests take requests for erasures and holds.
	Sealer   sealer
	Requests requests
	// Restrictions suspend and limit senders.
	Restrictions Restrictions
	// TLS is the server's side: people show a token and no certificate.
	TLS      *tls.Config
	Log      *slog.Logger
	Registry prometheus.Registerer
}

// Service is a query service that listens. Run serves.
type Service struct {
	cfg      Config
	deps     Deps
	log      *slog.Logger
	metrics  *metrics
	places   *places
	notes    *notes
	server   *http.Server
	listener net.Listener
}

// New makes the service and opens its port, so that a port in use is found at once. Run or Close it.
func New(ctx context.Context, cfg Config, deps Deps) (*Service, error) {
	err := cfg.validateServing()
	if err != nil {
		return nil, fmt.Errorf("configuration: %w", err)
	}
	s := &Service{
		cfg: cfg, deps: deps, log: deps.Log.With(slog.String("component", "query")), metrics: newMetrics(deps.Registry),
		places: newPlaces(cfg.PerPerson, cfg.Concurrent), notes: newNotes(),
	}
	s.server = &http.Server{
		Handler: s.routes(), TLSConfig: deps.TLS.Clone(), ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 30 * time.Second,
		IdleTimeout: 2 * time.Minute, MaxHeaderBytes: maxHeaderBytes,
		// Failed handshakes and cut connections are told by people; the log need not keep their addresses.
		ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelError),
	}
	s.listener, err = (&net.ListenConfig{}).Listen(ctx, "tcp", cfg.Listen)
	if err != nil {
		return nil, fmt.Errorf("listen on %s: %w", cfg.Listen, err)
	}
	s.listener = netutil.LimitListener(s.listener, maxConnections)
	return s, nil
}

// Addr is where people are served, by HTTPS.
func (s *Service) Addr() string { return s.listener.Addr().String() }

// Run serves until ctx ends; then statements under way may end by themselves for the drain timeout.
func (s *Service) Run(ctx context.Context) error {
	served := make(chan error, 1)
	go func() { served <- s.server.ServeTLS(s.listener, "", "") }()
	s.log.InfoContext(ctx, "serving people", slog.String("address", s.Addr()))
	select {
	case err := <-served:
		return fmt.Errorf("serve: %w", err)
	case <-ctx.Done():
	}
	stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.cfg.DrainTimeout)
	defer cancel()
	err := s.server.Shutdown(stop)
	if err != nil {
		s.log.WarnContext(stop, "statements were cut off", slog.Duration("after", s.cfg.DrainTimeout))
		err = s.server.Close()
	}
	serveErr := <-served
	if !errors.Is(serveErr, http.ErrServerClosed) {
		err = errors.Join(err, serveErr)
	}
	return err
}

func (s *Service) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /v1/query", s.serveQuery)
	mux.HandleFunc("POST /v1/erasures", s.serveWish(actionErase, decodeErasure))
	mux.HandleFunc("POST /v1/holds", s.serveWish(actionHold, decodeHold))
	mux.HandleFunc("POST /v1/holds/release", s.serveWish(actionRelease, decodeRelease))
	mux.HandleFunc("POST /v1/quarantine", s.serveTaken(actionQuarantine, (*attempt).order))
	mux.HandleFunc("POST /v1/restrictions", s.serveTaken(actionRestrict, (*attempt).restrict))
	mux.HandleFunc("GET /v1/restrictions", s.serveRestrictions)
	mux.HandleFunc("POST /v1/checks", s.serveCheck)
	mux.HandleFunc("POST /v1/reviews", s.serveSign)
	mux.HandleFunc("POST /v1/names", s.serveNames)
	mux.HandleFunc("GET /v1/whoami", s.serveWhoami)
	return mux
}
