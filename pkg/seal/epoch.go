package seal

import (
	"crypto/ed25519"
	"crypto/hpke"
	"fmt"
	"time"

	// protobuf is the form of the epoch records on the keys topic.
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

// signingLabel begins what is signed, so that a signature over an epoch is one over nothing else.
const signingLabel = "hushlog epoch v1\n"

const (
	// maxEpochRecord bounds an epoch record: keys of 1.2 KB and their wrapping, three times over.
	maxEpochRecord = 16 << 10
	// maxSealWindow and maxOpenWindow bound the dates that a signed epoch may ask for, so that a maker
	// with a wrong clock or setting does not make keys that live for ever.
	maxSealWindow = 25 * time.Hour
	maxOpenWindow = 400 * 24 * time.Hour
	// maxAhead is how far in the future an epoch may start when it is read.
	maxAhead = 2 * time.Hour
)

// Epoch is a checked epoch as the keyring holds it. It has no private key in it that is not wrapped.
type Epoch struct {
	ID       EpochID
	Sequence uint64
	Audience hushlogv1.Audience
	KEM      KEM
	// KMSKey names the key that wraps the private one.
	KMSKey string
	// NotBefore and SealUntil bound sealing, OpenUntil opening.
	NotBefore, SealUntil, OpenUntil time.Time

	public    hpke.PublicKey
	publicRaw []byte
	wrapped   []byte
}

func (e *Epoch) live(now time.Time) bool {
	return !now.Before(e.NotBefore) && now.Before(e.SealUntil)
}

// signEpoch serializes an epoch and signs exactly those bytes.
func signEpoch(epoch *hushlogv1.Epoch, key ed25519.PrivateKey) ([]byte, error) {
	raw, err := proto.MarshalOptions{Deterministic: true}.Marshal(epoch)
	if err != nil {
		return nil, fmt.Errorf("serialize epoch: %w", err)
	}
	signature := ed25519.Sign(key, append([]byte(signingLabel), raw...))
	record, err := proto.Marshal(&hushlogv1.SignedEpoch{Epoch: raw, Signature: signature})
	if err != nil {
		return nil, fmt.Errorf("serialize signed epoch: %w", err)
	}
	return record, nil
}

// verifyEpoch looks at nothing inside the epoch before the signature holds.
func verifyEpoch(record []byte, verify ed25519.PublicKey) (*Epoch, error) {
	if len(record) > maxEpochRecord {
		return nil, fmt.Errorf("epoch record of %d bytes, at most %d: %w", len(record), maxEpochRecord, ErrEpochMalformed)
	}
	var signed hushlogv1.SignedEpoch
	err := proto.Unmarshal(record, &signed)
	if err != nil {
		return nil, ErrEpochMalformed // protobuf's own error may quote the input
	}
	if !ed25519.Verify(verify, append([]byte(signingLabel), signed.GetEpoch()...), signed.GetSignature()) {
		return nil, ErrEpochUnsigned
	}
	var pb hushlogv1.Epoch
	err = proto.Unmarshal(signed.GetEpoch(), &pb)
	if err != nil {
		return nil, ErrEpochMalformed
	}
	return checkEpoch(&pb)
}

func checkEpoch(pb *hushlogv1.Epoch) (*Epoch, error) {
	if len(pb.GetEpochId()) != len(EpochID{}) || len(pb.GetWrappedPrivateKey()) == 0 || pb.GetKmsKey() == "" {
		return nil, fmt.Errorf("epoch id, wrapped key and KMS key are required: %w", ErrEpochMalformed)
	}
	audience := pb.GetAudience()
	if _, known := hushlogv1.Audience_name[int32(audience)]; !known || audience == hushlogv1.Audience_AUDIENCE_UNSPECIFIED {
		return nil, fmt.Errorf("audience %d is not known: %w", audience, ErrEpochMalformed)
	}
	e := &Epoch{
		ID:        EpochID(pb.GetEpochId()),
		Sequence:  pb.GetSequence(),
		Audience:  audience,
		KEM:       KEM(pb.GetKem()),
		KMSKey:    pb.GetKmsKey(),
		publicRaw: pb.GetPublicKey(),
		wrapped:   pb.GetWrappedPrivateKey(),
	}
	err := e.setDates(pb.GetNotBefore(), pb.GetSealUntil(), pb.GetOpenUntil())
	if err != nil {
		return nil, err
	}
	kem, err := newKEM(e.KEM)
	if err != nil {
		return nil, err
	}
	e.public, err = kem.NewPublicKey(pb.GetPublicKey())
	if err != nil {
		return nil, fmt.Errorf("public key of epoch %x: %w", e.ID, ErrEpochMalformed)
	}
	return e, nil
}

func (e *Epoch) setDates(notBefore, sealUntil, openUntil *timestamppb.Timestamp) error {
	for _, t := range []*timestamppb.Timestamp{notBefore, sealUntil, openUntil} {
		if !t.IsValid() || t.AsTime().Unix() <= 0 {
			return fmt.Errorf("epoch %x has a date that is missing or impossible: %w", e.ID, ErrEpochMalformed)
		}
	}
	e.NotBefore, e.SealUntil, e.OpenUntil = notBefore.AsTime(), sealUntil.AsTime(), openUntil.AsTime()
	if !e.NotBefore.Before(e.SealUntil) || e.OpenUntil.Before(e.SealUntil) {
		return fmt.Errorf("dates of epoch %x are not in order: %w", e.ID, ErrEpochMalformed)
	}
	if e.SealUntil.Sub(e.NotBefore) > maxSealWindow || e.OpenUntil.Sub(e.SealUntil) > maxOpenWindow {
		return fmt.Errorf("epoch %x lives longer than %s to seal or %s to open: %w", e.ID, maxSealWindow, maxOpenWindow, ErrEpochMalformed)
	}
	return nil
}
