package service

import (
	"fmt"
	"io"
	"log/slog"
)

func parseLevel(s string) (slog.Level, error) {
	var level slog.Level
	err := level.UnmarshalText([]byte(s))
	if err != nil {
		return 0, fmt.Errorf("log.level: must be debug, info, warn or error, not %q", s)
	}
	return level, nil
}

// NewLogger returns a logger of a service. What is logged are ids, sizes, codes and
// counts: never content, a credential or an end user's identity.
func NewLogger(cfg LogConfig, w io.Writer, name string) (*slog.Logger, error) {
	level, err := parseLevel(cfg.Level)
	if err != nil {
		return nil, err
	}
	opts := &slog.HandlerOptions{Level: level}
	var h slog.Handler = slog.NewJSONHandler(w, opts)
	if cfg.Format == "text" {
		h = slog.NewTextHandler(w, opts)
	}
	return slog.New(h).With(slog.String("service", name)), nil
}
