package guard

import (
	_ "embed"
	"strings"
)

// The lists are closed: a function of a newer ClickHouse is refused until somebody has looked at it.
// They hold what computes on its arguments alone. What is not there on purpose: everything that reads
// files, hosts, dictionaries, other tables by name, settings, the server or the session (file,
// dictGet, joinGet, getSetting, hostName, currentUser), that waits (sleep), calls models (ai*,
// evalMLMethod), throws on demand (throwIf, aggThrow), writes logs (logTrace) or formats through
// schema files (formatRow).
var (
	//go:embed functions.txt
	functionList string
	//go:embed aggregates.txt
	aggregateList string

	functions  = setOf(functionList)
	aggregates = setOf(aggregateList)
)

// tableFunctions make rows out of their arguments and read nothing.
var tableFunctions = setOf("numbers generateseries generate_series values sqlstandardvalues")

// combinators may follow the name of an aggregate function, several at a time.
var combinators = []string{
	"if", "array", "map", "distinct", "ordefault", "ornull", "foreach", "resample", "argmin", "argmax",
	"state", "merge", "mergestate", "simplestate",
}

// notCalls are words that ClickHouse writes directly before a parenthesis without calling anything.
var notCalls = setOf("columns")

func setOf(words string) map[string]bool {
	set := make(map[string]bool)
	for word := range strings.FieldsSeq(words) {
		set[word] = true
	}
	return set
}

// functionAllowed goes by the name in lower case: ClickHouse knows some functions in any case, and no
// two functions differ in case alone.
func functionAllowed(name string) bool {
	name = strings.ToLower(name)
	return functions[name] || aggregateAllowed(name)
}

func aggregateAllowed(name string) bool {
	for range len(combinators) {
		if aggregates[name] {
			return true
		}
		shorter := cutCombinator(name)
		if shorter == name {
			return false
		}
		name = shorter
	}
	return false
}

func cutCombinator(name string) string {
	for _, combinator := range combinators {
		base, found := strings.CutSuffix(name, combinator)
		if found && base != "" {
			return base
		}
	}
	return name
}

func tableFunctionAllowed(name string) bool { return tableFunctions[strings.ToLower(name)] }
