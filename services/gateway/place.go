package gateway

import (
	"runtime"
	"strconv"
	"strings"
)

// panicPlace is the function and line where the panic that is being recovered began. It holds names
// from our source only.
func panicPlace() string {
	var callers [32]uintptr
	n := runtime.Callers(2, callers[:])
	frames := runtime.CallersFrames(callers[:n])
	panicking := false
	for {
		at, more := frames.Next()
		if panicking && !strings.HasPrefix(at.Function, "runtime.") {
			return at.Function + ":" + strconv.Itoa(at.Line)
		}
		panicking = panicking || at.Function == "runtime.gopanic"
		if !more {
			return "unknown"
		}
	}
}
