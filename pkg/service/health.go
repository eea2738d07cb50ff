package service

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"slices"
	"sync"
	"time"
)

const (
	// checkInterval is how often dependencies are asked.
	checkInterval = 2 * time.Second
	// checkTimeout is below checkInterval, so that rounds do not pile up.
	checkTimeout = 1500 * time.Millisecond
	// startInterval is how often they are asked by a process that has just started and is not ready, startTime for how long:
	// what waits for it need not wait for the next round.
	startInterval = 200 * time.Millisecond
	startTime     = 30 * time.Second
)

var errNotChecked = errors.New("not checked yet")

// Health is what a service knows of its own state. Live means that the process
// runs; ready means that each check passed in the last round and that the
// service is not draining. Safe for concurrent use.
type Health struct {
	log *slog.Logger

	mu       sync.Mutex // guards what follows
	checks   []check
	draining bool
}

type check struct {
	name string
	ask  func(context.Context) error
	last error
}

// AddCheck adds a dependency. ask must return within its context and its error
// must hold no content: it is logged and shown.
func (h *Health) AddCheck(name string, ask func(context.Context) error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.checks = append(h.checks, check{name: name, ask: ask, last: errNotChecked})
}

// Ready returns nil or what is missing.
func (h *Health) Ready() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.draining {
		return errors.New("draining")
	}
	for _, c := range h.checks {
		if c.last != nil {
			return errors.New(c.name + ": " + c.last.Error())
		}
	}
	return nil
}

func (h *Health) drain() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.draining = true
}

// run asks every check until the context ends.
func (h *Health) run(ctx context.Context) error {
	began := time.Now()
	for {
		h.round(ctx)
		pause := checkInterval
		if time.Since(began) < startTime && h.Ready() != nil {
			pause = startInterval
		}
		timer := time.NewTimer(pause)
		select {
		case <-ctx.Done():
			timer.Stop()
			return nil
		case <-timer.C:
		}
	}
}

func (h *Health) round(ctx context.Context) {
	h.mu.Lock()
	checks := slices.Clone(h.checks)
	h.mu.Unlock()
	for i, c := range checks {
		askCtx, cancel := context.WithTimeout(ctx, checkTimeout)
		err := c.ask(askCtx)
		cancel()
		if ctx.Err() != nil {
			return
		}
		h.note(ctx, i, err)
	}
}

// note keeps the result and logs only changes.
func (h *Health) note(ctx context.Context, i int, err error) {
	h.mu.Lock()
	name, before := h.checks[i].name, h.checks[i].last
	h.checks[i].last = err
	h.mu.Unlock()
	switch {
	case err != nil && (before == nil || errors.Is(before, errNotChecked)):
		h.log.WarnContext(ctx, "dependency is not ready", slog.String("check", name), slog.String("error", err.Error()))
	case err == nil && before != nil:
		h.log.InfoContext(ctx, "dependency is ready", slog.String("check", name))
	}
}

func (h *Health) serveReady(w http.ResponseWriter, _ *http.Request) {
	type answer struct {
		Ready  bool   `json:"ready"`
		Reason string `json:"reason,omitempty"`
	}
	a := answer{Ready: true}
	err := h.Ready()
	if err != nil {
		a = answer{Reason: err.Error()}
	}
	w.Header().Set("Content-Type", "application/json")
	if !a.Ready {
		w.WriteHeader(http.StatusServiceUnavailable)
	}
	_ = json.NewEncoder(w).Encode(a) // the caller has gone: nothing to do
}
