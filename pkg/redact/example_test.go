package redact_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/hushlog/hushlog/pkg/redact"
)

// theEngine is made once and used by all goroutines.
var theEngine = func() *redact.Engine {
	e, err := redact.New(redact.Options{})
	if err != nil {
		panic(err) // the defaults are valid
	}
	return e
}()

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

// Find only looks. A finding says where and why, and never what.
func ExampleEngine_Find() {
	findings, err := theEngine.Find("IBAN: DE89 3704 0044 0532 0130 00", redact.Hints{Language: "de"})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, f := range findings {
		fmt.Printf("%s at bytes %d to %d, because: %s, checksum %s\n", f.Type, f.Start, f.End, f.Rule, f.Evidence.Checksum)
	}
	// Output:
	// BANK at bytes 6 to 33, because: iban, checksum mod 97
}

// A JSON document stays one: values are judged by their keys, numbers become strings.
func ExampleEngine_Redact_json() {
	result, err := theEngine.Redact(`{"user":{"ssn":123456789,"mail":"jane.doe@company.com"},"attempt":2}`, redact.Hints{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(result.Text, json.Valid([]byte(result.Text)))
	// Output:
	// {"user":{"ssn":"[REDACTED]","mail":"j***@company.com"},"attempt":2} true
}

// Actions differ by type. What must never be logged can only be removed.
func ExampleNew_actions() {
	engine, err := redact.New(redact.Options{Actions: map[redact.Type]redact.Action{
		redact.TypeEmail: redact.ActionRemoveTyped,
		redact.TypePhone: redact.ActionGeneralise,
	}})
	if err != nil {
		fmt.Println(err)
		return
	}
	result, err := engine.Redact("Call +49 30 901820 or write to jane.doe@company.com", redact.Hints{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(result.Text)
	_, err = redact.New(redact.Options{Actions: map[redact.Type]redact.Action{redact.TypeSecret: redact.ActionKeep}})
	fmt.Println(err)
	// Output:
	// Call +49 or write to [REDACTED:EMAIL]
	// action "keep" for type SECRET: values of this type can only be removed
}

// An organisation's own words and numbers are found too, and its public ones are not.
func ExampleCompileOwn() {
	own, problems := redact.CompileOwn(redact.OwnRules{
		Dictionaries: []redact.OwnDictionary{{
			Name: "projects", Type: redact.TypeOther, Confidence: 0.9,
			Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader("Blue Heron\nWombat")), nil },
		}},
		Identifiers: []redact.OwnIdentifier{{
			Name: "employee", Type: redact.TypeGovID, Confidence: 0.95, Shape: "EMP-NNNNNNC", Checksum: "luhn",
			Match: []string{"EMP-1234566"}, NoMatch: []string{"EMP-1234567"},
		}},
		Allow: []redact.OwnAllow{{Name: "public", Types: []redact.Type{redact.TypeEmail}, Values: []string{"info@company.com"}}},
	})
	if len(problems) > 0 {
		fmt.Println(problems)
		return
	}
	engine, err := redact.New(redact.Options{Own: own})
	if err != nil {
		fmt.Println(err)
		return
	}
	result, err := engine.Redact("EMP-1234566 works on blue heron, ask info@company.com", redact.Hints{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(result.Text)
	// Output:
	// [REDACTED] works on [MASKED], ask info@company.com
}

// A text that cannot be inspected is not passed on.
func ExampleErrUninspectable() {
	_, err := theEngine.Redact("no text: \xff", redact.Hints{})
	fmt.Println(errors.Is(err, redact.ErrUninspectable))
	// Output:
	// true
}

// RuneOffsets converts to code points, for tools that count characters.
func ExampleRuneOffsets() {
	const text = "Schöne Grüße, jane.doe@company.com"
	findings, err := theEngine.Find(text, redact.Hints{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(findings[0].Start, redact.RuneOffsets(text, findings)[0].Start)
	// Output:
	// 17 14
}

// Rules lists what is looked for.
func ExampleRules() {
	for _, r := range redact.Rules() {
		if r.ID == "iban" {
			_ = json.NewEncoder(os.Stdout).Encode(map[string]any{"id": r.ID, "type": r.Type, "after": r.Source})
		}
	}
	// Output:
	// {"after":"ISO 13616, SWIFT IBAN registry; ISO/IEC 7064 MOD 97-10","id":"iban","type":"BANK"}
}
