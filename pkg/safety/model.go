package safety

import (
	"crypto/sha256"
	_ "embed"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"sort"
	"sync"
)

// modelMagic is how a model starts; its number changes with the features.
const modelMagic = "hushlog safety 3\n"

// Calibration maps a score to the log-odds of a probability: along the line between two points, and along the first and
// the last line beyond them. It ascends everywhere.
type Calibration struct {
	Scores []float64 `json:"scores"` // ascending
	Odds   []float64 `json:"odds"`   // ascending, natural logarithm
}

// Probability returns the probability of a score.
func (c *Calibration) Probability(score float64) float64 {
	n := len(c.Scores)
	i := min(max(sort.SearchFloat64s(c.Scores, score), 1), n-1)
	at := (score - c.Scores[i-1]) / (c.Scores[i] - c.Scores[i-1])
	return 1 / (1 + math.Exp(-(c.Odds[i-1] + at*(c.Odds[i]-c.Odds[i-1]))))
}

func (c *Calibration) check() error {
	if len(c.Scores) < 2 || len(c.Scores) != len(c.Odds) {
		return errors.New("a calibration has two points at least")
	}
	for i := range c.Odds {
		if !(math.Abs(c.Scores[i]) < 1e6 && math.Abs(c.Odds[i]) < 1e6) || i > 0 && (c.Scores[i] <= c.Scores[i-1] || c.Odds[i] <= c.Odds[i-1]) {
			return errors.New("a calibration does not ascend")
		}
	}
	return nil
}

// Head is what a model says of one category.
type Head struct {
	Category Category `json:"category"`
	// Scale is what one step of a weight stands for, and Bias the score of nothing.
	Scale       float64     `json:"scale"`
	Bias        float64     `json:"bias"`
	Calibration Calibration `json:"calibration"`
	// Thresholds are the probabilities above which 1 % and 0.1 % of harmless texts are flagged, of sources that the model
	// had not seen.
	Thresholds [2]float64 `json:"thresholds"`
	// Overall maps the score of this head to the overall score, as Calibration does to its own; a head without has no part
	// in it.
	Overall *Calibration `json:"overall,omitempty"`
}

// Model is a trained model: what it says of its heads, and a row of weights for each feature.
type Model struct {
	Version string `json:"version"`
	Heads   []Head `json:"heads"`
	// OverallThresholds are Thresholds of the overall score.
	OverallThresholds [2]float64 `json:"overallThresholds"`

	id   string
	rows []uint64 // each 8 weights of one byte, 128 stands for 0
}

// ReadModel reads a model.
func ReadModel(data []byte) (*Model, error) {
	n := len(modelMagic)
	if len(data) < n+4 || string(data[:n]) != modelMagic {
		return nil, errors.New("not a safety model of this version")
	}
	size := int(binary.LittleEndian.Uint32(data[n:]))
	if size > len(data)-n-4 {
		return nil, errors.New("the model's head is cut off")
	}
	m := &Model{}
	err := json.Unmarshal(data[n+4:n+4+size], m)
	if err != nil {
		return nil, fmt.Errorf("the model's head: %w", err)
	}
	rows := data[n+4+size:]
	sum := sha256.Sum256(data)
	m.id = m.Version + "-" + hex.EncodeToString(sum[:4])
	if len(rows) != tableRows*8 {
		return nil, fmt.Errorf("the model has %d bytes of weights, not %d", len(rows), tableRows*8)
	}
	m.rows = make([]uint64, tableRows) // so large a slice begins with a page, and so every eight rows with a line of the cache
	for i := range m.rows {
		m.rows[i] = binary.LittleEndian.Uint64(rows[i*8:])
	}
	if len(m.Heads) != heads {
		return nil, fmt.Errorf("the model has %d heads, not %d", len(m.Heads), heads)
	}
	for i := range m.Heads {
		h := &m.Heads[i]
		if h.Category != categories[i] {
			return nil, fmt.Errorf("head %d is %q, not %q", i, h.Category, categories[i])
		}
		err = h.Calibration.check()
		if err == nil && h.Overall != nil {
			err = h.Overall.check()
		}
		if err != nil {
			return nil, fmt.Errorf("head %s: %w", h.Category, err)
		}
	}
	return m, nil
}

// ID names a model that was read: its version and a digest of all of it.
func (m *Model) ID() string { return m.id }

// Write returns the model as ReadModel reads it, with weights of rows times heads.
func (m *Model) Write(weights [][heads]int8) ([]byte, error) {
	head, err := json.Marshal(m)
	if err != nil {
		return nil, err
	}
	out := append([]byte(modelMagic), 0, 0, 0, 0)
	binary.LittleEndian.PutUint32(out[len(modelMagic):], uint32(len(head))) //nolint:gosec // some hundred bytes
	out = append(out, head...)
	for i := range tableRows {
		var row [8]byte
		for k := range row {
			row[k] = 128
		}
		for k, w := range weights[i] {
			row[k] = byte(int(w) + 128) //nolint:gosec // from -128 to 127
		}
		out = append(out, row[:]...)
	}
	return out, nil
}

//go:embed model.bin
var modelData []byte

// Default returns the detector with the model of this package. A model that does not fit the program is a broken build:
// it panics.
var Default = sync.OnceValue(func() *Detector {
	m, err := ReadModel(modelData)
	if err != nil {
		panic(err)
	}
	return New(m)
})
