package redact

import (
	"testing"

	// testify's require keeps checks on one line.
	"github.com/stretchr/testify/require"
)

func newEngine(t testing.TB) *Engine {
	t.Helper()
	e, err := New(Options{})
	require.NoError(t, err)
	return e
}

func TestCanonicalExamples(t *testing.T) {
	e := newEngine(t)
	for _, tc := range []struct{ name, in, want string }{
		{"ssn", "My social security number is 123-45-6789.", "My social security number is [REDACTED]."},
		{"phone", "My number is +1 415 555 0132.", "My number is [MASKED]."},
		{"email", "jane.doe@company.com", "j***@company.com"},
		{"card", "Use card 4111 1111 1111 1111 please", "Use card [REDACTED] please"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got, err := e.Redact(tc.in, Hints{})
			require.NoError(t, err)
			require.Equal(t, tc.want, got.Text)
			again, err := e.Redact(got.Text, Hints{})
			require.NoError(t, err)
			require.Equal(t, got.Text, again.Text)
		})
	}
}

func TestFieldIsALabel(t *testing.T) {
	e := newEngine(t)
	got, err := e.Redact("415 5550132", Hints{Field: "customer.phone_number"})
	require.NoError(t, err)
	require.Equal(t, "[MASKED]", got.Text)
	got, err = e.Redact("415 5550132", Hints{Field: "count"})
	require.NoError(t, err)
	require.Equal(t, "415 5550132", got.Text)
}
