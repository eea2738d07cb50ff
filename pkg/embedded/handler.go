package embedded

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"slices"
	"time"
)

// errReload is a full user's wish to have the users file read again.
var errReload = errors.New("reload the users file")

// handler serves ClickHouse's HTTP interface.
type handler struct {
	engine *engine
	full   []string
	limit  int64
	log    *slog.Logger
	fatal  chan error // takes what must end the child
}

// end makes the child end with the error; the first one counts.
func (h *handler) end(err error) {
	select {
	case h.fatal <- err:
	default:
	}
}

// crash turns a panic into the end of the child, as net/http would go on.
func (h *handler) crash() {
	p := recover()
	if p == nil {
		return
	}
	if p == http.ErrAbortHandler { //nolint:errorlint,err113 // the value itself is the signal
		panic(p)
	}
	h.end(fmt.Errorf("panic of type %T in a request:\n%s", p, debug.Stack()))
}

// ServeHTTP implements http.Handler.
func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	defer h.crash()
	switch {
	case r.URL.Path == "/ping", r.URL.Path == "/" && r.Method == http.MethodGet && r.URL.RawQuery == "":
		w.Header().Set("Content-Type", "text/plain; charset=UTF-8")
		_, _ = w.Write([]byte("Ok.\n"))
	case r.URL.Path == "/":
		h.statement(w, r)
	default:
		http.Error(w, "There is no handle "+r.URL.Path+"; use / or /ping", http.StatusNotFound)
	}
}

// statement runs one statement.
func (h *handler) statement(w http.ResponseWriter, r *http.Request) {
	name, err := h.authenticate(r)
	if err != nil {
		writeError(w, asEngineError(err))
		return
	}
	req, err := decodeRequest(r, h.limit)
	if err != nil {
		writeError(w, asEngineError(err))
		return
	}
	if req.queryID != "" {
		w.Header().Set("X-ClickHouse-Query-Id", req.queryID)
	}
	out := newOutput(w, req)
	err = h.run(r.Context(), name, r.TLS.PeerCertificates[0].Subject.CommonName, req, out)
	if errors.Is(err, errReload) {
		err = h.reload(r.Context())
	}
	if err == nil {
		err = out.send(true)
	}
	if err != nil {
		out.fail(err)
	}
}

func (h *handler) run(ctx context.Context, name, commonName string, req *request, out *output) error {
	s, err := h.engine.session(ctx)
	if err != nil {
		return err
	}
	defer s.close()
	u, err := h.user(s.rights, name, commonName)
	if err != nil {
		return err
	}
	err = u.spend(time.Now())
	if err != nil {
		return err
	}
	return s.execute(u, req, out)
}

func (h *handler) reload(ctx context.Context) error {
	err := h.engine.reload()
	if errors.Is(err, errFatal) {
		h.end(err)
	}
	if err != nil {
		h.log.WarnContext(ctx, "users file refused", slog.String("error", err.Error()))
		return errBadRequest("%s", err.Error())
	}
	h.log.InfoContext(ctx, "users file read again")
	return nil
}

// authenticate returns the user that the request names; user says whether its certificate proves it.
func (h *handler) authenticate(r *http.Request) (string, error) {
	name := r.Header.Get("X-ClickHouse-User")
	_, _, basic := r.BasicAuth()
	switch {
	case r.TLS == nil || len(r.TLS.PeerCertificates) == 0:
		return "", errNotIn(name, "a client certificate is required")
	case basic || r.Header.Get("X-ClickHouse-Key") != "" || r.Header.Get("Authorization") != "":
		return "", errNotIn(name, "passwords and tokens are not taken, only client certificates")
	case name == "" || r.Header.Get("X-ClickHouse-SSL-Certificate-Auth") != "on":
		return "", errNotIn(name, "the headers X-ClickHouse-User and X-ClickHouse-SSL-Certificate-Auth: on are required")
	}
	return name, nil
}

// user returns the user's rights.
func (h *handler) user(rights *rights, name, commonName string) (*user, error) {
	if slices.Contains(h.full, name) && name == commonName {
		return &user{name: name, full: true}, nil
	}
	u := rights.users[name]
	if u == nil || !slices.Contains(u.commonNames, commonName) {
		return nil, errNotIn(name, "there is no such user, or it may not sign in with this certificate")
	}
	return u, nil
}

func errNotIn(name, why string) error {
	if !plainName.MatchString(name) {
		name = "(no name)"
	}
	return &engineError{code: 516, name: "AUTHENTICATION_FAILED", message: name + ": Authentication failed: " + why}
}
