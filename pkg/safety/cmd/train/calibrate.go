package main

import (
	"fmt"
	"math"
	"os"
	"slices"

	"github.com/hushlog/hushlog/pkg/safety"
)

// shares of false positives at which a model ships thresholds.
var rates = [2]float64{0.01, 0.001}

// overallShare is the part of the false positives of the overall score that harmful and abuse are allowed each.
const overallShare = 0.15

// meanThreshold returns the mean of the folds' thresholds: what to expect on sources that a model has not seen.
func meanThreshold(results []foldResult, h int, rate float64) float64 {
	sum := 0.0
	for _, r := range results[:sourceFolds] {
		sum += threshold(r.negativesOf(h), rate)
	}
	return sum / sourceFolds
}

// calibrate fills in the heads of a model from what models scored that had not seen the texts.
func calibrate(results []foldResult, w *weights) *safety.Model {
	m := &safety.Model{Heads: make([]safety.Head, safety.Heads)}
	for h, c := range safety.Categories() {
		head := &m.Heads[h]
		head.Category, head.Bias = c, w.bias[h]
		mean := meanThreshold(results, h, rates[0])
		var scores, labels []float64
		for _, r := range results[:sourceFolds] {
			shift := mean - threshold(r.negativesOf(h), rates[0])
			for _, s := range r.list {
				y, weight := target(c, s.Label)
				if weight == 1 && !(s.made && y == 0) {
					scores, labels = append(scores, s.raw[h]+shift), append(labels, y)
				}
			}
		}
		a, b := platt(scores, labels)
		head.Calibration = safety.Calibration{Scores: []float64{-10, 10}, Odds: []float64{b - 10*a, b + 10*a}}
		for k, rate := range rates {
			head.Thresholds[k] = head.Calibration.Probability(meanThreshold(results, h, rate))
		}
	}
	attack := int(safety.Heads) - 1
	for h, c := range safety.Categories() {
		head := &m.Heads[h]
		switch c {
		case safety.Attack:
			head.Overall = &head.Calibration
		case safety.Harmful, safety.Abuse:
			head.Overall = overall(results, h, &m.Heads[attack])
		}
	}
	m.OverallThresholds = m.Heads[attack].Thresholds
	return m
}

// overall maps a head's scores to those of attacks that are as rare among harmless texts, a share of them only.
func overall(results []foldResult, h int, attack *safety.Head) *safety.Calibration {
	x0, x1 := meanThreshold(results, h, rates[0]*overallShare), meanThreshold(results, h, rates[1]*overallShare)
	y0, y1 := odds(attack.Thresholds[0]), odds(attack.Thresholds[1])
	slope := (y1 - y0) / math.Max(x1-x0, 0.5)
	return &safety.Calibration{Scores: []float64{x0 - 10, x0 + 10}, Odds: []float64{y0 - 10*slope, y0 + 10*slope}}
}

func odds(p float64) float64 { return math.Log(p / (1 - p)) }

// platt fits the log-odds a·score + b of a label (Platt 1999), by Newton's method.
func platt(scores, labels []float64) (a, b float64) {
	a = 1
	for range 50 {
		var ga, gb, haa, hab, hbb float64
		for i, s := range scores {
			p := 1 / (1 + math.Exp(-(a*s + b)))
			d, w := p-labels[i], p*(1-p)
			ga, gb = ga+d*s, gb+d
			haa, hab, hbb = haa+w*s*s, hab+w*s, hbb+w
		}
		haa, hbb = haa+1e-3, hbb+1e-3
		det := haa*hbb - hab*hab
		a -= (hbb*ga - hab*gb) / det
		b -= (haa*gb - hab*ga) / det
	}
	return max(a, 0.05), b
}

// quantise turns weights into steps, for each head of the same size: the largest few are cut off.
func quantise(w *weights, m *safety.Model) [][safety.Heads]int8 {
	out := make([][safety.Heads]int8, safety.Rows)
	for h := range m.Heads {
		most := 0.0
		for i := range w.rows {
			most = math.Max(most, math.Abs(float64(w.rows[i][h])))
		}
		step := most / 127
		if step == 0 {
			step = 1
		}
		m.Heads[h].Scale = step
		for i := range w.rows {
			out[i][h] = int8(math.Round(float64(w.rows[i][h]) / step))
		}
	}
	return out
}

// write trains on everything and writes the model.
func write(s settings, train, made []*example, results []foldResult) error {
	w := fit(append(slices.Clone(train), made...), s.fit)
	m := calibrate(results, w)
	m.Version = s.version
	data, err := m.Write(quantise(w, m))
	if err != nil {
		return err
	}
	fmt.Printf("wrote %d bytes\n", len(data))
	for _, h := range m.Heads {
		fmt.Printf("%-10s thresholds %.4f %.4f\n", h.Category, h.Thresholds[0], h.Thresholds[1])
	}
	return os.WriteFile(s.out, data, 0o644) //nolint:gosec // G306: a part of the source code
}
