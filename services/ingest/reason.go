package ingest

import (
	"context"
	"errors"

	"github.com/hushlog/hushlog/pkg/seal"
	"github.com/hushlog/hushlog/pkg/store"
)

// errUndecodable says that the bytes of a record are not the message of its topic.
var errUndecodable = errors.New("record is not a message of its topic")

// reason is why something was not stored, from a closed set.
type reason string

const (
	reasonUndecodable reason = "undecodable"
	reasonUnopenable  reason = "unopenable"
	reasonMalformed   reason = "malformed"
	reasonStopping    reason = "stopping"
	reasonStore       reason = "store"
)

var reasons = []reason{reasonUndecodable, reasonUnopenable, reasonMalformed, reasonStopping, reasonStore}

func reasonOf(err error) reason {
	switch {
	case errors.Is(err, errUndecodable):
		return reasonUndecodable
	case errors.Is(err, errUnopened):
		return reasonUnopenable
	case errors.Is(err, store.ErrMalformed):
		return reasonMalformed
	case errors.Is(err, context.Canceled):
		return reasonStopping
	default:
		return reasonStore
	}
}

// hopeless says that trying again will not help until somebody has done something.
func hopeless(err error) bool {
	switch reasonOf(err) { //nolint:exhaustive // the others pass
	case reasonUndecodable, reasonMalformed:
		return true
	case reasonUnopenable:
		// An epoch may still be on its way to us: a few seconds' repetition is no reason to alarm, and the
		// health endpoint tells of it from the first one on.
		return seal.Permanent(err) && !errors.Is(err, seal.ErrUnknownEpoch)
	default:
		return false
	}
}
