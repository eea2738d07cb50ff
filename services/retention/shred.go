package retention

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"

	"github.com/hushlog/hushlog/pkg/audit"
	"github.com/hushlog/hushlog/pkg/identity"
	"github.com/hushlog/hushlog/pkg/kms"
	"github.com/hushlog/hushlog/pkg/seal"
	"github.com/hushlog/hushlog/pkg/store"
	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

const (
	actionShred = "shred"
	// placeKMS is the place of a step that destroys a key.
	placeKMS = "kms"
)

// shredStore keeps what was done about the keys of days.
type shredStore interface {
	ErasureSteps(ctx context.Context, requestID string) ([]store.ErasureStep, error)
	AddErasureStep(ctx context.Context, step store.ErasureStep) error
	ShredsBegun(ctx context.Context) ([]string, error)
}

// shredder destroys the key of a day once the last epoch under it cannot be opened any more: from then on what
// was sealed under those epochs can be opened by nobody, in whatever copy it is. It holds no key.
type shredder struct {
	keys kms.Steward
	ring *seal.Keyring
	// prepared is the last day whose key was made ahead.
	prepared string
	// known says whether the ring holds what is on the keys topic, and why not.
	known func() error
	// longest is how long an epoch of today's settings can be opened, from its making.
	longest time.Duration
	store   shredStore
	trail   trailNotes
	signer  note.Signer
	// leads says whether this process is the one that does it.
	leads   func() bool
	metrics *metrics
	log     *slog.Logger
	now     func() time.Time
}

// ShredReceipt says that the key of a day was destroyed. It is signed with the trail's key, as a note.
type ShredReceipt struct {
	Day string `json:"day"`
	// LastOpenUntil is until when the last epoch under the key could be opened.
	LastOpenUntil time.Time `json:"last_open_until"`
	// DestroyedAt is when the key was found to be gone.
	DestroyedAt time.Time `json:"destroyed_at"`
	// CanBeUndoneUntil is until when whoever runs the KMS can call the key back; nobody can when it is missing.
	CanBeUndoneUntil *time.Time `json:"can_be_undone_until,omitempty"`
	// NotCovered says what the receipt does not tell of.
	NotCovered string `json:"not_covered"`
}

const shredNotCovered = "copies of the key that were made before by other means, of its file or of what the KMS keeps its keys in: " +
	"hushlog makes none; leave secrets/kms out of backups"

// daysAhead is for how many days beside today keys are made ahead, where the epoch maker may not make them: so
// long may this process be away before epochs cannot be wrapped any more.
const daysAhead = 2

// errNotReadYet says that the keys topic was not read to its end yet.
var errNotReadYet = errors.New("the keys topic is not read to its end yet")

// run is one round over the keys that there are.
func (s *shredder) run(ctx context.Context) error {
	if !s.leads() {
		return nil
	}
	err := s.known()
	if errors.Is(err, errNotReadYet) {
		return nil // right after a start; health tells of a topic that is never read
	}
	if err != nil {
		return fmt.Errorf("epochs are not known: %w", err)
	}
	err = s.prepare(ctx)
	if err != nil {
		return err
	}
	days, err := s.keys.Days(ctx)
	if err != nil {
		return err
	}
	there, overdue := map[string]bool{}, 0
	for _, day := range days {
		at, dueErr := s.ring.ShredAt(day, s.longest)
		err = errors.Join(err, dueErr)
		if dueErr != nil || s.now().Before(at) {
			there[day] = true
			continue
		}
		shredErr := s.shred(ctx, day, at)
		if shredErr != nil {
			overdue++
			err = errors.Join(err, shredErr)
		}
	}
	s.metrics.dayKeys.Set(float64(len(there) + overdue))
	s.metrics.dayKeysOverdue.Set(float64(overdue))
	return errors.Join(err, s.finish(ctx, there))
}

