package restrict

import (
	"crypto/ed25519"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require" // says what differed
	"google.golang.org/protobuf/proto"

	"github.com/hushlog/hushlog/pkg/policy"
	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

// signers are the three keys of a deployment, made of seeds so that failures repeat.
type signers struct{ people, rules, senders ed25519.PrivateKey }

func newSigners() signers {
	key := func(n byte) ed25519.PrivateKey {
		seed := make([]byte, ed25519.SeedSize)
		seed[0] = n
		return ed25519.NewKeyFromSeed(seed)
	}
	return signers{key(1), key(2), key(3)}
}

func (s signers) verify() Keys {
	public := func(k ed25519.PrivateKey) ed25519.PublicKey { return k.Public().(ed25519.PublicKey) } //nolint:forcetypeassert // an Ed25519 key has one
	return Keys{public(s.people), public(s.rules), public(s.senders)}
}

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// autoPolicy lets one rule limit end users and one projects.
func autoPolicy() *policy.Policy {
	p := policy.Default()
	p.Alerts.Restrict = map[string]policy.AutoLimit{
		"attack-user":    {Sender: policy.SenderUser, EventsPerMinute: 6, For: policy.Duration(time.Hour)},
		"attack-project": {Sender: policy.SenderProject, EventsPerMinute: 60, For: policy.Duration(time.Hour)},
	}
	return p
}

func newState(t *testing.T, now *time.Time) (*State, signers) {
	t.Helper()
	keys := newSigners()
	s, err := NewState(keys.verify(), ByPolicy(autoPolicy()), func() time.Time { return *now })
	require.NoError(t, err)
	return s, keys
}

func suspendOf(project string, at time.Time, last time.Duration) Order {
	return Order{ID: Hash{1}, Kind: Suspend, Project: project, IssuedAt: at, Until: at.Add(last), Actor: "sam"}
}

func ruleOrder(user Hash, at time.Time) Order {
	return Order{ID: Hash{2}, Kind: Limit, Project: "shop", User: user, EventsPerMinute: 6, IssuedAt: at, Until: at.Add(time.Hour), Rule: "attack-user", Actor: "alert"}
}

func mustSign(t *testing.T, o Order, key ed25519.PrivateKey) []byte {
	t.Helper()
	record, err := o.Sign(key)
	require.NoError(t, err)
	return record
}

func TestOnlyWhoMayOrders(t *testing.T) {
	user := UserHash("shop", "u_a")
	tooMuch, tooLong, other, whole := ruleOrder(user, noon), ruleOrder(user, noon), ruleOrder(user, noon), ruleOrder(Hash{}, noon)
	tooMuch.EventsPerMinute = 5
	tooLong.Until = noon.Add(time.Hour + time.Millisecond)
	other.Rule = "another"
	keys, stranger := newSigners(), ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))
	person := suspendOf("shop", noon, time.Hour)
	for _, tc := range []struct {
		name  string
		order Order
		key   ed25519.PrivateKey
		want  error
	}{
		{"a person's, by the query service", person, keys.people, nil},
		{"a person's, by the alert service", person, keys.rules, ErrUnsigned},
		{"a person's, by who makes epochs", person, keys.senders, ErrUnsigned},
		{"a person's, by nobody known", person, stranger, ErrUnsigned},
		{"a rule's, by the alert service", ruleOrder(user, noon), keys.rules, nil},
		{"a rule's, by the query service", ruleOrder(user, noon), keys.people, ErrUnsigned},
		{"a rule's, stricter than the policy lets it", tooMuch, keys.rules, ErrNotAllowed},
		{"a rule's, longer than the policy lets it", tooLong, keys.rules, ErrNotAllowed},
		{"of a rule that may restrict nobody", other, keys.rules, ErrNotAllowed},
		{"a rule's, about the project where it may users", whole, keys.rules, ErrNotAllowed},
		{"issued in the future", suspendOf("shop", noon.Add(time.Hour), time.Hour), keys.people, ErrEarly},
		{"over", suspendOf("shop", noon.Add(-2*time.Hour), time.Hour), keys.people, ErrExpired},
	} {
		t.Run(tc.name, func(t *testing.T) {
			now := noon
			s, _ := newState(t, &now)
			require.ErrorIs(t, s.Add(mustSign(t, tc.order, tc.key)), tc.want)
			require.Equal(t, tc.want == nil, len(s.InForce()) == 1)
		})
	}
}

