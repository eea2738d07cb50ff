package tagger

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"
	"math"
	"slices"
)

// A model is a linear-chain conditional random field (Lafferty, McCallum and Pereira 2001) over hashed features, with
// weights of eight bits. Its file holds, in this order: a header, the transitions, the calibration, the rows of weights
// and the lexicon.
//
// Layout, little endian: magic "HLT1"; uint32 version of the features; float32 scale; 16 float32 transitions; 4 float32
// starts; 2 float32 of calibration for each kind; rows of 4 bytes; slots of the lexicon.

const (
	magic = "HLT1"
	// featureVersion is raised when features.go or token.go change what a row means.
	featureVersion = 1
	lanes          = 4 // labels
	headerSize     = 4 + 4 + 4 + 4*lanes*lanes + 4*lanes + 4*2*kindCount
	rowsSize       = lanes << tableBits
	zeroWeight     = 128
)

// label is a label of a token: outside, or 1 + a kind. Names of one kind that follow each other without anything between
// them are one: for what is done with them there is no difference, and a model with fewer labels is faster.
type label uint8

const (
	labelOutside label = iota
	labelCount   label = 1 + kindCount
)

func labelOf(k Kind) label { return label(1 + k) }

// Weights is a trained model before it is packed: what the trainer hands over.
type Weights struct {
	Rows        [][lanes]float32      // 2^tableBits rows, by label
	Transitions [lanes][lanes]float32 // from, to
	Starts      [lanes]float32        // of the first token of a window
	Calibration [kindCount][2]float32 // slope and offset on the logit of a probability
	Lexicon     []byte                // as BuildLexicon writes it
}

// model is a packed model. Its lexicon is read where it lies.
type model struct {
	rows    *[1 << tableBits]uint32 // four biased weights each, that of the first label lowest
	lex     lexicon
	trans   [lanes][lanes]float32 // exp of the transitions
	starts  [lanes]float32        // exp of the starts
	calib   [kindCount][2]float32
	exp     [expSpan]float32 // exp of a sum of weights, the least first
	version string
}

// Pack quantises weights to the file's form. Weights beyond the scale's range are cut to it.
func Pack(w *Weights) []byte {
	most := float32(0)
	for _, r := range w.Rows {
		for _, v := range r {
			most = max(most, float32(math.Abs(float64(v))))
		}
	}
	scale := min(most, maxWeight) / 127
	if scale == 0 {
		scale = 1
	}
	out := make([]byte, 0, headerSize+rowsSize+len(w.Lexicon))
	out = append(out, magic...)
	out = binary.LittleEndian.AppendUint32(out, featureVersion)
	put := func(f float32) { out = binary.LittleEndian.AppendUint32(out, math.Float32bits(f)) }
	put(scale)
	for _, from := range w.Transitions {
		for _, t := range from {
			put(t)
		}
	}
	for _, t := range w.Starts {
		put(t)
	}
	for _, c := range w.Calibration {
		put(c[0])
		put(c[1])
	}
	for _, r := range w.Rows {
		for _, v := range r {
			q := math.Round(float64(v / scale))
			out = append(out, byte(zeroWeight+max(-127, min(127, q))))
		}
	}
	return append(out, w.Lexicon...)
}

// maxWeight bounds the weight of one feature: what is beyond is cut so that small weights keep their precision.
const maxWeight = 4

var errModel = errors.New("tagger: this is no model of this version")

// parse reads a packed model. It keeps data.
func parse(data string) (*model, error) {
	if len(data) < headerSize+rowsSize+slotSize || data[:4] != magic {
		return nil, errModel
	}
	u := func(at int) uint32 { return binary.LittleEndian.Uint32([]byte(data[at : at+4])) }
	if u(4) != featureVersion {
		return nil, errModel
	}
	pos := 8
	next := func() float32 {
		f := math.Float32frombits(u(pos))
		pos += 4
		return f
	}
	m := &model{}
	scale := next()
	for i := range m.trans {
		for j := range m.trans[i] {
			m.trans[i][j] = exp32(next())
		}
	}
	for i := range m.starts {
		m.starts[i] = exp32(next())
	}
	for i := range m.calib {
		m.calib[i] = [2]float32{next(), next()}
	}
	m.rows = readRows(data[headerSize : headerSize+rowsSize])
	slots := data[headerSize+rowsSize:]
	if n := len(slots) / slotSize; len(slots)%slotSize != 0 || n&(n-1) != 0 {
		return nil, errModel
	}
	m.lex = newLexicon(slots)
	for i := range m.exp {
		m.exp[i] = exp32(float32(i-expSpan/2) * scale)
	}
	h := fnv.New32a()
	h.Write([]byte(data[:headerSize]))
	m.version = fmt.Sprintf("%d.%08x", featureVersion, h.Sum32())
	return m, nil
}

// readRows copies the rows of weights to words of memory, which are read at once.
func readRows(data string) *[1 << tableBits]uint32 {
	rows := new([1 << tableBits]uint32)
	for i := range rows {
		rows[i] = binary.LittleEndian.Uint32([]byte(data[i*lanes : i*lanes+lanes]))
	}
	return rows
}

// expSpan is the number of sums of weights whose exponential is tabled. Sums are cut to it.
const expSpan = 1 << 11

func exp32(x float32) float32 { return float32(math.Exp(float64(x))) }

// maskEven selects every other byte of four.
const maskEven = 0x00FF00FF

// score adds up the weights of the rows, one sum a label, and returns their exponentials. Each row is one word of four biased bytes; two words of two
// 16-bit sums take them, which cannot overflow: featureCount × 255 < 2^16.
func (m *model) score(rows *[featureCount]uint32) [lanes]float32 {
	var even, odd uint32
	table := m.rows
	for _, r := range rows {
		v := table[r&(1<<tableBits-1)]
		even += v & maskEven
		odd += v >> 8 & maskEven
	}
	return [lanes]float32{m.expOf(even & 0xFFFF), m.expOf(odd & 0xFFFF), m.expOf(even >> 16), m.expOf(odd >> 16)}
}

// expOf returns the exponential of a biased sum of weights.
func (m *model) expOf(sum uint32) float32 {
	const low = featureCount*zeroWeight - expSpan/2
	return m.exp[min(max(sum, low)-low, expSpan-1)]
}

func sortedHashes(words map[uint32]Class) []uint32 {
	out := make([]uint32, 0, len(words))
	for h := range words {
		out = append(out, h)
	}
	slices.Sort(out)
	return out
}
