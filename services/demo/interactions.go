package demo

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/structpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

// Made is one made-up interaction, with what must not be found anywhere after
// it was sent.
type Made struct {
	Interaction *hushlogv1.Interaction
	// Kind of the interaction, for the report: support, code, medical ...
	Kind string
	// Private are the values that were planted in it.
	Private []string
	// Streamed is sent over the client-streaming call.
	Streamed bool
}

// generator makes interactions from a seed: the same seed, the same values.
// No value belongs to anybody; keys are assembled here and open nothing.
type generator struct {
	rand *rand.Rand
	run  string
	now  time.Time
	n    int
}

// Burst is how many failures in a row one user has in what Generate makes.
const Burst = 30

// burstUser is the end user that the burst belongs to.
const burstUser = "user-4711"

// Generate makes n varied interactions and a burst of failures of one user.
// run is part of every request id.
func Generate(seed uint64, run string, now time.Time, n int) []Made {
	g := &generator{rand: rand.New(rand.NewPCG(seed, 1)), run: run, now: now} //nolint:gosec // reproducible data, no secret
	makers := []func() Made{
		g.support, g.code, g.medical, g.toolCall, g.streamed, g.german, g.french, g.spanish, g.japanese, g.hindi,
		g.banking, g.failure, g.clean, g.metadataOnly, g.noPurpose,
	}
	made := make([]Made, 0, n+Burst)
	for i := range n {
		made = append(made, makers[i%len(makers)]())
	}
	for range Burst {
		made = append(made, g.burst())
	}
	return made
}

func (g *generator) base(kind string) *hushlogv1.Interaction {
	g.n++
	latency := time.Duration(200+g.rand.IntN(4000)) * time.Millisecond
	return &hushlogv1.Interaction{
		RequestId:        fmt.Sprintf("%s-%04d", g.run, g.n),
		TraceId:          g.hex(32),
		SpanId:           g.hex(16),
		SessionId:        fmt.Sprintf("session-%03d", g.n/4),
		ConversationId:   fmt.Sprintf("conversation-%03d", g.n/8),
		Environment:      "production",
		Region:           pick(g, "eu-central-1", "us-east-1", "ap-south-1"),
		Service:          pick(g, "help-desk", "code-helper", "letter-writer"),
		Purpose:          "debugging",
		StartedAt:        timestamppb.New(g.now.Add(-time.Duration(g.rand.IntN(50)) * time.Second)),
		Latency:          durationpb.New(latency),
		TimeToFirstToken: durationpb.New(latency / 5),
		Model: &hushlogv1.Model{
			Provider: "example", Name: pick(g, "large-2", "small-2"), Version: "2026-09-01",
			Temperature: new(0.2), MaxTokens: new(int64(1024)),
		},
		Usage:   &hushlogv1.Usage{InputTokens: uint64(50 + g.rand.IntN(900)), OutputTokens: uint64(20 + g.rand.IntN(500)), Cost: float64(g.rand.IntN(900)) / 1e5}, //nolint:gosec // small and positive
		EndUser: &hushlogv1.EndUser{Id: fmt.Sprintf("user-%d", 100+g.rand.IntN(40))},
		Tags:    []string{"demo", strings.ReplaceAll(kind, " ", "-")},
	}
}

func (g *generator) chat(kind, prompt, answer string, private ...string) Made {
	in := g.base(kind)
	in.SystemInstructions = []*hushlogv1.Part{text("You are a helpful assistant.")}
	in.Messages = []*hushlogv1.Message{{Role: hushlogv1.Role_ROLE_USER, Parts: []*hushlogv1.Part{text(prompt)}}}
	in.Response = &hushlogv1.Response{Choices: []*hushlogv1.Choice{{
		Message:      &hushlogv1.Message{Role: hushlogv1.Role_ROLE_ASSISTANT, Parts: []*hushlogv1.Part{text(answer)}},
		FinishReason: "stop",
	}}}
	return Made{Interaction: in, Kind: kind, Private: private}
}

