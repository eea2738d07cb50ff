package alerting

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"slices"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

// fingerprintSize is 128 bits of SHA-256.
const fingerprintSize = 16

// instance is an alert of one key in one block of time.
type instance struct {
	firedAt          int64
	value, threshold float64
	rank             rank
}

// fingerprint is the same for the same rule, key and block, whoever computes it and when.
func (c *compiled) fingerprint(values []string, block int64) string {
	h := sha256.New()
	text := func(parts ...string) {
		for _, part := range parts {
			_, _ = h.Write(binary.BigEndian.AppendUint64(nil, uint64(len(part))))
			_, _ = h.Write([]byte(part))
		}
	}
	text("hushlog alert v2", c.Name)
	for i, f := range c.key {
		text(f.name, values[i])
	}
	for _, n := range []int64{block, c.hold, c.window} {
		_, _ = h.Write(binary.BigEndian.AppendUint64(nil, uint64(n))) //nolint:gosec // bits, not a number
	}
	return hex.EncodeToString(h.Sum(nil)[:fingerprintSize])
}

// alert is an instance on the wire, firing or, with the time of that, resolved.
func (c *compiled) alert(key string, block int64, in *instance, resolvedAt int64) *hushlogv1.Alert {
	values := splitKey(key)
	span := c.hold * c.window
	a := &hushlogv1.Alert{
		Fingerprint: c.fingerprint(values, block), Rule: c.Name, Severity: severities[c.Severity], Owner: c.Owner,
		WindowStart: timestamppb.New(time.Unix(0, block*span)), WindowEnd: timestamppb.New(time.Unix(0, (block+1)*span)),
		FiredAt: timestamppb.New(time.Unix(0, in.firedAt)),
		Value:   in.value, Threshold: in.threshold, Class: string(in.rank.class()),
		State: hushlogv1.AlertState_ALERT_STATE_FIRING,
	}
	if resolvedAt != 0 {
		a.State = hushlogv1.AlertState_ALERT_STATE_RESOLVED
		a.ResolvedAt = timestamppb.New(time.Unix(0, resolvedAt))
	}
	for i, f := range c.key {
		switch {
		case f.name == "project":
			a.Project = values[i]
		case f.name == "user":
			a.UserPseudonym = values[i]
		case f.name == "model":
			a.Model = values[i]
		default:
			a.Keys = append(a.Keys, &hushlogv1.AlertKey{Name: f.name, Value: values[i]})
		}
	}
	return a
}

// appendKey writes one value of a key. Values are metadata of the contract, of at most 128 bytes; each is written with its
// length, so that two keys are never one.
func appendKey(key []byte, value string) []byte {
	key = binary.AppendUvarint(key, uint64(len(value)))
	return append(key, value...)
}

func splitKey(key string) []string {
	var values []string
	for rest := []byte(key); len(rest) > 0; {
		n, size := binary.Uvarint(rest)
		rest = rest[size:]
		values = append(values, string(rest[:n]))
		rest = rest[n:]
	}
	return values
}

// validKey says whether a key that was read from outside has as many values as the rule has fields.
func (c *compiled) validKey(key []byte) bool {
	values := 0
	for len(key) > 0 {
		n, size := binary.Uvarint(key)
		if size <= 0 || n > uint64(len(key)-size) { //nolint:gosec // size is not more than the length
			return false
		}
		key = key[size+int(n):] //nolint:gosec // not longer than key
		values++
	}
	return values == len(c.key)
}

// inOrder sorts alerts by when they fired and what they are about, so that they are told in the same order by everyone.
func inOrder(alerts []*hushlogv1.Alert) {
	slices.SortStableFunc(alerts, func(a, b *hushlogv1.Alert) int {
		return cmp.Or(
			a.GetWindowStart().AsTime().Compare(b.GetWindowStart().AsTime()), cmp.Compare(a.GetState(), b.GetState()),
			cmp.Compare(a.GetRule(), b.GetRule()), cmp.Compare(a.GetFingerprint(), b.GetFingerprint()),
		)
	})
}
