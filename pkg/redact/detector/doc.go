// Package detector asks an external detector, so that what it finds in a text is added to what the engine finds (see
// redact.Engine's Merge). Two ways to ask are known: the HTTP interface of Microsoft Presidio's analyzer (POST /analyze),
// and hushlog's own gRPC service (hushlog.v1.DetectorService).
//
// A Classifier asks what texts as a whole are (an attack on a model, abuse …) in the same way, over HTTP or gRPC.
//
// It fails closed: every error wraps redact.ErrUninspectable, and an answer counts as a whole or not at all. No error
// holds anything of a text or of an answer. Texts travel in clear within TLS; without TLS only to this very machine.
//
// # Cost
//
// Texts of callers that come at the same time go out together: a request is sent when it is full (MaxTexts, MaxBytes), or
// Linger after its first text. At most maxInFlight requests are under way; further ones wait. A request is tried
// 1 + Retries times, each for Timeout at most. After Failures failed tries in a row nothing is sent for Pause, and every
// text fails at once; then one request is let through to see.
package detector
