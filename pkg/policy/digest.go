package policy

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
)

// computeDigest hashes the canonical form: the document's values as JSON, keys sorted. Comments,
// order and spelling of units do not change it.
func (p *Policy) computeDigest() string {
	canonical, err := json.Marshal(p)
	if err != nil {
		panic("policy: a policy of plain values cannot be encoded: " + err.Error())
	}
	sum := sha256.Sum256(append([]byte("hushlog policy v1\n"), canonical...))
	return hex.EncodeToString(sum[:])
}
