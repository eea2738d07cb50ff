package seal

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	// require states what a test holds.
	"github.com/stretchr/testify/require"
	"gocloud.dev/secrets/localsecrets"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/hushlog/hushlog/pkg/identity"
	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

const (
	redactor   = hushlogv1.Audience_AUDIENCE_REDACTOR
	ingest     = hushlogv1.Audience_AUDIENCE_INGEST
	quarantine = hushlogv1.Audience_AUDIENCE_QUARANTINE
)

// house is a deployment's worth of sealing with one clock.
type house struct {
	now   time.Time
	sign  ed25519.PrivateKey
	kms   dayKeys
	ring  *Keyring
	maker *EpochMaker
}

func newHouse(t testing.TB) *house {
	t.Helper()
	return newHouseOf(t, KEMHybrid)
}

func newHouseOf(t testing.TB, kem KEM) *house {
	t.Helper()
	h := &house{now: time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC), kms: dayKeys{}}
	clock := func() time.Time { return h.now }
	public, private, err := ed25519.GenerateKey(nil)
	require.NoError(t, err)
	h.sign = private
	h.ring, err = NewKeyring(public, clock)
	require.NoError(t, err)
	h.maker, err = NewEpochMaker(MakerConfig{Ring: h.ring, KMS: h.kms, Sign: private, Lives: DefaultLives(), KEM: kem, Now: clock})
	require.NoError(t, err)
	return h
}

func (h *house) makeEpoch(t testing.TB, audience hushlogv1.Audience) SignedRecord {
	t.Helper()
	record, err := h.maker.Make(t.Context(), audience)
	require.NoError(t, err)
	require.NoError(t, h.ring.Add(record.Value))
	return record
}

func header() Header {
	return Header{Topic: "hushlog.raw.v1", Project: "shop", RequestHash: [16]byte{1, 2, 3}}
}

func TestSealOpen(t *testing.T) {
	for _, kem := range []KEM{KEMHybrid, KEMX25519} {
		t.Run(fmt.Sprintf("%04x", uint32(kem)), func(t *testing.T) {
			h := newHouseOf(t, kem)
			h.makeEpoch(t, redactor)
			sealer, opener := NewSealer(h.ring, redactor), NewOpener(h.ring, h.kms, redactor)
			for _, text := range []string{"", "x", string(make([]byte, 100_000))} {
				sealed, err := sealer.Seal([]byte(text), header())
				require.NoError(t, err)
				require.LessOrEqual(t, len(sealed), len(text)+Overhead)
				plain, err := opener.Open(t.Context(), sealed, header())
				require.NoError(t, err)
				require.Equal(t, text, string(plain))
			}
		})
	}
}

func TestMovedEnvelopeDoesNotOpen(t *testing.T) {
	h := newHouse(t)
	h.makeEpoch(t, redactor)
	sealed, err := NewSealer(h.ring, redactor).Seal([]byte("content"), header())
	require.NoError(t, err)
	opener := NewOpener(h.ring, h.kms, redactor)
	other := h.makeEpoch(t, redactor).Epoch.ID

	moved := map[string]Header{}
	for name, change := range map[string]func(*Header){
		"topic":   func(h *Header) { h.Topic = "hushlog.quarantine.v1" },
		"project": func(h *Header) { h.Project = "bank" },
		"request": func(h *Header) { h.RequestHash[15] = 1 },
		"border":  func(h *Header) { h.Topic += "s"; h.Project = "hop" },
	} {
		changed := header()
		change(&changed)
		moved[name] = changed
	}
	for name, to := range moved {
		t.Run(name, func(t *testing.T) {
			_, err := opener.Open(t.Context(), sealed, to)
			require.ErrorIs(t, err, ErrForged)
		})
	}
	t.Run("epoch", func(t *testing.T) {
		forged := append([]byte(nil), sealed...)
		copy(forged[len(magic)+1:], other[:])
		_, err := opener.Open(t.Context(), forged, header())
		require.ErrorIs(t, err, ErrForged)
	})
	t.Run("every bit of the rest", func(t *testing.T) {
		for at := encAt; at < len(sealed); at += 37 {
			forged := append([]byte(nil), sealed...)
			forged[at] ^= 1
			_, err := opener.Open(t.Context(), forged, header())
			require.ErrorIs(t, err, ErrForged, "byte %d", at)
		}
	})
	require.Empty(t, opener.recipients, "forged encapsulations are not kept")
	_, err = opener.Open(t.Context(), sealed, header())
	require.NoError(t, err)
}

