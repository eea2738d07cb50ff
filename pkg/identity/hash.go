package identity

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"hash"
	"strconv"
	"strings"
	"sync"
	"time"
)

const (
	// domainID and those below it keep the uses apart even when one key is given to all.
	domainID       = "hushlog/id/v1"
	domainSubject  = "hushlog/subject/v1"
	domainValues   = "hushlog/values/v1"
	domainDraw     = "hushlog/draw/v1"
	domainTemplate = "hushlog/template/v1"
	domainSender   = "hushlog/sender/v1"

	// HashSize is the size of a keyed hash, in bytes: 128 bits, so that among 2^40 ids a collision has odds of 2^-49.
	HashSize = 16
)

// SubjectPrefix begins every pseudonym.
const SubjectPrefix = "u_"

var subjectEncoding = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// Hasher turns ids that clients gave into keyed hashes, which is how they travel in Kafka keys and
// headers: without the key nobody can tell which id a hash is of. Safe for concurrent use.
type Hasher struct{ macs *macs }

// NewHasher wants a key of KeySize bytes and keeps its own copy.
func NewHasher(key []byte) (*Hasher, error) {
	own, err := copyKey(key)
	if err != nil {
		return nil, err
	}
	return &Hasher{macs: newMACs(own)}, nil
}

// LoadHasher reads the key from a file made by CreateSecrets.
func LoadHasher(path string) (*Hasher, error) {
	key, err := LoadKey(path)
	if err != nil {
		return nil, err
	}
	return NewHasher(key)
}

// ID is the hash of an id within a project; the same id in another project has another hash.
func (h *Hasher) ID(project, id string) [HashSize]byte {
	return h.macs.keyed(domainID, project, id)
}

// Sender is the hash by which gateways recognise an end user under a restriction. It is no pseudonym, and without the key
// of pseudonyms none can be made of it.
func (h *Hasher) Sender(project, id string) [HashSize]byte {
	return h.macs.keyed(domainSender, project, id)
}

// Draw is the lot of an id within a project, from 0 to below 1: the same for the same id, evenly spread
// over ids, and not to be chosen by whoever makes ids without the key.
func (h *Hasher) Draw(project, id string) float64 {
	sum := h.macs.keyed(domainDraw, project, id)
	const bits = 53 // of a float's mantissa
	return float64(binary.BigEndian.Uint64(sum[:8])>>(64-bits)) / (1 << bits)
}

// Pseudonymizer turns identities of end users into pseudonyms. Safe for concurrent use.
type Pseudonymizer struct {
	key  []byte
	macs *macs

	mu     sync.Mutex // guards values
	values map[valuesOf]*macs
}

// valuesOf is what a derived key is of.
type valuesOf struct{ project, period string }

// maxDerived bounds the derived keys that are kept, so that none is derived anew for each interaction: more projects and
// periods than are written to at a time.
const maxDerived = 1024

// NewPseudonymizer wants a key of KeySize bytes and keeps its own copy.
func NewPseudonymizer(key []byte) (*Pseudonymizer, error) {
	own, err := copyKey(key)
	if err != nil {
		return nil, err
	}
	return newPseudonymizer(own), nil
}

// newPseudonymizer keeps key.
func newPseudonymizer(key []byte) *Pseudonymizer {
	return &Pseudonymizer{key: key, macs: newMACs(key), values: map[valuesOf]*macs{}}
}

// At is p: one key holds at any time. PseudonymKeys has several.
func (p *Pseudonymizer) At(time.Time) *Pseudonymizer { return p }

// Subject is the pseudonym of an end user: the same within a project, and not linkable to the
// pseudonym of the same id in another project. No id gives no pseudonym ("").
func (p *Pseudonymizer) Subject(project, id string) string {
	if id == "" {
		return ""
	}
	sum := p.macs.keyed(domainSubject, project, id)
	return SubjectPrefix + subjectEncoding.EncodeToString(sum[:])
}

// Values returns the keyed hash by which values that were found in texts of a project get their
// pseudonyms, within one period: the same for the same kind and canonical value. It is made with a
// key of its own, derived from project and period, so that hashes of two projects, or of two
// periods, cannot be linked, and none with a Subject. Safe for concurrent use.
func (p *Pseudonymizer) Values(project, period string) func(kind, canonical string) [HashSize]byte {
	derived := p.derived(valuesOf{project, period})
	return func(kind, canonical string) [HashSize]byte { return derived.keyed(kind, canonical) }
}

func (p *Pseudonymizer) derived(of valuesOf) *macs {
	p.mu.Lock()
	defer p.mu.Unlock()
	derived, kept := p.values[of]
	if kept {
		return derived
	}
	if len(p.values) >= maxDerived {
		clear(p.values)
	}
	key := p.macs.keyed(domainValues, of.project, of.period)
	derived = newMACs(key[:])
	p.values[of] = derived
	return derived
}

// TemplatePrefix begins every template's name.
const TemplatePrefix = "t_"

// Template names a template of prompts (safety.Template) within a project and a period: without the key nobody can tell which
// words it is of.
func (p *Pseudonymizer) Template(project, period string, template uint64) string {
	sum := p.Values(project, period)(domainTemplate, strconv.FormatUint(template, 16))
	return TemplatePrefix + subjectEncoding.EncodeToString(sum[:10])
}

// IsSubject says whether s has the form of a pseudonym.
func IsSubject(s string) bool {
	rest, ok := strings.CutPrefix(s, SubjectPrefix)
	if !ok || len(rest) != subjectEncoding.EncodedLen(HashSize) {
		return false
	}
	_, err := subjectEncoding.DecodeString(rest)
	return err == nil
}

// macs make keyed hashes under one key. What HMAC makes of the key alone is kept from one hash to the next, which is half of
// the work for what is hashed here. Safe for concurrent use.
type macs struct{ idle sync.Pool }

// mac is an HMAC and the bytes that it is of.
type mac struct {
	hash.Hash
	parts []byte
	sum   [sha256.Size]byte
}

func newMACs(key []byte) *macs {
	return &macs{idle: sync.Pool{New: func() any { return &mac{Hash: hmac.New(sha256.New, key)} }}}
}

// keyed is HMAC-SHA-256, truncated, over length-prefixed parts: no two lists of parts are the same bytes.
func (m *macs) keyed(parts ...string) [HashSize]byte {
	one, _ := m.idle.Get().(*mac)
	for _, part := range parts {
		one.parts = binary.BigEndian.AppendUint64(one.parts, uint64(len(part)))
		one.parts = append(one.parts, part...)
	}
	_, _ = one.Write(one.parts)
	sum := [HashSize]byte(one.Sum(one.sum[:0])[:HashSize])
	clear(one.parts) // what was hashed may be private
	one.parts = one.parts[:0]
	one.Reset()
	m.idle.Put(one)
	return sum
}

// keyed is a keyed hash under a key that is used once.
func keyed(key []byte, parts ...string) [HashSize]byte { return newMACs(key).keyed(parts...) }

func copyKey(key []byte) ([]byte, error) {
	if len(key) != KeySize {
		return nil, fmt.Errorf("key has %d bytes, want %d: %w", len(key), KeySize, ErrSecret)
	}
	return append([]byte(nil), key...), nil
}
