package detector

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"golang.org/x/sync/errgroup" // the requests of one call, of which the first failure is all that counts
	"golang.org/x/sync/semaphore"

	"github.com/hushlog/hushlog/pkg/redact"
)

// Text is one text to be looked at.
type Text struct {
	Text     string
	Language string // BCP 47 tag; empty when it is not known
	Role     string // who said it, as messages have it; for a Classifier
}

// Observer counts. Its methods return at once, may be called concurrently, and are never given anything of a text.
type Observer interface {
	// Tried is called after each try, and for each request that was not sent, with how many texts it had.
	Tried(detector string, outcome Outcome, texts int, took time.Duration)
	// Unmapped is called with how many findings had a name that neither configuration nor defaults know.
	Unmapped(detector string, findings int)
	// Breaker is called when its state changes.
	Breaker(detector string, state State)
}

// asker sends one request and reads the answer: spans for each text, not yet checked. Errors are failures.
type asker interface {
	ask(ctx context.Context, texts []Text) ([][]span, error)
	close() error
}

// span is what a detector says it found, in code points. What a text as a whole is judged to be has no offsets.
type span struct {
	Start, End int
	Score      float64
	EntityType string
}

// core asks one detector, of either kind: batches, tries, breaker.
type core struct {
	cfg      Config
	asker    asker
	check    func(texts []Text, spans [][]span) error
	observer Observer
	breaker  *breaker
	batches  batches
	inFlight *semaphore.Weighted
}

// newCore reads the files that cfg names and connects to nothing yet.
func newCore(cfg Config, observer Observer, labels bool, check func([]Text, [][]span) error) (*core, error) {
	cfg = cfg.withDefaults()
	err := cfg.Validate()
	if err != nil {
		return nil, fmt.Errorf("detector %s: %w", cfg.Name, err)
	}
	to, _ := cfg.address()
	asker, err := newAsker(cfg, to, labels)
	if err != nil {
		return nil, fmt.Errorf("detector %s: %w", cfg.Name, err)
	}
	c := &core{
		cfg: cfg, asker: asker, check: check, observer: observer, inFlight: semaphore.NewWeighted(maxInFlight),
		breaker: &breaker{failures: cfg.Failures, pause: cfg.Pause, changed: func(s State) { observer.Breaker(cfg.Name, s) }},
	}
	c.batches = batches{maxTexts: cfg.MaxTexts, maxBytes: cfg.MaxBytes, linger: cfg.Linger, send: c.send}
	observer.Breaker(cfg.Name, Closed)
	return c, nil
}

// Name of the detector.
func (c *core) Name() string { return c.cfg.Name }

// Close ends connections. No call may be under way.
func (c *core) Close() error { return c.asker.close() }

// Client asks one detector. Safe for concurrent use.
type Client struct {
	*core
	entities map[string]redact.Type
	ignore   map[string]bool
}

// New makes a client. It reads the files that cfg names and connects to nothing yet. Whoever calls it calls Close.
func New(cfg Config, observer Observer) (*Client, error) {
	asking, err := newCore(cfg, observer, false, check)
	if err != nil {
		return nil, err
	}
	c := &Client{core: asking, entities: DefaultEntities(), ignore: map[string]bool{}}
	for name, t := range cfg.Entities {
		c.entities[name] = t
	}
	for _, name := range cfg.Ignore {
		c.ignore[name] = true
	}
	return c, nil
}

// Analyze returns what the detector finds in each text, sorted by start, offsets in bytes: for redact.Engine's Merge. It
// blocks for (1+Retries)·Timeout, the pauses between tries and the wait for a place at most. A call whose ctx ends may
// still wait that long where its texts went out with others'. The error is ctx's or wraps ErrUnavailable; then nothing is
// known of any of the texts.
func (c *Client) Analyze(ctx context.Context, texts []Text) ([][]redact.Finding, error) {
	out := make([][]redact.Finding, len(texts))
	err := c.each(ctx, texts, func(at int, spans []span) { out[at] = c.findings(texts[at].Text, spans) })
	if err != nil {
		return nil, err
	}
	return out, nil
}

