package redact_test

import (
	"fmt"

	"github.com/hushlog/hushlog/pkg/redact"
)

func ExampleEngine_Redact() {
	engine, err := redact.New(redact.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	result, err := engine.Redact("Card 4111 1111 1111 1111, write to jane.doe@company.com", redact.Hints{})
	if err != nil {
		fmt.Println(err) // not to be stored: it could not be inspected
		return
	}
	fmt.Println(result.Text)
	for _, f := range result.Findings {
		fmt.Println(f.Type, f.Rule, f.Action)
	}
	// Output:
	// Card [REDACTED], write to j***@company.com
	// CREDIT_CARD card remove
	// EMAIL email mask
}
