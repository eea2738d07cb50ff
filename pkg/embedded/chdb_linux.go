//go:build linux && amd64 && !hushlog_static

package embedded

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"sync"
	"unsafe"

	// purego calls a shared library's C functions without cgo, so that hushlog
	// builds without a C compiler.
	"github.com/ebitengine/purego"
	// unix has memfd_create, which the standard library lacks.
	"golang.org/x/sys/unix"
)

// chdb holds the C functions of libchdb.so that the child uses.
var chdb struct {
	load sync.Once
	err  error

	setSignalHandlers func(enabled bool)
	connect           func(argc int32, argv **byte) *uintptr
	closeConn         func(conn *uintptr)
	query             func(conn uintptr, query *byte, queryLen uintptr, format *byte, formatLen uintptr,
		names **byte, nameLens *uintptr, values **byte, valueLens *uintptr, count uintptr) uintptr
	streamQuery func(conn uintptr, query *byte, queryLen uintptr, format *byte, formatLen uintptr,
		names **byte, nameLens *uintptr, values **byte, valueLens *uintptr, count uintptr) uintptr
	streamFetch   func(conn, result uintptr) uintptr
	streamCancel  func(conn, result uintptr)
	resultBuffer  func(result uintptr) *byte
	resultLength  func(result uintptr) uintptr
	resultError   func(result uintptr) *byte
	rowsRead      func(result uintptr) uint64
	destroyResult func(result uintptr)
}

// loadLibrary maps the library into this process, once. The path must be the
// same on every call: a process has one engine.
func loadLibrary(path string) error {
	chdb.load.Do(func() {
		handle, err := purego.Dlopen(path, purego.RTLD_NOW|purego.RTLD_LOCAL)
		if err != nil {
			chdb.err = fmt.Errorf("load %s: %w", path, err)
			return
		}
		for name, fn := range map[string]any{
			"chdb_set_signal_handlers_enabled": &chdb.setSignalHandlers,
			"chdb_connect":                     &chdb.connect,
			"chdb_close_conn":                  &chdb.closeConn,
			"chdb_query_with_params_n":         &chdb.query,
			"chdb_stream_query_with_params_n":  &chdb.streamQuery,
			"chdb_stream_fetch_result":         &chdb.streamFetch,
			"chdb_stream_cancel_query":         &chdb.streamCancel,
			"chdb_result_buffer":               &chdb.resultBuffer,
			"chdb_result_length":               &chdb.resultLength,
			"chdb_result_error":                &chdb.resultError,
			"chdb_result_rows_read":            &chdb.rowsRead,
			"chdb_destroy_query_result":        &chdb.destroyResult,
		} {
			purego.RegisterLibFunc(fn, handle, name)
		}
		// The engine's own handlers for SIGSEGV and the like would take the
		// signals that Go's runtime lives on.
		chdb.setSignalHandlers(false)
	})
	return chdb.err
}

// conn is one connection to the engine in this process. It runs one statement
// at a time; its owner serialises.
type conn struct {
	handle *uintptr
}

// connect opens a connection to the data at the path given in args. All
// connections of a process name the same path.
func connect(args []string) (*conn, error) {
	argv, keep := cStrings(append([]string{"clickhouse"}, args...))
	handle := chdb.connect(int32(len(args)+1), &argv[0]) //nolint:gosec // a handful of arguments
	runtime.KeepAlive(keep)
	if handle == nil || *handle == 0 {
		return nil, errors.New("the engine refused to open its data; its reason is on standard error")
	}
	return &conn{handle: handle}, nil
}

func (c *conn) close() {
	if c.handle != nil {
		chdb.closeConn(c.handle)
		c.handle = nil
	}
}

// parameter is one value bound to a {name:Type} placeholder.
type parameter struct{ name, value string }

// query runs one statement to its end and returns its output in the format.
// The output is a copy that belongs to the caller.
func (c *conn) query(statement, format string, params ...parameter) ([]byte, error) {
	result := c.call(chdb.query, statement, format, params)
	if result == 0 {
		return nil, errNoResult
	}
	defer chdb.destroyResult(result)
	err := resultError(result)
	if err != nil {
		return nil, err
	}
	return resultBytes(result), nil
}

