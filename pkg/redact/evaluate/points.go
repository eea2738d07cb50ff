package evaluate

import (
	"fmt"
	"io"

	"github.com/hushlog/hushlog/pkg/redact"
)

// AtPoint is what was counted at one operating point.
type AtPoint struct {
	Point  redact.Point
	Report *Report
}

// MeasurePoints runs an engine at each operating point over records.
func MeasurePoints(records []Record, o Options) ([]AtPoint, error) {
	var out []AtPoint
	for _, point := range redact.Points() {
		e, err := redact.New(redact.Options{Point: point})
		if err != nil {
			return nil, fmt.Errorf("engine at point %s: %w", point, err)
		}
		preds, _, err := Detect(records, e)
		if err != nil {
			return nil, fmt.Errorf("detect at point %s: %w", point, err)
		}
		out = append(out, AtPoint{Point: point, Report: Score(records, preds, o)})
	}
	return out, nil
}

// WritePoints prints precision and recall (typed) at each operating point.
func WritePoints(w io.Writer, points []AtPoint) error {
	p := &printer{w: w}
	p.line("\n%-16s |%s |%s |%10s", "operating point", pointHeader("structured"), pointHeader("all types"), "false/1k")
	for _, at := range points {
		p.line("%-16s |%s |%s |%10.3f", at.Point, pointRow(at.Report.Structured()), pointRow(at.Report.All()), at.Report.Negatives.Per1000())
	}
	return p.err
}

func pointHeader(title string) string {
	return fmt.Sprintf("%12s%7s%7s%7s%7s", title+":", "P", "R", "F2", "leak%")
}

func pointRow(t Tally) string {
	q := t.TypedQuality()
	return fmt.Sprintf("%12s%7.3f%7.3f%7.3f%7.2f", "", q.Precision, q.Recall, q.F2, 100*t.Leak())
}
