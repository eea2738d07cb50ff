package canary

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"time"
)

const (
	placeLog     = "log"
	placeMetrics = "metrics"
	// mostOfLog is how much of the end of a log is read when it is first seen, in bytes.
	mostOfLog = 16 << 20
	// logChunk is how much of a log is in memory at a time, in bytes.
	logChunk = 1 << 20
	// mostOfMetrics bounds what is read of one process's metrics, in bytes.
	mostOfMetrics = 16 << 20
	// metricsTimeout bounds reading one process's metrics: one that stands still must not keep a look from telling what is
	// missing because of that.
	metricsTimeout = 3 * time.Second
)

// outputs are what processes write beside the data: logs, where they are files, and metrics. One goroutine uses it.
type outputs struct {
	globs  []string
	urls   []string
	http   *http.Client
	search func(place, at string, text []byte)
	// read is how far each log was read.
	read map[string]int64
}

// look reads what has been logged since the last look, and all metrics. An error tells of what could not be read; the rest was.
func (o *outputs) look(ctx context.Context) error {
	var problems []error
	for _, glob := range o.globs {
		paths, err := filepath.Glob(glob)
		problems = append(problems, err)
		for _, path := range paths {
			problems = append(problems, o.log(path))
		}
	}
	for _, url := range o.urls {
		problems = append(problems, o.metrics(ctx, url))
	}
	return errors.Join(problems...)
}

// log looks through what was added to a log. Chunks overlap, so that no value lies between two.
func (o *outputs) log(path string) error {
	file, err := os.Open(filepath.Clean(path))
	if err != nil {
		return fmt.Errorf("read a log: %w", err)
	}
	defer func() { _ = file.Close() }()
	info, err := file.Stat()
	if err != nil {
		return fmt.Errorf("read a log: %w", err)
	}
	from, seen := o.read[path]
	switch {
	case !seen:
		from = max(0, info.Size()-mostOfLog)
	case info.Size() < from: // written anew
		from = 0
	}
	chunk := make([]byte, logChunk)
	for {
		n, err := file.ReadAt(chunk, max(0, from-longestValue))
		read := chunk[:n]
		o.search(placeLog, filepath.Base(path), read)
		end := max(0, from-longestValue) + int64(n)
		moved := end > from
		from = max(from, end)
		o.read[path] = from
		if errors.Is(err, io.EOF) || err == nil && !moved {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read a log: %w", err)
		}
	}
}

// longestValue is more than any value has, in bytes.
const longestValue = 256

func (o *outputs) metrics(ctx context.Context, url string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return fmt.Errorf("read metrics: %w", err)
	}
	res, err := o.http.Do(req)
	if err != nil {
		return fmt.Errorf("read metrics: %w", err)
	}
	body, err := io.ReadAll(io.LimitReader(res.Body, mostOfMetrics))
	err = errors.Join(err, res.Body.Close())
	if err != nil {
		return fmt.Errorf("read metrics of %s: %w", url, err)
	}
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("read metrics of %s: status %d", url, res.StatusCode)
	}
	o.search(placeMetrics, url, body)
	return nil
}
