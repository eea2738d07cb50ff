package redact_test

import (
	"fmt"
	"io"
	"os"

	"github.com/hushlog/hushlog/pkg/redact"
)

// A Writer takes a text of any length; what it holds back is bounded.
func ExampleNewWriter() {
	engine, err := redact.New(redact.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	w := redact.NewWriter(os.Stdout, engine, redact.Hints{})
	for _, chunk := range []string{"Write to jane.d", "oe@comp", "any.com today.\n"} {
		_, err = io.WriteString(w, chunk)
		if err != nil {
			fmt.Println(err) // nothing of what was held back is written
			return
		}
	}
	err = w.Close()
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(w.Counts())
	// Output:
	// Write to j***@company.com today.
	// map[EMAIL:1]
}

// A DeltaJoiner finds what is spread over the deltas that a model streams.
func ExampleDeltaJoiner() {
	engine, err := redact.New(redact.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	joiner := redact.NewDeltaJoiner(engine, redact.Hints{Role: "assistant"})
	var sanitized []string
	for _, delta := range []string{"Your card ", "4111 11", "11 1111", " 1111 was", " charged."} {
		ready, err := joiner.Push(delta)
		if err != nil {
			fmt.Println(err)
			return
		}
		sanitized = append(sanitized, ready...)
	}
	rest, err := joiner.Flush()
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%q\n", append(sanitized, rest...))
	// Output:
	// ["Your card " "[REDACTED]" "" " was" " charged."]
}
