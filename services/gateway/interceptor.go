package gateway

import (
	"context"
	"crypto/tls"
	"errors"
	"log/slog"
	"strings"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/peer"
	"google.golang.org/grpc/status"

	"github.com/hushlog/hushlog/pkg/identity"
)

// authenticator knows whom an API key speaks for.
type authenticator interface {
	Authenticate(key string) (identity.Principal, error)
}

// callOK is the outcome of a call that was answered, whatever became of its items.
const callOK = "OK"

// guard stands before every call of LoggingService: it knows the caller, recovers panics, and gives
// every error its form. REST calls pass it twice: at the door, before the body is read, and as gRPC.
type guard struct {
	keys    authenticator
	metrics *metrics
	log     *slog.Logger
	by      string
}

type callerKey struct{}

// callerOf is the caller that the guard let in.
func callerOf(ctx context.Context) identity.Principal {
	who, _ := ctx.Value(callerKey{}).(identity.Principal)
	return who
}

// stream is the interceptor of LoggingService, of which every method is served as a stream.
func (g *guard) stream(srv any, ss grpc.ServerStream, info *grpc.StreamServerInfo, handler grpc.StreamHandler) (err error) {
	method, ours := strings.CutPrefix(info.FullMethod, "/"+serviceDesc.ServiceName+"/")
	if !ours {
		return plain(g.recovering(ss.Context(), func() error { return handler(srv, ss) }))
	}
	err = g.recovering(ss.Context(), func() error {
		who, err := g.caller(ss.Context())
		if err != nil {
			return err
		}
		return handler(srv, &knownStream{ss, context.WithValue(ss.Context(), callerKey{}, who)})
	})
	return g.finish(method, err)
}

// unary is the interceptor of health, which needs no key.
func (g *guard) unary(ctx context.Context, req any, _ *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (answer any, err error) {
	err = g.recovering(ctx, func() error {
		var inner error
		answer, inner = handler(ctx, req)
		return inner
	})
	return answer, plain(err)
}

// plain keeps the errors of gRPC's own services as they are; a panic's gets the fixed text.
func plain(err error) error {
	if errors.Is(err, errPanic) {
		return asRefusal(err).status().Err()
	}
	return err
}

// finish counts a call and gives its error the form that clients get.
func (g *guard) finish(method string, err error) error {
	if err == nil {
		g.metrics.call(g.by, method, callOK)
		return nil
	}
	refused := asRefusal(err)
	g.metrics.call(g.by, method, string(refused.reason))
	return refused.status().Err()
}

// recovering turns a panic into an Internal error. Its value may hold anything, so it is not logged:
// the place where it began has to do.
func (g *guard) recovering(ctx context.Context, do func() error) (err error) {
	defer func() {
		value := recover()
		if value == nil {
			return
		}
		g.metrics.panics.Inc()
		g.log.ErrorContext(ctx, "a call ended in a panic", slog.String("at", panicPlace()))
		err = errPanic
	}()
	return do()
}

var errPanic = errors.New("panic")

// caller is who makes a gRPC call: the canary, by its certificate, or whom an API key speaks for. Behind REST the door
// has seen the certificate and says so in place of the caller's own header, which never comes so far.
func (g *guard) caller(ctx context.Context) (identity.Principal, error) {
	values := metadata.ValueFromIncomingContext(ctx, "authorization")
	if g.by == interfaceREST && len(values) == 1 && values[0] == canaryInside {
		return canaryPrincipal, nil
	}
	if len(values) == 0 {
		from, _ := peer.FromContext(ctx)
		if from != nil {
			info, ok := from.AuthInfo.(credentials.TLSInfo)
			if ok && isCanary(&info.State) {
				return canaryPrincipal, nil
			}
		}
	}
	return g.authenticate(values)
}

// canaryInside is what the door writes as authorization for a call of the canary.
const canaryInside = "canary"

// canaryPrincipal is whom the canary's certificate stands for. No key does.
var canaryPrincipal = identity.Principal{KeyID: identity.Canary, Project: identity.CanaryProject}

// isCanary says whether the peer has shown the canary's certificate, of the deployment's CA.
func isCanary(state *tls.ConnectionState) bool {
	return state != nil && identity.PeerName(*state) == identity.Canary
}

// authenticate reads `Bearer hl_...` from the values of the authorization header.
func (g *guard) authenticate(values []string) (identity.Principal, error) {
	if len(values) != 1 {
		return identity.Principal{}, refuse(reasonNoKey, "send one authorization header: Bearer and an API key")
	}
	scheme, key, ok := strings.Cut(values[0], " ")
	if !ok || !strings.EqualFold(scheme, "bearer") {
		return identity.Principal{}, refuse(reasonNoKey, "the authorization header must be: Bearer and an API key")
	}
	who, err := g.keys.Authenticate(strings.TrimSpace(key))
	if err == nil && who.Project == identity.CanaryProject {
		// `hushlog key create` makes no such key: somebody has changed the file.
		return identity.Principal{}, refuse(reasonProject, "the API key's project is hushlog's own; use another key")
	}
	return who, err
}

// knownStream is a stream of which the caller is known.
type knownStream struct {
	grpc.ServerStream
	ctx context.Context //nolint:containedctx // how gRPC hands a context to a stream's handler
}

// Context is the stream's context with the caller in it.
func (s *knownStream) Context() context.Context { return s.ctx }

// statusOf is the status of an error for REST. One that gRPC itself made gets the form of ours.
func statusOf(err error) *status.Status {
	st, ok := status.FromError(err)
	if !ok {
		return asRefusal(err).status()
	}
	for _, detail := range st.Details() {
		info, ok := detail.(*errdetails.ErrorInfo)
		if ok && info.GetDomain() == errorDomain {
			return st
		}
	}
	switch st.Code() {
	case codes.Canceled:
		return asRefusal(context.Canceled).status()
	case codes.DeadlineExceeded:
		return asRefusal(context.DeadlineExceeded).status()
	case codes.Unavailable:
		return refuse(reasonDraining, "the gateway is stopping; send again with the same request id").status()
	default:
		return asRefusal(err).status()
	}
}
