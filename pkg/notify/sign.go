// Package notify tells people and machines outside that an alert has fired or resolved: by Alertmanager's API v2, which
// groups, silences and routes, and by a webhook that is signed by the Standard Webhooks scheme.
//
// It leaves out when an alert fires (services/alert).
package notify

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Headers of the Standard Webhooks scheme.
const (
	// HeaderID names the message; the same for every attempt, so that a receiver knows doubles.
	HeaderID = "webhook-id"
	// HeaderTimestamp is the time of the attempt, in seconds since the Unix epoch.
	HeaderTimestamp = "webhook-timestamp"
	// HeaderSignature holds one or more signatures, separated by blanks.
	HeaderSignature = "webhook-signature"
)

const (
	// signatureVersion begins a symmetric signature.
	signatureVersion = "v1,"
	// Tolerance is how far the timestamp of a message may be from a receiver's clock.
	Tolerance = 5 * time.Minute
	// maxSignatures bounds what a receiver compares: during a change of keys there are two.
	maxSignatures = 8
)

var (
	// ErrSignature says that a message is not signed with a key that is known. Refuse it.
	ErrSignature = errors.New("webhook: not signed with a known key")
	// ErrTimestamp says that a message is older, or newer, than Tolerance allows. Refuse it: it may
	// be a copy that somebody kept.
	ErrTimestamp = errors.New("webhook: timestamp is missing or too far from now")
)

// Sign is the signature of a message, as the value of HeaderSignature.
func Sign(key []byte, id string, at time.Time, body []byte) string {
	return signatureVersion + base64.StdEncoding.EncodeToString(digest(key, id, strconv.FormatInt(at.Unix(), 10), body))
}

// digest is HMAC-SHA-256 over id.timestamp.body.
func digest(key []byte, id, timestamp string, body []byte) []byte {
	mac := hmac.New(sha256.New, key)
	_, _ = mac.Write([]byte(id + "." + timestamp + "."))
	_, _ = mac.Write(body)
	return mac.Sum(nil)
}

// Verify is for receivers: nil when body, as it came, was signed with one of keys around now. It
// compares in constant time. A receiver must also remember ids and drop those that it knows.
func Verify(keys [][]byte, header http.Header, body []byte, now time.Time) error {
	id, timestamp := header.Get(HeaderID), header.Get(HeaderTimestamp)
	seconds, err := strconv.ParseInt(timestamp, 10, 64)
	if err != nil || now.Sub(time.Unix(seconds, 0)).Abs() > Tolerance {
		return ErrTimestamp
	}
	// The id is what separates the parts that are signed: with a dot in it two messages could be one.
	if id == "" || strings.Contains(id, ".") {
		return ErrSignature
	}
	for _, given := range signatures(header.Get(HeaderSignature)) {
		for _, key := range keys {
			if hmac.Equal(given, digest(key, id, timestamp, body)) {
				return nil
			}
		}
	}
	return ErrSignature
}

// signatures decodes the symmetric signatures of a header; others are skipped.
func signatures(header string) [][]byte {
	var found [][]byte
	for _, field := range strings.Fields(header) {
		encoded, ok := strings.CutPrefix(field, signatureVersion)
		if !ok {
			continue
		}
		sum, err := base64.StdEncoding.DecodeString(encoded)
		if err == nil && len(found) < maxSignatures {
			found = append(found, sum)
		}
	}
	return found
}
