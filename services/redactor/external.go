package redactor

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"golang.org/x/sync/errgroup" // detectors are asked side by side

	"github.com/hushlog/hushlog/pkg/contract"
	"github.com/hushlog/hushlog/pkg/policy"
	"github.com/hushlog/hushlog/pkg/redact"
	"github.com/hushlog/hushlog/pkg/redact/detector"
	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

// errDetector means that an external detector did not answer, and that the
// policy wants no such record stored.
var errDetector = errors.New("an external detector did not answer")

// external is a detector that is asked besides the engine.
type external interface {
	Name() string
	Analyze(ctx context.Context, texts []detector.Text) ([][]redact.Finding, error)
}

// judge is a detector that is asked what texts are, besides the model.
type judge interface {
	Name() string
	Classify(ctx context.Context, texts []detector.Text) ([][]detector.Label, error)
}

// AskSafety has a detector asked what is said in every interaction from now on. It must not be called once Sanitize is.
func (s *Sanitizer) AskSafety(j judge) { s.judges = append(s.judges, j) }

// Ask has a detector asked about the content of every interaction from now on.
// It must not be called once Sanitize is.
func (s *Sanitizer) Ask(d external) { s.external = append(s.external, d) }

// answers are what external detectors said of an interaction.
type answers struct {
	texts []detector.Text
	// found has, for each detector that answered, what it found in each text.
	found [][][]redact.Finding
	// judged has what judges said of a text, by its path.
	judged map[string][]judgement
	// missing names those that did not answer.
	missing []string
}

// judgement is what one judge said of a text.
type judgement struct {
	judge  string
	labels []detector.Label
}

// ask asks every detector about all content of an interaction, which it leaves
// as it is. The error is ctx's, errUninspectable, or errDetector.
func (s *Sanitizer) ask(ctx context.Context, in *hushlogv1.Interaction) (*answers, error) {
	if len(s.external)+len(s.judges) == 0 {
		return nil, nil // nobody is asked
	}
	a := &answers{}
	var said []detector.Text // what judges are asked about, and where it stands
	var paths []string
	err := contract.Walk(in, func(str *contract.String) error {
		if str.Kind == contract.Metadata || str.Kind == contract.Subject {
			return nil
		}
		a.texts = append(a.texts, detector.Text{Text: str.Value})
		row := describe(str)
		if len(s.judges) > 0 && s.flagger.listens(row) {
			said = append(said, detector.Text{Text: str.Value, Role: roleWord(roleIn(row))})
			paths = append(paths, row.GetPath())
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errUninspectable, err)
	}
	labels := make([][][]detector.Label, len(s.judges))
	found := make([][][]redact.Finding, len(s.external))
	group := errgroup.Group{}
	for i, d := range s.external {
		group.Go(contained(func() error {
			var failed error
			found[i], failed = d.Analyze(ctx, a.texts)
			if failed != nil && !errors.Is(failed, detector.ErrUnavailable) {
				return failed // ctx has ended: nothing is decided
			}
			return nil
		}))
	}
	for i, j := range s.judges {
		group.Go(contained(func() error {
			var failed error
			labels[i], failed = j.Classify(ctx, said)
			if failed != nil && !errors.Is(failed, detector.ErrUnavailable) {
				return failed
			}
			return nil
		}))
	}
	err = group.Wait()
	if errors.Is(err, errAskPanic) {
		panic(errAskPanic) // where a panic of the engine would be: the event goes to quarantine
	}
	if err != nil {
		return nil, err
	}
	a.judge(s.judges, labels, paths)
	for i, d := range s.external {
		if found[i] == nil {
			a.missing = append(a.missing, d.Name())
			continue
		}
		a.found = append(a.found, found[i])
	}
	return a, nil
}

// errAskPanic means that asking a detector panicked.
var errAskPanic = errors.New("asking a detector panicked")

// contained keeps a panic of a goroutine from ending the process, again and again for the same event, with a value on
// standard error that may quote the text.
func contained(ask func() error) func() error {
	return func() (err error) {
		defer func() {
			if recover() != nil {
				err = errAskPanic
			}
		}()
		return ask()
	}
}

// judge notes what judges said of the texts at paths, and who did not answer.
func (a *answers) judge(judges []judge, labels [][][]detector.Label, paths []string) {
	a.judged = map[string][]judgement{}
	for i, j := range judges {
		if labels[i] == nil {
			a.missing = append(a.missing, j.Name())
			continue
		}
		for k, path := range paths {
			if len(labels[i][k]) > 0 {
				a.judged[path] = append(a.judged[path], judgement{j.Name(), labels[i][k]})
			}
		}
	}
}

// of returns what was found in the text with the given number, which must be
// the one that was asked about.
func (a *answers) of(number int, text string) ([][]redact.Finding, error) {
	if number >= len(a.texts) || a.texts[number].Text != text {
		return nil, errUninspectable // the interaction was walked in another order: a bug of ours
	}
	var out [][]redact.Finding
	for _, found := range a.found {
		out = append(out, found[number])
	}
	return out, nil
}

// storableWithout reports whether the policy lets a record of the class be
// stored although detectors did not answer.
func (a *answers) storableWithout(p *policy.Policy, class policy.Class) bool {
	return a == nil || !slices.ContainsFunc(a.missing, func(name string) bool { return !p.MarkOnly(name, class) })
}

// engineVersion names what inspected a record: the engine, +NAME for each
// detector that answered, and -NAME, which marks it, for each that did not.
func (s *Sanitizer) engineVersion(a *answers) string {
	version := s.engine.Version()
	names := make([]string, 0, len(s.external)+len(s.judges))
	for _, d := range s.external {
		names = append(names, d.Name())
	}
	for _, j := range s.judges {
		names = append(names, j.Name())
	}
	for _, name := range names {
		if a != nil && slices.Contains(a.missing, name) {
			version += "-" + name
		} else {
			version += "+" + name
		}
	}
	return version
}
