// Package restrict is how senders are suspended and limited: orders, signed by whoever may give them, that gateways
// verify and follow until they end.
//
// It leaves out who may give an order (services/query, services/alert), what rules may by themselves (pkg/policy) and what a
// refused sender is told (services/gateway).
package restrict

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"google.golang.org/protobuf/proto" // the form of the records
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/hushlog/hushlog/pkg/contract"
	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

const (
	// orderLabel and senderLabel begin what is signed, so that a signature over one thing is one over nothing else.
	orderLabel  = "hushlog restriction v1\n"
	senderLabel = "hushlog restricted sender v1\n"
	// userLabel begins what names an end user.
	userLabel = "hushlog restricted user v1\n"

	// maxRecord bounds a record: names of 64 bytes, hashes of 16, a signature.
	maxRecord = 2 << 10
	// MaxLife is how long a person's order may last.
	MaxLife = 30 * 24 * time.Hour
	// MaxRuleLife is how long one that follows a rule may.
	MaxRuleLife = 24 * time.Hour
	// maxAhead is how far in the future an order may be issued: whose clock is further ahead would outdo everybody else's
	// orders.
	maxAhead = 10 * time.Minute
	// MaxEventsPerMinute bounds a limit: above it, the policy's own limits are meant.
	MaxEventsPerMinute = 1_000_000
)

// Why a record is not followed. All but ErrExpired and ErrSuperseded mean a mistake or an attack and are to be told of.
var (
	ErrMalformed  = errors.New("restriction is malformed")
	ErrUnsigned   = errors.New("restriction is not signed by whom it must be")
	ErrNotAllowed = errors.New("the policy does not let a rule order this restriction")
	ErrEarly      = errors.New("restriction is issued in the future")
	ErrFull       = errors.New("too many restrictions are in force")
	ErrExpired    = errors.New("restriction is over")
	ErrSuperseded = errors.New("a later restriction of the sender is known")
)

// Usual says whether a record that was not followed is one that a topic holds in the normal course of things.
func Usual(err error) bool { return errors.Is(err, ErrExpired) || errors.Is(err, ErrSuperseded) }

// Hash is a hash of 128 bits.
type Hash [16]byte

// String is the hash in hex.
func (h Hash) String() string { return hex.EncodeToString(h[:]) }

// UserHash names an end user to gateways, who must not learn pseudonyms: a pseudonym has 128 random bits of its own, so its
// hash cannot be guessed at.
func UserHash(project, pseudonym string) Hash {
	sum := sha256.Sum256([]byte(userLabel + project + "\n" + pseudonym))
	return Hash(sum[:len(Hash{})])
}

// Kind is what an order does.
type Kind = hushlogv1.RestrictionKind

// The kinds.
const (
	Suspend = hushlogv1.RestrictionKind_RESTRICTION_KIND_SUSPEND
	Limit   = hushlogv1.RestrictionKind_RESTRICTION_KIND_LIMIT
	Resume  = hushlogv1.RestrictionKind_RESTRICTION_KIND_RESUME
)

// Order restricts a project or one end user of it, or ends that.
type Order struct {
	ID   Hash
	Kind Kind
	// Project that is restricted.
	Project string
	// User is the UserHash of one end user; the zero hash means the whole project.
	User Hash
	// EventsPerMinute of each gateway, of a Limit.
	EventsPerMinute int
	// IssuedAt decides between orders about the same sender: the latest counts. Whole milliseconds.
	IssuedAt time.Time
	// Until is when it ends by itself; of a Resume the zero time.
	Until time.Time
	// Rule that fired, or "" for a person's order.
	Rule string
	// Actor is the person, or the service, that gave it.
	Actor string
}

// WholeProject says that the order is about no single end user.
func (o Order) WholeProject() bool { return o.User == Hash{} }

// Ref names an order on the trail: its project and its id. Whom in the project it is about is not said there, as entries name
// no end user.
func Ref(project string, id Hash) string { return project + "/" + id.String() }

