package dev

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/hushlog/hushlog/pkg/notify"
)

// Receiver takes alerts from the webhook on this machine and verifies their
// signatures, as a receiver of one's own would.
type Receiver struct {
	key      []byte
	listener net.Listener
	server   *http.Server
	told     func(notify.AlertData)

	mu     sync.Mutex // guards alerts and ids
	alerts []notify.AlertData
	ids    map[string]bool
}

// maxMessage bounds one message of the webhook.
const maxMessage = 64 << 10

// NewReceiver listens on a free port. told is called for each verified alert,
// once, and may be nil.
func NewReceiver(ctx context.Context, key []byte, told func(notify.AlertData)) (*Receiver, error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen for alerts: %w", err)
	}
	r := &Receiver{key: key, listener: l, told: told, ids: map[string]bool{}}
	r.server = &http.Server{Handler: http.HandlerFunc(r.take), ReadHeaderTimeout: 5 * time.Second, ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)}
	return r, nil
}

// URL that alerts are sent to.
func (r *Receiver) URL() string { return "http://" + r.listener.Addr().String() + "/alerts" }

// Run serves until ctx ends.
func (r *Receiver) Run(ctx context.Context) error {
	stop := context.AfterFunc(ctx, func() { _ = r.server.Close() })
	defer stop()
	err := r.server.Serve(r.listener)
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return fmt.Errorf("receive alerts: %w", err)
}

// Alerts that were verified, each once.
func (r *Receiver) Alerts() []notify.AlertData {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.alerts)
}

func (r *Receiver) take(w http.ResponseWriter, req *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, req.Body, maxMessage))
	if err != nil {
		http.Error(w, "message is too large", http.StatusRequestEntityTooLarge)
		return
	}
	err = notify.Verify([][]byte{r.key}, req.Header, body, time.Now())
	if err != nil {
		http.Error(w, "signature does not verify", http.StatusUnauthorized)
		return
	}
	var message notify.AlertMessage
	err = json.Unmarshal(body, &message)
	if err != nil {
		http.Error(w, "not an alert", http.StatusBadRequest)
		return
	}
	r.keep(req.Header.Get("Webhook-Id"), message.Data)
	w.WriteHeader(http.StatusNoContent)
}

// keep tells of an alert once: a sender repeats what it holds for lost.
func (r *Receiver) keep(id string, a notify.AlertData) {
	r.mu.Lock()
	known := r.ids[id]
	if !known {
		r.ids[id] = true
		r.alerts = append(r.alerts, a)
	}
	r.mu.Unlock()
	if !known && r.told != nil {
		r.told(a)
	}
}
