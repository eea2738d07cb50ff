package canary

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// A value in a log is found wherever it lies, across chunks and looks too; a log that is written anew is read from its start.
func TestLogsAndMetricsAreLookedThrough(t *testing.T) {
	value := "anna.qwertyuiopas"
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(`x{label="` + value + `"} 1`))
	}))
	defer server.Close()
	dir := t.TempDir()
	path := filepath.Join(dir, "redactor.log")
	found := map[string]int{}
	f := newFinder([]string{value})
	o := &outputs{globs: []string{filepath.Join(dir, "*.log")}, urls: []string{server.URL}, http: server.Client(), read: map[string]int64{}, search: func(place, at string, text []byte) {
		f.find(text, func(string) { found[place+" "+at]++ })
	}}
	write := func(text string, flags int) {
		file, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|flags, 0o600)
		require.NoError(t, err)
		_, err = file.WriteString(text)
		require.NoError(t, err)
		require.NoError(t, file.Close())
		require.NoError(t, o.look(t.Context()))
	}
	write(strings.Repeat("x", logChunk-8)+value[:5], os.O_APPEND)
	require.Zero(t, found["log redactor.log"])
	write(value[5:]+"\n", os.O_APPEND)
	require.Positive(t, found["log redactor.log"], "cut in two by a look")
	write(strings.Repeat("y", 1000), os.O_APPEND)
	clear(found)
	write(strings.Repeat("y", 1000), os.O_APPEND)
	require.Zero(t, found["log redactor.log"], "what was searched is not searched again")
	write("short "+value, os.O_TRUNC)
	require.Positive(t, found["log redactor.log"], "written anew")
	require.Positive(t, found["metrics "+server.URL])

	clear(found)
	require.NoError(t, os.Remove(path))
	o.read = map[string]int64{}
	write(strings.Repeat("z", 2*logChunk-6)+value+strings.Repeat("z", logChunk), os.O_APPEND)
	require.Positive(t, found["log redactor.log"], "lies across two chunks")

	server.Close()
	require.ErrorContains(t, o.look(t.Context()), "read metrics")
}
