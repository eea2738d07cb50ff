package embedded

import (
	"regexp"
	"slices"
	"strings"
)

// setting is one name=value that a request asks for.
type setting struct{ name, value string }

var settingName = regexp.MustCompile(`^[a-z][a-z0-9_]{0,99}$`)

// plainSettings are the settings that any user may change within the bounds of
// the profile: how much work, how results and inserts are written. None of them
// reads a file, opens a connection or changes what a statement may see.
var plainSettings = []string{
	"alter_sync", "async_insert", "cancel_http_readonly_queries_on_client_close", "date_time_input_format",
	"date_time_output_format", "deduplicate_blocks_in_dependent_materialized_views", "deduplicate_insert",
	"http_headers_progress_interval_ms", "http_write_exception_in_output_format", "insert_deduplicate",
	"insert_deduplication_token", "insert_null_as_default", "lightweight_deletes_sync", "log_comment", "log_queries",
	"max_block_size", "max_bytes_to_read", "max_columns_to_read", "max_execution_time", "max_insert_block_size",
	"max_insert_threads", "max_memory_usage", "max_query_size", "max_result_bytes", "max_result_rows",
	"max_rows_to_read", "max_threads", "min_insert_block_size_bytes", "min_insert_block_size_rows",
	"mutations_sync", "optimize_read_in_order", "output_format_json_quote_64bit_integers", "read_overflow_mode", "result_overflow_mode",
	"send_progress_in_http_headers", "session_timezone", "timeout_before_checking_execution_speed",
	"timeout_overflow_mode", "use_query_cache", "use_uncompressed_cache", "wait_for_async_insert",
}

// plainPrefixes are families of such settings.
var plainPrefixes = []string{"output_format_", "input_format_"}

func isPlainSetting(name string) bool {
	if slices.Contains(plainSettings, name) {
		return true
	}
	return slices.ContainsFunc(plainPrefixes, func(prefix string) bool { return strings.HasPrefix(name, prefix) })
}

// serverOnly are settings that mean something to a server's HTTP interface or
// are enforced by the child itself: they are checked and not passed on.
var serverOnly = []string{
	"async_insert", "wait_for_async_insert", "cancel_http_readonly_queries_on_client_close",
	"http_headers_progress_interval_ms", "http_write_exception_in_output_format",
	"send_progress_in_http_headers", "use_query_cache", "log_queries", "log_comment", "readonly",
	"allow_ddl", // a guarded user can make nothing, and the view that its SELECT becomes must be dropped
}

// apply sets the settings on the session.
func (s *session) apply(settings []setting) error {
	var parts []string
	for _, one := range settings {
		if !slices.Contains(serverOnly, one.name) {
			parts = append(parts, one.name+" = "+quoteString(one.value))
		}
	}
	if len(parts) == 0 {
		return nil
	}
	_, err := s.query("SET "+strings.Join(parts, ", "), "Null")
	return err
}

// quoteString renders a string literal of ClickHouse's SQL.
func quoteString(s string) string {
	var out strings.Builder
	out.WriteByte('\'')
	for i := range len(s) {
		switch s[i] {
		case '\'', '\\':
			out.WriteByte('\\')
			out.WriteByte(s[i])
		case 0:
			out.WriteString(`\0`)
		default:
			out.WriteByte(s[i])
		}
	}
	out.WriteByte('\'')
	return out.String()
}

// quoteName renders an identifier of ClickHouse's SQL.
func quoteName(s string) string {
	return "`" + strings.NewReplacer("\\", "\\\\", "`", "\\`").Replace(s) + "`"
}
