package redact

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// worstUnits are repeated to make inputs on which engines of this kind become slow.
var worstUnits = []string{
	"1 ", "1-", "12 ", "4111 ", "1", "a", "A1 ", "AB 12 ", "@", "a@", "a@b.", "://", "a://b:c@", "password=", "password is ", "token: \"", "-----BEGIN PRIVATE " + "KEY-----\n",
	"eyJ", "eyJ.", "eyJhbGciOiJIUzI1NiJ9.", ":", "1:", "a:b:", "(", "+1 ", "one ", "at ", "a at b dot ", "\n", "1\n", "a1\n> ", "\\", "\\u0041", "%41", "%2541", "&amp;", "\\\"",
	"{\"a\":1},", "AAAA", "QUFB", "QUFBQUFBQUFBQUFBQUFBQUFB ", "jane@company.com ", "jane@company.com\n", "Dx: x", "x mg ", "5 mg ", "may 1 ", "curl -u a:b ", "login is a / b ", "sk-", "ghp_",
	"аb", "а", "１", "\u200b", "DE89", "0.", "1.2.3.4.", "hepatitis c ", "my ", "key=", "phone ", "card 4111 1111 1111 1111 ", "secret=abcd1234 ", "abcd1234 ",
}

// maxSlowdown is how much dearer per byte the worst of these inputs may be than an ordinary one. The bound that is aimed
// at is 20; machines that do other work meanwhile need some room.
const maxSlowdown = 60

// costOf returns the least time of three runs per byte.
func costOf(t *testing.T, e *Engine, text string) time.Duration {
	t.Helper()
	best := time.Hour
	for range 3 {
		start := time.Now()
		_, err := e.Find(text, Hints{})
		if err != nil {
			require.ErrorIs(t, err, ErrUninspectable)
		}
		best = min(best, time.Since(start))
	}
	return best * 1000 / time.Duration(len(text))
}

func TestLinearTime(t *testing.T) {
	e := newEngine(t)
	ordinary := costOf(t, e, strings.Repeat(benchText, 20))
	for _, unit := range worstUnits {
		small := costOf(t, e, strings.Repeat(unit, 5_000/len(unit)))
		large := costOf(t, e, strings.Repeat(unit, 100_000/len(unit)))
		t.Logf("%-40q %6d %6d ps per byte, ordinary %d", unit, small, large, ordinary)
		require.Less(t, large, maxSlowdown*ordinary, "slow input: repeated %q", unit)
		require.Less(t, large, 6*max(small, ordinary), "cost per byte grows with the length: repeated %q", unit)
	}
}

func TestUninspectable(t *testing.T) {
	e := newEngine(t)
	_, err := e.Redact("a\xffb", Hints{})
	require.ErrorIs(t, err, ErrUninspectable)
	require.NotErrorIs(t, err, errors.ErrUnsupported)
}
