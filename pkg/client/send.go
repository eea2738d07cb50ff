package client

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	randv2 "math/rand/v2"
	"time"

	"google.golang.org/protobuf/proto"

	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

const (
	// maxBatchItems is the gateway's limit under the default policy.
	maxBatchItems = 1000
	// maxBatchBytes is half of what a gateway takes by default. A single larger interaction goes alone.
	maxBatchBytes = 16 << 20

	firstPause = 100 * time.Millisecond
	maxPause   = 10 * time.Second
)

// Result is the fate of one interaction of a batch.
type Result struct {
	// RequestID that the interaction has.
	RequestID string
	// Err is nil when the interaction is durable, an *Error when the gateway did not take it, or the
	// end of the context.
	Err error
}

// Log sends one interaction and returns its request id once it is durable. What may pass is tried again,
// after the delay that the gateway asked for, until ctx ends or Options.Attempts are used up.
//
// An empty RequestId is filled in, so that the caller may send the same message again later and it
// will be recognised. Another interaction needs another message, or a RequestId of its own: under the
// same one it would be taken for a repetition. in must not be used by others meanwhile.
func (c *Client) Log(ctx context.Context, in *hushlogv1.Interaction) (string, error) {
	ensureID(in)
	for attempt := 1; ; attempt++ {
		err := c.logOnce(ctx, in)
		if err == nil {
			return in.GetRequestId(), nil
		}
		if !err.Temporary() || attempt == c.opts.Attempts {
			return "", gaveUp(ctx, attempt, err)
		}
		waitErr := pause(ctx, attempt, err.RetryAfter)
		if waitErr != nil {
			return "", gaveUp(ctx, attempt, err)
		}
	}
}

func (c *Client) logOnce(ctx context.Context, in *hushlogv1.Interaction) *Error {
	ctx, cancel := context.WithTimeout(ctx, c.opts.Timeout)
	defer cancel()
	_, err := c.service.Log(ctx, &hushlogv1.LogRequest{Interaction: in}, c.calls...)
	if err != nil {
		return fromStatus(err)
	}
	return nil
}

// gaveUp is the last error, with what ended the attempts.
func gaveUp(ctx context.Context, attempts int, last error) error {
	return errors.Join(fmt.Errorf("client: after %d attempts: %w", attempts, last), ctx.Err())
}

// LogBatch sends several, in calls of at most 1,000, and returns one result for each, in their order.
// Only what may pass is tried again, like in Log. The error is nil exactly when every result's is.
// Empty request ids are filled in.
func (c *Client) LogBatch(ctx context.Context, ins []*hushlogv1.Interaction) ([]Result, error) {
	return c.sendAll(ctx, ins, c.opts.Attempts)
}

// sendAll sends until everything is settled or no attempt is left; attempts of 0 have no end but ctx's.
func (c *Client) sendAll(ctx context.Context, ins []*hushlogv1.Interaction, attempts int) ([]Result, error) {
	results := make([]Result, len(ins))
	open := make([]int, len(ins))
	for i, in := range ins {
		ensureID(in)
		results[i].RequestID = in.GetRequestId()
		open[i] = i
	}
	for attempt := 1; len(open) > 0; attempt++ {
		var wait time.Duration
		open, wait = c.sendOpen(ctx, ins, results, open)
		if len(open) == 0 || attempt == attempts {
			break
		}
		err := pause(ctx, attempt, wait)
		if err != nil {
			break
		}
	}
	refused := 0
	var first error
	for i := range results {
		if results[i].Err == nil {
			continue
		}
		refused++
		if first == nil {
			first = results[i].Err
		}
	}
	if refused == 0 {
		return results, nil
	}
	return results, errors.Join(fmt.Errorf("client: %d of %d not taken, the first: %w", refused, len(ins), first), ctx.Err())
}

// sendOpen sends what is open once and returns what may be sent again, and when.
func (c *Client) sendOpen(ctx context.Context, ins []*hushlogv1.Interaction, results []Result, open []int) (again []int, wait time.Duration) {
	for _, part := range split(ins, open) {
		batch := make([]*hushlogv1.Interaction, 0, len(part))
		for _, i := range part {
			batch = append(batch, ins[i])
		}
		for n, err := range c.batchOnce(ctx, batch) {
			i := part[n]
			if err == nil {
				results[i].Err = nil
				continue
			}
			results[i].Err = err
			if err.Temporary() {
				again = append(again, i)
				wait = max(wait, err.RetryAfter)
			}
		}
	}
	return again, wait
}

// batchOnce returns one error, or nil, for each item.
func (c *Client) batchOnce(ctx context.Context, batch []*hushlogv1.Interaction) []*Error {
	ctx, cancel := context.WithTimeout(ctx, c.opts.Timeout)
	defer cancel()
	errs := make([]*Error, len(batch))
	answer, err := c.service.LogBatch(ctx, &hushlogv1.LogBatchRequest{Interactions: batch}, c.calls...)
	if err == nil && len(answer.GetResults()) != len(batch) {
		err = errResults
	}
	for i := range errs {
		if err != nil {
			errs[i] = fromStatus(err)
			continue
		}
		errs[i] = fromResult(answer.GetResults()[i])
	}
	return errs
}

// errResults is for a gateway that does not keep the contract: its answer says nothing.
var errResults = errors.New("the gateway's answer does not have one result for each interaction")

// split cuts what is open into calls that a gateway takes.
func split(ins []*hushlogv1.Interaction, open []int) [][]int {
	var parts [][]int
	size := 0
	for _, i := range open {
		s := proto.Size(ins[i])
		last := len(parts) - 1
		if last < 0 || len(parts[last]) == maxBatchItems || size+s > maxBatchBytes {
			parts, size, last = append(parts, nil), 0, last+1
		}
		parts[last] = append(parts[last], i)
		size += s
	}
	return parts
}

// pause waits before the next attempt: as long as the gateway asked for, or ever longer, with jitter so
// that many clients do not come back at once.
func pause(ctx context.Context, attempt int, asked time.Duration) error {
	wait := asked
	if wait <= 0 {
		wait = min(firstPause<<min(attempt-1, 10), maxPause)
	}
	wait += time.Duration(randv2.Int64N(int64(wait)/4 + 1)) //nolint:gosec // jitter needs no secrecy
	deadline, ok := ctx.Deadline()
	if ok && time.Until(deadline) < wait {
		return context.DeadlineExceeded
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// ensureID gives an interaction a request id once; whatever is sent again has it still.
func ensureID(in *hushlogv1.Interaction) {
	if in.GetRequestId() != "" {
		return
	}
	in.RequestId = newRequestID()
}

// newRequestID is a UUIDv7: 48 bits of milliseconds, then random bits.
func newRequestID() string {
	var id [16]byte
	_, _ = rand.Read(id[:]) // never fails
	var now [8]byte
	binary.BigEndian.PutUint64(now[:], uint64(time.Now().UnixMilli()))
	copy(id[:6], now[2:])
	id[6] = id[6]&0x0f | 0x70
	id[8] = id[8]&0x3f | 0x80
	text := hex.EncodeToString(id[:])
	return text[:8] + "-" + text[8:12] + "-" + text[12:16] + "-" + text[16:20] + "-" + text[20:]
}