func TestMalformed(t *testing.T) {
	h := newHouse(t)
	h.makeEpoch(t, redactor)
	sealed, err := NewSealer(h.ring, redactor).Seal([]byte("content"), header())
	require.NoError(t, err)
	opener := NewOpener(h.ring, h.kms, redactor)
	cut := func(n int) []byte { return append([]byte(nil), sealed[:n]...) }
	otherVersion := cut(len(sealed))
	otherVersion[3] = 2
	for name, b := range map[string][]byte{
		"empty": nil, "short": cut(10), "without enc": cut(encAt), "without tag": cut(encAt + 1120 + nonceSize), "version": otherVersion,
	} {
		t.Run(name, func(t *testing.T) {
			_, err := opener.Open(t.Context(), b, header())
			require.ErrorIs(t, err, ErrMalformed)
			require.True(t, Permanent(err))
		})
	}
	_, err = opener.Open(t.Context(), sealed, Header{})
	require.Error(t, err)
	_, err = NewSealer(h.ring, redactor).Seal(nil, Header{Topic: "t", Project: string(make([]byte, 256))})
	require.Error(t, err)
}

func TestNoLiveEpochSealsNothing(t *testing.T) {
	h := newHouse(t)
	sealer := NewSealer(h.ring, redactor)
	_, err := sealer.Seal([]byte("content"), header())
	require.ErrorIs(t, err, ErrNoLiveEpoch)
	require.ErrorIs(t, sealer.Ready(), ErrNoLiveEpoch)

	h.makeEpoch(t, ingest)
	_, err = sealer.Seal([]byte("content"), header())
	require.ErrorIs(t, err, ErrNoLiveEpoch, "another audience's epoch")

	h.makeEpoch(t, redactor)
	require.NoError(t, sealer.Ready())
	_, err = sealer.Seal([]byte("content"), header())
	require.NoError(t, err)
	h.now = h.now.Add(59 * time.Minute)
	_, err = sealer.Seal([]byte("content"), header())
	require.ErrorIs(t, err, ErrNoLiveEpoch, "after seal_until")
}

