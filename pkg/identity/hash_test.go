package identity

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestKeyedHashesAreHMAC(t *testing.T) {
	key := bytes.Repeat([]byte{7}, KeySize)
	h, err := NewHasher(key)
	require.NoError(t, err)
	want := func(parts ...string) [HashSize]byte {
		mac := hmac.New(sha256.New, key)
		for _, part := range parts {
			_ = binary.Write(mac, binary.BigEndian, uint64(len(part)))
			_, _ = mac.Write([]byte(part))
		}
		return [HashSize]byte(mac.Sum(nil)[:HashSize])
	}
	for i := range 8 {
		t.Run(strconv.Itoa(i), func(t *testing.T) {
			t.Parallel()
			for k := range 200 {
				id := strings.Repeat("x", i*k)
				require.Equal(t, want(domainID, "project", id), h.ID("project", id))
			}
		})
	}
}

func BenchmarkHasher(b *testing.B) {
	h, err := NewHasher(make([]byte, KeySize))
	require.NoError(b, err)
	b.ReportAllocs()
	for b.Loop() {
		h.ID("demo", "0b9f6c1e-93ad-4d50-8b47-2b7a4d6f1c11")
	}
}
