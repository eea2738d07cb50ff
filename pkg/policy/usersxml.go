package policy

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"slices"
	"strconv"
)

// RenderUsersXML writes a users.xml for a ClickHouse server and for the embedded engine alike: one
// user for each that ClickHouseUsers lists, signed in by a client certificate with the user's name
// as CN, and nobody else.
func (p *Policy) RenderUsersXML(w io.Writer) error {
	var out bytes.Buffer
	x := &xmlWriter{out: &out}
	x.line(`<?xml version="1.0"?>`)
	x.line(`<!-- Derived from the policy by hushlog; changes made here are lost. Policy %s -->`, p.Digest())
	x.open("clickhouse")
	users := p.ClickHouseUsers()
	x.profiles(users)
	x.quotas(users)
	x.open("users")
	for _, user := range users {
		x.user(user)
	}
	x.close("users")
	x.close("clickhouse")
	_, err := w.Write(out.Bytes())
	return err
}

// xmlWriter writes indented elements.
type xmlWriter struct {
	out   *bytes.Buffer
	depth int
}

func (x *xmlWriter) line(format string, args ...any) {
	for range x.depth {
		x.out.WriteString("    ")
	}
	fmt.Fprintf(x.out, format+"\n", args...)
}

func (x *xmlWriter) open(name string) {
	x.line("<%s>", name)
	x.depth++
}

func (x *xmlWriter) close(name string) {
	x.depth--
	x.line("</%s>", name)
}

func (x *xmlWriter) leaf(name, value string) {
	var escaped bytes.Buffer
	_ = xml.EscapeText(&escaped, []byte(value)) // a buffer takes everything
	x.line("<%s>%s</%s>", name, escaped.String(), name)
}

// profiles: services run with ClickHouse's defaults; a role is read-only and cannot leave its limits.
func (x *xmlWriter) profiles(users []User) {
	x.open("profiles")
	x.open("default")
	x.nothingSpilled()
	x.nothingLost()
	x.statementsLogged()
	x.close("default")
	for _, user := range users {
		if user.Role != "" {
			x.profile(user)
		}
	}
	x.close("profiles")
}

// spillLimit bounds the temporary files of a statement, in bytes; 0 would be no bound. Sorts do not keep to it.
const spillLimit = "max_temporary_data_on_disk_size_for_query"

// spillThresholds say from when on a statement writes temporary files; 0 is never. The join algorithms that do are not
// among ClickHouse's defaults.
var spillThresholds = []string{
	"max_bytes_before_external_group_by", "max_bytes_ratio_before_external_group_by",
	"max_bytes_before_external_sort", "max_bytes_ratio_before_external_sort",
}

// nothingSpilled has statements fail that would write what does not fit into memory to a temporary file: not every
// ClickHouse encrypts those. Merges are not statements and go on.
func (x *xmlWriter) nothingSpilled() {
	for _, threshold := range spillThresholds {
		x.leaf(threshold, "0")
	}
	x.leaf(spillLimit, "1")
}

// nothingLost turns off what gives wrong answers: on ClickHouse 26.5, where it is on by default, the threshold of
// ORDER BY ... LIMIT drops rows that an index of words has found (tried).
func (x *xmlWriter) nothingLost() { x.leaf("use_top_k_dynamic_filtering", "0") }

// logSettings decide what of a statement gets into ClickHouse's own log of statements, where it keeps one: that it ran, and
// of its text, which can hold anything, the first letter.
var logSettings = []struct{ name, value string }{
	{"log_queries", "1"},
	{"log_queries_min_type", "QUERY_START"},
	{"log_queries_min_query_duration_ms", "0"},
	{"log_queries_probability", "1"},
	{"log_queries_cut_to_length", "1"},
	{"log_query_settings", "0"},
}

// statementsLogged has each statement be in ClickHouse's log, where it keeps one, so that those which go round the query
// service are found there (services/retention/direct.go). A role cannot change it.
func (x *xmlWriter) statementsLogged() {
	for _, setting := range logSettings {
		x.leaf(setting.name, setting.value)
	}
}

func (x *xmlWriter) profile(user User) {
	limits := []struct{ name, value string }{
		{"max_result_rows", strconv.FormatInt(user.Limits.MaxRows, 10)},
		{"max_execution_time", strconv.FormatInt(int64(user.Limits.MaxTime.D().Seconds()), 10)},
		{"max_memory_usage", strconv.FormatInt(int64(user.Limits.MaxMemory), 10)},
	}
	x.open(user.Name)
	// 2: SELECT only, and settings that are not constrained may be set, which HTTP clients do.
	x.leaf("readonly", "2")
	x.leaf("allow_ddl", "0")
	x.leaf("allow_introspection_functions", "0")
	x.leaf("result_overflow_mode", "throw")
	for _, limit := range limits {
		x.leaf(limit.name, limit.value)
	}
	x.nothingSpilled()
	x.nothingLost()
	x.statementsLogged()
	x.open("constraints")
	for _, limit := range limits {
		// 0 means no limit to ClickHouse, hence the minimum.
		x.line("<%s><min>1</min><max>%s</max></%s>", limit.name, limit.value, limit.name)
	}
	for _, fixed := range append([]string{"allow_ddl", "allow_introspection_functions", "result_overflow_mode", "join_algorithm", spillLimit}, spillThresholds...) {
		x.line("<%s><readonly/></%s>", fixed, fixed)
	}
	for _, setting := range logSettings {
		x.line("<%s><readonly/></%s>", setting.name, setting.name)
	}
	x.close("constraints")
	x.close(user.Name)
}

func (x *xmlWriter) quotas(users []User) {
	x.open("quotas")
	x.line("<default></default>")
	for _, user := range users {
		if user.Role == "" {
			continue
		}
		x.open(user.Name)
		x.line("<interval><duration>3600</duration><queries>%d</queries></interval>", user.Limits.QueriesPerHour)
		x.close(user.Name)
	}
	x.close("quotas")
}

func (x *xmlWriter) user(user User) {
	x.open(user.Name)
	x.open("ssl_certificates")
	x.leaf("common_name", user.CommonName)
	x.close("ssl_certificates")
	x.line("<networks><ip>::/0</ip></networks>")
	settings := "default"
	if user.Role != "" {
		settings = user.Name
	}
	x.leaf("profile", settings)
	x.leaf("quota", settings)
	x.open("grants")
	for _, grant := range user.Grants {
		x.leaf("query", grant)
	}
	x.close("grants")
	x.filters(user)
	x.close(user.Name)
}

func (x *xmlWriter) filters(user User) {
	if len(user.RowFilters) == 0 {
		return
	}
	x.open("databases")
	x.open(Database)
	tables := AllTables()
	slices.Sort(tables)
	for _, table := range tables {
		filter, ok := user.RowFilters[table]
		if !ok {
			continue
		}
		x.open(table)
		x.leaf("filter", filter)
		x.close(table)
	}
	x.close(Database)
	x.close("databases")
}
