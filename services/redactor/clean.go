package redactor

import (
	"sync"

	"github.com/hushlog/hushlog/pkg/contract"
	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

const (
	// cleanValues bounds a generation of a cleanCache: two of them, with values of up to cleanBytes, are at most 2 MiB.
	cleanValues = 4096
	cleanBytes  = 128
)

// cleanCache remembers metadata in which one engine has found nothing: names of models, services and purposes come again
// with each interaction. It holds no value that has a finding, no id, and nothing that is said. Safe for concurrent use.
type cleanCache struct {
	mu sync.Mutex // guards what follows
	// recent takes what is new; when it is full it becomes older, and what was older is forgotten unless it is asked for again.
	recent, older map[cleanKey]struct{}
}

// cleanKey is what findings depend on: names of fields are hints.
type cleanKey struct{ field, value string }

func newCleanCache() *cleanCache { return &cleanCache{recent: map[cleanKey]struct{}{}} }

// keyOf is false for strings that do not come again, or are too long to be kept.
func keyOf(str *contract.String) (cleanKey, bool) {
	switch str.Form { //nolint:exhaustive // all others come again
	case hushlogv1.FieldForm_FIELD_FORM_ID, hushlogv1.FieldForm_FIELD_FORM_TRACE_ID, hushlogv1.FieldForm_FIELD_FORM_SPAN_ID:
		return cleanKey{}, false
	}
	return cleanKey{string(str.Name), str.Value}, len(str.Value) <= cleanBytes
}

// knows reports whether nothing was found in the value.
func (c *cleanCache) knows(key cleanKey) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	_, known := c.recent[key]
	if known {
		return true
	}
	_, known = c.older[key]
	if known {
		c.addLocked(key)
	}
	return known
}

// add remembers that nothing was found in the value.
func (c *cleanCache) add(key cleanKey) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.addLocked(key)
}

func (c *cleanCache) addLocked(key cleanKey) {
	if len(c.recent) >= cleanValues {
		c.older, c.recent = c.recent, map[cleanKey]struct{}{}
	}
	c.recent[key] = struct{}{}
}
