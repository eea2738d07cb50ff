package kms

import (
	"bufio"
	"context"
	"encoding/base64"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	vaultapi "github.com/hashicorp/vault/api"
	"github.com/stretchr/testify/require"
	"gocloud.dev/secrets/localsecrets"

	"github.com/hushlog/hushlog/pkg/seal"
)

// vaultProgram names the program of .tools/vaultdev, Vault's own server in memory; `make test-kms` sets it.
const vaultProgram = "HUSHLOG_VAULT"

// TestVault runs on Vault's own server, each side with the rights of deploy/vault and no others.
func TestVault(t *testing.T) {
	program := os.Getenv(vaultProgram)
	if program == "" {
		t.Skipf("%s does not name Vault's server (make test-kms builds it): only a stand-in of its transit engine was tried", vaultProgram)
	}
	address, root := startVault(t, program)
	config := vaultapi.DefaultConfig()
	config.Address = address
	client, err := vaultapi.NewClient(config)
	require.NoError(t, err)
	client.SetToken(root)
	require.NoError(t, client.Sys().MountWithContext(t.Context(), vaultEngine, &vaultapi.MountInput{Type: "transit"}))
	url := func(service string) string {
		rules, readErr := os.ReadFile(filepath.Join("..", "..", "deploy", "vault", service+".hcl"))
		require.NoError(t, readErr)
		require.NoError(t, client.Sys().PutPolicyWithContext(t.Context(), service, string(rules)))
		secret, tokenErr := client.Auth().Token().CreateWithContext(t.Context(), &vaultapi.TokenCreateRequest{Policies: []string{service}, NoDefaultPolicy: true, NoParent: true})
		require.NoError(t, tokenErr)
		file := filepath.Join(t.TempDir(), "token")
		require.NoError(t, os.WriteFile(file, []byte(secret.Auth.ClientToken+"\n"), 0o600))
		return "hashivault://hushlog-{day}?address=" + address + "&token_file=" + file
	}
	s := openSides(t, url("redactor"), url("ingest"), url("retention"))
	today := seal.KeyOfDay(*s.now)

	t.Run("rights", func(t *testing.T) {
		wrapped, err := s.maker.Wrap(t.Context(), today, []byte("private key"))
		require.NoError(t, err)
		clock := func() time.Time { return *s.now }
		ingest, err := Open(t.Context(), url("ingest"), true, clock)
		require.NoError(t, err)
		_, err = ingest.Wrap(t.Context(), today, []byte("private key"))
		requireForbidden(t, err)
		retention, err := Open(t.Context(), url("retention"), true, clock)
		require.NoError(t, err)
		_, err = retention.Unwrap(t.Context(), today, wrapped)
		requireForbidden(t, err)
		_, err = retention.Wrap(t.Context(), today, []byte("private key"))
		requireForbidden(t, err)
		exporting := retention.(*vaultKMS)
		_, err = exporting.write(t.Context(), "keys/"+exporting.name(today)+"/config", map[string]any{"deletion_allowed": true, "exportable": true})
		requireForbidden(t, err)
		for _, service := range []string{"redactor", "ingest"} {
			steward, err := OpenSteward(t.Context(), url(service))
			require.NoError(t, err)
			_, err = steward.Destroy(t.Context(), today)
			requireForbidden(t, err)
			_, err = steward.(*vaultKMS).write(t.Context(), "keys/hushlog-"+today+"/config", map[string]any{"deletion_allowed": true})
			requireForbidden(t, err)
		}
		_, err = s.steward.Destroy(t.Context(), today)
		require.NoError(t, err)
		_, err = s.reader.Unwrap(t.Context(), today, wrapped)
		require.ErrorIs(t, err, seal.ErrKeyGone)
	})
	*s.now = s.now.AddDate(0, 0, 1)
	testSides(t, s)
	t.Run("a secret that rests", func(t *testing.T) { testSecretInVault(t, address, root) })

	t.Run("a sealed Vault decides nothing", func(t *testing.T) {
		require.NoError(t, client.Sys().SealWithContext(t.Context()))
		_, err := s.reader.Unwrap(t.Context(), today, []byte("vault:v1:AAAA"))
		require.Error(t, err)
		require.False(t, seal.Permanent(err))
	})
}

func requireForbidden(t *testing.T, err error) {
	t.Helper()
	var refused *vaultapi.ResponseError
	require.ErrorAs(t, err, &refused)
	require.Equal(t, http.StatusForbidden, refused.StatusCode)
	require.False(t, seal.Permanent(err), "who has no right now may get it")
}

// startVault starts the server on a free port of the loopback address; it ends with the test.
func startVault(t *testing.T, program string) (address, root string) {
	t.Helper()
	address = freeAddress(t)
	command := exec.CommandContext(context.WithoutCancel(t.Context()), program, address)
	command.Stderr = os.Stderr
	stdin, err := command.StdinPipe()
	require.NoError(t, err)
	stdout, err := command.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, command.Start())
	t.Cleanup(func() {
		require.NoError(t, stdin.Close()) // which ends it
		require.NoError(t, command.Wait())
	})
	root, err = bufio.NewReader(stdout).ReadString('\n')
	require.NoError(t, err)
	return "http://" + address, strings.TrimSpace(root)
}

// freeAddress is one of the loopback address that nobody listens on.
func freeAddress(t *testing.T) string {
	t.Helper()
	var config net.ListenConfig
	listener, err := config.Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, listener.Close())
	return listener.Addr().String()
}

