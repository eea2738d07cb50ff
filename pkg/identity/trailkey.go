package identity

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strings"

	// Signed notes: the form of the keys that transparency logs and their verifiers share.
	"golang.org/x/mod/sumdb/note"
)

// trailName begins the name of a trail's keys. What follows tells deployments apart.
const trailName = "hushlog-trail-"

// writeTrailKeys makes the key that signs the audit trail's log, and the public key that belongs to it;
// a signing key that is there gets its public key back.
func writeTrailKeys(l Layout, force bool) ([]SecretFile, error) {
	sign, _, err := note.GenerateKey(rand.Reader, trailName+hex.EncodeToString(random(8)))
	if err != nil {
		return nil, fmt.Errorf("draw the trail's key: %w", err)
	}
	return writeKeyPair(l.TrailSignKey(), l.TrailVerifyKey(), []byte(sign+"\n"), force, func() ([]byte, error) {
		sign, err := loadLine(l.TrailSignKey())
		if err != nil {
			return nil, err
		}
		verify, err := trailVerifyKey(sign)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", l.TrailSignKey(), err)
		}
		return []byte(verify + "\n"), nil
	})
}

// LoadTrailSigner reads the key that signs the trail's checkpoints.
func LoadTrailSigner(path string) (note.Signer, error) {
	text, err := loadLine(path)
	if err != nil {
		return nil, err
	}
	signer, err := note.NewSigner(text)
	if err != nil { // the cause is left out: it could quote the key
		return nil, fmt.Errorf("%s: want a note's signing key: %w", path, ErrSecret)
	}
	return signer, nil
}

// LoadTrailVerifier reads the key that the trail's checkpoints are verified with.
func LoadTrailVerifier(path string) (note.Verifier, error) {
	text, err := loadLine(path)
	if err != nil {
		return nil, err
	}
	verifier, err := note.NewVerifier(text)
	if err != nil {
		return nil, fmt.Errorf("%s: want a note's verifying key: %w", path, ErrSecret)
	}
	return verifier, nil
}

// trailVerifyKey is the public half of a note's signing key: PRIVATE+KEY+<name>+<hash>+<algorithm and seed>.
func trailVerifyKey(sign string) (string, error) {
	_, err := note.NewSigner(sign)
	if err != nil {
		return "", ErrSecret
	}
	parts := strings.SplitN(sign, "+", 5)
	key, err := base64.StdEncoding.DecodeString(parts[len(parts)-1])
	if err != nil || len(key) != 1+ed25519.SeedSize {
		return "", ErrSecret
	}
	return note.NewEd25519VerifierKey(parts[2], publicOf(key[1:]))
}