// Sender says how gateways recognise an end user.
type Sender struct {
	Project string
	User    Hash
	// Tag is identity.Hasher.Sender's.
	Tag   Hash
	Until time.Time
}

// Sign makes the record of an order. The key is the query service's for a person's order, the alert service's for a rule's.
func (o Order) Sign(key ed25519.PrivateKey) ([]byte, error) {
	err := o.check()
	if err != nil {
		return nil, err
	}
	pb := &hushlogv1.Restriction{
		OrderId: o.ID[:], Kind: o.Kind, Project: o.Project, EventsPerMinute: uint32(o.EventsPerMinute), //nolint:gosec // check bounds it
		IssuedAt: timestamppb.New(o.IssuedAt), Rule: o.Rule, Actor: o.Actor,
	}
	if !o.WholeProject() {
		pb.UserHash = o.User[:]
	}
	if !o.Until.IsZero() {
		pb.Until = timestamppb.New(o.Until)
	}
	raw, err := proto.MarshalOptions{Deterministic: true}.Marshal(pb)
	if err != nil {
		return nil, fmt.Errorf("serialize restriction: %w", err)
	}
	return proto.Marshal(&hushlogv1.SignedRestriction{Restriction: raw, Signature: sign(key, orderLabel, raw)})
}

// Sign makes the record of a sender, with the key that signs epochs.
func (s Sender) Sign(key ed25519.PrivateKey) ([]byte, error) {
	raw, err := proto.MarshalOptions{Deterministic: true}.Marshal(&hushlogv1.RestrictedSender{
		Project: s.Project, UserHash: s.User[:], Tag: s.Tag[:], Until: timestamppb.New(s.Until),
	})
	if err != nil {
		return nil, fmt.Errorf("serialize restricted sender: %w", err)
	}
	return proto.Marshal(&hushlogv1.SignedRestriction{Sender: raw, Signature: sign(key, senderLabel, raw)})
}

func sign(key ed25519.PrivateKey, label string, raw []byte) []byte {
	return ed25519.Sign(key, append([]byte(label), raw...))
}

func signed(key ed25519.PublicKey, label string, raw, signature []byte) bool {
	return ed25519.Verify(key, append([]byte(label), raw...), signature)
}

// Keys are those that records must be signed with.
type Keys struct {
	// People is the query service's, Rules the alert service's, Senders the one that epochs are verified with.
	People, Rules, Senders ed25519.PublicKey
}

func (k Keys) check() error {
	for _, key := range []ed25519.PublicKey{k.People, k.Rules, k.Senders} {
		if len(key) != ed25519.PublicKeySize {
			return errors.New("restrictions need three Ed25519 public keys of 32 bytes")
		}
	}
	if bytes.Equal(k.People, k.Rules) {
		return errors.New("people's restrictions and those of rules must be signed with different keys: rules may less")
	}
	return nil
}

// read gives what a record holds, an order or a sender, once its signature holds: nothing inside is looked at before.
func (k Keys) read(record []byte) (*Order, *Sender, error) {
	if len(record) > maxRecord {
		return nil, nil, fmt.Errorf("record of %d bytes, at most %d: %w", len(record), maxRecord, ErrMalformed)
	}
	var both hushlogv1.SignedRestriction
	err := proto.Unmarshal(record, &both)
	if err != nil || len(both.GetRestriction()) > 0 == (len(both.GetSender()) > 0) {
		return nil, nil, ErrMalformed
	}
	if len(both.GetSender()) > 0 {
		s, err := k.readSender(both.GetSender(), both.GetSignature())
		return nil, s, err
	}
	o, err := k.readOrder(both.GetRestriction(), both.GetSignature())
	return o, nil, err
}

