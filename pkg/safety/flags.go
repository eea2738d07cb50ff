package safety

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// Message is what one side said.
type Message struct {
	Role  string // as the API has it: user, assistant, tool, system
	Parts []Part
}

// Part is a piece of a message's content.
type Part struct {
	Text string
}

// Flag says that a text is likely of a category. It holds none of the text.
type Flag struct {
	Category Category
	Score    float64 // probability, from 0 to 1
	Model    string  // which model: its ID
	Role     string  // of the message
	Message  int     // which one, from 0
	Part     int     // of the message, from 0
}

// Operating points: which of a model's thresholds flags are made at.
const (
	PointOneInHundred  = iota // flags 1 % of harmless texts
	PointOneInThousand        // flags 0.1 %
)

// maxTurns bounds how much of what a role said is read together, in bytes: the last of it.
const maxTurns = 64 << 10

// ScoreMessages returns the highest scores over all parts of messages, and over what each role but the model said in all of
// its parts together, maxTurns bytes of it: an attack may be split over several turns of which none shows it.
func (d *Detector) ScoreMessages(messages []Message) Result {
	texts := textsOf(messages)
	if len(texts) == 0 {
		texts = []string{""}
	}
	raw, noise := d.Raw(texts[0]), SuffixNoise(texts[0])
	for _, text := range texts[1:] {
		s := d.Raw(text)
		noise = max(noise, SuffixNoise(text))
		for i := range s {
			raw[i] = max(raw[i], s[i])
		}
	}
	return d.model.Calibrate(raw).raise(noise)
}

// textsOf lists the parts of messages, and the parts of each role together where it has several.
func textsOf(messages []Message) []string {
	var texts, roles []string
	said := map[string][]string{}
	for _, m := range messages {
		for _, p := range m.Parts {
			texts = append(texts, p.Text)
			if m.Role == "assistant" {
				continue
			}
			if said[m.Role] == nil {
				roles = append(roles, m.Role)
			}
			said[m.Role] = append(said[m.Role], p.Text)
		}
	}
	for _, role := range roles {
		if len(said[role]) > 1 {
			texts = append(texts, lastBytes(strings.Join(said[role], " "), maxTurns))
		}
	}
	return texts
}

// lastBytes returns the last n bytes of a text, from the start of a letter.
func lastBytes(text string, n int) string {
	from := max(0, len(text)-n)
	for from < len(text) && !utf8.RuneStart(text[from]) {
		from++
	}
	return text[from:]
}

// Flags returns a flag for each category and part whose score is above the threshold of an operating point. Attack gets
// no flag where one of its three categories has one.
func (d *Detector) Flags(messages []Message, point int) []Flag {
	var out []Flag
	for i, m := range messages {
		for j, p := range m.Parts {
			r := d.Score(p.Text)
			specific := false
			for h, c := range categories {
				if r.Scores[h] <= d.model.Heads[h].Thresholds[point] || c == Attack && specific {
					continue
				}
				specific = specific || IsAttack(c)
				out = append(out, Flag{Category: c, Score: r.Scores[h], Model: d.model.ID(), Role: m.Role, Message: i, Part: j})
			}
		}
	}
	return out
}

// IsAttack says whether a category is one of those that Attack stands for.
func IsAttack(c Category) bool { return slices.Contains(attacks, c) }

var attacks = []Category{Jailbreak, Injection, Extraction}
