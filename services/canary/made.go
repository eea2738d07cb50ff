package canary

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

// Paths into the gateway, and values of the label path.
const (
	pathUnary      = "grpc"
	pathBatch      = "grpc-batch"
	pathStream     = "grpc-stream"
	pathREST       = "rest"
	pathRESTBatch  = "rest-batch"
	pathRESTStream = "rest-stream"
)

// paths lists every way into the gateway. Each sends at each interval.
func paths() []string {
	return []string{pathUnary, pathBatch, pathStream, pathREST, pathRESTBatch, pathRESTStream}
}

// Types of what is planted: those of the engine's findings, and the end user's id.
const (
	typePerson  = "PERSON"
	typeEmail   = "EMAIL"
	typePhone   = "PHONE"
	typeCard    = "CREDIT_CARD"
	typeBank    = "BANK"
	typeSSN     = "US_SSN"
	typeSecret  = "SECRET"
	typeSubject = "SUBJECT"
)

func types() []string {
	return []string{typePerson, typeEmail, typePhone, typeCard, typeBank, typeSSN, typeSecret, typeSubject}
}

// value is something made up that must not be readable anywhere.
type value struct {
	kind string
	// needle is what is looked for: the part that tells this value from every other, so that a value of which only a
	// harmless part was hidden is found too. It has at least shortestNeedle bytes, all of them printable ASCII without
	// quotes, so that it looks the same in whatever it is written.
	needle string
}

// made is one canary.
type made struct {
	path string
	// slot is the moment that it was made for; canaries of one slot differ by path.
	slot        time.Time
	interaction *hushlogv1.Interaction
	values      []value
}

// maker makes canaries. What it makes follows from the key, the slot and the path alone: nothing of it need be kept, and a
// process that was started anew knows what the one before had sent. Safe for concurrent use.
type maker struct {
	key     []byte
	purpose string
}

// requestID names a canary. It says when it was made and nothing of what is in it.
func requestID(path string, slot time.Time) string {
	return fmt.Sprintf("canary-%d-%s", slot.UnixMilli(), path)
}

// all are the canaries of a slot, in the order of the paths.
func (m maker) all(slot time.Time) []made {
	var all []made
	for _, path := range paths() {
		all = append(all, m.make(path, slot))
	}
	return all
}

// make makes the canary of a path and a slot.
func (m maker) make(path string, slot time.Time) made {
	mac := hmac.New(sha256.New, m.key)
	fmt.Fprintf(mac, "hushlog canary v1\x00%s", requestID(path, slot))
	var seed [32]byte
	mac.Sum(seed[:0])
	d := draw{rand.New(rand.NewChaCha8(seed))} //nolint:gosec // ChaCha8 under a secret seed; what is drawn opens nothing
	return d.canary(path, slot, m.purpose)
}

// draw draws made-up people and secrets. Nothing of it belongs to anybody or opens anything.
type draw struct{ rand *rand.Rand }

