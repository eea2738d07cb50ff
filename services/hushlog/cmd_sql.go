package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/spf13/cobra"
)

// sqlFormats are the outputs of hushlog sql and what is asked of the service for them.
var sqlFormats = map[string]string{
	"table": "JSONCompactEachRowWithNames",
	"json":  "JSONEachRow",
	"tsv":   "TabSeparatedWithNames",
	"csv":   "CSVWithNames",
}

const (
	// maxStatement bounds a statement read from standard input; the service takes 64 KiB.
	maxStatement = 64 << 10
	// maxLine bounds one row of a result.
	maxLine = 64 << 20
	// maxCell bounds the width of a cell in a table; the other outputs cut nothing.
	maxCell = 80
)

// newSQLCommand runs a person's SELECT through the query service.
func newSQLCommand() *cobra.Command {
	var (
		ask    asking
		output string
	)
	cmd := &cobra.Command{
		Use:   `sql --purpose PURPOSE "SELECT ..."`,
		Short: "Run a SELECT under your role, on the audit trail",
		Long: "Runs one SELECT (- reads it from standard input) as the role of your token and prints the result: a table on a terminal, else tab-separated.\n" +
			"Who you are, the purpose and the statement without its literals stand on the audit trail.",
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return runSQL(cmd.Context(), ask, args[0], output, cmd.InOrStdin(), cmd.OutOrStdout())
		},
	}
	ask.addFlags(cmd)
	cmd.Flags().BoolVar(&ask.export, "export", false, "take more records away than may be looked at, of the classes that may be exported; for roles that may")
	cmd.Flags().StringVarP(&output, "output", "o", "", "`format`: table, tsv, csv or json (one object a line); default: table on a terminal, else tsv")
	return cmd
}

func runSQL(ctx context.Context, ask asking, sql, output string, in io.Reader, out io.Writer) error {
	if output == "" {
		output = "tsv"
		if isTerminal(out) {
			output = "table"
		}
	}
	format, known := sqlFormats[output]
	if !known {
		return errors.New("--output: must be table, tsv, csv or json")
	}
	sql, err := statementOf(sql, in)
	if err != nil {
		return err
	}
	run := ask.run
	if ask.named {
		run = ask.runNamed
	}
	answer, err := run(ctx, sql, format)
	if err != nil {
		return err
	}
	defer func() { _ = answer.Close() }()
	if output == "table" {
		return printTable(answer, out)
	}
	return printPlain(answer, out)
}

func statementOf(arg string, in io.Reader) (string, error) {
	if arg != "-" {
		return arg, nil
	}
	raw, err := io.ReadAll(io.LimitReader(in, maxStatement+1))
	if err != nil {
		return "", fmt.Errorf("read the statement: %w", err)
	}
	if len(raw) > maxStatement {
		return "", fmt.Errorf("the statement has more than %d bytes", maxStatement)
	}
	return string(raw), nil
}

func isTerminal(w io.Writer) bool {
	file, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := file.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// printPlain copies a result; on a terminal without what a terminal would obey.
func printPlain(answer io.Reader, out io.Writer) error {
	if isTerminal(out) {
		out = &harmless{out: out}
	}
	_, err := io.Copy(out, answer)
	return err
}

// printTable prints rows as a table when all of them are there: half a table would look whole.
func printTable(answer io.Reader, out io.Writer) error {
	var rows [][]string
	lines := bufio.NewScanner(answer)
	lines.Buffer(nil, maxLine)
	for lines.Scan() {
		row, err := rowOf(lines.Bytes())
		if err != nil {
			return err
		}
		rows = append(rows, row)
	}
	err := lines.Err()
	if err != nil {
		return err
	}
	if len(rows) == 0 {
		return nil
	}
	table := tableOf(rows)
	_, err = io.WriteString(out, table)
	if err != nil {
		return fmt.Errorf("print the result: %w", err)
	}
	return nil
}

// rowOf reads a row: texts as they are but for what a terminal would obey, all else as JSON.
func rowOf(line []byte) ([]string, error) {
	var values []json.RawMessage
	err := json.Unmarshal(line, &values)
	if err != nil {
		return nil, errors.New("the answer is not what was asked for; is --server a query service?")
	}
	row := make([]string, len(values))
	for i, value := range values {
		var text string
		err = json.Unmarshal(value, &text)
		if err != nil || string(value) == "null" {
			text = string(value)
		}
		row[i] = cut(plainText(text))
	}
	return row, nil
}

func cut(text string) string {
	if utf8.RuneCountInString(text) <= maxCell {
		return text
	}
	return string([]rune(text)[:maxCell-1]) + "…"
}

// plainText writes control characters, line breaks and marks of direction as escapes: text of a
// conversation must not move a cursor, hide itself or pass for another row.
func plainText(text string) string {
	var plain strings.Builder
	for _, r := range text {
		if unicode.IsPrint(r) {
			plain.WriteRune(r)
			continue
		}
		quoted := strconv.QuoteRuneToASCII(r)
		plain.WriteString(quoted[1 : len(quoted)-1])
	}
	return plain.String()
}

// harmless passes text on to a terminal, control characters but tab and line feed as escapes.
type harmless struct {
	out  io.Writer
	rest []byte
}

// Write keeps back a character that is not complete yet.
func (h *harmless) Write(p []byte) (int, error) {
	data := append(h.rest, p...)
	var plain strings.Builder
	for len(data) > 0 && utf8.FullRune(data) {
		r, size := utf8.DecodeRune(data)
		if r == '\n' || r == '\t' {
			plain.WriteRune(r)
		} else {
			plain.WriteString(plainText(string(r)))
		}
		data = data[size:]
	}
	h.rest = append([]byte(nil), data...)
	_, err := io.WriteString(h.out, plain.String())
	if err != nil {
		return 0, err
	}
	return len(p), nil
}

// tableOf sets rows, the first of which are names, in columns: numbers to the right.
func tableOf(rows [][]string) string {
	widths := make([]int, len(rows[0]))
	numeric := make([]bool, len(rows[0]))
	for i := range numeric {
		numeric[i] = len(rows) > 1
	}
	for n, row := range rows {
		for i, cell := range row[:min(len(row), len(widths))] {
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
			numeric[i] = numeric[i] && (n == 0 || isNumber(cell))
		}
	}
	var table strings.Builder
	for n, row := range rows {
		writeRow(&table, row, widths, numeric)
		if n == 0 {
			rule := make([]string, len(widths))
			for i, width := range widths {
				rule[i] = strings.Repeat("-", width)
			}
			writeRow(&table, rule, widths, numeric)
		}
	}
	fmt.Fprintf(&table, "(%d rows)\n", len(rows)-1)
	return table.String()
}

func isNumber(cell string) bool {
	_, err := strconv.ParseFloat(cell, 64)
	return err == nil || cell == "null"
}

func writeRow(table *strings.Builder, row []string, widths []int, numeric []bool) {
	var line strings.Builder
	for i, width := range widths {
		cell := ""
		if i < len(row) {
			cell = row[i]
		}
		space := strings.Repeat(" ", max(width-utf8.RuneCountInString(cell), 0))
		if numeric[i] {
			line.WriteString(space + cell + "  ")
		} else {
			line.WriteString(cell + space + "  ")
		}
	}
	table.WriteString(strings.TrimRight(line.String(), " ") + "\n")
}
