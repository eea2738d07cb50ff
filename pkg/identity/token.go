package identity

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"math/big"
	"strings"
)

const (
	// keyPrefix and personPrefix let a reader, and a secret scanner, tell what a token is.
	keyPrefix    = "hl"
	personPrefix = "hp"

	// idLength is the length of the public part: 62^12 is above 2^71, so ids drawn at random do not meet.
	idLength = 12
	// secretBytes is the entropy of the secret part.
	secretBytes = 32
	// secretLength is 32 bytes in base62, padded: 62^43 is just above 2^256.
	secretLength = 43
)

const base62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

// newToken draws prefix_id_secret and the hash that is kept of it.
func newToken(prefix string) (token, id, hash string) {
	id = randomBase62(idLength)
	var secret [secretBytes]byte
	_, _ = rand.Read(secret[:]) // never fails, see random
	text := new(big.Int).SetBytes(secret[:]).Text(62)
	// big.Int's digits go 0-9a-zA-Z; any fixed alphabet of 62 does.
	text = strings.Repeat("0", secretLength-len(text)) + text
	return prefix + "_" + id + "_" + text, id, hashSecret(prefix, id, text)
}

// parseToken takes a token apart. It accepts exactly the form that newToken makes.
func parseToken(prefix, token string) (id, secret string, ok bool) {
	if len(token) != len(prefix)+1+idLength+1+secretLength {
		return "", "", false
	}
	rest, ok := strings.CutPrefix(token, prefix+"_")
	if !ok {
		return "", "", false
	}
	id, secret = rest[:idLength], rest[idLength+1:]
	return id, secret, rest[idLength] == '_' && isBase62(id) && isBase62(secret)
}

// hashSecret is what the files keep of a token. One SHA-256 is right here, where for a password it
// would not be: the secret is 256 random bits, so there is no dictionary to try and no need for a
// slow hash, and a gateway checks thousands a second. The id and kind are hashed too, so that a
// hash moved to another entry fits nothing.
func hashSecret(prefix, id, secret string) string {
	sum := sha256.Sum256([]byte("hushlog/token/v1\x00" + prefix + "\x00" + id + "\x00" + secret))
	return hex.EncodeToString(sum[:])
}

func randomBase62(n int) string {
	limit := big.NewInt(int64(len(base62)))
	out := make([]byte, n)
	for i := range out {
		digit, err := rand.Int(rand.Reader, limit)
		if err != nil {
			panic("identity: crypto/rand gave an error, which it never does")
		}
		out[i] = base62[digit.Int64()]
	}
	return string(out)
}

func isBase62(s string) bool {
	for i := range len(s) {
		c := s[i]
		if (c < '0' || c > '9') && (c < 'A' || c > 'Z') && (c < 'a' || c > 'z') {
			return false
		}
	}
	return true
}
