package report

import (
	_ "embed"
	"fmt"
	"html/template" // escapes whatever labels hold
	"io"
	"strconv"
	"time"
)

//go:embed page.html
var page string

var pages = template.Must(template.New("page").Funcs(template.FuncMap{
	"number": number,
	"date":   func(t time.Time) string { return t.UTC().Format("2006-01-02 15:04 UTC") },
}).Parse(page))

func number(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }

// WriteHTML writes the report as one page that loads nothing.
func (r Report) WriteHTML(w io.Writer) error {
	type line struct {
		Control
		Lines []Result
	}
	data := struct {
		Report
		Lines []line
	}{Report: r}
	for _, c := range r.Controls {
		l := line{Control: c}
		for _, name := range c.Figures {
			l.Lines = append(l.Lines, r.figure(name))
		}
		data.Lines = append(data.Lines, l)
	}
	return write(w, "report", data)
}

// WriteReviewHTML writes a review as one page that loads nothing.
func WriteReviewHTML(w io.Writer, r Review, digest string) error {
	return write(w, "review", struct {
		Review
		Digest string
	}{r, digest})
}

func write(w io.Writer, name string, data any) error {
	err := pages.ExecuteTemplate(w, name, data)
	if err != nil {
		return fmt.Errorf("write the page: %w", err)
	}
	return nil
}
