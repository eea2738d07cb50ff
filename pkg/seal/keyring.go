package seal

import (
	"bytes"
	"crypto/ed25519"
	"errors"
	"fmt"
	"sync"
	"time"

	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

// keepExpired is how long an expired epoch's id is remembered, so that what it sealed is called
// expired and not unknown.
const keepExpired = 7 * 24 * time.Hour

// Keyring holds the epochs that were read from the keys topic and were found good. Both sides use
// one: a sealer for the live epoch's public key, an opener for the wrapped private keys. It holds no
// secret. Safe for concurrent use.
type Keyring struct {
	verify ed25519.PublicKey
	now    func() time.Time

	mu      sync.RWMutex // guards what follows
	epochs  map[EpochID]*Epoch
	highest map[hushlogv1.Audience]uint64
}

// NewKeyring pins the key that epochs must be signed with. now tells the time; nil means time.Now.
func NewKeyring(verify ed25519.PublicKey, now func() time.Time) (*Keyring, error) {
	if len(verify) != ed25519.PublicKeySize {
		return nil, errors.New("keyring needs an Ed25519 public key of 32 bytes")
	}
	if now == nil {
		now = time.Now
	}
	return &Keyring{
		verify:  bytes.Clone(verify),
		now:     now,
		epochs:  map[EpochID]*Epoch{},
		highest: map[hushlogv1.Audience]uint64{},
	}, nil
}

// Add takes one record of the keys topic, in the topic's order. A record that is refused changes
// nothing: ErrEpochMalformed, ErrEpochUnsigned, ErrEpochRolledBack, ErrEpochTooEarly. An epoch that
// has expired gives ErrExpiredEpoch and is remembered as such: on a start that is usual. The same
// epoch twice is no error.
func (k *Keyring) Add(record []byte) error {
	e, err := verifyEpoch(record, k.verify)
	if err != nil {
		return err
	}
	now := k.now()
	k.mu.Lock()
	defer k.mu.Unlock()
	if _, known := k.epochs[e.ID]; known {
		return nil
	}
	// Equal sequences happen when two makers overlap for a moment; both epochs are good.
	if e.Sequence < k.highest[e.Audience] {
		return fmt.Errorf("epoch %x, sequence %d after %d: %w", e.ID, e.Sequence, k.highest[e.Audience], ErrEpochRolledBack)
	}
	if e.NotBefore.Sub(now) > maxAhead {
		return fmt.Errorf("epoch %x: %w", e.ID, ErrEpochTooEarly)
	}
	k.highest[e.Audience] = e.Sequence
	k.epochs[e.ID] = e
	k.pruneLocked(now)
	if !now.Before(e.OpenUntil) {
		return fmt.Errorf("epoch %x: %w", e.ID, ErrExpiredEpoch)
	}
	return nil
}

// pruneLocked drops the keys of expired epochs and, later, their ids.
func (k *Keyring) pruneLocked(now time.Time) {
	for id, e := range k.epochs {
		if now.Before(e.OpenUntil) {
			continue
		}
		if now.Sub(e.OpenUntil) > keepExpired {
			delete(k.epochs, id)
			continue
		}
		if e.wrapped != nil {
			// A copy: openers may hold the old one.
			k.epochs[id] = &Epoch{
				ID: e.ID, Sequence: e.Sequence, Audience: e.Audience, KEM: e.KEM, KMSKey: e.KMSKey,
				NotBefore: e.NotBefore, SealUntil: e.SealUntil, OpenUntil: e.OpenUntil,
			}
		}
	}
}

// Live is the epoch to seal to: of those whose window for sealing holds the present moment, the one
// with the highest sequence, so that senders move on as soon as the next epoch begins and not when the
// old one ends. False means that nothing may be sealed.
func (k *Keyring) Live(audience hushlogv1.Audience) (Epoch, bool) {
	e := k.live(audience, k.now())
	if e == nil {
		return Epoch{}, false
	}
	return *e, true
}

func (k *Keyring) live(audience hushlogv1.Audience, now time.Time) *Epoch {
	k.mu.RLock()
	defer k.mu.RUnlock()
	var best *Epoch
	for _, e := range k.epochs {
		if e.Audience != audience || !e.live(now) || e.public == nil {
			continue
		}
		if best == nil || e.Sequence > best.Sequence || (e.Sequence == best.Sequence && bytes.Compare(e.ID[:], best.ID[:]) < 0) {
			best = e
		}
	}
	return best
}

// newest is the epoch of an audience that sealing ends last under, expired ones left out.
func (k *Keyring) newest(audience hushlogv1.Audience, now time.Time) *Epoch {
	k.mu.RLock()
	defer k.mu.RUnlock()
	var best *Epoch
	for _, e := range k.epochs {
		if e.Audience == audience && now.Before(e.SealUntil) && (best == nil || e.SealUntil.After(best.SealUntil)) {
			best = e
		}
	}
	return best
}

func (k *Keyring) highestSequence(audience hushlogv1.Audience) uint64 {
	k.mu.RLock()
	defer k.mu.RUnlock()
	return k.highest[audience]
}

// find returns the epoch that an audience may open with.
func (k *Keyring) find(id EpochID, audience hushlogv1.Audience, now time.Time) (*Epoch, error) {
	k.mu.RLock()
	e := k.epochs[id]
	k.mu.RUnlock()
	if e == nil || e.Audience != audience {
		return nil, fmt.Errorf("epoch %x: %w", id, ErrUnknownEpoch)
	}
	if !now.Before(e.OpenUntil) || e.wrapped == nil {
		return nil, fmt.Errorf("epoch %x: %w", id, ErrExpiredEpoch)
	}
	return e, nil
}
