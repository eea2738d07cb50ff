package seal

import (
	"bytes"
	"context"
	"crypto/cipher"
	"crypto/hpke"
	"errors"
	"fmt"
	"sync"
	"time"

	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

const (
	// maxRecipients bounds the cached encapsulations: one for each sender and minute. 1,024 of them
	// with a few projects each are about 8 MB.
	maxRecipients = 1024
	// maxRecipientKeys bounds the data keys of one cached encapsulation.
	maxRecipientKeys = 1024
	// maxPrivateKeys bounds the unwrapped private keys in memory; a day's epochs at one an hour.
	maxPrivateKeys = 32
	// idleLife is how long a key that nothing was opened with stays in memory.
	idleLife = 2 * time.Minute
)

// Opener opens what was sealed to one audience. Safe for concurrent use.
type Opener struct {
	ring     *Keyring
	kms      KMS
	audience hushlogv1.Audience

	mu         sync.Mutex // guards what follows
	recipients map[string]*recipient
	private    map[EpochID]*privateKey
	sweeping   bool
}

// recipient is the receiving end of one encapsulation.
type recipient struct {
	epoch EpochID
	hpke  *hpke.Recipient
	used  time.Time // guarded by Opener.mu

	mu   sync.Mutex // guards keys, and hpke's use
	keys map[nameKey]cipher.AEAD
}

// privateKey is an epoch's, once it is unwrapped; its lock makes concurrent openers ask the KMS once.
type privateKey struct {
	used time.Time // guarded by Opener.mu

	mu  sync.Mutex // guards key
	key hpke.PrivateKey
}

// NewOpener opens with the epochs of audience that ring holds, by ring's clock. Private keys are
// unwrapped by kms when they are first needed and dropped when idle or expired.
func NewOpener(ring *Keyring, kms KMS, audience hushlogv1.Audience) *Opener {
	return &Opener{
		ring: ring, kms: kms, audience: audience,
		recipients: map[string]*recipient{}, private: map[EpochID]*privateKey{},
	}
}

// Open returns the plaintext of an envelope that was found under h. It fails with ErrMalformed,
// ErrUnknownEpoch, ErrExpiredEpoch, ErrKeyGone or ErrForged, none of which a repetition changes
// (ErrUnknownEpoch: unless the keyring is still catching up); any other error is the KMS's and worth
// one. The plaintext is the caller's.
func (o *Opener) Open(ctx context.Context, sealed []byte, h Header) ([]byte, error) {
	if !h.valid() {
		return nil, errHeader
	}
	e, err := parseEnvelope(sealed)
	if err != nil {
		return nil, err
	}
	now := o.ring.now()
	epoch, err := o.ring.find(e.epoch, o.audience, now)
	if err != nil {
		return nil, err
	}
	r, cached := o.cached(e.source, now)
	if !cached {
		r, err = o.receive(ctx, epoch, e.enc, now)
		if err != nil {
			return nil, err
		}
	}
	aead, err := r.dataKey(h)
	if err != nil {
		return nil, err
	}
	plaintext, err := aead.Open(nil, e.nonce, e.ciphertext, h.associatedData(e.epoch))
	if err != nil {
		return nil, fmt.Errorf("epoch %x: %w", e.epoch, ErrForged)
	}
	if !cached {
		// Only now: forged encapsulations must not push good ones out.
		o.keep(e.source, r)
	}
	return plaintext, nil
}

func (o *Opener) cached(source []byte, now time.Time) (*recipient, bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	r, ok := o.recipients[string(source)]
	if ok {
		r.used = now
	}
	return r, ok
}

func (o *Opener) keep(source []byte, r *recipient) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.recipients) >= maxRecipients {
		o.dropOldestLocked()
	}
	o.recipients[string(source)] = r
	o.sweepLaterLocked()
}

func (o *Opener) dropOldestLocked() {
	var oldest string
	var when time.Time
	for source, r := range o.recipients {
		if oldest == "" || r.used.Before(when) {
			oldest, when = source, r.used
		}
	}
	delete(o.recipients, oldest)
}

