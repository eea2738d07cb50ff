package seal

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hpke"
	"encoding/binary"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

const (
	// keyLife is how long one encapsulation and the data keys exported from it are used.
	keyLife = time.Minute
	// maxDataKeys bounds the data keys of one encapsulation: 16,384 of about 1 KB are 16 MB. One more
	// project starts the next encapsulation early.
	maxDataKeys = 16 << 10
	// maxRecordsPerKey is far from where GCM gets weak under distinct nonces; it keeps the argument
	// below free of any thought about wrapping around.
	maxRecordsPerKey = 1 << 40
)

// errHeader says that a header lacks its topic or has names that are too long.
var errHeader = errors.New("header needs a topic, and names of at most 255 bytes")

// Sealer seals to the live epoch of one audience. It can open nothing. Safe for concurrent use.
type Sealer struct {
	ring     *Keyring
	audience hushlogv1.Audience

	mu      sync.RWMutex // guards current
	current *encapsulation
}

// NewSealer seals to the epochs of audience that ring holds, by ring's clock.
func NewSealer(ring *Keyring, audience hushlogv1.Audience) *Sealer {
	return &Sealer{ring: ring, audience: audience}
}

// Ready is nil while there is an epoch to seal to, ErrNoLiveEpoch otherwise.
func (s *Sealer) Ready() error {
	if s.ring.live(s.audience, s.ring.now()) == nil {
		return ErrNoLiveEpoch
	}
	return nil
}

// Seal returns the envelope of plaintext, bound to h. The plaintext may be reused at once. It fails
// with ErrNoLiveEpoch when no epoch is live.
func (s *Sealer) Seal(plaintext []byte, h Header) ([]byte, error) {
	if !h.valid() {
		return nil, errHeader
	}
	for {
		e, err := s.encapsulation()
		if err != nil {
			return nil, err
		}
		key, err := e.dataKey(h)
		if err != nil {
			return nil, err
		}
		var nonce [nonceSize]byte
		if key == nil || !key.nextNonce(&nonce) {
			s.retire(e)
			continue
		}
		out := make([]byte, 0, len(e.prefix)+nonceSize+len(plaintext)+tagSize)
		out = append(out, e.prefix...)
		out = append(out, nonce[:]...)
		return key.aead.Seal(out, nonce[:], plaintext, h.associatedData(e.epoch)), nil
	}
}

// encapsulation returns the one in use, or makes the next. It never goes back to an earlier one, also
// not when the clock does.
func (s *Sealer) encapsulation() (*encapsulation, error) {
	now := s.ring.now()
	s.mu.RLock()
	e := s.current
	s.mu.RUnlock()
	if e != nil && e.usable(now) {
		return e, nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.current != nil && s.current.usable(now) {
		return s.current, nil
	}
	s.current = nil
	live := s.ring.live(s.audience, now)
	if live == nil {
		return nil, ErrNoLiveEpoch
	}
	e, err := newEncapsulation(live, now)
	if err != nil {
		return nil, err
	}
	s.current = e
	// The keys of a process that has nothing more to seal must not wait for its next record.
	time.AfterFunc(keyLife, func() { s.retire(e) })
	return e, nil
}

// retire lets go of an encapsulation and all keys from it.
func (s *Sealer) retire(e *encapsulation) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.current == e {
		s.current = nil
	}
}

// encapsulation is one HPKE context to an epoch, used by this process for at most keyLife.
type encapsulation struct {
	epoch       EpochID
	from, until time.Time
	prefix      []byte

	mu     sync.RWMutex // guards sender and keys
	sender *hpke.Sender
	keys   map[nameKey]*dataKey
}

// nameKey is what a data key is for.
type nameKey struct{ topic, project string }

func newEncapsulation(epoch *Epoch, now time.Time) (*encapsulation, error) {
	enc, sender, err := hpke.NewSender(epoch.public, hpke.HKDFSHA256(), hpke.ExportOnly(), hpkeInfo(epoch.ID))
	if err != nil {
		return nil, fmt.Errorf("encapsulate to epoch %x: %w", epoch.ID, err)
	}
	until := now.Add(keyLife)
	if epoch.SealUntil.Before(until) {
		until = epoch.SealUntil
	}
	return &encapsulation{
		epoch: epoch.ID, from: now, until: until, prefix: envelopePrefix(epoch.ID, enc),
		sender: sender, keys: map[nameKey]*dataKey{},
	}, nil
}

func (e *encapsulation) usable(now time.Time) bool {
	return !now.Before(e.from) && now.Before(e.until)
}

// dataKey returns the key for h's topic and project, or nil when there are too many already.
func (e *encapsulation) dataKey(h Header) (*dataKey, error) {
	name := nameKey{h.Topic, h.Project}
	e.mu.RLock()
	key := e.keys[name]
	e.mu.RUnlock()
	if key != nil {
		return key, nil
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.keys[name] != nil {
		return e.keys[name], nil
	}
	if len(e.keys) >= maxDataKeys {
		return nil, nil //nolint:nilnil // "full" is not an error: the caller moves on to the next encapsulation
	}
	secret, err := e.sender.Export(h.keyContext(), keySize)
	if err != nil {
		return nil, fmt.Errorf("export data key of epoch %x: %w", e.epoch, err)
	}
	aead, err := newAEAD(secret)
	if err != nil {
		return nil, err
	}
	key = &dataKey{aead: aead}
	e.keys[name] = key
	return key, nil
}

// dataKey is an AES-256-GCM key that only this process has, for one topic and project.
//
// Why no nonce is ever used twice under it: the key is exported from an encapsulation, which draws
// fresh randomness every time (crypto/hpke, crypto/rand), so two processes, two minutes or two
// restarts never share one; within the encapsulation each (topic, project) has one dataKey object,
// created under the encapsulation's lock and never replaced; and its nonces are the values of one
// atomic counter that only grows and stops at maxRecordsPerKey. An encapsulation that was let go is
// not taken up again.
type dataKey struct {
	aead cipher.AEAD
	used atomic.Uint64
}

func (k *dataKey) nextNonce(nonce *[nonceSize]byte) bool {
	n := k.used.Add(1)
	if n > maxRecordsPerKey {
		return false
	}
	binary.BigEndian.PutUint64(nonce[nonceSize-8:], n)
	return true
}

// newAEAD expands a secret and wipes it. The expanded key stays inside cipher.AEAD, out of reach of
// wiping, until its owner is collected; nothing else holds it.
func newAEAD(secret []byte) (cipher.AEAD, error) {
	defer clear(secret)
	block, err := aes.NewCipher(secret)
	if err != nil {
		return nil, fmt.Errorf("data key: %w", err)
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return nil, fmt.Errorf("data key: %w", err)
	}
	return aead, nil
}