// A signature stands for one thing: nothing of a signed record can be changed or used as another kind.
func TestNothingSignedIsChanged(t *testing.T) {
	now := noon
	s, keys := newState(t, &now)
	record := mustSign(t, suspendOf("shop", noon, time.Hour), keys.people)
	for i := range record {
		changed := append([]byte(nil), record...)
		changed[i] ^= 1
		require.Error(t, s.Add(changed), "byte %d", i)
	}
	var both hushlogv1.SignedRestriction
	require.NoError(t, proto.Unmarshal(record, &both))
	moved, err := proto.Marshal(&hushlogv1.SignedRestriction{Sender: both.GetRestriction(), Signature: both.GetSignature()})
	require.NoError(t, err)
	require.ErrorIs(t, s.Add(moved), ErrUnsigned)
	require.Empty(t, s.InForce())
}

func TestOrdersThatAreNone(t *testing.T) {
	for _, tc := range []struct {
		name   string
		change func(*Order)
	}{
		{"no project", func(o *Order) { o.Project = "" }},
		{"no actor", func(o *Order) { o.Actor = "" }},
		{"no end", func(o *Order) { o.Until = time.Time{} }},
		{"longer than a month", func(o *Order) { o.Until = o.IssuedAt.Add(MaxLife + 1) }},
		{"parts of milliseconds", func(o *Order) { o.IssuedAt = o.IssuedAt.Add(time.Microsecond) }},
		{"a suspension with a limit", func(o *Order) { o.EventsPerMinute = 1 }},
		{"a limit of nothing", func(o *Order) { o.Kind = Limit }},
		{"a rule that suspends", func(o *Order) { o.Rule = "attack-user" }},
		{"a rule that resumes", func(o *Order) { o.Kind, o.Until, o.Rule = Resume, time.Time{}, "attack-user" }},
		{"a resumption with an end", func(o *Order) { o.Kind = Resume }},
		{"a kind that is none", func(o *Order) { o.Kind = 9 }},
	} {
		t.Run(tc.name, func(t *testing.T) {
			o := suspendOf("shop", noon, time.Hour)
			tc.change(&o)
			_, err := o.Sign(newSigners().people)
			require.ErrorIs(t, err, ErrMalformed)
		})
	}
}

// What is in force does not depend on the order in which records come, nor on how often.
func TestAnyOrderGivesTheSame(t *testing.T) {
	keys := newSigners()
	users := []Hash{{}, UserHash("shop", "u_a"), UserHash("shop", "u_b")}
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 7))
		now := noon.Add(48 * time.Hour)
		var records [][]byte
		for i := range 30 {
			at := noon.Add(time.Duration(r.IntN(48*60)) * time.Minute)
			o := Order{ID: Hash{byte(i), 1}, Project: "shop", User: users[r.IntN(len(users))], IssuedAt: at, Actor: "sam"}
			key := keys.people
			switch r.IntN(4) {
			case 0:
				o.Kind, o.Until = Suspend, at.Add(time.Duration(1+r.IntN(72))*time.Hour)
			case 1:
				o.Kind, o.EventsPerMinute, o.Until = Limit, 1+r.IntN(100), at.Add(time.Duration(1+r.IntN(72))*time.Hour)
			case 2:
				o.Kind = Resume
			default:
				if o.WholeProject() {
					o.User = users[1]
				}
				o = Order{ID: o.ID, Kind: Limit, Project: "shop", User: o.User, EventsPerMinute: 6, IssuedAt: at, Until: at.Add(time.Hour), Rule: "attack-user", Actor: "alert"}
				key = keys.rules
			}
			records = append(records, mustSign(t, o, key))
		}
		var want []Order
		for round := range 4 {
			s, _ := newState(t, &now)
			for _, record := range append(records, records[:10]...) {
				err := s.Add(record)
				require.True(t, err == nil || Usual(err), "seed %d: %v", seed, err)
			}
			if round == 0 {
				want = s.InForce()
			}
			require.Equal(t, want, s.InForce(), "seed %d", seed)
			r.Shuffle(len(records), func(i, j int) { records[i], records[j] = records[j], records[i] })
		}
	}
}

