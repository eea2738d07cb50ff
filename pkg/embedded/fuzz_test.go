package embedded

import (
	"bytes"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// FuzzDecodeRequest reads any address and body without a panic, and takes only
// plain names for what goes into statements by name.
func FuzzDecodeRequest(f *testing.F) {
	f.Add("query=SELECT+1&database=h&max_threads=1&param_x=1", "", []byte("data"))
	f.Add("compress=1&decompress=1&network_compression_method=ZSTD", "", []byte{1, 2, 3})
	f.Add("client_protocol_version=54485&default_format=Native&query_id=a-b", "gzip", []byte("SELECT 1"))
	f.Add("database=`x`;DROP&session_id=1", "deflate", []byte{0x78, 0x9c})
	f.Fuzz(func(t *testing.T, query, encoding string, body []byte) {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", bytes.NewReader(body))
		r.URL.RawQuery = query
		r.Header.Set("Content-Encoding", encoding)
		req, err := decodeRequest(r, 1<<16)
		if err != nil {
			var e *engineError
			require.ErrorAs(t, err, &e)
			return
		}
		require.LessOrEqual(t, len(req.data)+len(req.text), 1<<16+len(query))
		require.True(t, req.database == "" || plainName.MatchString(req.database))
		require.True(t, formatName.MatchString(req.format))
		for _, s := range req.settings {
			require.Regexp(t, settingName, s.name)
		}
		for _, p := range req.params {
			require.Regexp(t, plainName, p.name)
		}
	})
}

// FuzzParseInsert finds an INSERT's head, whose table and columns are then
// quoted: what is rendered parses as the same again.
func FuzzParseInsert(f *testing.F) {
	for _, seed := range []string{
		"INSERT INTO h.events (id, name) VALUES (1, 'x')", "insert into `h`.\"t\" FORMAT JSONEachRow\n{}", "INSERT INTO t",
		"INSERT INTO h.t (a.b, `c d`) SETTINGS async_insert = 1, x='y' FORMAT Native\n\x00\x01", "INSERT INTO FUNCTION file('x') VALUES (1)",
		"INSERT INTO h.t SELECT 1", "INSERT INTO h.t VALUES (1); DROP TABLE h.t", "SELECT 1",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		in, ok := parseInsert(text)
		if !ok {
			return
		}
		require.NotEmpty(t, in.table)
		require.True(t, bytes.HasSuffix(text, in.inline))
		for _, name := range append([]string{in.database, in.table}, in.columns...) {
			require.NotContains(t, name, "\\")
		}
		if in.format == "" {
			return
		}
		rendered := in.statement("/proc/self/fd/3")
		head, _, found := strings.Cut(rendered, " FROM INFILE ")
		require.True(t, found)
		again, ok := parseInsert([]byte(head + " FORMAT " + in.format))
		require.True(t, ok, head)
		require.Equal(t, in.table, again.table)
	})
}

// FuzzReencodeNative walks over any bytes without a panic or an endless loop.
func FuzzReencodeNative(f *testing.F) {
	f.Add([]byte("\x01\x01\x01a\x06String\x02hi"), uint16(54485))
	f.Add([]byte("\x01\x02\x01a\x05UInt8\x01\x02\x01\x01\x01a\x05UInt8\x03"), uint16(0))
	f.Add([]byte("\x01\x01\x01a\x0dArray(String)\x01\x00\x00\x00\x00\x00\x00\x00\x01x"), uint16(54485))
	f.Fuzz(func(t *testing.T, chunk []byte, revision uint16) {
		out, err := reencodeNative(chunk, int(revision))
		var e *engineError
		switch {
		case err == nil:
			require.GreaterOrEqual(t, len(out), len(chunk))
		case errors.Is(err, errNative), errors.As(err, &e):
		default:
			require.NoError(t, err)
		}
	})
}

func TestParseType(t *testing.T) {
	tests := []struct {
		text string
		ok   bool
	}{
		{"DateTime64(3, 'UTC')", true},
		{"Map(LowCardinality(String), Array(Nullable(UInt128)))", true},
		{"Tuple(`a b` UInt8, c Tuple(String, Enum8('x,(' = 1)), d DateTime64(9, 'UTC'))", true},
		{"Nested(a UInt8, b String)", true},
		{"SimpleAggregateFunction(sum, UInt64)", true},
		{"Decimal(76, 3)", true},
		{"IntervalDay", true},
		{"AggregateFunction(uniq, String)", false},
		{"Dynamic", false},
		{"JSON", false},
		{"Variant(String, UInt8)", false},
		{"Decimal(77, 3)", false},
		{"Array(String", false},
		{"", false},
		{strings.Repeat("Array(", 100) + "String" + strings.Repeat(")", 100), false},
	}
	for _, tt := range tests {
		t.Run(tt.text, func(t *testing.T) {
			_, err := parseType(tt.text)
			require.Equal(t, tt.ok, err == nil)
		})
	}
}

func TestParseInsert(t *testing.T) {
	tests := []struct {
		text string
		want *insert
	}{
		{"INSERT INTO h.t (a, `b c`) VALUES (1, 2);", &insert{database: "h", table: "t", columns: []string{"a", "b c"}, format: "Values", inline: []byte("(1, 2);")}},
		{"insert into t format JSONEachRow\n{\"a\":1}", &insert{table: "t", format: "JSONEachRow", inline: []byte(`{"a":1}`)}},
		{"INSERT INTO h.t SETTINGS insert_deduplication_token = 'x', max_threads=1 FORMAT Native", &insert{
			database: "h", table: "t", format: "Native", settings: []setting{{"insert_deduplication_token", "x"}, {"max_threads", "1"}}, inline: []byte{},
		}},
		{"INSERT INTO h.t (n.a) VALUES", &insert{database: "h", table: "t", columns: []string{"n.a"}, format: "Values", inline: []byte{}}},
		{"INSERT INTO h.t SELECT 1", nil},
		{"INSERT INTO FUNCTION file('x') VALUES (1)", nil},
		{"INSERT INTO h.t (a) /* x */ VALUES (1)", nil},
		{"INSERT INTO h.t FROM INFILE 'x' FORMAT CSV", nil},
		{"INSERT INTO h.`t\\`x` VALUES (1)", nil},
		{"WATCH x", nil},
	}
	for _, tt := range tests {
		t.Run(tt.text, func(t *testing.T) {
			got, ok := parseInsert([]byte(tt.text))
			require.Equal(t, tt.want != nil, ok)
			require.Equal(t, tt.want, got)
		})
	}
}

// TestBodyLimit refuses what is too large, compressed or not.
func TestBodyLimit(t *testing.T) {
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/?"+url.Values{"query": {"SELECT 1"}}.Encode(), strings.NewReader(strings.Repeat("x", 101)))
	_, err := decodeRequest(r, 100)
	require.ErrorContains(t, err, "TOO_MANY_BYTES")
}
