//go:build !linux || !amd64 || hushlog_static

package embedded

import (
	"errors"
	"os"
)

// errNoEngine says why this build has no embedded ClickHouse. The library is
// published for Linux on x86-64, and loading it makes a binary link to the C
// library dynamically, which the static binary for images (build tag
// hushlog_static) must not.
var errNoEngine = errors.New("this build of hushlog cannot load ClickHouse's engine library: " +
	"use a build for Linux on x86-64 without the build tag hushlog_static, or a ClickHouse server")

type conn struct{}

type parameter struct{ name, value string }

type resultStream struct{}

func loadLibrary(string) error { return errNoEngine }

func connect([]string) (*conn, error) { return nil, errNoEngine }

func (*conn) close() {}

func (*conn) query(string, string, ...parameter) ([]byte, error) { return nil, errNoEngine }

func (*conn) stream(string, string, ...parameter) (*resultStream, error) { return nil, errNoEngine }

func (*resultStream) next() ([]byte, error) { return nil, errNoEngine }

func (*resultStream) close() {}

func memfd([]byte) (*os.File, string, error) { return nil, "", errNoEngine }
