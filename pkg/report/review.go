package report

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"time"

	"github.com/hushlog/hushlog/pkg/policy"
)

// Review is the review of one period, as it is stored. What it says never changes; that it was signed is on
// the trail.
type Review struct {
	ID    string    `json:"id"`
	Kind  string    `json:"kind"`
	Title string    `json:"title"`
	From  time.Time `json:"from"`
	To    time.Time `json:"to"`
	Due   time.Time `json:"due"`
	// Owner it is assigned to, by the policy that was in force.
	Owner        string   `json:"owner"`
	PolicyDigest string   `json:"policy_digest"`
	Figures      []Result `json:"figures"`
}

// NewReview is the review of a period with figures that were gathered for it.
func NewReview(k Kind, p Period, rules *policy.Policy, figures []Result) Review {
	return Review{
		ID: k.ID(p), Kind: k.Name, Title: k.Title, From: p.From, To: p.To, Due: k.Due(p),
		Owner: k.Owner(rules.Owners), PolicyDigest: rules.Digest(), Figures: figures,
	}
}

// Encode is the review's text, and the digest that stands for it on the trail.
func (r Review) Encode() (text, digest string, err error) {
	raw, err := json.Marshal(r)
	if err != nil {
		return "", "", fmt.Errorf("encode review %s: %w", r.ID, err)
	}
	return string(raw), Digest(string(raw)), nil
}

// ErrReview says that a text is no review, or not the one that its digest stands for.
var ErrReview = errors.New("not the review that was made")

// DecodeReview reads a review whose digest is known.
func DecodeReview(text, digest string) (Review, error) {
	var r Review
	if Digest(text) != digest {
		return r, fmt.Errorf("digest differs: %w", ErrReview)
	}
	err := json.Unmarshal([]byte(text), &r)
	if err != nil {
		return r, ErrReview
	}
	return r, nil
}

// Digest is SHA-256, in hexadecimal.
func Digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// Ref stands for a review with its text in an entry of the trail, when it is made and when it is signed.
func Ref(id, digest string) string { return id + "." + digest }

var (
	reviewID     = regexp.MustCompile(`^(operational|compliance|security)-[0-9]{4}-[WQ]?[0-9]{1,2}$`)
	reviewDigest = regexp.MustCompile(`^[0-9a-f]{64}$`)
)

// CheckRef wants the forms of an id and a digest, and gives the review's kind.
func CheckRef(id, digest string) (kind string, ok bool) {
	match := reviewID.FindStringSubmatch(id)
	if match == nil || !reviewDigest.MatchString(digest) {
		return "", false
	}
	return match[1], true
}
