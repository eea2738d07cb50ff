// Package rescan runs the rules of today over texts that were stored before them: it tells what is found late, and
// rewrites it. A text that the engine leaves as it is was clean; sanitizing a text twice changes nothing.
//
// It leaves out who may do that and that it is on the trail (services/hushlog), and ClickHouse (pkg/store).
package rescan

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/hushlog/hushlog/pkg/identity"
	"github.com/hushlog/hushlog/pkg/policy"
	"github.com/hushlog/hushlog/pkg/redact"
	"github.com/hushlog/hushlog/pkg/store"
	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

// contents is what a rescan asks of ClickHouse; store.DB.
type contents interface {
	ContentDays(ctx context.Context, project string, since, until time.Time) ([]time.Time, error)
	EachContent(ctx context.Context, project string, since, until time.Time, each func([]store.StoredContent) error) error
	RewriteContents(ctx context.Context, project string, texts []store.Rewritten) error
	CountHeldContents(ctx context.Context, project string, requestIDs []string) (uint64, error)
}

// ErrUninspectable says that texts could not be inspected; they are as they were. Report.Uninspectable counts them.
var ErrUninspectable = errors.New("texts could not be inspected")

// Options say what is looked at.
type Options struct {
	// Project, or all when it is empty.
	Project string
	// Since and Until bound when the texts were accepted: from that moment and before this one.
	Since, Until time.Time
	// Rewrite changes what is found late; without it nothing is changed.
	Rewrite bool
}

// Report is what was found. It holds no text and no value.
type Report struct {
	// Texts that were looked at, those in which something was found late, and those that were rewritten.
	Texts, Late, Rewritten uint64
	// Uninspectable are texts that the engine refused.
	Uninspectable uint64
	// ByRule counts what was found late.
	ByRule map[string]uint64
	// Held are copies under holds of interactions with late findings. They are left as they are.
	Held uint64
}

const (
	// maxTexts and maxBytes bound what is rewritten at a time: a deletion names that many texts.
	maxTexts = 1000
	maxBytes = 16 << 20
	// maxWaiting bounds what is found late of a day and waits in memory until the day is read: ClickHouse would cut off
	// a reader that stands still meanwhile. A day with more is ended early and read again.
	maxWaiting = 256 << 20
)

// Scanner has an engine for each class. Safe for use by one Run at a time.
type Scanner struct {
	policy     *policy.Policy
	engines    map[policy.Class]*redact.Engine
	pseudonyms *identity.PseudonymKeys
	// waiting is maxWaiting; tests make it smaller.
	waiting int
}

// NewScanner compiles the policy's actions and own rules. pseudonyms may be nil where the policy asks for none.
func NewScanner(p *policy.Policy, pseudonyms *identity.PseudonymKeys) (*Scanner, error) {
	if p.UsesPseudonyms() && pseudonyms == nil {
		return nil, errors.New("the policy asks for pseudonyms of values: their key is needed")
	}
	own, err := p.CompileOwn()
	if err != nil {
		return nil, err
	}
	s := &Scanner{policy: p, engines: map[policy.Class]*redact.Engine{}, pseudonyms: pseudonyms, waiting: maxWaiting}
	for _, class := range policy.AllClasses() {
		options := redact.Options{Actions: p.ActionsFor(class), Point: p.Detection.Point, Own: own}
		if pseudonyms != nil {
			options.Pseudonym = s.values("", time.Time{})
		}
		s.engines[class], err = redact.New(options)
		if err != nil {
			return nil, fmt.Errorf("the policy's actions for %s: %w", class, err)
		}
	}
	return s, nil
}

func (s *Scanner) values(project string, at time.Time) redact.PseudonymFunc {
	values := s.pseudonyms.At(at).Values(project, s.policy.PseudonymPeriod(at))
	return func(t redact.Type, canonical string) [16]byte { return values(string(t), canonical) }
}

// run is one pass.
type run struct {
	*Scanner
	db     contents
	opts   Options
	report *Report
	// late are texts of one project that wait to be rewritten, of size bytes.
	late []store.Rewritten
	size int
}

// Run looks at all texts. The report is there with an error too; what it tells was done is done. It may be repeated.
func (s *Scanner) Run(ctx context.Context, db contents, opts Options) (*Report, error) {
	r := &run{Scanner: s, db: db, opts: opts, report: &Report{ByRule: map[string]uint64{}}}
	days, err := db.ContentDays(ctx, opts.Project, opts.Since, opts.Until)
	for _, day := range days {
		if err == nil {
			err = r.day(ctx, day)
		}
	}
	if err == nil && r.report.Uninspectable > 0 {
		err = fmt.Errorf("%d: %w", r.report.Uninspectable, ErrUninspectable)
	}
	return r.report, err
}