func (g *generator) support() Made {
	mail, phone, card := g.mail(), g.phone(), g.card()
	return g.chat("support",
		fmt.Sprintf("My order has not arrived. Please write to %s or call me at %s. I paid with card %s.", mail, phone, card),
		fmt.Sprintf("Thank you. We will write to %s today.", mail), mail, phone, card)
}

func (g *generator) code() Made {
	key, password := "ghp_"+g.alnum(36), g.alnum(8)+"!"+g.alnum(6)
	return g.chat("code",
		fmt.Sprintf("Why does this fail?\n```go\nclient := api.New(%q)\ndb, err := sql.Open(\"postgres\", \"postgres://app:%s@db.internal:5432/app\")\n```", key, password),
		"The token is read from the source: move it to the environment and rotate it.", key, password)
}

func (g *generator) medical() Made {
	ssn, mail := g.ssn(), g.mail()
	return g.chat("medical",
		fmt.Sprintf("Please shorten this letter: the patient (SSN %s, contact %s) was seen for follow-up and is recovering well.", ssn, mail),
		"The patient was seen for follow-up and is recovering well.", ssn, mail)
}

func (g *generator) toolCall() Made {
	mail, iban := g.mail(), g.iban()
	m := g.chat("tool call", "Send the invoice to the customer on file.", "Done.", mail, iban)
	in := m.Interaction
	in.Messages = append(in.Messages,
		&hushlogv1.Message{Role: hushlogv1.Role_ROLE_ASSISTANT, Parts: []*hushlogv1.Part{{Part: &hushlogv1.Part_ToolCall{ToolCall: &hushlogv1.ToolCallPart{
			Id: "call-1", Name: "send_invoice", Arguments: fmt.Sprintf(`{"to":%q,"iban":%q}`, mail, iban),
		}}}}},
		&hushlogv1.Message{Role: hushlogv1.Role_ROLE_TOOL, Parts: []*hushlogv1.Part{{Part: &hushlogv1.Part_ToolResult{ToolResult: &hushlogv1.ToolResultPart{
			Id: "call-1", Name: "send_invoice", Result: fmt.Sprintf(`{"status":"sent","recipient":{"email":%q}}`, mail),
		}}}}})
	return m
}

func (g *generator) streamed() Made {
	phone := g.phone()
	m := g.chat("streamed", "Read my number back to me: "+phone, "Your number is "+phone+".", phone)
	m.Interaction.Model.Stream = true
	m.Streamed = true
	return m
}

func (g *generator) german() Made {
	iban, mail := g.iban(), g.mail()
	return g.chat("german", fmt.Sprintf("Bitte überweisen Sie die Rückzahlung auf meine IBAN %s und schreiben Sie an %s.", iban, mail), "Die Rückzahlung ist veranlasst.", iban, mail)
}

func (g *generator) french() Made {
	mail := g.mail()
	return g.chat("french", fmt.Sprintf("Bonjour, mon adresse e-mail a changé, c'est maintenant %s.", mail), "C'est noté, merci.", mail)
}

func (g *generator) spanish() Made {
	password := g.alnum(10)
	return g.chat("spanish", fmt.Sprintf("No puedo entrar. Mi contraseña es %s, ¿qué hago?", password), "No comparta su contraseña; le envío un enlace para cambiarla.", password)
}

func (g *generator) japanese() Made {
	mail := g.mail()
	return g.chat("japanese", fmt.Sprintf("確認のメールを %s に送ってください。", mail), "送信しました。", mail)
}

func (g *generator) hindi() Made {
	mail := g.mail()
	return g.chat("hindi", fmt.Sprintf("कृपया मेरा ईमेल %s पर बदल दें।", mail), "बदल दिया गया है।", mail)
}

