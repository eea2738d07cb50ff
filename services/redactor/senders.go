package redactor

import (
	"context"
	"crypto/ed25519"
	"log/slog"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/hushlog/hushlog/pkg/identity"
	"github.com/hushlog/hushlog/pkg/restrict"
	"github.com/hushlog/hushlog/pkg/stream"
)

const (
	// maxFound bounds end users that were found and not yet told of; beyond it the next event of one tells again.
	maxFound = 64
	// tellAgain is after how long an end user is told of again, if the record has not been read back by then.
	tellAgain = 10 * time.Second
)

// senders tell gateways how to recognise end users under a restriction. Orders name them by a hash of their pseudonym, which
// gateways cannot make of an id and the redactor can, when it sees one. So only who is restricted gets a tag that links
// pseudonym and id for whoever holds the gateways' key, and only until the restriction ends.
type senders struct {
	orders    *restrict.State
	hasher    *identity.Hasher
	sign      ed25519.PrivateKey
	publisher requestPublisher
	log       *slog.Logger
	found     chan restrict.Sender
}

func newSenders(orders *restrict.State, hasher *identity.Hasher, sign ed25519.PrivateKey, publisher requestPublisher, log *slog.Logger) *senders {
	return &senders{orders: orders, hasher: hasher, sign: sign, publisher: publisher, log: log, found: make(chan restrict.Sender, maxFound)}
}

// seen is told of each interaction's end user. It does not block and is safe for concurrent use.
func (s *senders) seen(project, pseudonym, id string) {
	if s == nil || pseudonym == "" || !s.orders.HasUsers(project) {
		return
	}
	user := restrict.UserHash(project, pseudonym)
	until, wanted := s.orders.Wanted(project, user)
	if !wanted {
		return
	}
	select {
	case s.found <- restrict.Sender{Project: project, User: user, Tag: s.hasher.Sender(project, id), Until: until}:
	default:
	}
}

// run publishes what was found until ctx ends.
func (s *senders) run(ctx context.Context) error {
	told := map[restrict.Hash]time.Time{}
	for {
		select {
		case <-ctx.Done():
			return nil
		case sender := <-s.found:
			_, wanted := s.orders.Wanted(sender.Project, sender.User)
			if !wanted || time.Since(told[sender.User]) < tellAgain {
				continue
			}
			told = map[restrict.Hash]time.Time{sender.User: time.Now()} // a burst is of one; more are told twice, which does no harm
			s.tell(ctx, sender)
		}
	}
}

// tell publishes one; what fails is found again with the end user's next event.
func (s *senders) tell(ctx context.Context, sender restrict.Sender) {
	value, err := sender.Sign(s.sign)
	if err == nil {
		err = s.publisher.Publish(ctx, []*kgo.Record{{Topic: stream.TopicRestrictions, Key: sender.User[:], Value: value}})[0]
	}
	if err != nil && ctx.Err() == nil {
		s.log.ErrorContext(ctx, "gateways were not told how to recognise an end user under a restriction; tried again with the next event",
			slog.String("project", sender.Project), slog.String("error", err.Error()))
	}
}
