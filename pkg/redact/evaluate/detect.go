package evaluate

import (
	"errors"
	"runtime"
	"sync"

	"github.com/hushlog/hushlog/pkg/redact"
)

// Finder is the engine, or what stands in for it.
type Finder interface {
	// Find returns what is private in text, sorted by start and not overlapping. It is called concurrently.
	Find(text string, h redact.Hints) ([]redact.Finding, error)
}

// Detect runs e over all records, on all processors, without hints. Nothing counts as found in a text that cannot be
// inspected, although none of it would be stored; uninspectable is how many there are.
func Detect(records []Record, e Finder) (preds Predictions, uninspectable int, err error) {
	found := make([][]Span, len(records))
	errs := make([]error, len(records))
	next := make(chan int)
	var wg sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for i := range next {
				found[i], errs[i] = detectOne(records[i].Text, e)
			}
		})
	}
	for i := range records {
		next <- i
	}
	close(next)
	wg.Wait()
	preds = make(Predictions, len(records))
	for i, r := range records {
		preds[r.ID] = found[i]
		if errors.Is(errs[i], redact.ErrUninspectable) {
			uninspectable++
			errs[i] = nil
		}
	}
	return preds, uninspectable, errors.Join(errs...)
}

func detectOne(text string, e Finder) ([]Span, error) {
	fs, err := e.Find(text, redact.Hints{})
	if err != nil {
		return nil, err
	}
	out := make([]Span, len(fs))
	for i, s := range redact.RuneOffsets(text, fs) {
		out[i] = Span{Start: s.Start, End: s.End, Type: fs[i].Type, Rule: fs[i].Rule, Confidence: fs[i].Confidence}
	}
	return out, nil
}
