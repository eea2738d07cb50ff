package seal

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"fmt"
	"sync"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

// Lives are the dates of the epochs that a maker makes.
type Lives struct {
	// Seal is how long an epoch may be sealed to. Default 1 h. Longer means more is lost with one
	// stolen key, shorter more keys to keep.
	Seal time.Duration
	// Ahead is how long before the end of an epoch the next one is made; it begins after a third of
	// that, so that everybody has read it by then. Default 15 min. Shorter than the time the maker may
	// be away, and senders stop.
	Ahead time.Duration
	// Open is, by audience, how long after its making an epoch can be opened: longer than the records
	// sealed under it are kept. Only audiences named here get epochs.
	Open map[hushlogv1.Audience]time.Duration
}

// DefaultLives fit the default retention of the topics: raw 24 h, events 8 d at most, quarantine 72 h.
func DefaultLives() Lives {
	return Lives{
		Seal:  time.Hour,
		Ahead: 15 * time.Minute,
		Open: map[hushlogv1.Audience]time.Duration{
			hushlogv1.Audience_AUDIENCE_REDACTOR:   26 * time.Hour,
			hushlogv1.Audience_AUDIENCE_INGEST:     8 * 24 * time.Hour,
			hushlogv1.Audience_AUDIENCE_QUARANTINE: 74 * time.Hour,
		},
	}
}

// openMargin is how long a key outlives the last record sealed under it, for a reader that is late.
const openMargin = time.Hour

// LivesFor are the default lives with the dates for opening that follow from how long the topics keep
// their records: no longer than that, and a margin.
func LivesFor(raw, events, quarantine time.Duration) Lives {
	l := DefaultLives()
	sealed := l.Seal + l.Ahead + openMargin
	l.Open = map[hushlogv1.Audience]time.Duration{
		hushlogv1.Audience_AUDIENCE_REDACTOR:   raw + sealed,
		hushlogv1.Audience_AUDIENCE_INGEST:     events + sealed,
		hushlogv1.Audience_AUDIENCE_QUARANTINE: quarantine + sealed,
	}
	return l
}

// Validate says what does not fit together.
func (l Lives) Validate() error {
	var errs []error
	if l.Seal < time.Minute || l.Seal > maxSealWindow-time.Hour {
		errs = append(errs, fmt.Errorf("seal: %s is not between 1m and %s", l.Seal, maxSealWindow-time.Hour))
	}
	if l.Ahead <= 0 || l.Ahead >= l.Seal || l.Ahead > maxAhead {
		errs = append(errs, fmt.Errorf("ahead: %s is not between 0 and seal, at most %s", l.Ahead, maxAhead))
	}
	for audience, open := range l.Open {
		if open < l.Seal+l.Ahead || open > maxOpenWindow {
			errs = append(errs, fmt.Errorf("open of %s: %s is not between seal + ahead and %s", audience, open, maxOpenWindow))
		}
	}
	return errors.Join(errs...)
}

// clockSkew is how much the first epoch begins in the past, for senders whose clocks are behind.
const clockSkew = time.Minute

// MakerConfig is what an EpochMaker needs.
type MakerConfig struct {
	// Ring is the keyring that reads back what is made: the topic decides what exists.
	Ring *Keyring
	// KMS wraps; it must be able to make the key of the day.
	KMS KMS
	// Sign signs epochs.
	Sign ed25519.PrivateKey
	// Lives are the dates.
	Lives Lives
	// KEM of new epochs; 0 means KEMHybrid.
	KEM KEM
	// Now tells the time; nil means time.Now.
	Now func() time.Time
}

// EpochMaker makes epochs. One at a time should run (the owner of partition 0); two that overlap for a
// moment do no harm. Safe for concurrent use.
type EpochMaker struct {
	cfg MakerConfig

	mu   sync.Mutex // guards made
	made map[hushlogv1.Audience]time.Time
}