// An old order that is published again, by whoever can write to the topic, brings nothing back: neither after a resumption nor
// after a later order is over, and not after what was known is forgotten.
func TestNothingComesBack(t *testing.T) {
	now := noon
	s, keys := newState(t, &now)
	long := mustSign(t, suspendOf("shop", noon, 29*24*time.Hour), keys.people)
	require.NoError(t, s.Add(long))
	now = noon.Add(time.Hour)
	short := suspendOf("shop", now, time.Hour)
	short.ID = Hash{3}
	require.NoError(t, s.Add(mustSign(t, short, keys.people)))
	for range 40 {
		now = now.Add(24 * time.Hour)
		require.True(t, Usual(s.Add(long)))
		require.Empty(t, s.InForce(), "at %s", now)
	}

	require.NoError(t, s.Add(mustSign(t, suspendOf("shop", now, 20*24*time.Hour), keys.people)))
	resume := Order{ID: Hash{4}, Kind: Resume, Project: "shop", IssuedAt: s.IssueAt("shop", Hash{}, now), Actor: "sam"}
	require.True(t, resume.IssuedAt.After(now), "an order counts although it is given in the same millisecond")
	require.NoError(t, s.Add(mustSign(t, resume, keys.people)))
	again := mustSign(t, suspendOf("shop", now, 20*24*time.Hour), keys.people)
	for range 40 {
		require.True(t, Usual(s.Add(again)))
		require.Empty(t, s.InForce())
		now = now.Add(24 * time.Hour)
	}
	require.NoError(t, s.Add(mustSign(t, suspendOf("other", now, time.Hour), keys.people)))
	require.Len(t, s.targets, 1, "what can make no difference is forgotten")
}

// A rule does not loosen what a person has ordered, and a person's resumption ends what rules have.
func TestTheStrictestCounts(t *testing.T) {
	now := noon
	s, keys := newState(t, &now)
	user := UserHash("shop", "u_a")
	person := suspendOf("shop", noon, 2*time.Hour)
	person.User = user
	require.NoError(t, s.Add(mustSign(t, person, keys.people)))
	now = noon.Add(time.Minute)
	require.NoError(t, s.Add(mustSign(t, ruleOrder(user, now), keys.rules)))
	require.Equal(t, Suspend, s.InForce()[0].Kind)

	resume := Order{ID: Hash{5}, Kind: Resume, Project: "shop", User: user, IssuedAt: s.IssueAt("shop", user, now), Actor: "sam"}
	require.NoError(t, s.Add(mustSign(t, resume, keys.people)))
	require.Empty(t, s.InForce())
	require.True(t, Usual(s.Add(mustSign(t, ruleOrder(user, now), keys.rules))), "the same alert, answered again after a restart")
	require.Empty(t, s.InForce())

	next := ruleOrder(user, now.Add(time.Minute))
	next.ID = Hash{6}
	now = now.Add(time.Minute)
	require.NoError(t, s.Add(mustSign(t, next, keys.rules)))
	require.Equal(t, "attack-user", s.InForce()[0].Rule)
	now = now.Add(time.Hour)
	require.Empty(t, s.InForce(), "it ends by itself")
}