// prepare sees to the keys of the days to come.
func (s *shredder) prepare(ctx context.Context) error {
	last := seal.KeyOfDay(s.now().AddDate(0, 0, daysAhead))
	if s.prepared == last {
		return nil
	}
	var days []string
	for ahead := range daysAhead + 1 {
		days = append(days, seal.KeyOfDay(s.now().AddDate(0, 0, ahead)))
	}
	err := s.keys.Prepare(ctx, days...)
	if err != nil {
		return err
	}
	s.prepared = last
	return nil
}

// finish gives days their receipt whose key was destroyed by a process that ended before it had written one.
func (s *shredder) finish(ctx context.Context, there map[string]bool) error {
	begun, err := s.store.ShredsBegun(ctx)
	if err != nil {
		return err
	}
	for _, id := range begun {
		day := strings.TrimPrefix(id, store.ShredPrefix)
		if there[day] {
			continue // a key of the same name that is not due
		}
		at, dueErr := s.ring.ShredAt(day, s.longest)
		if dueErr == nil {
			dueErr = s.shred(ctx, day, at)
		}
		err = errors.Join(err, dueErr)
	}
	return err
}

// shred destroys a key: written down before, and with a receipt after.
func (s *shredder) shred(ctx context.Context, day string, at time.Time) error {
	id := store.ShredPrefix + day
	steps, err := s.store.ErasureSteps(ctx, id)
	if err != nil {
		return err
	}
	begun, ended := false, false
	for _, step := range steps {
		begun = begun || step.State == store.ErasureStarted
		ended = ended || step.State == store.ErasureShredded
	}
	if !begun {
		err = s.step(ctx, store.ErasureStep{RequestID: id, State: store.ErasureStarted})
		if err != nil {
			return err
		}
	}
	destruction, err := s.keys.Destroy(ctx, day)
	if err != nil || ended {
		return err // a key that came back after its receipt goes again; the receipt stands
	}
	receipt, err := s.receipt(day, at, destruction)
	if err != nil {
		return err
	}
	err = s.trail.Note(ctx, &hushlogv1.AuditEntry{Actor: identity.Retention, Action: actionShred, Ref: id}, audit.Outcome{Result: audit.OK})
	if err != nil {
		return fmt.Errorf("put the shredding of %s on the trail: %w", day, err)
	}
	err = s.step(ctx, store.ErasureStep{RequestID: id, State: store.ErasureShredded, Receipt: receipt})
	if err != nil {
		return err
	}
	s.metrics.shredded.Inc()
	if until := destruction.CanBeUndoneUntil; !until.IsZero() {
		s.log.InfoContext(ctx, "scheduled the end of the key of a day: nothing can be opened with it, unless whoever runs the KMS calls it back before",
			slog.String("day", day), slog.Time("ends", until))
		return nil
	}
	s.log.InfoContext(ctx, "destroyed the key of a day: what was sealed under its epochs can be opened by nobody", slog.String("day", day))
	return nil
}

func (s *shredder) step(ctx context.Context, step store.ErasureStep) error {
	now := s.now().UTC().Truncate(time.Millisecond)
	step.Actor, step.Place, step.At, step.RequestedAt = identity.Retention, placeKMS, now, now
	return s.store.AddErasureStep(ctx, step)
}

func (s *shredder) receipt(day string, at time.Time, destruction kms.Destruction) (string, error) {
	receipt := ShredReceipt{
		Day: day, LastOpenUntil: at.UTC(), DestroyedAt: s.now().UTC().Truncate(time.Millisecond), NotCovered: shredNotCovered,
	}
	if !destruction.CanBeUndoneUntil.IsZero() {
		receipt.CanBeUndoneUntil = &destruction.CanBeUndoneUntil
	}
	text, err := json.MarshalIndent(receipt, "", "  ")
	if err != nil {
		return "", fmt.Errorf("write the receipt: %w", err)
	}
	signed, err := note.Sign(&note.Note{Text: string(text) + "\n"}, s.signer)
	if err != nil {
		return "", fmt.Errorf("sign the receipt: %w", err)
	}
	return string(signed), nil
}