// each asks about texts, and calls take with what was found in each that is not empty; it may be called concurrently.
func (c *core) each(ctx context.Context, texts []Text, take func(at int, spans []span)) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(maxInFlight)
	for _, part := range c.split(texts) {
		group.Go(func() (err error) {
			defer contain(&err)
			spans, err := c.batches.do(ctx, part.language, part.texts)
			if err != nil {
				return err
			}
			for i, at := range part.index {
				take(at, spans[i])
			}
			return nil
		})
	}
	err := group.Wait()
	var f *failure
	switch {
	case errors.As(err, &f):
		return fmt.Errorf("%w: %s: %w", ErrUnavailable, c.cfg.Name, f)
	case err != nil:
		return fmt.Errorf("detector %s: %w", c.cfg.Name, err)
	}
	return nil
}

// part is what of a call fits into one request: texts of one language.
type part struct {
	language string
	texts    []Text
	index    []int // of each text in the call
	bytes    int
}

// split cuts a call into parts. Empty texts need no request.
func (c *core) split(texts []Text) []*part {
	var parts []*part
	open := map[string]*part{}
	for i, t := range texts {
		if t.Text == "" {
			continue
		}
		language := c.language(t.Language)
		p := open[language]
		if p == nil || len(p.texts) == c.cfg.MaxTexts || p.bytes+len(t.Text) > c.cfg.MaxBytes {
			p = &part{language: language}
			parts, open[language] = append(parts, p), p
		}
		p.texts = append(p.texts, Text{t.Text, language, t.Role})
		p.index = append(p.index, i)
		p.bytes += len(t.Text)
	}
	return parts
}

// send tries a request until it is answered or has failed for good.
func (c *core) send(ctx context.Context, texts []Text) ([][]span, error) {
	err := c.inFlight.Acquire(ctx, 1)
	if err != nil {
		return nil, &failure{OutcomeTimeout, "waiting for a place"}
	}
	defer c.inFlight.Release(1)
	for try := 0; ; try++ {
		spans, err := c.try(ctx, texts)
		var f *failure
		if err == nil || !errors.As(err, &f) || !f.passes() || try == c.cfg.Retries {
			return spans, err
		}
		select {
		case <-ctx.Done():
			return nil, err
		case <-time.After(pause(try)):
		}
	}
}

// Pauses between tries double from the first to the longest, and are spread by a half.
const (
	firstPause   = 100 * time.Millisecond
	longestPause = 2 * time.Second
)

func pause(try int) time.Duration {
	d := min(firstPause<<try, longestPause)
	return d/2 + rand.N(d) //nolint:gosec // jitter needs no secrecy
}

// try sends a request once and checks the answer.
func (c *core) try(ctx context.Context, texts []Text) ([][]span, error) {
	if !c.breaker.allow() {
		c.observer.Tried(c.cfg.Name, OutcomeOpen, len(texts), 0)
		return nil, &failure{outcome: OutcomeOpen}
	}
	started := time.Now()
	ctx, cancel := context.WithTimeout(ctx, c.cfg.Timeout)
	defer cancel()
	spans, err := c.askOnce(ctx, texts)
	outcome := OutcomeOK
	var f *failure
	if errors.As(err, &f) {
		if errors.Is(ctx.Err(), context.DeadlineExceeded) {
			f.outcome = OutcomeTimeout
		}
		outcome = f.outcome
	}
	c.breaker.done(err == nil)
	c.observer.Tried(c.cfg.Name, outcome, len(texts), time.Since(started))
	return spans, err
}

func (c *core) askOnce(ctx context.Context, texts []Text) (spans [][]span, err error) {
	defer contain(&err)
	spans, err = c.asker.ask(ctx, texts)
	if err == nil {
		err = c.check(texts, spans)
	}
	return spans, err
}

// contain makes a failure of a panic, which would end the process each time that the text is read again, with a value on
// standard error that may quote it.
func contain(err *error) {
	if recover() != nil {
		*err = &failure{OutcomeBad, "the request or the answer could not be handled"}
	}
}

// language returns the language that the detector is told: the text's, or its main part, if the detector knows it.
func (c *core) language(tag string) string {
	if len(c.cfg.Languages) == 0 {
		return ""
	}
	for _, known := range c.cfg.Languages {
		if sameLanguage(tag, known) {
			return known
		}
	}
	return c.cfg.Languages[0]
}