func (d draw) canary(path string, slot time.Time, purpose string) made {
	given, family := d.name()
	local, mail := d.mail()
	phone := "+49 15" + d.digits(2) + " " + d.digits(8)
	card, account := d.card(), d.digits(18)
	iban := "DE" + ibanCheck(account) + account
	ssn := fmt.Sprintf("%03d-%02d-%04d", 100+d.rand.IntN(500), 10+d.rand.IntN(89), 1000+d.rand.IntN(8999))
	token := d.from(alphanumeric, 36)
	subject := "user-" + d.from(alphanumeric, 20)
	latency := time.Duration(200+d.rand.IntN(4000)) * time.Millisecond
	call, _ := json.Marshal(map[string]string{"to": mail, "iban": iban}) // strings always encode
	in := &hushlogv1.Interaction{
		RequestId: requestID(path, slot), Purpose: purpose, Service: "canary",
		StartedAt: timestamppb.New(slot.Add(-latency)), Latency: durationpb.New(latency),
		Model:   &hushlogv1.Model{Provider: "hushlog", Name: "canary"},
		EndUser: &hushlogv1.EndUser{Id: subject},
		Messages: []*hushlogv1.Message{
			{Role: hushlogv1.Role_ROLE_USER, Parts: []*hushlogv1.Part{text(fmt.Sprintf(
				"Hello, my name is %s %s. Please write to %s or call me at %s. I paid with card %s.", given, family, mail, phone, card))}},
			{Role: hushlogv1.Role_ROLE_ASSISTANT, Parts: []*hushlogv1.Part{{Part: &hushlogv1.Part_ToolCall{ToolCall: &hushlogv1.ToolCallPart{
				Id: "call-1", Name: "send_invoice", Arguments: string(call),
			}}}}},
			{Role: hushlogv1.Role_ROLE_USER, Parts: []*hushlogv1.Part{text("My social security number is " + ssn + ".")}},
		},
		Response: &hushlogv1.Response{Choices: []*hushlogv1.Choice{{
			Message: &hushlogv1.Message{Role: hushlogv1.Role_ROLE_ASSISTANT, Parts: []*hushlogv1.Part{text(fmt.Sprintf(
				"We have written to %s.", mail))}},
			FinishReason: "stop",
		}}},
		Error: &hushlogv1.Error{Type: "authentication", Code: "401", Message: "Invalid API key provided: ghp_" + token},
	}
	values := []value{
		{typePerson, family},
		{typeEmail, local},
		{typePhone, phone[len("+49 "):]},
		{typeCard, card},
		{typeBank, account},
		{typeSSN, ssn},
		{typeSecret, token},
		{typeSubject, subject},
	}
	return made{path: path, slot: slot, interaction: in, values: values}
}

func text(s string) *hushlogv1.Part {
	return &hushlogv1.Part{Part: &hushlogv1.Part_Text{Text: &hushlogv1.TextPart{Text: s}}}
}

// Names that are common each by itself. A family name of two is a name that nobody else in the logs has.
var (
	givenNames  = strings.Fields("Anna Maria Julia Laura Sarah Emma Sofia Elena Thomas Michael Daniel David Peter Martin Andreas Robert")
	familyNames = strings.Fields("Schneider Fischer Weber Wagner Becker Hoffmann Richter Schmidt Zimmermann Hartmann Kaufmann " +
		"Anderson Thompson Robinson Mitchell Campbell Peterson Sullivan Gonzalez Rodriguez Fernandez Martinez Kowalski Novak Jansen Andersson")
)

func (d draw) name() (given, family string) {
	first := d.rand.IntN(len(familyNames))
	second := (first + 1 + d.rand.IntN(len(familyNames)-1)) % len(familyNames)
	return givenNames[d.rand.IntN(len(givenNames))], familyNames[first] + "-" + familyNames[second]
}

func (d draw) mail() (local, mail string) {
	local = strings.ToLower(givenNames[d.rand.IntN(len(givenNames))]) + "." + d.from("abcdefghijklmnopqrstuvwxyz", 12)
	return local, local + "@" + []string{"mailbox.org", "post.net", "company.com"}[d.rand.IntN(3)]
}

const alphanumeric = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"

func (d draw) digits(n int) string { return d.from("0123456789", n) }

func (d draw) from(alphabet string, n int) string {
	var b strings.Builder
	for range n {
		b.WriteByte(alphabet[d.rand.IntN(len(alphabet))])
	}
	return b.String()
}

// card has a valid check digit (ISO/IEC 7812): it is drawn until the sum fits.
func (d draw) card() string {
	for {
		digits := "4539" + d.digits(12)
		sum := 0
		for i, c := range digits {
			n := int(c-'0') << (1 - i%2)
			sum += n/10 + n%10
		}
		if sum%10 == 0 {
			return digits[:4] + " " + digits[4:8] + " " + digits[8:12] + " " + digits[12:]
		}
	}
}

// ibanCheck is the check digits of a German account (ISO 7064, mod 97-10).
func ibanCheck(account string) string {
	rest := 0
	for _, c := range account + "131400" {
		rest = (rest*10 + int(c-'0')) % 97
	}
	return fmt.Sprintf("%02d", 98-rest)
}