func (g *generator) banking() Made {
	card, mail := g.card(), g.mail()
	m := g.chat("banking", "Block my card "+card+" at once.", "The card is blocked.", card, mail)
	m.Interaction.Extra, _ = structpb.NewStruct(map[string]any{"form": map[string]any{"reply_to": mail, "channel": "app"}}) // strings only: never fails
	return m
}

func (g *generator) failure() Made {
	key := "sk_" + "live_" + g.alnum(24)
	m := g.chat("error", "Charge the customer.", "", key)
	m.Interaction.Response = nil
	m.Interaction.Error = &hushlogv1.Error{Type: "authentication", Code: "401", Message: "Invalid API key provided: " + key}
	return m
}

func (g *generator) clean() Made {
	return g.chat("clean", "Explain the difference between a mutex and a semaphore in three sentences.",
		"A mutex admits one holder at a time. A semaphore admits a fixed number. A mutex has an owner, a semaphore has not.")
}

func (g *generator) metadataOnly() Made {
	mail := g.mail()
	m := g.chat("metadata only", "Draft a letter of notice for "+mail+".", "Here is a draft.", mail)
	m.Interaction.Logging = hushlogv1.LoggingWish_LOGGING_WISH_METADATA_ONLY
	return m
}

func (g *generator) noPurpose() Made {
	mail := g.mail()
	m := g.chat("no purpose", "Summarise the mail from "+mail+".", "It asks for a call.", mail)
	m.Interaction.Purpose = ""
	return m
}

func (g *generator) burst() Made {
	m := g.chat("burst of failures", "Try again.", "")
	m.Interaction.Response = nil
	m.Interaction.EndUser.Id = burstUser
	m.Interaction.Error = &hushlogv1.Error{Type: "rate_limit", Code: "429", Message: "Too many requests."}
	return m
}

func text(s string) *hushlogv1.Part {
	return &hushlogv1.Part{Part: &hushlogv1.Part_Text{Text: &hushlogv1.TextPart{Text: s}}}
}

func pick(g *generator, from ...string) string { return from[g.rand.IntN(len(from))] }

func (g *generator) hex(n int) string { return g.from("0123456789abcdef", n) }

func (g *generator) alnum(n int) string {
	return g.from("abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789", n)
}

func (g *generator) digits(n int) string { return g.from("0123456789", n) }

func (g *generator) from(alphabet string, n int) string {
	var b strings.Builder
	for range n {
		b.WriteByte(alphabet[g.rand.IntN(len(alphabet))])
	}
	return b.String()
}

func (g *generator) mail() string {
	return fmt.Sprintf("%s.%s%d@%s", pick(g, "jane", "omar", "li", "ana", "piet"), pick(g, "roe", "haddad", "wei", "silva", "jansen"),
		g.rand.IntN(90)+10, pick(g, "mailbox.org", "post.net", "company.com"))
}

// phone is one of the numbers that the North American plan keeps for fiction.
func (g *generator) phone() string {
	return fmt.Sprintf("+1 %s 555 01%02d", pick(g, "415", "212", "312"), g.rand.IntN(100))
}

func (g *generator) ssn() string {
	return fmt.Sprintf("%03d-%02d-%04d", 100+g.rand.IntN(500), 10+g.rand.IntN(89), 1000+g.rand.IntN(8999))
}

// card has a valid check digit (Luhn).
func (g *generator) card() string {
	body := "4539" + g.digits(11)
	sum := 0
	for i := range len(body) {
		d := int(body[len(body)-1-i] - '0')
		if i%2 == 0 {
			d *= 2
			if d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	full := body + fmt.Sprint((10-sum%10)%10)
	return full[:4] + " " + full[4:8] + " " + full[8:12] + " " + full[12:]
}

// iban is a German one with valid check digits (ISO 7064, mod 97-10).
func (g *generator) iban() string {
	account := "3704" + g.digits(14)
	rest := 0
	for _, c := range account + "131400" {
		rest = (rest*10 + int(c-'0')) % 97
	}
	return fmt.Sprintf("DE%02d%s", 98-rest, account)
}