func (k Keys) readOrder(raw, signature []byte) (*Order, error) {
	person := signed(k.People, orderLabel, raw, signature)
	if !person && !signed(k.Rules, orderLabel, raw, signature) {
		return nil, ErrUnsigned
	}
	var pb hushlogv1.Restriction
	err := proto.Unmarshal(raw, &pb)
	if err != nil || len(pb.GetOrderId()) != len(Hash{}) || len(pb.GetUserHash()) != 0 && len(pb.GetUserHash()) != len(Hash{}) {
		return nil, ErrMalformed
	}
	if !pb.GetIssuedAt().IsValid() || pb.GetUntil() != nil && !pb.GetUntil().IsValid() {
		return nil, fmt.Errorf("a date is missing or impossible: %w", ErrMalformed)
	}
	o := &Order{
		ID: Hash(pb.GetOrderId()), Kind: pb.GetKind(), Project: pb.GetProject(), EventsPerMinute: int(pb.GetEventsPerMinute()),
		IssuedAt: pb.GetIssuedAt().AsTime(), Rule: pb.GetRule(), Actor: pb.GetActor(),
	}
	if len(pb.GetUserHash()) != 0 {
		o.User = Hash(pb.GetUserHash())
	}
	if pb.GetUntil() != nil {
		o.Until = pb.GetUntil().AsTime()
	}
	if person != (o.Rule == "") {
		return nil, fmt.Errorf("an order that names a rule is the alert service's, and no other: %w", ErrUnsigned)
	}
	return o, o.check()
}

// check holds an order to its form.
func (o Order) check() error {
	switch {
	case !contract.Fits(hushlogv1.FieldForm_FIELD_FORM_NAME, o.Project), o.Actor == "",
		o.Rule != "" && !contract.Fits(hushlogv1.FieldForm_FIELD_FORM_NAME, o.Rule):
		return fmt.Errorf("project, actor or rule is no name: %w", ErrMalformed)
	case o.IssuedAt.Unix() <= 0 || o.IssuedAt != o.IssuedAt.Truncate(time.Millisecond):
		return fmt.Errorf("issued_at is missing or has parts of milliseconds: %w", ErrMalformed)
	case o.Kind == Resume:
		if o.Rule != "" || !o.Until.IsZero() || o.EventsPerMinute != 0 {
			return fmt.Errorf("only people resume, without a date and a limit: %w", ErrMalformed)
		}
		return nil
	case o.Kind == Limit && (o.EventsPerMinute < 1 || o.EventsPerMinute > MaxEventsPerMinute), o.Kind == Suspend && o.EventsPerMinute != 0:
		return fmt.Errorf("a limit has from 1 to %d events a minute, a suspension none: %w", MaxEventsPerMinute, ErrMalformed)
	case o.Kind != Limit && (o.Kind != Suspend || o.Rule != ""):
		return fmt.Errorf("the kind is not known, or a rule's order is no limit: %w", ErrMalformed)
	}
	life := o.Until.Sub(o.IssuedAt)
	longest := MaxLife
	if o.Rule != "" {
		longest = MaxRuleLife
	}
	if life <= 0 || life > longest {
		return fmt.Errorf("it must end after it is issued and within %s: %w", longest, ErrMalformed)
	}
	return nil
}

func (k Keys) readSender(raw, signature []byte) (*Sender, error) {
	if !signed(k.Senders, senderLabel, raw, signature) {
		return nil, ErrUnsigned
	}
	var pb hushlogv1.RestrictedSender
	err := proto.Unmarshal(raw, &pb)
	if err != nil || len(pb.GetUserHash()) != len(Hash{}) || len(pb.GetTag()) != len(Hash{}) || !pb.GetUntil().IsValid() ||
		!contract.Fits(hushlogv1.FieldForm_FIELD_FORM_NAME, pb.GetProject()) {
		return nil, ErrMalformed
	}
	return &Sender{Project: pb.GetProject(), User: Hash(pb.GetUserHash()), Tag: Hash(pb.GetTag()), Until: pb.GetUntil().AsTime()}, nil
}