// TestVaultStandIn runs on a stand-in of Vault's transit engine: its paths, its answers and its words for
// what went wrong, without its rights. TestVault holds the same on Vault itself.
func TestVaultStandIn(t *testing.T) {
	v := &transitStandIn{token: "first", keys: map[string]*transitKey{}}
	server := httptest.NewServer(v)
	defer server.Close()
	file := filepath.Join(t.TempDir(), "token")
	require.NoError(t, os.WriteFile(file, []byte("first\n"), 0o600))
	url := "hashivault://hushlog-{day}?address=" + server.URL + "&token_file=" + file
	s := openSides(t, url, url, url)
	testSides(t, s)

	t.Run("a token is replaced", func(t *testing.T) {
		v.setToken("second")
		_, err := s.steward.Days(t.Context())
		requireForbidden(t, err)
		require.NotContains(t, err.Error(), "first", "no token in what is said")
		require.NoError(t, os.WriteFile(file, []byte("second\n"), 0o600))
		_, err = s.steward.Days(t.Context())
		require.NoError(t, err)
	})
	t.Run("answers of something else", func(t *testing.T) {
		v.broken = true
		today := seal.KeyOfDay(*s.now)
		_, err := s.maker.Wrap(t.Context(), today, []byte("private key"))
		require.ErrorContains(t, err, "ciphertext")
		_, err = s.reader.Unwrap(t.Context(), today, []byte("vault:v1:AAAA"))
		require.ErrorContains(t, err, "plaintext")
		require.False(t, seal.Permanent(err))
		_, err = s.steward.Days(t.Context())
		require.ErrorContains(t, err, "keys")
	})
	t.Run("nobody there", func(t *testing.T) {
		server.Close()
		_, err := s.reader.Unwrap(t.Context(), seal.KeyOfDay(*s.now), []byte("vault:v1:AAAA"))
		require.Error(t, err)
		require.False(t, seal.Permanent(err))
	})
}

// transitStandIn answers as Vault's transit engine does.
type transitStandIn struct {
	mu     sync.Mutex
	token  string
	keys   map[string]*transitKey
	broken bool
}

type transitKey struct {
	secret    [32]byte
	deletable bool
}

const transitForm = "vault:v1:"

func (v *transitStandIn) setToken(token string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.token = token
}

func (v *transitStandIn) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if r.Header.Get("X-Vault-Token") != v.token {
		answer(w, http.StatusForbidden, map[string]any{"errors": []string{"permission denied"}})
		return
	}
	var body struct {
		Plaintext, Ciphertext string
		DeletionAllowed       bool `json:"deletion_allowed"`
	}
	raw, _ := io.ReadAll(r.Body)
	_ = json.Unmarshal(raw, &body)
	path := strings.Split(strings.TrimPrefix(r.URL.Path, "/v1/transit/"), "/")
	switch {
	case v.broken:
		answer(w, http.StatusOK, map[string]any{"data": map[string]any{}})
	case r.Method == "LIST" || r.URL.Query().Get("list") == "true":
		v.list(w)
	case path[0] == "encrypt":
		v.encrypt(w, path[1], body.Plaintext)
	case path[0] == "decrypt":
		v.decrypt(w, path[1], body.Ciphertext)
	default:
		v.change(w, r.Method, path, body.DeletionAllowed)
	}
}

func (v *transitStandIn) list(w http.ResponseWriter) {
	var names []string
	for name := range v.keys {
		names = append(names, name)
	}
	if len(names) == 0 {
		answer(w, http.StatusNotFound, map[string]any{"errors": []string{}})
		return
	}
	answer(w, http.StatusOK, map[string]any{"data": map[string]any{"keys": append(names, "another", "hushlog-2026-13-01")}})
}

func (v *transitStandIn) encrypt(w http.ResponseWriter, name, plaintext string) {
	key, found := v.keys[name]
	if !found {
		key = &transitKey{secret: [32]byte{byte(len(v.keys)), 1}}
		v.keys[name] = key
	}
	plain, err := base64.StdEncoding.DecodeString(plaintext)
	if err != nil {
		refuse(w, "failed to base64-decode plaintext")
		return
	}
	out, err := localsecrets.NewKeeper(key.secret).Encrypt(context.Background(), plain)
	if err != nil {
		refuse(w, err.Error())
		return
	}
	answer(w, http.StatusOK, map[string]any{"data": map[string]any{"ciphertext": transitForm + base64.StdEncoding.EncodeToString(out)}})
}

func (v *transitStandIn) decrypt(w http.ResponseWriter, name, ciphertext string) {
	key, found := v.keys[name]
	if !found {
		refuse(w, "encryption key not found")
		return
	}
	encoded, has := strings.CutPrefix(ciphertext, transitForm)
	wrapped, err := base64.StdEncoding.DecodeString(encoded)
	if !has || err != nil || len(wrapped) == 0 {
		refuse(w, "invalid ciphertext: no prefix")
		return
	}
	plain, err := localsecrets.NewKeeper(key.secret).Decrypt(context.Background(), wrapped)
	if err != nil {
		refuse(w, "cipher: message authentication failed")
		return
	}
	answer(w, http.StatusOK, map[string]any{"data": map[string]any{"plaintext": base64.StdEncoding.EncodeToString(plain)}})
}

func (v *transitStandIn) change(w http.ResponseWriter, method string, path []string, deletable bool) {
	key, found := v.keys[path[1]]
	switch {
	case !found:
		refuse(w, "no existing key named "+path[1]+" could be found")
	case len(path) == 3:
		key.deletable = deletable
		w.WriteHeader(http.StatusNoContent)
	case method == http.MethodDelete && key.deletable:
		delete(v.keys, path[1])
		w.WriteHeader(http.StatusNoContent)
	default:
		refuse(w, "error deleting policy "+path[1]+": deletion is not allowed for this key")
	}
}

func refuse(w http.ResponseWriter, says string) {
	answer(w, http.StatusBadRequest, map[string]any{"errors": []string{says}})
}

func answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}
