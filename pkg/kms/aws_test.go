package kms

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gocloud.dev/secrets/localsecrets"
)

// motoProgram names moto_server, a stand-in of AWS that others keep; `make test-kms` installs it and sets this.
const motoProgram = "HUSHLOG_MOTO"

// awsURL names an alias per day; the day in the encryption's context keeps a key's ciphertext from being
// opened as another day's, which AWS would find the key of by itself.
const awsURL = "awskms://alias/hushlog-{day}?region=eu-central-1&context_day={day}"

func useAWS(t *testing.T, address string) {
	t.Helper()
	for name, value := range map[string]string{
		"AWS_ENDPOINT_URL_KMS": address, "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_EC2_METADATA_DISABLED": "true",
	} {
		t.Setenv(name, value)
	}
}

func TestAWS(t *testing.T) {
	program := os.Getenv(motoProgram)
	if program == "" {
		t.Skipf("%s does not name moto's server (make test-kms installs it): only our own stand-in of AWS was tried", motoProgram)
	}
	address := freeAddress(t)
	host, port, err := net.SplitHostPort(address)
	require.NoError(t, err)
	ctx, stop := context.WithCancel(t.Context())
	command := exec.CommandContext(ctx, program, "-H", host, "-p", port)
	require.NoError(t, command.Start())
	t.Cleanup(func() {
		stop()
		_ = command.Wait() // killed
	})
	require.Eventually(t, func() bool {
		dialer := net.Dialer{Timeout: time.Second}
		dialed, dialErr := dialer.DialContext(t.Context(), "tcp", address)
		if dialErr != nil {
			return false
		}
		return dialed.Close() == nil
	}, 30*time.Second, 50*time.Millisecond)
	useAWS(t, "http://"+address)
	s := openSides(t, awsURL, awsURL, awsURL)
	s.delayed, s.lax = true, true
	testSides(t, s)
}

// TestAWSStandIn runs on a stand-in of AWS KMS that knows what is asked here.
func TestAWSStandIn(t *testing.T) {
	server := httptest.NewServer(&awsStandIn{keys: map[string]*awsKey{}, aliases: map[string]string{}})
	defer server.Close()
	useAWS(t, server.URL)
	s := openSides(t, awsURL, awsURL, awsURL)
	s.delayed = true
	testSides(t, s)
}

// awsStandIn answers as AWS KMS does.
type awsStandIn struct {
	mu      sync.Mutex
	keys    map[string]*awsKey
	aliases map[string]string
}

type awsKey struct {
	secret [32]byte
	ends   time.Time
}

type awsRequest struct {
	KeyId, AliasName, TargetKeyId string //nolint:revive // AWS's names
	Plaintext, CiphertextBlob     []byte
	EncryptionContext             map[string]string
	PendingWindowInDays           int
}

func (a *awsStandIn) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a.mu.Lock()
	defer a.mu.Unlock()
	var in awsRequest
	err := json.NewDecoder(r.Body).Decode(&in)
	if err != nil {
		a.refuse(w, "SerializationException")
		return
	}
	if name, is := strings.CutPrefix(in.KeyId, aliasPrefix); is {
		in.KeyId = a.aliases[aliasPrefix+name]
	}
	operation := strings.TrimPrefix(r.Header.Get("X-Amz-Target"), "TrentService.")
	key, found := a.keys[in.KeyId]
	switch operation {
	case "CreateKey":
		in.KeyId = fmt.Sprintf("key-%d", len(a.keys))
		a.keys[in.KeyId] = &awsKey{secret: [32]byte{byte(len(a.keys)), 1}}
		a.answer(w, map[string]any{"KeyMetadata": a.metadata(in.KeyId)})
	case "CreateAlias":
		a.aliases[in.AliasName] = in.TargetKeyId
		a.answer(w, map[string]any{})
	case "ListAliases":
		list := []map[string]string{{"AliasName": "alias/aws/s3"}}
		for name, id := range a.aliases {
			list = append(list, map[string]string{"AliasName": name, "TargetKeyId": id})
		}
		a.answer(w, map[string]any{"Aliases": list, "Truncated": false})
	case "Decrypt":
		a.decrypt(w, in)
	default:
		if !found {
			a.refuse(w, "NotFoundException")
			return
		}
		a.withKey(w, operation, key, in)
	}
}

func (a *awsStandIn) withKey(w http.ResponseWriter, operation string, key *awsKey, in awsRequest) {
	switch {
	case operation == "DescribeKey":
		a.answer(w, map[string]any{"KeyMetadata": a.metadata(in.KeyId)})
	case !key.ends.IsZero():
		a.refuse(w, "KMSInvalidStateException")
	case operation == "Encrypt":
		out, err := localsecrets.NewKeeper(key.secret).Encrypt(context.Background(), []byte(in.EncryptionContext["day"]+"\x00"+string(in.Plaintext)))
		if err != nil {
			a.refuse(w, "KMSInternalException")
			return
		}
		a.answer(w, map[string]any{"KeyId": in.KeyId, "CiphertextBlob": append([]byte(in.KeyId+"\x00"), out...)})
	case operation == "ScheduleKeyDeletion":
		key.ends = time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, in.PendingWindowInDays)
		a.answer(w, map[string]any{"KeyId": in.KeyId, "DeletionDate": key.ends.Unix(), "KeyState": "PendingDeletion"})
	default:
		a.refuse(w, "UnknownOperationException")
	}
}

// decrypt finds the key by what it wrapped, as AWS does.
func (a *awsStandIn) decrypt(w http.ResponseWriter, in awsRequest) {
	id, wrapped, _ := strings.Cut(string(in.CiphertextBlob), "\x00")
	key, found := a.keys[id]
	if !found {
		a.refuse(w, "InvalidCiphertextException")
		return
	}
	if !key.ends.IsZero() {
		a.refuse(w, "KMSInvalidStateException")
		return
	}
	out, err := localsecrets.NewKeeper(key.secret).Decrypt(context.Background(), []byte(wrapped))
	day, plain, _ := strings.Cut(string(out), "\x00")
	if err != nil || day != in.EncryptionContext["day"] {
		a.refuse(w, "InvalidCiphertextException")
		return
	}
	a.answer(w, map[string]any{"KeyId": id, "Plaintext": []byte(plain)})
}

func (a *awsStandIn) metadata(id string) map[string]any {
	out := map[string]any{"KeyId": id, "KeyState": "Enabled"}
	if ends := a.keys[id].ends; !ends.IsZero() {
		out["KeyState"], out["DeletionDate"] = "PendingDeletion", ends.Unix()
	}
	return out
}

func (a *awsStandIn) answer(w http.ResponseWriter, body any) {
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	_ = json.NewEncoder(w).Encode(body)
}

func (a *awsStandIn) refuse(w http.ResponseWriter, kind string) {
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	w.WriteHeader(http.StatusBadRequest)
	_ = json.NewEncoder(w).Encode(map[string]string{"__type": kind})
}
