package embedded

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
)

// execute runs the request's statement for the user and writes its answer.
func (s *session) execute(u *user, req *request, out *output) error {
	err := s.checkRequest(u, req)
	if err != nil {
		return err
	}
	in, ok := parseInsert(req.text)
	if ok {
		return s.insert(u, req, in)
	}
	text := string(req.text)
	if len(req.data) > 0 {
		text += "\n" + string(req.data)
	}
	st, err := s.parse(text)
	if err != nil {
		return err
	}
	if st.format != "" {
		out.format = st.format
	}
	if u.full {
		return s.executeFull(st, text, req, out)
	}
	return s.executeGuarded(u, st, req, out)
}

// checkRequest checks the settings and enters the database that the request names.
func (s *session) checkRequest(u *user, req *request) error {
	if !u.full {
		for _, one := range req.settings {
			err := u.change(one.name, one.value)
			if err != nil {
				return err
			}
		}
	}
	if req.database == "" {
		return nil
	}
	if !u.full && isSystemDatabase(req.database) {
		return errRefused("%s: Not enough privileges on %s", u.name, req.database)
	}
	_, err := s.query("USE "+quoteName(req.database), "Null")
	return err
}

// currentDatabase is where the request's unqualified names are looked up.
func (req *request) currentDatabase() string {
	if req.database == "" {
		return "default"
	}
	return req.database
}

// executeFull runs the text as it is; only several statements are refused.
func (s *session) executeFull(st statement, text string, req *request, out *output) error {
	if strings.EqualFold(st.text, "SYSTEM RELOAD CONFIG") || strings.EqualFold(st.text, "SYSTEM RELOAD USERS") {
		return errReload
	}
	if strings.HasPrefix(st.text, "INSERT ") && st.format != "" {
		return errBadRequest("this form of INSERT with data is not supported: use INSERT INTO table [(columns)] [SETTINGS name = literal] FORMAT name or VALUES, and no comments")
	}
	err := s.apply(req.settings)
	if err != nil {
		return err
	}
	return s.answer(text, st.selects(), req.params, req, out)
}

// executeGuarded runs a statement of a user of the users file.
func (s *session) executeGuarded(u *user, st statement, req *request, out *output) error {
	if out.format != "Null" && !isOutputFormat(out.format) {
		return errRefused("%s: format %s is not allowed", u.name, out.format)
	}
	switch {
	case strings.HasPrefix(st.text, "DESCRIBE "):
		err := u.guardDescribe(st, req.currentDatabase())
		if err != nil {
			return err
		}
		return s.answer(st.text, false, nil, req, out)
	case strings.HasPrefix(st.text, explainAST):
		return s.explain(u, st, req, out)
	case strings.HasPrefix(st.text, "ALTER TABLE "), strings.HasPrefix(st.text, "OPTIMIZE TABLE "):
		return s.change(u, st, req, out)
	case !st.selects():
		return errRefused("%s: only SELECT, DESCRIBE TABLE, INSERT and granted ALTER and OPTIMIZE are allowed", u.name)
	}
	text, err := s.bind(st.text, req.params)
	if err != nil {
		return err
	}
	nodes, err := s.tree(text, nil)
	if err != nil {
		return err
	}
	err = u.guardRead(nodes)
	if err != nil {
		return err
	}
	return s.readAs(u, text, req, out)
}

// change runs a granted ALTER TABLE or OPTIMIZE TABLE.
func (s *session) change(u *user, st statement, req *request, out *output) error {
	if u.readonly() > 0 {
		return &engineError{code: 164, name: "READONLY", message: u.name + ": Cannot execute query in readonly mode"}
	}
	nodes, err := s.tree(st.text, req.params)
	if err != nil {
		return err
	}
	guard := u.guardAlter
	if strings.HasPrefix(st.text, "OPTIMIZE ") {
		guard = u.guardOptimize
	}
	err = guard(nodes, req.currentDatabase())
	if err != nil {
		return err
	}
	err = s.apply(u.effective(req.settings))
	if err != nil {
		return err
	}
	return s.answer(st.text, false, req.params, req, out)
}

// readAs runs a SELECT under the user's grants and row filters: as a view whose
// definer is the user. The profile's limits go on the statement around it, as a
// definer's own do not apply.
func (s *session) readAs(u *user, text string, req *request, out *output) error {
	view := s.engine.viewName()
	_, err := s.query("CREATE VIEW "+view+" DEFINER = "+quoteName(u.name)+" SQL SECURITY DEFINER AS "+text, "Null")
	if err != nil {
		return err
	}
	err = s.apply(u.effective(req.settings))
	if err == nil {
		err = s.answer("SELECT * FROM "+view, true, nil, req, out)
	}
	_, dropErr := s.query("DROP VIEW IF EXISTS "+view+" SYNC SETTINGS max_execution_time = 0", "Null")
	if err != nil {
		return err
	}
	return dropErr
}