// stream starts one statement whose output is fetched in chunks.
func (c *conn) stream(statement, format string, params ...parameter) (*resultStream, error) {
	result := c.call(chdb.streamQuery, statement, format, params)
	if result == 0 {
		return nil, errNoResult
	}
	err := resultError(result)
	if err != nil {
		chdb.destroyResult(result)
		return nil, err
	}
	return &resultStream{conn: c, result: result}, nil
}

// resultStream is the output of a running statement. Its connection can do
// nothing else until it is closed.
type resultStream struct {
	conn   *conn
	result uintptr
	done   bool
}

// next returns the next chunk, or nothing at the end.
func (s *resultStream) next() ([]byte, error) {
	if s.done {
		return nil, nil
	}
	chunk := chdb.streamFetch(*s.conn.handle, s.result)
	if chunk == 0 {
		s.done = true
		return nil, errNoResult
	}
	defer chdb.destroyResult(chunk)
	err := resultError(chunk)
	if err != nil {
		s.done = true
		return nil, err
	}
	data := resultBytes(chunk)
	s.done = len(data) == 0 && chdb.rowsRead(chunk) == 0
	return data, nil
}

// close stops the statement if it still runs and frees what it holds.
func (s *resultStream) close() {
	if !s.done {
		chdb.streamCancel(*s.conn.handle, s.result)
	}
	chdb.destroyResult(s.result)
}

type queryFunc func(conn uintptr, query *byte, queryLen uintptr, format *byte, formatLen uintptr,
	names **byte, nameLens *uintptr, values **byte, valueLens *uintptr, count uintptr) uintptr

func (c *conn) call(fn queryFunc, statement, format string, params []parameter) uintptr {
	names := make([]string, len(params))
	values := make([]string, len(params))
	for i, p := range params {
		names[i], values[i] = p.name, p.value
	}
	query, keepQuery := cStrings([]string{statement, format})
	name, keepNames := cStrings(names)
	value, keepValues := cStrings(values)
	nameLens, valueLens := lengths(names), lengths(values)
	result := fn(*c.handle, query[0], uintptr(len(statement)), query[1], uintptr(len(format)),
		first(name), first(nameLens), first(value), first(valueLens), uintptr(len(params)))
	runtime.KeepAlive(keepQuery)
	runtime.KeepAlive(keepNames)
	runtime.KeepAlive(keepValues)
	return result
}

var errNoResult = errors.New("the engine returned nothing")

// resultError returns the engine's error in the result, if there is one.
func resultError(result uintptr) error {
	text := chdb.resultError(result)
	if text == nil {
		return nil
	}
	n := 0
	for *(*byte)(unsafe.Add(unsafe.Pointer(text), n)) != 0 {
		n++
	}
	return parseEngineError(string(unsafe.Slice(text, n)))
}

func resultBytes(result uintptr) []byte {
	n := chdb.resultLength(result)
	if n == 0 {
		return nil
	}
	return append([]byte(nil), unsafe.Slice(chdb.resultBuffer(result), n)...)
}

// cStrings returns pointers to NUL-terminated copies, and what keeps them alive.
func cStrings(list []string) ([]*byte, [][]byte) {
	pointers := make([]*byte, len(list))
	keep := make([][]byte, len(list))
	for i, s := range list {
		keep[i] = append([]byte(s), 0)
		pointers[i] = &keep[i][0]
	}
	return pointers, keep
}

// first returns the address of the first element, or nil.
func first[T any](list []T) *T {
	if len(list) == 0 {
		return nil
	}
	return &list[0]
}

func lengths(list []string) []uintptr {
	out := make([]uintptr, len(list))
	for i, s := range list {
		out[i] = uintptr(len(s))
	}
	return out
}

// memfd puts the data in an anonymous file in memory, which this process can
// read under the path that is returned until the file is closed.
func memfd(data []byte) (*os.File, string, error) {
	fd, err := unix.MemfdCreate("hushlog-insert", unix.MFD_CLOEXEC)
	if err != nil {
		return nil, "", fmt.Errorf("make a file in memory: %w", err)
	}
	f := os.NewFile(uintptr(fd), "hushlog-insert")
	_, err = f.Write(data)
	if err != nil {
		_ = f.Close()
		return nil, "", fmt.Errorf("write a file in memory: %w", err)
	}
	return f, fmt.Sprintf("/proc/self/fd/%d", fd), nil
}