// errFull ends the reading of a day of which enough waits.
var errFull = errors.New("enough waits to be rewritten")

// day reads a day and then rewrites what was found late; again, where it was more than may wait.
func (r *run) day(ctx context.Context, day time.Time) error {
	since, until := later(day, r.opts.Since), day.AddDate(0, 0, 1)
	if r.opts.Until.Before(until) {
		until = r.opts.Until
	}
	for {
		texts, refused := r.report.Texts, r.report.Uninspectable
		err := r.db.EachContent(ctx, r.opts.Project, since, until, r.look)
		full := errors.Is(err, errFull)
		if err != nil && !full {
			return err
		}
		err = r.flush(ctx)
		if err != nil || !full {
			return err
		}
		r.report.Texts, r.report.Uninspectable = texts, refused // the day is read from its start again
	}
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// look inspects the rows of one text: one, or two after a rewriting that was cut off.
func (r *run) look(same []store.StoredContent) error {
	for _, c := range same {
		r.report.Texts++
		result, err := r.engineOf(c).Redact(c.Text, redact.Hints{Role: c.Role, Field: c.Path})
		if err != nil {
			r.report.Uninspectable++
			continue
		}
		if result.Dropped {
			result.Text = ""
		}
		if result.Text == c.Text {
			continue
		}
		late := store.Rewritten{Old: c, Text: result.Text}
		for _, other := range same {
			late.There = late.There || other.Text == result.Text
		}
		for _, f := range result.Findings {
			if f.Action == redact.ActionKeep {
				continue
			}
			r.report.ByRule[f.Rule]++
			late.Findings = append(late.Findings, finding(c.Path, f))
		}
		r.report.Late++
		if !r.opts.Rewrite { // to be counted, not to be kept
			late.Text, late.Old.Text, late.Findings = "", "", nil
		}
		r.late, r.size = append(r.late, late), r.size+len(c.Text)+len(late.Text)
	}
	if r.opts.Rewrite && r.size > r.waiting {
		return errFull
	}
	return nil
}

func (r *run) engineOf(c store.StoredContent) *redact.Engine {
	engine := r.engines[policy.Class(c.Classification)]
	if engine == nil { // a class of another release: the most careful
		engine = r.engines[policy.Restricted]
	}
	if r.pseudonyms == nil {
		return engine
	}
	return engine.WithPseudonym(r.values(c.Project, c.AcceptedAt))
}

func finding(path string, f redact.Finding) *hushlogv1.Finding {
	evidence := f.Evidence.Checksum
	for _, other := range []string{f.Evidence.Structure, f.Evidence.Context, f.Evidence.Model} {
		if evidence == "" {
			evidence = other
		}
	}
	return &hushlogv1.Finding{
		Path: path, Type: string(f.Type), Rule: f.Rule, RuleVersion: uint32(f.RuleVersion), //nolint:gosec // small and positive
		Action: string(f.Action), Confidence: float32(f.Confidence), View: f.View, Evidence: evidence,
	}
}

// flush rewrites what waits, or counts it, some texts of a project at a time.
func (r *run) flush(ctx context.Context) error {
	for len(r.late) > 0 {
		n, size := 0, 0
		for n < len(r.late) && n < maxTexts && r.late[n].Old.Project == r.late[0].Old.Project && (n == 0 || size < maxBytes) {
			size += len(r.late[n].Old.Text) + len(r.late[n].Text)
			n++
		}
		err := r.rewrite(ctx, r.late[:n])
		if err != nil {
			return err
		}
		r.late = r.late[n:]
	}
	r.late, r.size = nil, 0
	return nil
}

func (r *run) rewrite(ctx context.Context, late []store.Rewritten) error {
	project := late[0].Old.Project
	ids := map[string]bool{}
	for _, t := range late {
		ids[t.Old.RequestID] = true
	}
	held, err := r.db.CountHeldContents(ctx, project, slices.Sorted(maps.Keys(ids)))
	if err != nil {
		return err
	}
	r.report.Held += held
	if !r.opts.Rewrite {
		return nil
	}
	err = r.db.RewriteContents(ctx, project, late)
	if err == nil {
		r.report.Rewritten += uint64(len(late))
	}
	return err
}
