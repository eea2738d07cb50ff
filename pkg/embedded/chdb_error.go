package embedded

import "fmt"

// engineError is an exception of ClickHouse, of the engine's or of the child's
// own, in the shape that ClickHouse's clients parse.
type engineError struct {
	code    int
	name    string // SYMBOLIC_NAME
	message string
}

// Error renders the exception as ClickHouse does. The message may quote the
// statement or the data: it is for the client that sent them, never for a log.
func (e *engineError) Error() string {
	return fmt.Sprintf("Code: %d. DB::Exception: %s (%s)", e.code, e.message, e.name)
}
