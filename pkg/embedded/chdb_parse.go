//go:build linux && amd64 && !hushlog_static

package embedded

import (
	"regexp"
	"strconv"
	"strings"
)

var (
	errorCode = regexp.MustCompile(`(?s)^(?:.*?)Code:\s*(\d+)\.\s*(?:DB::\w*Exception:\s*)?(.*)$`)
	errorName = regexp.MustCompile(`\(([A-Z][A-Z0-9_]+)\)\s*(?:\(version [^)]*\)*)?\s*$`)
)

// parseEngineError reads the code, the message and the name from the engine's text.
func parseEngineError(text string) *engineError {
	text = strings.TrimSpace(text)
	m := errorCode.FindStringSubmatch(text)
	if m == nil {
		return &engineError{code: 1002, name: "UNKNOWN_EXCEPTION", message: text}
	}
	code, err := strconv.Atoi(m[1])
	if err != nil || code == 0 {
		code = 1002
	}
	message, name := m[2], "UNKNOWN_EXCEPTION"
	loc := errorName.FindStringSubmatchIndex(message)
	if loc != nil {
		name = message[loc[2]:loc[3]]
		message = strings.TrimSpace(message[:loc[0]])
	}
	return &engineError{code: code, name: name, message: message}
}
