package demo

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf8"
)

// table prints rows in columns.
func (d *demo) table(columns []string, rows []map[string]any) {
	cells := [][]string{columns}
	for _, row := range rows {
		line := make([]string, len(columns))
		for i, c := range columns {
			line[i] = oneLine(fmt.Sprint(row[c]))
		}
		cells = append(cells, line)
	}
	widths := make([]int, len(columns))
	for _, line := range cells {
		for i, cell := range line {
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	for _, line := range cells {
		var b strings.Builder
		for i, cell := range line {
			b.WriteString("  " + cell)
			if i < len(line)-1 {
				b.WriteString(strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell)))
			}
		}
		d.printf("%s\n", b.String())
	}
}

const (
	columnWidth = 56
	maxCell     = 100
)

func oneLine(s string) string {
	s = strings.ReplaceAll(s, "\n", "⏎")
	if utf8.RuneCountInString(s) > maxCell {
		s = string([]rune(s)[:maxCell-1]) + "…"
	}
	return s
}

// sideBySide prints two texts in two columns.
func (d *demo) sideBySide(before, after string) {
	left, right := wrap(before, columnWidth), wrap(after, columnWidth)
	for i := range max(len(left), len(right)) {
		l, r := "", ""
		if i < len(left) {
			l = left[i]
		}
		if i < len(right) {
			r = right[i]
		}
		d.printf("  %s%s │ %s\n", l, strings.Repeat(" ", max(0, columnWidth-utf8.RuneCountInString(l))), r)
	}
	d.printf("\n")
}

// wrap breaks a text into lines of at most width runes, at spaces where there are any.
func wrap(s string, width int) []string {
	var lines []string
	for _, paragraph := range strings.Split(s, "\n") {
		rest := []rune(paragraph)
		for len(rest) > width {
			cut := width
			for i := width; i > width/2; i-- {
				if rest[i] == ' ' {
					cut = i
					break
				}
			}
			lines = append(lines, string(rest[:cut]))
			rest = rest[cut:]
			if len(rest) > 0 && rest[0] == ' ' {
				rest = rest[1:]
			}
		}
		lines = append(lines, string(rest))
	}
	return lines
}

// search looks for every planted value in the sanitized texts and in the files
// of the deployment: what the broker keeps, and what the services logged.
func (d *demo) search(ctx context.Context) error {
	var values []string
	for _, m := range d.made {
		for _, v := range m.Private {
			if v != "" {
				values = append(values, v)
			}
		}
	}
	err := d.searchTexts(ctx, values)
	if err != nil {
		return err
	}
	return d.searchFiles(values)
}

func (d *demo) searchTexts(ctx context.Context, values []string) error {
	rows, err := d.ask.rows(ctx, "security", fmt.Sprintf("SELECT request_id, path, text FROM hushlog.contents WHERE startsWith(request_id, '%s')", d.run))
	if err != nil {
		return err
	}
	for _, row := range rows {
		for _, v := range values {
			if strings.Contains(fmt.Sprint(row["text"]), v) {
				return fmt.Errorf("a planted value is readable in %v of %v", row["path"], row["request_id"])
			}
		}
	}
	d.printf("  %d planted values, %d sanitized texts: none is readable\n", len(values), len(rows))
	return nil
}

func (d *demo) searchFiles(values []string) error {
	found, files, size := 0, 0, int64(0)
	for _, dir := range d.target.FilesToSearch {
		err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() {
				return err
			}
			data, err := os.ReadFile(path) //nolint:gosec // a directory that this process made
			if err != nil {
				return fmt.Errorf("search: %w", err)
			}
			files++
			size += int64(len(data))
			// Brokers make their index files larger than what they hold.
			data = bytes.TrimRight(data, "\x00")
			for _, v := range values {
				if bytes.Contains(data, []byte(v)) {
					found++
				}
			}
			return nil
		})
		if err != nil {
			return fmt.Errorf("search: %w", err)
		}
	}
	if found > 0 {
		return fmt.Errorf("%d planted values are readable in %d files", found, files)
	}
	d.printf("  %d files of the broker and the services' logs, %d MiB: none is readable\n", files, size>>20)
	return nil
}
