package store

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/url"

	// ClickHouse's client: errors come as its types.
	"github.com/ClickHouse/clickhouse-go/v2"
)

// ErrMalformed says that a block, alert or entry can never be stored as it is. Repeating it is
// useless: put it aside.
var ErrMalformed = errors.New("cannot be stored as it is")

// Error is a refusal by ClickHouse. It holds ClickHouse's code and never its message, because
// messages quote statements and data.
type Error struct {
	// Op is what was tried.
	Op string
	// Code is ClickHouse's error code, 0 when the answer had none.
	Code int32
	// Name is the code's name, as UNKNOWN_TABLE; may be empty.
	Name string
	// Status is the HTTP status, 0 when the answer had begun before it failed.
	Status int
	// Position is where in the statement a syntax error is, counted from 1; 0 when not known.
	Position int
}

// Error names what was tried and ClickHouse's code.
func (e *Error) Error() string {
	switch {
	case e.Code != 0 && e.Name != "":
		return fmt.Sprintf("%s: ClickHouse refused with %s (%d)", e.Op, e.Name, e.Code)
	case e.Code != 0:
		return fmt.Sprintf("%s: ClickHouse refused with code %d", e.Op, e.Code)
	default:
		return fmt.Sprintf("%s: ClickHouse answered with HTTP status %d", e.Op, e.Status)
	}
}

// clean makes an error of the client safe to log: it keeps kinds, codes and addresses and drops
// texts, as ClickHouse's messages quote data and net/http's quote URLs with parameters in them.
func clean(op string, err error) error {
	if err == nil {
		return nil
	}
	var exception *clickhouse.Exception
	var httpErr *clickhouse.HTTPError
	status := 0
	if errors.As(err, &httpErr) {
		status = httpErr.StatusCode
	}
	if errors.As(err, &exception) {
		return &Error{Op: op, Code: exception.Code, Name: exception.CodeName, Status: status, Position: syntaxPosition(exception.Message)}
	}
	if status != 0 {
		return &Error{Op: op, Status: status}
	}
	return fmt.Errorf("%s: %w", op, transport(err))
}

// cleanDDL is clean for statements that are ours alone and touch no rows: there ClickHouse's text
// helps and quotes nothing but the schema.
func cleanDDL(op string, err error) error {
	var exception *clickhouse.Exception
	if errors.As(err, &exception) {
		return fmt.Errorf("%w: %s", clean(op, err), exception.Message)
	}
	return clean(op, err)
}

// transport reduces an error of the connection to a part that quotes nothing.
func transport(err error) error {
	for _, known := range []error{context.Canceled, context.DeadlineExceeded, clickhouse.ErrAcquireConnTimeout, clickhouse.ErrConnectionClosed} {
		if errors.Is(err, known) {
			return known
		}
	}
	var verify *tls.CertificateVerificationError
	var authority x509.UnknownAuthorityError
	var alert tls.AlertError
	var network *net.OpError
	switch {
	case errors.As(err, &verify):
		return verify
	case errors.As(err, &authority):
		return authority
	case errors.As(err, &alert):
		return alert
	case errors.As(err, &network):
		return network
	}
	var address *url.Error
	if errors.As(err, &address) {
		return fmt.Errorf("connection broke (%T)", address.Err)
	}
	return fmt.Errorf("answer could not be read (%T)", err)
}
