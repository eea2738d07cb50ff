package safety

import "slices"

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

// ScoreMessages returns the highest scores over all parts of messages.
func (d *Detector) ScoreMessages(messages []Message) Result {
	raw, any, noise := [heads]float64{}, false, 0.0
	for _, m := range messages {
		for _, p := range m.Parts {
			s := d.Raw(p.Text)
			noise = max(noise, SuffixNoise(p.Text))
			for i := range s {
				if !any || s[i] > raw[i] {
					raw[i] = s[i]
				}
			}
			any = true
		}
	}
	if !any {
		raw = d.Raw("")
	}
	return d.model.Calibrate(raw).raise(noise)
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
