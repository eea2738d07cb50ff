package gateway

import (
	"context"
	"errors"
	"io"
	"time"

	"golang.org/x/sync/errgroup"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"

	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

// api is LoggingService on one server. It reads the messages of a call itself, within the memory
// budget, where the generated code would have gRPC read and decode them first.
type api struct {
	taker *taker
	cfg   *Config
	// recovering turns a panic into an error.
	recovering func(context.Context, func() error) error
	// trusted is set on the server behind REST, which only our own process reaches: what REST
	// could not decode comes as a marked refusal, see refusalField.
	trusted bool
	// draining is closed when the gateway stops: streams answer with what they have.
	draining <-chan struct{}
}

// methodNames are the methods of LoggingService.
var methodNames = []string{"Log", "LogBatch", "LogStream"}

// logging is the interface that gRPC holds a registered service to.
type logging interface {
	log(grpc.ServerStream) error
	logBatch(grpc.ServerStream) error
	logStream(grpc.ServerStream) error
}

// serviceDesc replaces the generated hushlogv1.LoggingService_ServiceDesc. On the wire a unary call
// is a stream of one message each way, so clients see no difference.
var serviceDesc = grpc.ServiceDesc{
	ServiceName: hushlogv1.LoggingService_ServiceDesc.ServiceName,
	HandlerType: (*logging)(nil),
	Metadata:    hushlogv1.LoggingService_ServiceDesc.Metadata,
	Streams: []grpc.StreamDesc{
		{StreamName: methodNames[0], ClientStreams: true, Handler: func(srv any, ss grpc.ServerStream) error { return srv.(logging).log(ss) }},       //nolint:forcetypeassert // gRPC checked HandlerType
		{StreamName: methodNames[1], ClientStreams: true, Handler: func(srv any, ss grpc.ServerStream) error { return srv.(logging).logBatch(ss) }},  //nolint:forcetypeassert // gRPC checked HandlerType
		{StreamName: methodNames[2], ClientStreams: true, Handler: func(srv any, ss grpc.ServerStream) error { return srv.(logging).logStream(ss) }}, //nolint:forcetypeassert // gRPC checked HandlerType
	},
}

// log takes one interaction.
func (a *api) log(ss grpc.ServerStream) error {
	stop := make(chan struct{})
	defer close(stop)
	frame, err := a.one(ss, a.taker.checker.interactionLimit(wrapperSize), stop)
	if err != nil {
		return a.refusedWhole(ss, err)
	}
	defer frame.held.release()
	items, err := a.split(frame.data, 1)
	if err != nil {
		return a.refusedWhole(ss, err)
	}
	took := a.take(ss, items)[0]
	if took.err != nil {
		return took.err
	}
	return ss.SendMsg(&hushlogv1.LogResponse{RequestId: took.requestID})
}

// logBatch takes several; a refused one does not hold up the others.
func (a *api) logBatch(ss grpc.ServerStream) error {
	stop := make(chan struct{})
	defer close(stop)
	frame, err := a.one(ss, a.cfg.batchLimit(), stop)
	if err != nil {
		return a.refusedWhole(ss, err)
	}
	defer frame.held.release()
	items, err := a.split(frame.data, a.taker.checker.policy.Limits.MaxBatchItems)
	if err != nil {
		return a.refusedWhole(ss, err)
	}
	answer := &hushlogv1.LogBatchResponse{}
	for _, f := range a.take(ss, items) {
		answer.Results = append(answer.Results, resultOf(f))
	}
	return ss.SendMsg(answer)
}

// logStream takes interactions as they come, a bounded number at a time, until the client closes its
// side, is silent for too long, the gateway drains, or the answer has as many results as one may
// have. What has no result then was not taken. A message that cannot be read ends the call with an
// error, since what follows it cannot be found.
func (a *api) logStream(ss grpc.ServerStream) error {
	a.taker.metrics.openStreams.Inc()
	defer a.taker.metrics.openStreams.Dec()
	stop := make(chan struct{})
	defer close(stop)
	incoming, err := a.read(ss, a.taker.checker.interactionLimit(wrapperSize), stop)
	if err != nil {
		return a.refusedWhole(ss, err)
	}
	results := make([]*hushlogv1.LogResult, 0, 16)
	var inFlight errgroup.Group
	inFlight.SetLimit(a.cfg.StreamInFlight)
	for len(results) < a.cfg.StreamItems {
		frame, err := a.await(ss, incoming)
		if err == nil && a.trusted && markedRefusal(frame.data) != nil {
			frame.held.release()
			err = markedRefusal(frame.data) // REST could not read the stream at all
		}
		if errors.Is(err, io.EOF) || errors.Is(err, errStopStream) {
			break
		}
		if err != nil {
			_ = inFlight.Wait() // its functions return no error
			return a.refusedWhole(ss, err)
		}
		result := &hushlogv1.LogResult{}
		results = append(results, result)
		inFlight.Go(func() error {
			proto.Merge(result, resultOf(a.takeFrame(ss, frame)))
			return nil
		})
	}
	_ = inFlight.Wait() // its functions return no error
	return ss.SendMsg(&hushlogv1.LogStreamResponse{Results: results})
}

// takeFrame takes the interaction of one message of a stream. A panic in it is its own, not the
// process's.
func (a *api) takeFrame(ss grpc.ServerStream, frame frame) (took fate) {
	defer frame.held.release()
	err := a.recovering(ss.Context(), func() error {
		items, err := a.split(frame.data, 1)
		if err != nil {
			return a.refusedWhole(ss, err)
		}
		took = a.take(ss, items)[0]
		return nil
	})
	if err != nil {
		return fate{err: err}
	}
	return took
}

// take takes items in their order. One that REST could not decode has its refusal already.
func (a *api) take(ss grpc.ServerStream, items [][]byte) []fate {
	who := callerOf(ss.Context())
	if !a.trusted {
		return a.taker.take(ss.Context(), who, items)
	}
	fates := make([]fate, len(items))
	var good [][]byte
	for i, item := range items {
		marked := markedRefusal(item)
		if marked == nil {
			good = append(good, item)
			continue
		}
		a.taker.reject(who, a.taker.now(), marked)
		fates[i].err = marked
	}
	took := a.taker.take(ss.Context(), who, good)
	for i := range fates {
		if fates[i].err == nil {
			fates[i], took = took[0], took[1:]
		}
	}
	return fates
}

// split takes a request apart into at least one interaction.
func (a *api) split(data []byte, limit int) ([][]byte, error) {
	if a.trusted {
		marked := markedRefusal(data)
		if marked != nil {
			return nil, marked
		}
	}
	items, err := splitRequest(data, limit)
	if err != nil {
		return nil, err
	}
	if len(items) == 0 {
		return nil, refuse(reasonEmpty, "the request holds no interaction")
	}
	return items, nil
}

// refusedWhole counts a request of which nothing was looked at as one rejected interaction, unless its
// caller went away before it had sent one.
func (a *api) refusedWhole(ss grpc.ServerStream, err error) error {
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	a.taker.reject(callerOf(ss.Context()), a.taker.now(), err)
	return err
}

// frame is one message and the memory it holds, which goes to the receiver.
type frame struct {
	data []byte
	held *lease
	err  error
}

// errStopStream ends a stream from our side: it is answered with what it has.
var errStopStream = errors.New("the gateway ends the stream")

// read starts to read the messages of a call. The goroutine ends when stop is closed and the handler
// has returned, which ends a read in progress; nobody can wait for it before that.
func (a *api) read(ss grpc.ServerStream, limit sizeLimit, stop <-chan struct{}) (<-chan frame, error) {
	source, err := framesOf(ss.Context(), limit)
	if err != nil {
		return nil, err
	}
	project := callerOf(ss.Context()).Project
	out := make(chan frame)
	go func() {
		for {
			next := frame{held: a.taker.budget.lease(project)}
			next.err = a.recovering(ss.Context(), func() (err error) {
				next.data, err = source.next(next.held)
				return err
			})
			if next.err != nil {
				next.held.release()
			}
			select {
			case out <- next:
			case <-stop:
				next.held.release()
				return
			}
			if next.err != nil {
				return
			}
		}
	}()
	return out, nil
}

// await is the next message, or why there is none.
func (a *api) await(ss grpc.ServerStream, incoming <-chan frame) (frame, error) {
	timer := time.NewTimer(a.cfg.ReceiveTimeout)
	defer timer.Stop()
	select {
	case next := <-incoming:
		return next, next.err
	case <-ss.Context().Done():
		return frame{}, ss.Context().Err()
	case <-a.draining:
		return frame{}, errStopStream
	case <-timer.C:
		return frame{}, errStopStream
	}
}

// one reads the only message of a call.
func (a *api) one(ss grpc.ServerStream, limit sizeLimit, stop <-chan struct{}) (frame, error) {
	incoming, err := a.read(ss, limit, stop)
	if err != nil {
		return frame{}, err
	}
	timer := time.NewTimer(a.cfg.ReceiveTimeout)
	defer timer.Stop()
	select {
	case next := <-incoming:
		if errors.Is(next.err, io.EOF) {
			return frame{}, refuse(reasonEmpty, "the call holds no message")
		}
		return next, next.err
	case <-ss.Context().Done():
		return frame{}, ss.Context().Err()
	case <-timer.C:
		return frame{}, refuse(reasonTimeout, "the message did not arrive within %s", a.cfg.ReceiveTimeout)
	}
}
