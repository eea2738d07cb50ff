package restrict

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/twmb/franz-go/pkg/kgo" // the stream's records

	"github.com/hushlog/hushlog/pkg/identity"
	"github.com/hushlog/hushlog/pkg/policy"
	"github.com/hushlog/hushlog/pkg/stream"
)

// Outcomes of a record, a closed set: taken, over or replaced, refused.
const (
	OutcomeTaken   = "taken"
	OutcomeUsual   = "over"
	OutcomeRefused = "refused"
)

// Outcomes lists the outcomes.
func Outcomes() []string { return []string{OutcomeTaken, OutcomeUsual, OutcomeRefused} }

// KeyFiles name the keys that records must be signed with.
type KeyFiles struct {
	// People is the path of the public key of people's restrictions. Required.
	People string `yaml:"people"`
	// Rules is the path of the public key of restrictions that follow from alerts. Required.
	Rules string `yaml:"rules"`
}

// Validate names each file that is missing.
func (f KeyFiles) Validate() error {
	if f.People == "" || f.Rules == "" {
		return fmt.Errorf("restrict_verify: name the files of both keys, people and rules; make them with `hushlog secrets`")
	}
	return nil
}

// Load reads the files, and the one of the key that epochs are verified with.
func (f KeyFiles) Load(epochVerify string) (Keys, error) {
	var keys Keys
	for _, k := range []struct {
		field, path string
		to          *[]byte
	}{
		{"restrict_verify.people", f.People, (*[]byte)(&keys.People)},
		{"restrict_verify.rules", f.Rules, (*[]byte)(&keys.Rules)},
		{"epoch_verify_key", epochVerify, (*[]byte)(&keys.Senders)},
	} {
		key, err := identity.LoadVerifyKey(k.path)
		if err != nil {
			return keys, fmt.Errorf("%s: %w", k.field, err)
		}
		*k.to = key
	}
	return keys, nil
}

// Follow follows the restrictions topic into state. A record that is refused is somebody's mistake or an attack: it is logged
// and changes nothing. taken, if not nil, gets the outcome of each record.
func Follow(opts []kgo.Opt, state *State, metrics *stream.Metrics, log *slog.Logger, taken func(outcome string)) *stream.Follower {
	return stream.NewFollower(opts, stream.TopicRestrictions, metrics, func(r *kgo.Record) {
		err := state.Add(r.Value)
		outcome := OutcomeTaken
		switch {
		case err != nil && Usual(err):
			outcome = OutcomeUsual
		case err != nil:
			outcome = OutcomeRefused
			// The follower hands over records, no context.
			log.ErrorContext(context.Background(), "refused a restriction; nothing is changed by it",
				slog.Int64("offset", r.Offset), slog.String("error", err.Error()))
		}
		if taken != nil {
			taken(outcome)
		}
	})
}

// ByPolicy lets a rule order what the policy says of it, no more and for no longer.
func ByPolicy(p *policy.Policy) func(Order) error {
	return func(o Order) error {
		may, named := p.Alerts.Restrict[o.Rule]
		switch {
		case !named:
			return fmt.Errorf("rule %s may restrict nobody: %w", o.Rule, ErrNotAllowed)
		case o.WholeProject() != (may.Sender == policy.SenderProject):
			return fmt.Errorf("rule %s may restrict another kind of sender: %w", o.Rule, ErrNotAllowed)
		case int64(o.EventsPerMinute) < may.EventsPerMinute || o.Until.Sub(o.IssuedAt) > may.For.D():
			return fmt.Errorf("rule %s asks for more than it may: %w", o.Rule, ErrNotAllowed)
		}
		return nil
	}
}