func (o *Opener) receive(ctx context.Context, epoch *Epoch, enc []byte, now time.Time) (*recipient, error) {
	key, err := o.privateKey(ctx, epoch, now)
	if err != nil {
		return nil, err
	}
	r, err := hpke.NewRecipient(enc, key, hpke.HKDFSHA256(), hpke.ExportOnly(), hpkeInfo(epoch.ID))
	if err != nil {
		return nil, fmt.Errorf("encapsulation to epoch %x: %w", epoch.ID, ErrMalformed)
	}
	return &recipient{epoch: epoch.ID, hpke: r, used: now, keys: map[nameKey]cipher.AEAD{}}, nil
}

func (r *recipient) dataKey(h Header) (cipher.AEAD, error) {
	name := nameKey{h.Topic, h.Project}
	r.mu.Lock()
	defer r.mu.Unlock()
	aead, ok := r.keys[name]
	if ok {
		return aead, nil
	}
	secret, err := r.hpke.Export(h.keyContext(), keySize)
	if err != nil {
		return nil, fmt.Errorf("export data key of epoch %x: %w", r.epoch, err)
	}
	aead, err = newAEAD(secret)
	if err != nil {
		return nil, err
	}
	if len(r.keys) >= maxRecipientKeys {
		clear(r.keys)
	}
	r.keys[name] = aead
	return aead, nil
}

// privateKey unwraps an epoch's private key, once.
func (o *Opener) privateKey(ctx context.Context, epoch *Epoch, now time.Time) (hpke.PrivateKey, error) {
	p := o.privateSlot(epoch.ID, now)
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.key != nil {
		return p.key, nil
	}
	raw, err := o.kms.Unwrap(ctx, epoch.KMSKey, epoch.wrapped)
	if err != nil {
		return nil, fmt.Errorf("unwrap key of epoch %x: %w", epoch.ID, err)
	}
	defer clear(raw)
	kem, err := newKEM(epoch.KEM)
	if err != nil {
		return nil, err
	}
	key, err := kem.NewPrivateKey(raw)
	if err != nil {
		return nil, fmt.Errorf("private key of epoch %x: %w", epoch.ID, ErrWrapped)
	}
	if !bytes.Equal(key.PublicKey().Bytes(), epoch.publicRaw) {
		return nil, fmt.Errorf("private key of epoch %x is not that of its public key: %w", epoch.ID, ErrWrapped)
	}
	p.key = key
	return key, nil
}

func (o *Opener) privateSlot(id EpochID, now time.Time) *privateKey {
	o.mu.Lock()
	defer o.mu.Unlock()
	p, ok := o.private[id]
	if !ok {
		if len(o.private) >= maxPrivateKeys {
			clear(o.private)
		}
		p = &privateKey{}
		o.private[id] = p
		o.sweepLaterLocked()
	}
	p.used = now
	return p
}

// sweepLaterLocked sees to it that keys leave memory although nothing more is opened.
func (o *Opener) sweepLaterLocked() {
	if o.sweeping {
		return
	}
	o.sweeping = true
	time.AfterFunc(idleLife/2, o.sweep)
}

// sweep drops what is idle or expired.
func (o *Opener) sweep() {
	now := o.ring.now()
	o.mu.Lock()
	defer o.mu.Unlock()
	o.sweeping = false
	for source, r := range o.recipients {
		if o.doneLocked(r.epoch, r.used, now) {
			delete(o.recipients, source)
		}
	}
	for id, p := range o.private {
		if o.doneLocked(id, p.used, now) {
			delete(o.private, id)
		}
	}
	if len(o.recipients)+len(o.private) > 0 {
		o.sweepLaterLocked()
	}
}

func (o *Opener) doneLocked(id EpochID, used, now time.Time) bool {
	if now.Sub(used) >= idleLife {
		return true
	}
	_, err := o.ring.find(id, o.audience, now)
	return err != nil
}

// Permanent says whether an error of Open will be the same however often it is tried: the record can
// never be opened. ErrUnknownEpoch counts only once the keyring has caught up with its topic.
func Permanent(err error) bool {
	for _, final := range []error{errHeader, ErrMalformed, ErrForged, ErrExpiredEpoch, ErrUnknownEpoch, ErrKeyGone, ErrWrapped} {
		if errors.Is(err, final) {
			return true
		}
	}
	return false
}
