package seal

import (
	"crypto/ecdh"
	"crypto/hpke"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// KEM is a way of encapsulating keys, by its number in the HPKE registry.
type KEM uint32

const (
	// KEMHybrid is MLKEM768-X25519: safe as long as either of the two is. The default.
	KEMHybrid KEM = 0x647a
	// KEMX25519 is classical only, for a peer that lacks the other.
	KEMX25519 KEM = 0x0020
)

// kemNames are the KEMs as configuration names them.
var kemNames = map[string]KEM{"mlkem768-x25519": KEMHybrid, "x25519": KEMX25519}

// ParseKEM is the KEM of a name: mlkem768-x25519, or x25519.
func ParseKEM(name string) (KEM, error) {
	k, found := kemNames[name]
	if !found {
		return 0, fmt.Errorf("%q is none of %s", name, strings.Join(slices.Sorted(maps.Keys(kemNames)), ", "))
	}
	return k, nil
}

// newKEM knows exactly the KEMs above: an epoch of another one is refused.
func newKEM(k KEM) (hpke.KEM, error) {
	switch k {
	case KEMHybrid:
		return hpke.MLKEM768X25519(), nil
	case KEMX25519:
		return hpke.DHKEM(ecdh.X25519()), nil
	default:
		return nil, fmt.Errorf("KEM 0x%04x is not known: %w", uint32(k), ErrEpochMalformed)
	}
}
