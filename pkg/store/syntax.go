package store

import (
	"regexp"
	"strconv"
)

var positionPattern = regexp.MustCompile(`failed at position (\d{1,9})\b`)

// syntaxPosition takes the place out of ClickHouse's message of a syntax error, and nothing else.
func syntaxPosition(message string) int {
	match := positionPattern.FindStringSubmatch(message)
	if match == nil {
		return 0
	}
	position, err := strconv.Atoi(match[1])
	if err != nil {
		return 0
	}
	return position
}