func TestUsersAreFoundByTag(t *testing.T) {
	now := noon
	s, keys := newState(t, &now)
	user, tag := UserHash("shop", "u_a"), Hash{9}
	require.False(t, s.HasUsers("shop"))
	require.NoError(t, s.Add(mustSign(t, ruleOrder(user, noon), keys.rules)))
	require.True(t, s.HasUsers("shop"))
	require.False(t, s.HasUsers("other"))
	_, found := s.User("shop", tag)
	require.False(t, found, "nobody has told how to recognise the user")
	_, found = s.Project("shop")
	require.False(t, found, "the order is about one user")

	until, wanted := s.Wanted("shop", user)
	require.True(t, wanted)
	_, wanted = s.Wanted("shop", UserHash("shop", "u_b"))
	require.False(t, wanted)
	sender := Sender{Project: "shop", User: user, Tag: tag, Until: until}
	forged, err := sender.Sign(keys.rules)
	require.NoError(t, err)
	require.ErrorIs(t, s.Add(forged), ErrUnsigned)
	record, err := sender.Sign(keys.senders)
	require.NoError(t, err)
	require.NoError(t, s.Add(record))
	require.ErrorIs(t, s.Add(record), ErrSuperseded)
	_, wanted = s.Wanted("shop", user)
	require.False(t, wanted)
	order, found := s.User("shop", tag)
	require.True(t, found)
	require.Equal(t, 6, order.EventsPerMinute)
	_, found = s.User("other", tag)
	require.False(t, found, "the same id in another project is another user")

	now = noon.Add(26 * time.Hour)
	require.NoError(t, s.Add(mustSign(t, suspendOf("other", now, time.Hour), keys.people)))
	require.False(t, s.HasUsers("shop"), "nobody of the project is restricted any more: no tags are made")
	require.Empty(t, s.senders)
}

func TestRulesOrdersAreBounded(t *testing.T) {
	now := noon
	s, keys := newState(t, &now)
	for i := range maxTargets {
		s.targets[target{"shop", UserHash("shop", fmt.Sprint(i))}] = &standing{rules: map[string]*Order{"attack-user": {IssuedAt: noon}}}
	}
	require.ErrorIs(t, s.Add(mustSign(t, ruleOrder(UserHash("shop", "one more"), noon), keys.rules)), ErrFull)
	require.NoError(t, s.Add(mustSign(t, suspendOf("other", noon, time.Hour), keys.people)), "people's orders count all the same")
}

func TestKeysMustDiffer(t *testing.T) {
	keys := newSigners().verify()
	keys.Rules = keys.People
	_, err := NewState(keys, ByPolicy(autoPolicy()), nil)
	require.ErrorContains(t, err, "different keys")
	_, err = NewState(Keys{}, ByPolicy(autoPolicy()), nil)
	require.ErrorContains(t, err, "32 bytes")
}

func FuzzAdd(f *testing.F) {
	keys := newSigners()
	o := suspendOf("shop", noon, time.Hour)
	record, err := o.Sign(keys.people)
	require.NoError(f, err)
	sender, err := Sender{Project: "shop", User: Hash{1}, Tag: Hash{2}, Until: noon.Add(time.Hour)}.Sign(keys.senders)
	require.NoError(f, err)
	f.Add(record)
	f.Add(sender)
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, raw []byte) {
		// Whoever holds a key may sign anything: what is signed must be read without harm, too.
		now := noon
		s, _ := newState(t, &now)
		_ = s.Add(raw)
		signedRaw, err := proto.Marshal(&hushlogv1.SignedRestriction{Restriction: raw, Signature: sign(keys.people, orderLabel, raw)})
		require.NoError(t, err)
		err = s.Add(signedRaw)
		for _, o := range s.InForce() {
			require.NoError(t, o.check())
		}
		require.NotErrorIs(t, err, ErrNotAllowed)
	})
}