// effective are the profile's settings with the request's over them.
func (u *user) effective(asked []setting) []setting {
	var out []setting
	for name, p := range u.profile {
		if p.value != nil && !slices.ContainsFunc(asked, func(s setting) bool { return s.name == name }) {
			out = append(out, setting{name, *p.value})
		}
	}
	return append(out, asked...)
}

// insert writes the data that came with an INSERT.
func (s *session) insert(u *user, req *request, in *insert) error {
	if in.database == "" {
		in.database = req.currentDatabase()
	}
	if in.format == "" {
		return errBadRequest("name the FORMAT of the data")
	}
	settings := slices.Concat(req.settings, in.settings)
	if !u.full {
		err := u.guardInsert(in)
		if err != nil {
			return err
		}
		settings = append(u.effective(settings), harmlessInsert...)
	}
	data := in.inline
	if in.format == "Values" && len(req.data) == 0 {
		data = bytes.TrimRight(data, "; \t\r\n")
	}
	data = append(slices.Clip(data), req.data...)
	err := s.apply(settings)
	if err != nil {
		return err
	}
	file, path, err := memfd(data)
	if err != nil {
		return err
	}
	defer file.Close()
	_, err = s.query(in.statement(path), "Null", req.params...)
	if err != nil && !u.full {
		return withoutData(err, in)
	}
	return err
}

// harmlessInsert keeps the VALUES of a user to literals: an expression would
// run as the engine's own user.
var harmlessInsert = []setting{
	{"input_format_values_interpret_expressions", "0"},
	{"input_format_values_deduce_templates_of_expressions", "0"},
}

// guardInsert refuses an INSERT that no grant on this very table allows.
func (u *user) guardInsert(in *insert) error {
	if u.readonly() > 0 {
		return &engineError{code: 164, name: "READONLY", message: u.name + ": Cannot execute query in readonly mode"}
	}
	if !u.namesTable("INSERT", in.database, in.table) || !u.may("INSERT", in.database, in.table, in.columns...) {
		return errRefused("%s: Not enough privileges. To execute this query, it's necessary to have the grant INSERT ON %s.%s", u.name, in.database, in.table)
	}
	if !isInsertFormat(in.format) {
		return errRefused("%s: INSERT with FORMAT %s is not allowed", u.name, in.format)
	}
	for _, one := range in.settings {
		err := u.change(one.name, one.value)
		if err != nil {
			return err
		}
	}
	return nil
}

// withoutData keeps an insert error's code and name only: the engine's message
// quotes the data.
func withoutData(err error, in *insert) error {
	e := asEngineError(err)
	return &engineError{code: e.code, name: e.name, message: fmt.Sprintf(
		"the engine refused an insert into %s.%s as %s (details are left out, as they quote the data)", in.database, in.table, in.format)}
}

// streamed are the formats whose output is a plain sequence of chunks.
var streamed = []string{"Native", "TabSeparated", "TSV", "CSV", "JSONEachRow", "JSONCompactEachRow", "RowBinary"}

// outputFormats are the formats that a user may have an answer in.
var outputFormats = []string{
	"Native", "TabSeparated", "TSV", "TabSeparatedRaw", "TSVRaw", "TabSeparatedWithNames", "TSVWithNames",
	"TabSeparatedWithNamesAndTypes", "TSVWithNamesAndTypes", "CSV", "CSVWithNames", "CSVWithNamesAndTypes",
	"JSON", "JSONCompact", "JSONStrings", "JSONEachRow", "JSONCompactEachRow", "JSONCompactEachRowWithNames",
	"JSONCompactEachRowWithNamesAndTypes", "JSONColumns", "JSONLines", "NDJSON", "RowBinary", "RowBinaryWithNames", "RowBinaryWithNamesAndTypes",
	"Pretty", "PrettyCompact", "PrettySpace", "PrettyNoEscapes", "PrettyCompactNoEscapes", "PrettyCompactMonoBlock", "Vertical", "Markdown",
	"TSKV", "Values", "XML", "Parquet", "Arrow", "ArrowStream",
}

func isOutputFormat(name string) bool { return slices.Contains(outputFormats, name) }

// answer runs the statement and writes its output, a SELECT's in chunks if the
// format can be cut.
func (s *session) answer(text string, chunked bool, params []parameter, req *request, out *output) error {
	if !chunked || !slices.Contains(streamed, out.format) {
		data, err := s.query(text, out.format, params...)
		if err != nil {
			return err
		}
		return out.chunk(data, req.revision)
	}
	rows, err := s.stream(text, out.format, params...)
	if err != nil {
		return err
	}
	defer rows.close()
	for {
		data, err := rows.next()
		if err != nil || len(data) == 0 {
			return err
		}
		err = out.chunk(data, req.revision)
		if err != nil {
			return err
		}
	}
}

// chunk writes a part of the engine's output in the form that the client reads.
func (o *output) chunk(data []byte, revision int) error {
	if o.format != "Native" || revision == 0 {
		return o.write(data)
	}
	data, err := reencodeNative(data, revision)
	if err != nil {
		return err
	}
	return o.write(data)
}
