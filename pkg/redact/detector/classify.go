package detector

import (
	"context"
	"encoding/json"
	"math"
	"slices"
	"strings"

	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

// Label is one judgement of a text: the detector's own name for it, and how sure it is, from 0 to 1.
type Label struct {
	Name  string
	Score float64
}

// Classifier asks one detector what texts are. Safe for concurrent use.
type Classifier struct{ *core }

// NewClassifier makes a classifier. It reads the files that cfg names and connects to nothing yet; Languages, Entities and
// Ignore mean nothing to it. Whoever calls it calls Close.
//
// Over HTTP, texts are sent by POST as {"texts":[{"text","role"}]}, and the answer is {"results":[{"labels":{"name":score}}]},
// one result for each text, in their order. Over gRPC it is hushlog.v1.DetectorService's Classify.
func NewClassifier(cfg Config, observer Observer) (*Classifier, error) {
	cfg.Languages, cfg.Entities, cfg.Ignore = nil, nil, nil
	asking, err := newCore(cfg, observer, true, checkLabels)
	if err != nil {
		return nil, err
	}
	return &Classifier{asking}, nil
}

// Classify returns the labels of each text, by name; an empty text has none and is not sent. It blocks, and fails, as Analyze
// does.
func (c *Classifier) Classify(ctx context.Context, texts []Text) ([][]Label, error) {
	out := make([][]Label, len(texts))
	err := c.each(ctx, texts, func(at int, spans []span) {
		for _, s := range spans {
			out[at] = append(out[at], Label{s.EntityType, s.Score})
		}
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// maxLabels bounds the labels of one text.
const maxLabels = 1000

// checkLabels holds an answer to the texts: one list for each, scores from 0 to 1, names.
func checkLabels(texts []Text, spans [][]span) error {
	if len(spans) != len(texts) {
		return &failure{OutcomeBad, "not one result for each text"}
	}
	for _, list := range spans {
		if len(list) > maxLabels {
			return &failure{OutcomeTooLarge, "too many labels of a text"}
		}
		for _, s := range list {
			switch {
			case math.IsNaN(s.Score) || s.Score < 0 || s.Score > 1:
				return &failure{OutcomeBad, "a score that is not from 0 to 1"}
			case s.EntityType == "" || len(s.EntityType) > maxEntityName:
				return &failure{OutcomeBad, "a label without a name"}
			}
		}
	}
	return nil
}

// labeller asks over HTTP.
type labeller struct{ *presidio }

func (l *labeller) ask(ctx context.Context, texts []Text) ([][]span, error) {
	type said struct {
		Text string `json:"text"`
		Role string `json:"role,omitempty"`
	}
	var request struct {
		Texts []said `json:"texts"`
	}
	for _, t := range texts {
		request.Texts = append(request.Texts, said{t.Text, t.Role})
	}
	answer, err := l.post(ctx, request)
	if err != nil {
		return nil, err
	}
	return decodeLabels(answer)
}

// decodeLabels reads an answer. What is missing is not taken for nothing.
func decodeLabels(answer []byte) ([][]span, error) {
	var response struct {
		Results []struct {
			Labels map[string]*float64 `json:"labels"`
		} `json:"results"`
	}
	err := json.Unmarshal(answer, &response)
	if err != nil || response.Results == nil {
		return nil, &failure{OutcomeBad, "not a list of results"}
	}
	out := make([][]span, len(response.Results))
	for i, result := range response.Results {
		if result.Labels == nil {
			return nil, &failure{OutcomeBad, "a result without labels"}
		}
		for name, score := range result.Labels {
			if score == nil {
				return nil, &failure{OutcomeBad, "a label without a score"}
			}
			out[i] = append(out[i], span{EntityType: name, Score: *score})
		}
		slices.SortFunc(out[i], func(a, b span) int { return strings.Compare(a.EntityType, b.EntityType) })
	}
	return out, nil
}

// classify asks over gRPC.
func (r *rpc) classify(ctx context.Context, texts []Text) ([][]span, error) {
	request := &hushlogv1.ClassifyRequest{}
	for _, t := range texts {
		request.Texts = append(request.Texts, &hushlogv1.ClassifyText{
			Text: t.Text, Role: hushlogv1.Role(hushlogv1.Role_value["ROLE_"+strings.ToUpper(t.Role)]),
		})
	}
	response, err := r.client.Classify(ctx, request)
	if err != nil {
		return nil, rpcFailure(err)
	}
	out := make([][]span, len(response.GetResults()))
	for i, result := range response.GetResults() {
		for _, l := range result.GetLabels() {
			out[i] = append(out[i], span{EntityType: l.GetName(), Score: float64(l.GetScore())})
		}
	}
	return out, nil
}
