package retention

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"time"

	"golang.org/x/mod/sumdb/note"

	"github.com/hushlog/hushlog/pkg/policy"
	"github.com/hushlog/hushlog/pkg/store"
)

// Receipt says what became of a request for an erasure. It is signed with the trail's key, as a note. It
// names nobody but the person who asked.
type Receipt struct {
	RequestID   string    `json:"request_id"`
	Project     string    `json:"project"`
	AskedBy     string    `json:"asked_by"`
	RequestedAt time.Time `json:"requested_at"`
	EndedAt     time.Time `json:"ended_at"`
	// State is erased, not-found or failed; Reason is why it is not erased.
	State  string `json:"state"`
	Reason string `json:"reason,omitempty"`
	// Rows that were deleted, by table; a table in which none were found is there with 0.
	Rows map[string]uint64 `json:"rows"`
	// DelayedBy are holds that delayed the erasure, by id, with the rows of which copies were kept until its release.
	DelayedBy map[string]uint64 `json:"delayed_by,omitempty"`
	// Topics hold records, sealed or under the pseudonym, until they expire; tombstones keep those from
	// being stored again.
	Topics map[string]time.Time `json:"topics_expire_at"`
	// Backups made before hold the rows, encrypted, until then at the latest; a restore leaves them out.
	Backups time.Time `json:"backups_expire_at"`
	// NotCovered says what an erasure by id does not reach.
	NotCovered string `json:"not_covered"`
}

const notCovered = "what others wrote about the person in their own texts; copies of the database made by other means than hushlog store backup"

// receipt makes and signs it, and says how many rows it tells of.
func (e *erasure) receipt(state, reason string) (string, uint64, error) {
	r := Receipt{
		RequestID: e.id, Project: e.request.GetProject(), AskedBy: e.request.GetActor(),
		RequestedAt: e.request.GetAt().AsTime(), EndedAt: e.now().UTC().Truncate(time.Millisecond),
		Backups: e.request.GetAt().AsTime().Add(store.BackupLife),
		State:   state, Reason: reason, Rows: map[string]uint64{}, Topics: map[string]time.Time{}, NotCovered: notCovered,
	}
	for _, place := range store.ErasablePlaces() {
		r.Rows[place] = 0
	}
	for _, s := range e.steps {
		if s.State == store.ErasureFound {
			r.Rows[s.Place] += s.Rows
		}
		if isDelayed(s) {
			if r.DelayedBy == nil {
				r.DelayedBy = map[string]uint64{}
			}
			r.DelayedBy[s.Place] = s.Rows
		}
	}
	for _, topic := range e.policy.Topics() {
		if !slices.Contains(topicsWithSubjects, topic.Name) {
			continue
		}
		keep, err := keptFor(topic)
		if err != nil {
			return "", 0, err
		}
		r.Topics[topic.Name] = r.RequestedAt.Add(keep)
	}
	text, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return "", 0, fmt.Errorf("write the receipt: %w", err)
	}
	signed, err := note.Sign(&note.Note{Text: string(text) + "\n"}, e.signer)
	if err != nil {
		return "", 0, fmt.Errorf("sign the receipt: %w", err)
	}
	return string(signed), sum(r.Rows), nil
}

// keptFor is how long a topic keeps a record, and the segment that it lies in, at most.
func keptFor(topic policy.Topic) (time.Duration, error) {
	keep, segment, err := timesOf(topic)
	return keep + segment, err
}

// timesOf is how long a topic keeps a record, and how long its segments are written to.
func timesOf(topic policy.Topic) (keep, segment time.Duration, err error) {
	for setting, into := range map[string]*time.Duration{"retention.ms": &keep, "segment.ms": &segment} {
		millis, err := strconv.ParseInt(topic.Settings[setting], 10, 64)
		if err != nil {
			return 0, 0, fmt.Errorf("%s of %s: %w", setting, topic.Name, err)
		}
		*into = time.Duration(millis) * time.Millisecond
	}
	return keep, segment, nil
}
