package seal

import "errors"

var (
	// ErrNoLiveEpoch says that no epoch of the audience may be sealed to right now. The caller refuses
	// what it was given (UNAVAILABLE, to be retried); it never publishes in the clear.
	ErrNoLiveEpoch = errors.New("no live epoch to seal to; is the epoch maker running?")
	// ErrUnknownEpoch says that the envelope names an epoch that this keyring has not seen, or that is
	// for another audience. Right after a start it may still arrive; later it never will.
	ErrUnknownEpoch = errors.New("epoch is not known")
	// ErrExpiredEpoch says that the epoch's date for opening has passed. It cannot be opened any more.
	ErrExpiredEpoch = errors.New("epoch has expired")
	// ErrForged says that the envelope was not sealed as it stands under this header: it was changed,
	// or moved from another project, topic, epoch or request.
	ErrForged = errors.New("envelope does not open under this header")
	// ErrMalformed says that the bytes are not an envelope of a version that is known here.
	ErrMalformed = errors.New("not an envelope of a known version")

	// ErrEpochMalformed says that an epoch record cannot be decoded or breaks its own rules.
	ErrEpochMalformed = errors.New("epoch record is malformed")
	// ErrEpochUnsigned says that an epoch record has no signature of the pinned key. Somebody may be
	// planting keys: alert, and never use it.
	ErrEpochUnsigned = errors.New("epoch record is not signed by the pinned key")
	// ErrEpochRolledBack says that an epoch came after one with a higher sequence.
	ErrEpochRolledBack = errors.New("epoch is rolled back: a later one was seen already")
	// ErrEpochTooEarly says that an epoch starts further in the future than makers work ahead.
	ErrEpochTooEarly = errors.New("epoch starts too far in the future; are the clocks right?")

	// ErrKeyGone says that the KMS key does not exist (any more): what it wrapped is shredded.
	ErrKeyGone = errors.New("KMS key does not exist")
	// ErrWrapped says that a wrapped key does not unwrap under the KMS key it names.
	ErrWrapped = errors.New("wrapped key does not unwrap")
)
