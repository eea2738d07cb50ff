package seal

import (
	"crypto/ed25519"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"

	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

func FuzzOpen(f *testing.F) {
	h := newHouse(f)
	h.makeEpoch(f, redactor)
	sealed, err := NewSealer(h.ring, redactor).Seal([]byte("content"), header())
	require.NoError(f, err)
	f.Add(sealed)
	f.Add(sealed[:encAt])
	f.Add([]byte(magic))
	opener := NewOpener(h.ring, h.kms, redactor)
	f.Fuzz(func(t *testing.T, b []byte) {
		plain, err := opener.Open(t.Context(), b, header())
		switch {
		case err == nil:
			require.Equal(t, sealed, b, "only what was sealed opens")
			require.Equal(t, "content", string(plain))
		default:
			require.True(t, Permanent(err))
		}
	})
}

func FuzzKeyring(f *testing.F) {
	h := newHouse(f)
	record := h.makeEpoch(f, redactor)
	f.Add(record.Value)
	f.Add([]byte{10, 0, 18, 0})
	f.Fuzz(func(t *testing.T, b []byte) {
		ring, err := NewKeyring(h.ring.verify, func() time.Time { return h.now })
		require.NoError(t, err)
		err = ring.Add(b)
		if err != nil {
			require.True(t, errors.Is(err, ErrEpochMalformed) || errors.Is(err, ErrEpochUnsigned))
		}
	})
}

func appendSigned(epoch, signature []byte) []byte {
	record, err := proto.Marshal(&hushlogv1.SignedEpoch{Epoch: epoch, Signature: signature})
	if err != nil {
		panic(err)
	}
	return record
}

// FuzzEpoch signs what the fuzzer makes, to reach the checks behind the signature.
func FuzzEpoch(f *testing.F) {
	h := newHouse(f)
	_ = h.makeEpoch(f, redactor)
	f.Add([]byte{10, 0}, int64(1))
	public, private, err := ed25519.GenerateKey(nil)
	require.NoError(f, err)
	f.Fuzz(func(t *testing.T, epoch []byte, at int64) {
		record := appendSigned(epoch, ed25519.Sign(private, append([]byte(signingLabel), epoch...)))
		ring, err := NewKeyring(public, func() time.Time { return time.Unix(at, 0) })
		require.NoError(t, err)
		err = ring.Add(record)
		require.NotErrorIs(t, err, ErrEpochUnsigned)
	})
}
