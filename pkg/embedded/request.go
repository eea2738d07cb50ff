package embedded

import (
	"compress/gzip"
	"compress/zlib"
	"errors"
	"fmt"
	"io"
	"maps"
	"mime"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	// ch-go has ClickHouse's compressed frames and Native format.
	"github.com/ClickHouse/ch-go/compress"
)

// request is one request of ClickHouse's HTTP interface.
type request struct {
	text     []byte // the statement, with the data of an INSERT if data is nil
	data     []byte // the body, when the statement is in the address
	database string
	format   string // for a statement without a FORMAT clause
	revision int    // of the Native format that the client reads; 0 is the plain one
	queryID  string
	compress compress.Method // of the answer's frames
	framed   bool            // whether the answer has compressed frames
	params   []parameter
	settings []setting
}

// errBadRequest is a request that this interface does not take.
func errBadRequest(format string, args ...any) error {
	return &engineError{code: 36, name: "BAD_ARGUMENTS", message: fmt.Sprintf(format, args...)}
}

// decodeRequest reads a request whose body, decompressed, is at most limit bytes.
func decodeRequest(r *http.Request, limit int64) (*request, error) {
	if r.Method != http.MethodPost && r.Method != http.MethodGet {
		return nil, errBadRequest("use GET or POST")
	}
	values, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, errBadRequest("the address's parameters cannot be read")
	}
	req := &request{database: r.Header.Get("X-ClickHouse-Database"), format: r.Header.Get("X-ClickHouse-Format")}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		err = req.parameter(name, values.Get(name))
		if err != nil {
			return nil, err
		}
	}
	body, err := readBody(r, values.Get("decompress") == "1", limit)
	if err != nil {
		return nil, err
	}
	if req.format == "" {
		req.format = "TabSeparated"
	}
	switch query := values.Get("query"); {
	case query == "":
		req.text = body
	case len(body) == 0:
		req.text = []byte(query)
	default:
		req.text, req.data = []byte(query), body
	}
	return req, nil
}

var (
	plainName  = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]{0,99}$`)
	formatName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9]{0,49}$`)
	queryID    = regexp.MustCompile(`^[A-Za-z0-9._:-]{0,128}$`)
)

// parameter takes one parameter of the address.
func (req *request) parameter(name, value string) error {
	switch name {
	case "query", "decompress", "quota_key", "buffer_size", "wait_end_of_query", "enable_http_compression",
		"stacktrace", "network_zstd_compression_level", "http_native_compression_disable_checksumming_on_decompress":
		return nil
	case "user", "password", "session_id", "session_timeout", "session_check", "role":
		return errBadRequest("%s is not supported: users sign in by client certificate, and each request has a session of its own", name)
	case "database":
		req.database = value
	case "default_format":
		req.format = value
	case "query_id":
		req.queryID = value
	case "client_protocol_version":
		revision, err := strconv.Atoi(value)
		if err != nil || revision < 0 {
			return errBadRequest("client_protocol_version is not a number")
		}
		req.revision = revision
	case "compress":
		req.framed = value == "1"
	case "network_compression_method":
		return req.compression(value)
	default:
		return req.other(name, value)
	}
	return req.check()
}

func (req *request) check() error {
	switch {
	case req.database != "" && !plainName.MatchString(req.database):
		return errBadRequest("database is not a plain name")
	case req.format != "" && !formatName.MatchString(req.format):
		return errBadRequest("default_format is not the name of a format")
	case !queryID.MatchString(req.queryID):
		return errBadRequest("query_id: up to 128 letters, digits and . _ : - are taken")
	}
	return nil
}

func (req *request) compression(method string) error {
	switch strings.ToUpper(method) {
	case "LZ4":
		req.compress = compress.LZ4
	case "ZSTD":
		req.compress = compress.ZSTD
	case "NONE":
		req.compress = compress.None
	default:
		return errBadRequest("network_compression_method: LZ4, ZSTD or NONE")
	}
	return nil
}

// other takes a bound parameter or a setting.
func (req *request) other(name, value string) error {
	bound, isParam := strings.CutPrefix(name, "param_")
	switch {
	case isParam && plainName.MatchString(bound):
		req.params = append(req.params, parameter{bound, value})
	case !isParam && settingName.MatchString(name):
		req.settings = append(req.settings, setting{name, value})
	default:
		return errBadRequest("a parameter of the address has a name that is no setting's")
	}
	return nil
}

// readBody reads the body in the clear.
func readBody(r *http.Request, framed bool, limit int64) ([]byte, error) {
	if r.Body == nil {
		return nil, nil
	}
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err == nil && kind == "multipart/form-data" {
		return nil, errBadRequest("external tables (multipart bodies) are not supported")
	}
	reader, err := contentReader(r)
	if err != nil {
		return nil, err
	}
	if framed {
		reader = compress.NewReader(reader)
	}
	body, err := io.ReadAll(io.LimitReader(reader, limit+1))
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, errBadRequest("the body cannot be read")
	}
	if int64(len(body)) > limit {
		return nil, &engineError{code: 307, name: "TOO_MANY_BYTES", message: fmt.Sprintf("the body is over the limit of %d bytes", limit)}
	}
	return body, nil
}

func contentReader(r *http.Request) (io.Reader, error) {
	switch encoding := r.Header.Get("Content-Encoding"); encoding {
	case "":
		return r.Body, nil
	case "gzip":
		reader, err := gzip.NewReader(r.Body)
		if err != nil {
			return nil, errBadRequest("the body is not gzip")
		}
		return reader, nil
	case "deflate":
		reader, err := zlib.NewReader(r.Body)
		if err != nil {
			return nil, errBadRequest("the body is not deflate")
		}
		return reader, nil
	default:
		return nil, errBadRequest("Content-Encoding: gzip and deflate are taken")
	}
}
