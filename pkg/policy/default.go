package policy

import (
	_ "embed"
	"slices"
)

//go:embed default.yaml
var defaultDocument []byte

// DefaultDocument is the text of the default policy, which is also its documented example. The
// slice is the caller's.
func DefaultDocument() []byte { return slices.Clone(defaultDocument) }

// Default is the default policy. It panics when the embedded document is not valid, which a test excludes.
func Default() *Policy {
	p, err := Parse(defaultDocument)
	if err != nil {
		panic("policy: embedded default: " + err.Error())
	}
	return p
}
