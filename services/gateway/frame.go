package gateway

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/binary"
	"errors"
	"io"

	"google.golang.org/grpc"
	_ "google.golang.org/grpc/encoding/gzip" // lets clients send gzip; inflated below, within bounds
	"google.golang.org/grpc/mem"
)

const (
	// frameHeader is the prefix of a gRPC message: a flag and a length.
	frameHeader = 5
	// inflateStep is how much memory is asked for at a time while inflating.
	inflateStep = 64 << 10
)

// frameSource is the call as gRPC's transport sees it. gRPC itself has one size limit for all
// methods and reads and inflates a message before any handler can refuse it; from here a handler
// learns the length first, so that memory is reserved before a byte is read and a refusal has the
// details that clients rely on. TestFramesComeFromTheTransport fails when an upgrade of gRPC changes this.
type frameSource interface {
	ReadMessageHeader(header []byte) error
	Read(n int) (mem.BufferSlice, error)
	RecvCompress() string
}

// frames reads the messages of one call, one after the other, by one goroutine.
type frames struct {
	source frameSource
	limit  sizeLimit
}

// sizeLimit is how large something may be on its way here, and what a refusal says of it. The first
// has room for what wraps the interactions; the second is what the sender can go by.
type sizeLimit struct {
	bytes int
	said  string
}

func (l sizeLimit) refuse() error {
	return refuse(reasonTooLarge, "larger than the limit: %s after decompression; shorten or split it", l.said)
}

func framesOf(ctx context.Context, limit sizeLimit) (*frames, error) {
	source, ok := grpc.ServerTransportStreamFromContext(ctx).(frameSource)
	if !ok {
		return nil, errors.New("the gRPC library does not show its transport's stream")
	}
	return &frames{source: source, limit: limit}, nil
}

// next returns one message, for which held was grown. io.EOF means that the client has closed its
// side; a refusal means that the rest of the call cannot be read.
func (f *frames) next(held *lease) ([]byte, error) {
	var header [frameHeader]byte
	err := f.source.ReadMessageHeader(header[:])
	if err != nil {
		return nil, readError(err)
	}
	size := binary.BigEndian.Uint32(header[1:])
	if int64(size) > int64(f.limit.bytes) {
		return nil, f.limit.refuse()
	}
	err = held.grow(int64(size))
	if err != nil {
		return nil, err
	}
	buffers, err := f.source.Read(int(size))
	if err != nil {
		return nil, readError(err)
	}
	data := buffers.Materialize()
	buffers.Free()
	switch {
	case header[0] == 0:
		return data, nil
	case header[0] == 1 && f.source.RecvCompress() == "gzip":
		return inflate(data, f.limit, held)
	default:
		return nil, refuse(reasonEncoding, "the message is compressed in a way that is not known here; use gzip or none")
	}
}

// readError keeps the end of a stream and what says that the caller has gone apart.
func readError(err error) error {
	if errors.Is(err, io.EOF) {
		return io.EOF
	}
	return context.Canceled
}

// inflate undoes gzip up to the limit, and asks for memory before it fills it.
func inflate(data []byte, limit sizeLimit, held *lease) ([]byte, error) {
	reader, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, refuse(reasonMalformed, "the message is not gzip, as it says it is")
	}
	return readBounded(reader, limit, held)
}

// readBounded reads all of r, which may be hostile. Reading one byte beyond the limit is how it
// knows that there is more.
func readBounded(r io.Reader, limit sizeLimit, held *lease) ([]byte, error) {
	var out []byte
	for {
		if len(out) == cap(out) {
			// Growing doubles, and the old and the new hold the same bytes for a moment.
			grown := min(max(2*cap(out), inflateStep), limit.bytes+1)
			err := held.grow(int64(grown))
			if err != nil {
				return nil, err
			}
			out = append(make([]byte, 0, grown), out...)
		}
		n, err := r.Read(out[len(out):cap(out)])
		out = out[:len(out)+n]
		if len(out) > limit.bytes {
			return nil, limit.refuse()
		}
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return nil, bodyError(err)
		}
	}
}

// bodyError is why a body could not be read to its end.
func bodyError(err error) error {
	var known *refusal
	switch {
	case errors.As(err, &known):
		return known
	case errors.Is(err, gzip.ErrChecksum), errors.Is(err, gzip.ErrHeader), errors.Is(err, io.ErrUnexpectedEOF):
		return refuse(reasonMalformed, "the body ends too early or is not the gzip that it says it is")
	default:
		return refuse(reasonMalformed, "the body could not be read")
	}
}
