package embedded

import (
	"regexp"
	"slices"
	"strings"
)

// insert is an INSERT with data of its own, as its text says it.
type insert struct {
	database, table string // database is empty when the text names none
	columns         []string
	settings        []setting
	format          string // empty when the text names none
	inline          []byte // data that follows in the text
}

const (
	identPattern   = "(?:[A-Za-z_][A-Za-z0-9_]*|`[^`\\\\]+`|\"[^\"\\\\]+\")"
	columnPattern  = identPattern + `(?:\.` + identPattern + `)*`
	settingPattern = `[a-z][a-z0-9_]*\s*=\s*(?:'[^'\\]*'|-?[0-9.]+)`
)

// insertText matches the head of an INSERT up to its data. Nothing else counts
// as one: no comments, expressions, functions or SELECT.
var insertText = regexp.MustCompile(`(?i)^\s*INSERT\s+INTO\s+(?:TABLE\s+)?(` + identPattern + `)(?:\s*\.\s*(` + identPattern + `))?` +
	`(?:\s*\(\s*(` + columnPattern + `(?:\s*,\s*` + columnPattern + `)*)\s*\))?` +
	`(?:\s+SETTINGS\s+(` + settingPattern + `(?:\s*,\s*` + settingPattern + `)*))?` +
	`(?:\s*\b(VALUES)\b\s*|\s*\bFORMAT\s+([A-Za-z][A-Za-z0-9]*)[ \t]*(?:\r?\n|;?\s*$|$)|\s*$)`)

// insertHead bounds the text before an INSERT's data, in bytes.
const insertHead = 64 << 10

// parseInsert reads an INSERT's head, or reports that the text is none.
func parseInsert(text []byte) (*insert, bool) {
	head := text[:min(len(text), insertHead)]
	loc := insertText.FindSubmatchIndex(head)
	if loc == nil || (len(head) < len(text) && loc[1] == len(head)) {
		return nil, false
	}
	group := func(i int) string {
		if loc[2*i] < 0 {
			return ""
		}
		return string(text[loc[2*i]:loc[2*i+1]])
	}
	in := &insert{table: unquoteName(group(1)), format: group(6), inline: text[loc[1]:]}
	if group(2) != "" {
		in.database, in.table = in.table, unquoteName(group(2))
	}
	for _, column := range splitNames(group(3)) {
		in.columns = append(in.columns, unquoteColumn(column))
	}
	in.settings = splitSettings(group(4))
	if group(5) != "" {
		in.format = "Values"
	}
	return in, true
}

// splitNames splits at the commas outside quotes.
func splitNames(list string) []string {
	if strings.TrimSpace(list) == "" {
		return nil
	}
	return regexp.MustCompile(columnPattern).FindAllString(list, -1)
}

func splitSettings(list string) []setting {
	var out []setting
	for _, pair := range regexp.MustCompile(settingPattern).FindAllString(list, -1) {
		name, value, _ := strings.Cut(pair, "=")
		out = append(out, setting{strings.TrimSpace(name), strings.Trim(strings.TrimSpace(value), "'")})
	}
	return out
}

func unquoteName(name string) string {
	if len(name) >= 2 && (name[0] == '`' || name[0] == '"') {
		return name[1 : len(name)-1]
	}
	return name
}

// unquoteColumn joins the parts of a nested column's name.
func unquoteColumn(name string) string {
	parts := regexp.MustCompile(identPattern).FindAllString(name, -1)
	for i := range parts {
		parts[i] = unquoteName(parts[i])
	}
	return strings.Join(parts, ".")
}

// statement renders the INSERT with its data in the file.
func (in *insert) statement(file string) string {
	var b strings.Builder
	b.WriteString("INSERT INTO " + quoteName(in.database) + "." + quoteName(in.table))
	if len(in.columns) > 0 {
		quoted := make([]string, len(in.columns))
		for i, column := range in.columns {
			quoted[i] = quoteName(column)
		}
		b.WriteString(" (" + strings.Join(quoted, ", ") + ")")
	}
	b.WriteString(" FROM INFILE " + quoteString(file) + " COMPRESSION 'none' FORMAT " + in.format)
	return b.String()
}

// insertFormats are the input formats that read nothing but the data given.
var insertFormats = []string{
	"Native", "RowBinary", "RowBinaryWithNames", "RowBinaryWithNamesAndTypes", "Values", "Parquet", "ArrowStream", "ORC",
	"JSONEachRow", "JSONLines", "NDJSON", "JSONCompactEachRow", "JSONCompactEachRowWithNames", "JSONCompactEachRowWithNamesAndTypes",
	"JSON", "JSONCompact", "JSONColumns", "JSONObjectEachRow", "JSONStringsEachRow",
	"CSV", "CSVWithNames", "CSVWithNamesAndTypes", "TSKV",
	"TabSeparated", "TabSeparatedRaw", "TabSeparatedWithNames", "TabSeparatedWithNamesAndTypes",
	"TSV", "TSVRaw", "TSVWithNames", "TSVWithNamesAndTypes",
}

func isInsertFormat(name string) bool { return slices.Contains(insertFormats, name) }
