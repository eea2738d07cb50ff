package redact

// idRule is an idKind ready for use.
type idRule struct {
	rule
	kind  *idKind
	group idGroup
}

var ruleLabelledID = &rule{prio: prioContext + 2, Rule: Rule{
	ID: "gov-id-labelled", Version: 1, Type: TypeGovID,
	Description: "number after a word for an identity document, passport, licence, tax or insurance number",
	Source:      "names of documents in the languages of the vocabulary",
}}

var (
	idRules = func() []*idRule {
		out := make([]*idRule, len(idKinds))
		for i := range idKinds {
			k := &idKinds[i]
			t := k.typ
			if t == "" {
				t = TypeGovID
			}
			out[i] = &idRule{kind: k, group: idGroup(i + 1), rule: rule{prio: prioContext + 6, Rule: Rule{
				ID: "id-" + k.id, Version: 1, Type: t, Description: k.what, Source: k.source,
			}}}
		}
		return out
	}()
	// idShapes are the kinds by length, each with one of its shapes.
	idShapes = func() (t [maxCanon + 1][]idShape) {
		for _, r := range idRules {
			for _, s := range r.kind.shapes {
				sh := idShape{rule: r}
				for i := range len(s) {
					switch s[i] {
					case 'A':
						sh.letter |= 1 << i
					case 'N':
						sh.digit |= 1 << i
					}
				}
				t[len(s)] = append(t[len(s)], sh)
			}
		}
		return t
	}()
)

type idShape struct {
	rule          *idRule
	letter, digit uint64
}

// identity judges the window as an identity number of every kind that has its shape.
func (w *window) identity() {
	if w.plus {
		return
	}
	for _, sh := range idShapes[len(w.canon)] {
		if w.mask&sh.letter == sh.letter && w.mask&sh.digit == 0 {
			w.identityOf(sh.rule)
		}
	}
}

func (w *window) identityOf(r *idRule) {
	k := r.kind
	checked := k.check != nil && k.check(w.canon)
	if k.check != nil && !checked && w.lower {
		return
	}
	n := w.context()
	own := n.inGroup(r.group)
	if !own && !checked && k.check != nil {
		return
	}
	ev := Evidence{Structure: k.what}
	if checked {
		ev.Checksum = k.id
	}
	conf := w.identityConfidence(r, n, own, checked)
	if own || n.all()&k.topics != 0 {
		ev.Context = n.nameOf(topAnyID | topCompany | topProvider)
	}
	w.add(&r.rule, conf, ev)
}

func (w *window) identityConfidence(r *idRule, n *nearby, own, checked bool) float64 {
	k := r.kind
	formatted := checked && k.format != nil && w.shape(k.format...) && w.sepChar != ' ' || checked && k.format != nil && w.grouped(k.format)
	conf := 0.0
	switch {
	case own && checked:
		conf = 0.95
		if !n.nearGroup(r.group) {
			conf = 0.85
		}
	case own && n.nearGroup(r.group):
		conf = 0.7
		if k.check != nil {
			conf = 0.6
		}
	case k.check != nil && !checked, k.check == nil && k.alone == 0 && k.format == nil:
		return 0
	case n.near&k.topics != 0 && (checked || k.check == nil):
		conf = 0.75
	case k.check == nil && k.format != nil && w.shape(k.format...):
		conf = 0.6
	case formatted:
		conf = 0.7
	case n.far&k.topics != 0 && checked && !n.labelled(k.topics):
		conf = 0.6
	default:
		conf = k.alone
		if n.near&topNumeric&^(k.topics|topCompany|topBirth) != 0 && !own {
			conf -= 0.4
		}
	}
	if n.near&topBenign != 0 && !own && n.near&k.topics == 0 {
		conf -= 0.3
	}
	if w.bind >= bindWrap && !checked || w.lower && !own && conf < 0.8 {
		conf -= 0.3
	}
	return conf
}

// grouped reports whether the window is written in the groups of format, however they are separated.
func (w *window) grouped(format []int) bool {
	return w.sepChar != 0 && w.shape(format...) && len(format) > 3
}

// topLabel are the subjects whose label makes a number an official one.
const topLabel = topGov | topPassport | topLicence | topTax | topHealthID

// labelledID judges a number whose label speaks of an official number of a kind that is not known by shape.
func (w *window) labelledID() {
	n := w.context()
	if n.near&topLabel == 0 || n.near&topCompany != 0 && n.near&(topPassport|topLicence) == 0 || w.plus {
		return
	}
	l := len(w.canon)
	digits := 0
	for _, c := range w.canon {
		if isDigit(c) {
			digits++
		}
	}
	if l < 5 || l > 20 || digits < 2 || digits < 3 && n.near&(topPassport|topLicence) == 0 || w.lower && n.near&(topPassport|topLicence) == 0 || w.bind >= bindWrap && len(w.groups) > 2 || w.attached() && w.digits() {
		return
	}
	if w.digits() && (w.date() || l < 6) {
		return
	}
	conf := 0.62
	if n.near&(topPassport|topLicence) != 0 {
		conf = 0.75
	}
	w.add(ruleLabelledID, conf, Evidence{Context: n.nameOf(topLabel), Structure: "labelled"})
}
