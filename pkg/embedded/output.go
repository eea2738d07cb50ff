package embedded

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"strconv"

	"github.com/ClickHouse/ch-go/compress"
)

// holdBack is how much of an answer is kept before its first byte is sent, so
// that a statement that fails by then answers with an error status. Memory: this
// much a running statement.
const holdBack = 1 << 20

// frameSize is how much goes into one compressed frame.
const frameSize = 1 << 20

// output is the answer to one statement.
type output struct {
	w      http.ResponseWriter
	format string
	zip    *compress.Writer // nil for an answer without frames
	tag    string           // marks an exception after the first byte
	held   bytes.Buffer
	sent   bool
}

func newOutput(w http.ResponseWriter, req *request) *output {
	raw := make([]byte, 8)
	_, _ = rand.Read(raw) // never fails: crypto/rand ends the process instead
	o := &output{w: w, format: req.format, tag: hex.EncodeToString(raw)}
	if req.framed {
		method := req.compress
		if method == compress.None {
			method = compress.LZ4
		}
		o.zip = compress.NewWriter(compress.LevelZero, method)
	}
	return o
}

// write adds to the answer.
func (o *output) write(data []byte) error {
	if o.zip == nil {
		o.held.Write(data)
		return o.send(false)
	}
	for len(data) > 0 {
		n := min(len(data), frameSize)
		err := o.zip.Compress(data[:n])
		if err != nil {
			return fmt.Errorf("compress the answer: %w", err)
		}
		o.held.Write(o.zip.Data)
		data = data[n:]
	}
	return o.send(false)
}

// send passes on what is held, once there is enough of it or at the end.
func (o *output) send(all bool) error {
	if !all && o.held.Len() < holdBack {
		return nil
	}
	if !o.sent {
		o.sent = true
		o.header(all)
	}
	_, err := o.held.WriteTo(o.w)
	return err
}

func (o *output) header(complete bool) {
	h := o.w.Header()
	h.Set("Content-Type", contentType(o.format))
	h.Set("X-ClickHouse-Format", o.format)
	h.Set("X-ClickHouse-Exception-Tag", o.tag)
	if complete {
		h.Set("Content-Length", strconv.Itoa(o.held.Len()))
	}
	o.w.WriteHeader(http.StatusOK)
}

// fail answers with the error. After the first byte it is framed as ClickHouse
// frames it and the connection is cut, so that no client takes the answer for
// complete.
func (o *output) fail(err error) {
	e := asEngineError(err)
	if !o.sent {
		writeError(o.w, e)
		return
	}
	text := e.Error()
	_, _ = fmt.Fprintf(o.w, "\r\n__exception__\r\n%s\r\n%s\n%d %s\r\n__exception__\r\n", o.tag, text, len(text)+1, o.tag)
	_ = http.NewResponseController(o.w).Flush()
	panic(http.ErrAbortHandler)
}

func asEngineError(err error) *engineError {
	var e *engineError
	if errors.As(err, &e) {
		return e
	}
	return &engineError{code: 1002, name: "UNKNOWN_EXCEPTION", message: err.Error()}
}

func writeError(w http.ResponseWriter, e *engineError) {
	h := w.Header()
	h.Set("Content-Type", "text/plain; charset=UTF-8")
	h.Set("X-ClickHouse-Exception-Code", strconv.Itoa(e.code))
	h.Set("X-ClickHouse-Exception-Name", e.name)
	w.WriteHeader(httpStatus(e.code))
	_, _ = fmt.Fprintf(w, "%s\n", e.Error())
}

// httpStatus maps an exception's code as ClickHouse's HTTP interface does.
func httpStatus(code int) int {
	switch code {
	case 497, 192, 193, 194, 516: // ACCESS_DENIED, UNKNOWN_USER, WRONG_PASSWORD, REQUIRED_PASSWORD, AUTHENTICATION_FAILED
		return http.StatusForbidden
	case 36, 62, 27, 6, 26, 38, 41, 53, 43, 42, 69, 70, 72, 117, 131, 164, 452, 456, 457: // the statement or a value is wrong
		return http.StatusBadRequest
	case 60, 81, 46, 47, 115, 16: // unknown table, database, function, identifier, setting, column
		return http.StatusNotFound
	case 307:
		return http.StatusRequestEntityTooLarge
	case 48:
		return http.StatusNotImplemented
	case 202, 201:
		return http.StatusServiceUnavailable
	default:
		return http.StatusInternalServerError
	}
}

func contentType(format string) string {
	switch format {
	case "Native", "RowBinary", "RowBinaryWithNames", "RowBinaryWithNamesAndTypes", "Parquet", "Arrow", "ArrowStream":
		return "application/octet-stream"
	case "JSON", "JSONCompact", "JSONStrings", "JSONColumns":
		return "application/json; charset=UTF-8"
	case "JSONEachRow", "JSONCompactEachRow", "JSONLines", "NDJSON":
		return "application/x-ndjson; charset=UTF-8"
	case "CSV", "CSVWithNames", "CSVWithNamesAndTypes":
		return "text/csv; charset=UTF-8"
	default:
		return "text/tab-separated-values; charset=UTF-8"
	}
}