// NewEpochMaker checks the configuration.
func NewEpochMaker(cfg MakerConfig) (*EpochMaker, error) {
	if cfg.Ring == nil || cfg.KMS == nil || len(cfg.Sign) != ed25519.PrivateKeySize {
		return nil, errors.New("epoch maker needs a keyring, a KMS and an Ed25519 private key")
	}
	err := cfg.Lives.Validate()
	if err != nil {
		return nil, fmt.Errorf("lives of epochs: %w", err)
	}
	if cfg.KEM == 0 {
		cfg.KEM = KEMHybrid
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	return &EpochMaker{cfg: cfg, made: map[hushlogv1.Audience]time.Time{}}, nil
}

// SignedRecord is an epoch ready for the keys topic.
type SignedRecord struct {
	// Key of the Kafka record: the epoch's id.
	Key []byte
	// Value of the Kafka record: a SignedEpoch.
	Value []byte
	// Epoch is what was made.
	Epoch Epoch
}

// Due lists the audiences that need a new epoch now. Ask only once the keyring has caught up with the
// keys topic. An audience that Make was called for a moment ago is not due again until its record had
// time to come back.
func (m *EpochMaker) Due() []hushlogv1.Audience {
	now := m.cfg.Now()
	m.mu.Lock()
	defer m.mu.Unlock()
	var due []hushlogv1.Audience
	for _, audience := range audiences {
		if _, wanted := m.cfg.Lives.Open[audience]; !wanted {
			continue
		}
		made, recently := m.made[audience]
		if recently && now.Sub(made) < m.cfg.Lives.Ahead/3 && !now.Before(made) {
			continue
		}
		newest := m.cfg.Ring.newest(audience, now)
		if newest == nil || newest.SealUntil.Sub(now) <= m.cfg.Lives.Ahead {
			due = append(due, audience)
		}
	}
	return due
}

var audiences = []hushlogv1.Audience{
	hushlogv1.Audience_AUDIENCE_REDACTOR,
	hushlogv1.Audience_AUDIENCE_INGEST,
	hushlogv1.Audience_AUDIENCE_QUARANTINE,
}

// Make makes the next epoch of an audience. It is in use only once the record was published and read
// back by the keyrings; if publishing fails, call Unmade and try again.
func (m *EpochMaker) Make(ctx context.Context, audience hushlogv1.Audience) (SignedRecord, error) {
	open, ok := m.cfg.Lives.Open[audience]
	if !ok {
		return SignedRecord{}, fmt.Errorf("make epoch: %s has no life set", audience)
	}
	now := m.cfg.Now()
	pb, err := m.newEpoch(ctx, audience, now, open)
	if err != nil {
		return SignedRecord{}, fmt.Errorf("make epoch of %s: %w", audience, err)
	}
	value, err := signEpoch(pb, m.cfg.Sign)
	if err != nil {
		return SignedRecord{}, err
	}
	epoch, err := checkEpoch(pb)
	if err != nil {
		return SignedRecord{}, fmt.Errorf("epoch made here breaks its own rules: %w", err)
	}
	m.mu.Lock()
	m.made[audience] = now
	m.mu.Unlock()
	return SignedRecord{Key: pb.GetEpochId(), Value: value, Epoch: *epoch}, nil
}

// Unmade makes audience due again after its record could not be published.
func (m *EpochMaker) Unmade(audience hushlogv1.Audience) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.made, audience)
}

func (m *EpochMaker) newEpoch(ctx context.Context, audience hushlogv1.Audience, now time.Time, open time.Duration) (*hushlogv1.Epoch, error) {
	kem, err := newKEM(m.cfg.KEM)
	if err != nil {
		return nil, err
	}
	key, err := kem.GenerateKey()
	if err != nil {
		return nil, fmt.Errorf("generate key: %w", err)
	}
	raw, err := key.Bytes()
	if err != nil {
		return nil, fmt.Errorf("serialize key: %w", err)
	}
	defer clear(raw)
	day := KeyOfDay(now)
	wrapped, err := m.cfg.KMS.Wrap(ctx, day, raw)
	if err != nil {
		return nil, fmt.Errorf("wrap key: %w", err)
	}
	notBefore := m.begin(audience, now)
	id := make([]byte, len(EpochID{}))
	_, _ = rand.Read(id) // never fails: crypto/rand ends the process when there is no randomness
	return &hushlogv1.Epoch{
		EpochId:           id,
		Sequence:          m.nextSequence(audience, now),
		Audience:          audience,
		Kem:               uint32(m.cfg.KEM),
		PublicKey:         key.PublicKey().Bytes(),
		WrappedPrivateKey: wrapped,
		KmsKey:            day,
		NotBefore:         timestamppb.New(notBefore),
		SealUntil:         timestamppb.New(notBefore.Add(m.cfg.Lives.Seal)),
		OpenUntil:         timestamppb.New(now.Add(open)),
	}, nil
}

// begin leaves time for everybody to read the epoch while an older one is live; without one, senders
// are waiting and it begins at once.
func (m *EpochMaker) begin(audience hushlogv1.Audience, now time.Time) time.Time {
	live := m.cfg.Ring.live(audience, now)
	lead := m.cfg.Lives.Ahead / 3
	if live == nil || live.SealUntil.Sub(now) < lead {
		return now.Add(-clockSkew)
	}
	return now.Add(lead)
}

// nextSequence follows the highest one seen and, when a lost topic has made that start again, is still
// above what senders that kept running have seen.
func (m *EpochMaker) nextSequence(audience hushlogv1.Audience, now time.Time) uint64 {
	return max(m.cfg.Ring.highestSequence(audience)+1, uint64(max(now.Unix(), 0)))
}

// lookEvery is how often Run looks for what is due: often enough that a first start is quick.
const lookEvery = 2 * time.Second

// Run makes what falls due and hands it to publish, which must return only once the record is
// acknowledged, while leads says true. A failure is passed to failed and tried again. The keyring must
// have caught up with the keys topic before. It returns when ctx ends.
func (m *EpochMaker) Run(ctx context.Context, leads func() bool, publish func(context.Context, SignedRecord) error, failed func(error)) {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		if leads() {
			m.makeDue(ctx, publish, failed)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

func (m *EpochMaker) makeDue(ctx context.Context, publish func(context.Context, SignedRecord) error, failed func(error)) {
	for _, audience := range m.Due() {
		record, err := m.Make(ctx, audience)
		if err == nil {
			err = publish(ctx, record)
		}
		if err != nil && ctx.Err() == nil {
			m.Unmade(audience)
			failed(err)
		}
	}
}