func TestNoncesAreUnique(t *testing.T) {
	h := newHouse(t)
	h.makeEpoch(t, redactor)
	sealer := NewSealer(h.ring, redactor)
	const callers, each = 8, 500
	var mu sync.Mutex
	seen := map[string]bool{}
	sources := map[string]bool{}
	var wg sync.WaitGroup
	for c := range callers {
		wg.Go(func() {
			to := header()
			to.Project = fmt.Sprintf("p%d", c%2)
			for range each {
				sealed, err := sealer.Seal([]byte("same"), to)
				if err != nil {
					t.Error(err)
					return
				}
				e, err := parseEnvelope(sealed)
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				seen[to.Project+string(e.source)+string(e.nonce)] = true
				sources[string(e.source)] = true
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	require.Len(t, seen, callers*each, "a nonce was used twice under one key")
	require.Len(t, sources, 1, "one encapsulation a minute and process")
}

func TestKeysAreAMinuteOld(t *testing.T) {
	h := newHouse(t)
	h.makeEpoch(t, redactor)
	sealer := NewSealer(h.ring, redactor)
	source := func() string {
		sealed, err := sealer.Seal([]byte("content"), header())
		require.NoError(t, err)
		e, err := parseEnvelope(sealed)
		require.NoError(t, err)
		return string(e.source)
	}
	first := source()
	h.now = h.now.Add(59 * time.Second)
	require.Equal(t, first, source())
	h.now = h.now.Add(time.Second)
	second := source()
	require.NotEqual(t, first, second)
	h.now = h.now.Add(-30 * time.Second)
	third := source()
	require.NotEqual(t, second, third, "a clock that goes back takes no old key up again")
	require.NotEqual(t, first, third)
}

func TestIdleKeysAreDropped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		start := time.Now()
		base := h.now
		clock := func() time.Time { return base.Add(time.Since(start)) }
		h.ring.now = clock
		h.makeEpoch(t, redactor)
		sealer, opener := NewSealer(h.ring, redactor), NewOpener(h.ring, h.kms, redactor)
		sealed, err := sealer.Seal([]byte("content"), header())
		require.NoError(t, err)
		_, err = opener.Open(t.Context(), sealed, header())
		require.NoError(t, err)
		opener.mu.Lock()
		require.Len(t, opener.recipients, 1)
		opener.mu.Unlock()
		time.Sleep(keyLife + time.Second)
		sealer.mu.Lock()
		require.Nil(t, sealer.current)
		sealer.mu.Unlock()
		time.Sleep(2 * idleLife)
		opener.mu.Lock()
		defer opener.mu.Unlock()
	})
}

func TestSwitchesAheadOfTime(t *testing.T) {
	h := newHouse(t)
	sealer := NewSealer(h.ring, redactor)
	first := h.makeEpoch(t, redactor).Epoch
	require.Equal(t, []hushlogv1.Audience{ingest, quarantine}, h.maker.Due())
	h.now = first.SealUntil.Add(-16 * time.Minute)
	require.NotContains(t, h.maker.Due(), redactor)
	h.now = first.SealUntil.Add(-15 * time.Minute)
	require.Contains(t, h.maker.Due(), redactor)
	second := h.makeEpoch(t, redactor).Epoch
	require.NotContains(t, h.maker.Due(), redactor)

	epochNow := func() EpochID {
		sealed, err := sealer.Seal([]byte("content"), header())
		require.NoError(t, err)
		id, err := SealedEpoch(sealed)
		require.NoError(t, err)
		return id
	}
	require.Equal(t, first.ID, epochNow(), "not before it begins")
	h.now = second.NotBefore.Add(keyLife)
	require.True(t, h.now.Before(first.SealUntil))
	require.Equal(t, second.ID, epochNow())
	for range 40 { // ten hours without a gap
		h.now = h.now.Add(15 * time.Minute)
		for _, audience := range h.maker.Due() {
			h.makeEpoch(t, audience)
		}
		epochNow()
	}
}

func TestKeyringRefuses(t *testing.T) {
	h := newHouse(t)
	good := func(change func(*hushlogv1.Epoch)) []byte {
		record, err := h.maker.Make(t.Context(), redactor)
		require.NoError(t, err)
		var signed hushlogv1.SignedEpoch
		require.NoError(t, proto.Unmarshal(record.Value, &signed))
		var pb hushlogv1.Epoch
		require.NoError(t, proto.Unmarshal(signed.GetEpoch(), &pb))
		change(&pb)
		value, err := signEpoch(&pb, h.sign)
		require.NoError(t, err)
		return value
	}
	_, stranger, err := ed25519.GenerateKey(nil)
	require.NoError(t, err)
	planted, err := NewEpochMaker(MakerConfig{Ring: h.ring, KMS: h.kms, Sign: stranger, Lives: DefaultLives(), Now: func() time.Time { return h.now }})
	require.NoError(t, err)
	byStranger, err := planted.Make(t.Context(), redactor)
	require.NoError(t, err)
	highest := h.makeEpoch(t, redactor).Epoch.Sequence

	for _, test := range []struct {
		name   string
		record []byte
		want   error
	}{
		{"garbage", []byte("garbage"), ErrEpochMalformed},
		{"too large", make([]byte, maxEpochRecord+1), ErrEpochMalformed},
		{"empty", nil, ErrEpochUnsigned},
		{"stranger", byStranger.Value, ErrEpochUnsigned},
		{"rolled back", good(func(e *hushlogv1.Epoch) { e.Sequence = highest - 1 }), ErrEpochRolledBack},
		{"expired", good(func(e *hushlogv1.Epoch) {
			e.NotBefore = timestamppb.New(h.now.Add(-30 * time.Hour))
			e.SealUntil = timestamppb.New(h.now.Add(-29 * time.Hour))
			e.OpenUntil = timestamppb.New(h.now)
		}), ErrExpiredEpoch},
		{"too early", good(func(e *hushlogv1.Epoch) {
			e.NotBefore = timestamppb.New(h.now.Add(3 * time.Hour))
			e.SealUntil = timestamppb.New(h.now.Add(4 * time.Hour))
		}), ErrEpochTooEarly},
		{"no audience", good(func(e *hushlogv1.Epoch) { e.Audience = 0 }), ErrEpochMalformed},
		{"unknown audience", good(func(e *hushlogv1.Epoch) { e.Audience = 9 }), ErrEpochMalformed},
		{"unknown KEM", good(func(e *hushlogv1.Epoch) { e.Kem = 0x10 }), ErrEpochMalformed},
		{"no public key", good(func(e *hushlogv1.Epoch) { e.PublicKey = nil }), ErrEpochMalformed},
		{"no wrapped key", good(func(e *hushlogv1.Epoch) { e.WrappedPrivateKey = nil }), ErrEpochMalformed},
		{"no date", good(func(e *hushlogv1.Epoch) { e.NotBefore = nil }), ErrEpochMalformed},
		{"zero date", good(func(e *hushlogv1.Epoch) { e.NotBefore = timestamppb.New(time.Unix(0, 0)) }), ErrEpochMalformed},
		{"dates swapped", good(func(e *hushlogv1.Epoch) { e.NotBefore, e.SealUntil = e.SealUntil, e.NotBefore }), ErrEpochMalformed},
		{"for ever", good(func(e *hushlogv1.Epoch) { e.SealUntil = timestamppb.New(h.now.AddDate(0, 0, 3)) }), ErrEpochMalformed},
	} {
		t.Run(test.name, func(t *testing.T) {
			err := h.ring.Add(test.record)
			require.ErrorIs(t, err, test.want)
			live, ok := h.ring.Live(redactor)
			require.True(t, ok)
			require.Equal(t, highest, live.Sequence)
		})
	}
	_, err = NewKeyring(nil, nil)
	require.Error(t, err)
}

func TestSameEpochTwice(t *testing.T) {
	h := newHouse(t)
	first := h.makeEpoch(t, redactor)
	h.makeEpoch(t, redactor)
	require.NoError(t, h.ring.Add(first.Value), "a doubled record of the topic is no roll-back")
}

func TestOpenerErrors(t *testing.T) {
	h := newHouse(t)
	epoch := h.makeEpoch(t, redactor).Epoch
	sealed, err := NewSealer(h.ring, redactor).Seal([]byte("content"), header())
	require.NoError(t, err)

	t.Run("unknown epoch", func(t *testing.T) {
		_, err := NewOpener(newHouse(t).ring, h.kms, redactor).Open(t.Context(), sealed, header())
		require.ErrorIs(t, err, ErrUnknownEpoch)
	})
	t.Run("another audience", func(t *testing.T) {
		_, err := NewOpener(h.ring, h.kms, ingest).Open(t.Context(), sealed, header())
		require.ErrorIs(t, err, ErrUnknownEpoch)
	})
	t.Run("KMS away", func(t *testing.T) {
		_, err := NewOpener(h.ring, awayKMS{}, redactor).Open(t.Context(), sealed, header())
		require.ErrorIs(t, err, errAway)
		require.False(t, Permanent(err))
	})
	t.Run("KMS key of another day", func(t *testing.T) {
		other := newHouse(t)
		other.makeEpoch(t, redactor)
		_, err := NewOpener(h.ring, other.kms, redactor).Open(t.Context(), sealed, header())
		require.ErrorIs(t, err, ErrWrapped)
	})
	t.Run("shredded", func(t *testing.T) {
		opener := NewOpener(h.ring, h.kms, redactor)
		key := h.kms[epoch.KMSKey]
		delete(h.kms, epoch.KMSKey)
		_, err := opener.Open(t.Context(), sealed, header())
		require.ErrorIs(t, err, ErrKeyGone)
		require.True(t, Permanent(err))
		h.kms[epoch.KMSKey] = key
		_, err = opener.Open(t.Context(), sealed, header())
		require.NoError(t, err)
	})
	t.Run("expired, although the key is in memory", func(t *testing.T) {
		opener := NewOpener(h.ring, h.kms, redactor)
		_, err := opener.Open(t.Context(), sealed, header())
		require.NoError(t, err)
		h.now = epoch.OpenUntil
		_, err = opener.Open(t.Context(), sealed, header())
		require.ErrorIs(t, err, ErrExpiredEpoch)
		h.makeEpoch(t, redactor)
		_, err = opener.Open(t.Context(), sealed, header())
		require.ErrorIs(t, err, ErrExpiredEpoch, "after pruning too")
		require.Nil(t, h.ring.epochs[epoch.ID].wrapped)
	})
}

// dayKeys is a KMS in memory that makes whatever key it is asked for. Package kms has the real ones.
type dayKeys map[string][identity.KeySize]byte

func (k dayKeys) Wrap(ctx context.Context, day string, plaintext []byte) ([]byte, error) {
	key, found := k[day]
	if !found {
		_, _ = rand.Read(key[:])
		k[day] = key
	}
	return localsecrets.NewKeeper(key).Encrypt(ctx, plaintext)
}

func (k dayKeys) Unwrap(ctx context.Context, day string, wrapped []byte) ([]byte, error) {
	key, found := k[day]
	if !found {
		return nil, ErrKeyGone
	}
	plaintext, err := localsecrets.NewKeeper(key).Decrypt(ctx, wrapped)
	if err != nil {
		return nil, ErrWrapped
	}
	return plaintext, nil
}

var errAway = errors.New("away")

type awayKMS struct{}

func (awayKMS) Wrap(context.Context, string, []byte) ([]byte, error)   { return nil, errAway }
func (awayKMS) Unwrap(context.Context, string, []byte) ([]byte, error) { return nil, errAway }

func TestCachesAreBounded(t *testing.T) {
	h := newHouseOf(t, KEMX25519)
	h.makeEpoch(t, redactor)
	opener := NewOpener(h.ring, h.kms, redactor)
	for range maxRecipients + 10 {
		sealed, err := NewSealer(h.ring, redactor).Seal([]byte("content"), header())
		require.NoError(t, err)
		_, err = opener.Open(t.Context(), sealed, header())
		require.NoError(t, err)
	}
	require.Len(t, opener.recipients, maxRecipients)
}

func TestEpochMakerRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		ctx, cancel := context.WithCancel(t.Context())
		var failures int
		published := map[hushlogv1.Audience]int{}
		done := make(chan struct{})
		go func() {
			defer close(done)
			h.maker.Run(ctx, func() bool { return true }, func(_ context.Context, r SignedRecord) error {
				if failures == 0 {
					return errAway
				}
				published[r.Epoch.Audience]++
				return h.ring.Add(r.Value)
			}, func(error) { failures++ })
		}()
		time.Sleep(3 * lookEvery)
		cancel()
		<-done
		require.Equal(t, 1, failures)
		require.Equal(t, map[hushlogv1.Audience]int{redactor: 1, ingest: 1, quarantine: 1}, published)
	})
}

func TestLives(t *testing.T) {
	require.NoError(t, DefaultLives().Validate())
	lives := LivesFor(24*time.Hour, 72*time.Hour, 72*time.Hour)
	require.NoError(t, lives.Validate())
	require.Greater(t, lives.Open[redactor], 24*time.Hour+lives.Seal+lives.Ahead, "the last record sealed can be opened until it is gone")
	for name, change := range map[string]func(*Lives){
		"seal":  func(l *Lives) { l.Seal = 0 },
		"ahead": func(l *Lives) { l.Ahead = l.Seal },
		"open":  func(l *Lives) { l.Open[redactor] = time.Hour },
	} {
		t.Run(name, func(t *testing.T) {
			l := DefaultLives()
			change(&l)
			require.Error(t, l.Validate())
		})
	}
}
