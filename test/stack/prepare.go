package stack

import (
	"github.com/hushlog/hushlog/pkg/identity"
	"github.com/hushlog/hushlog/services/setup"
)

// prepare makes the directory before the stack does: the receiver of alerts
// needs a key from it.
func prepare(layout identity.Layout) error {
	_, err := setup.Prepare(layout, nil)
	return err
}
