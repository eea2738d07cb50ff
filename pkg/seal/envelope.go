package seal

import (
	"encoding/binary"
	"fmt"
)

// The envelope, version 1:
//
//	"hsl" 0x01 | epoch id (16) | length of enc (2, big endian) | enc | nonce (12) | AES-256-GCM ciphertext and tag
//
// enc is the HPKE encapsulation to the epoch's public key: the same for all that one process sealed
// within a minute, so that compression of a batch takes most of its 1,120 bytes away again.
const (
	magic   = "hsl"
	version = 1

	encAt     = len(magic) + 1 + len(EpochID{}) + 2
	nonceSize = 12
	tagSize   = 16
	keySize   = 32
	// maxEnc is above the encapsulation of every KEM that newKEM knows (1,120 bytes).
	maxEnc = 2048

	// Labels separate the uses of HPKE's key schedule from each other and from other products'.
	infoLabel = "hushlog seal v1\n"
	keyLabel  = "hushlog data key v1\n"
)

// Overhead is how many bytes an envelope has more than its plaintext, at most.
const Overhead = encAt + maxEnc + nonceSize + tagSize

// EpochID names an epoch.
type EpochID [16]byte

// envelope is a decoded one; its slices lie in the bytes it was parsed from.
type envelope struct {
	epoch EpochID
	// source is epoch id, length and enc together: what recipients are cached by.
	source     []byte
	enc        []byte
	nonce      []byte
	ciphertext []byte
}

func parseEnvelope(b []byte) (envelope, error) {
	if len(b) < encAt || string(b[:len(magic)]) != magic || b[len(magic)] != version {
		return envelope{}, ErrMalformed
	}
	var e envelope
	copy(e.epoch[:], b[len(magic)+1:])
	size := int(binary.BigEndian.Uint16(b[encAt-2:]))
	if size == 0 || size > maxEnc || len(b) < encAt+size+nonceSize+tagSize {
		return envelope{}, ErrMalformed
	}
	e.source = b[len(magic)+1 : encAt+size]
	e.enc = b[encAt : encAt+size]
	e.nonce = b[encAt+size : encAt+size+nonceSize]
	e.ciphertext = b[encAt+size+nonceSize:]
	return e, nil
}

// envelopePrefix is all that comes before the nonce.
func envelopePrefix(epoch EpochID, enc []byte) []byte {
	if len(enc) == 0 || len(enc) > maxEnc {
		panic(fmt.Sprintf("seal: encapsulation of %d bytes", len(enc)))
	}
	out := make([]byte, 0, encAt+len(enc))
	out = append(out, magic...)
	out = append(out, version)
	out = append(out, epoch[:]...)
	out = binary.BigEndian.AppendUint16(out, uint16(len(enc))) //nolint:gosec // at most maxEnc, checked above
	return append(out, enc...)
}

func hpkeInfo(epoch EpochID) []byte { return append([]byte(infoLabel), epoch[:]...) }

// SealedEpoch says which epoch an envelope is sealed under. It checks nothing but the form.
func SealedEpoch(sealed []byte) (EpochID, error) {
	e, err := parseEnvelope(sealed)
	if err != nil {
		return EpochID{}, err
	}
	return e.epoch, nil
}
