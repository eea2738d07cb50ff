package embedded

import (
	"slices"
	"strconv"
	"strings"
)

// fixedSizes are the bytes of a value of the types without arguments that matter.
var fixedSizes = map[string]uint64{
	"UInt8": 1, "UInt16": 2, "UInt32": 4, "UInt64": 8, "UInt128": 16, "UInt256": 32,
	"Int8": 1, "Int16": 2, "Int32": 4, "Int64": 8, "Int128": 16, "Int256": 32,
	"Float32": 4, "Float64": 8, "BFloat16": 2, "Bool": 1, "UUID": 16, "IPv4": 4, "IPv6": 16,
	"Date": 2, "Date32": 4, "DateTime": 4, "DateTime64": 8, "Time": 4, "Time64": 8,
	"Enum8": 1, "Enum16": 2, "Nothing": 1,
	"Decimal32": 4, "Decimal64": 8, "Decimal128": 16, "Decimal256": 32, "Point": 16,
}

// typeDepth bounds how deep types nest.
const typeDepth = 32

// parseType reads a type as ClickHouse writes it.
func parseType(text string) (columnType, error) { return parseTypeAt(text, 0) }

func parseTypeAt(text string, depth int) (columnType, error) {
	text = strings.TrimSpace(text)
	name, rest, nested := strings.Cut(text, "(")
	if depth > typeDepth || (nested && !strings.HasSuffix(rest, ")")) {
		return columnType{}, errType(text)
	}
	var args []string
	if nested {
		args = splitArguments(rest[:len(rest)-1])
	}
	size, fixed := fixedSizes[name]
	switch {
	case fixed:
		return columnType{layout: layoutFixed, size: size}, nil
	case strings.HasPrefix(name, "Interval"):
		return columnType{layout: layoutFixed, size: 8}, nil
	case name == "String":
		return columnType{layout: layoutString}, nil
	case name == "FixedString", name == "Decimal":
		return parseSized(text, name, args)
	}
	return parseNested(text, name, args, depth)
}

// parseSized reads the types whose size is in their first argument.
func parseSized(text, name string, args []string) (columnType, error) {
	if len(args) == 0 {
		return columnType{}, errType(text)
	}
	n, err := strconv.ParseUint(args[0], 10, 32)
	if err != nil {
		return columnType{}, errType(text)
	}
	if name == "Decimal" {
		digits := []uint64{9, 18, 38, 76}
		i := slices.IndexFunc(digits, func(most uint64) bool { return n <= most })
		if i < 0 {
			return columnType{}, errType(text)
		}
		n = 4 << i
	}
	return columnType{layout: layoutFixed, size: n}, nil
}

// parseNested reads the types that are made of others.
func parseNested(text, name string, args []string, depth int) (columnType, error) {
	switch name {
	case "Ring", "LineString":
		return columnType{layout: layoutArray, parts: []columnType{{layout: layoutFixed, size: 16}}}, nil
	case "SimpleAggregateFunction":
		if len(args) == 2 {
			return parseTypeAt(args[1], depth+1)
		}
		return columnType{}, errType(text)
	}
	parts := make([]columnType, 0, len(args))
	for _, arg := range args {
		if name == "Tuple" || name == "Nested" {
			arg = withoutElementName(arg)
		}
		part, err := parseTypeAt(arg, depth+1)
		if err != nil {
			return columnType{}, err
		}
		parts = append(parts, part)
	}
	tuple := columnType{layout: layoutTuple, parts: parts}
	switch {
	case name == "Tuple":
		return tuple, nil
	case name == "Nested", name == "Map" && len(parts) == 2:
		return columnType{layout: layoutArray, parts: []columnType{tuple}}, nil
	case name == "Array" && len(parts) == 1:
		return columnType{layout: layoutArray, parts: parts}, nil
	case name == "Nullable" && len(parts) == 1:
		return columnType{layout: layoutNullable, parts: parts}, nil
	case name == "LowCardinality" && len(parts) == 1:
		// The dictionary holds the plain type; its first key is the null.
		if parts[0].layout == layoutNullable {
			parts = parts[0].parts
		}
		return columnType{layout: layoutLowCardinality, parts: parts}, nil
	}
	return columnType{}, errType(text)
}

// withoutElementName cuts the name off an element of a named tuple.
func withoutElementName(arg string) string {
	arg = strings.TrimSpace(arg)
	if strings.HasPrefix(arg, "`") {
		return strings.TrimSpace(arg[quoteEnd(arg, 0):])
	}
	word := strings.IndexAny(arg, " (")
	if word > 0 && arg[word] == ' ' {
		return strings.TrimSpace(arg[word:])
	}
	return arg
}

// splitArguments splits at the commas that are in no parentheses and no quotes.
func splitArguments(list string) []string {
	var out []string
	depth, start := 0, 0
	for i := 0; i < len(list); i++ {
		switch list[i] {
		case '\'', '`':
			i = quoteEnd(list, i) - 1
		case '(':
			depth++
		case ')':
			depth--
		case ',':
			if depth == 0 {
				out = append(out, strings.TrimSpace(list[start:i]))
				start = i + 1
			}
		}
	}
	if strings.TrimSpace(list[start:]) != "" {
		out = append(out, strings.TrimSpace(list[start:]))
	}
	return out
}
