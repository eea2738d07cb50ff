package report

import (
	"context"
	"slices"
	"time"
)

// Report is what figures of a period are evidence for, control by control.
type Report struct {
	Made time.Time `json:"made"`
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
	// By is the person's role that the figures were read under.
	By string `json:"read_as,omitempty"`
	// Figures, each once; controls name them.
	Figures  []Result  `json:"figures"`
	Controls []Control `json:"controls"`
}

// New gathers what the controls of frameworks need; no framework means all.
func New(ctx context.Context, asker Asker, frameworks []string, p Period, now time.Time) (Report, error) {
	r := Report{Made: now.UTC(), From: p.From.UTC(), To: p.To.UTC()}
	var names []string
	for _, c := range controls {
		if len(frameworks) > 0 && !slices.Contains(frameworks, c.Framework) {
			continue
		}
		r.Controls = append(r.Controls, c)
		for _, name := range c.Figures {
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	var err error
	r.Figures, err = Gather(ctx, asker, names, p)
	return r, err
}

// figure finds one of the report's.
func (r Report) figure(name string) Result {
	i := slices.IndexFunc(r.Figures, func(f Result) bool { return f.Name == name })
	return r.Figures[i]
}
