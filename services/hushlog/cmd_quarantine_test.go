package main

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestEventsAreNamedByTheirPlace(t *testing.T) {
	got, err := eventsOf([]string{"0:0", "3:1042"})
	require.NoError(t, err)
	require.Equal(t, []orderedEvent{{0, 0}, {3, 1042}}, got)
	for _, bad := range []string{"", "3", "3:", ":3", "-1:3", "3:-1", "a:b", "99999999999:1", "1:2:3"} {
		_, err = eventsOf([]string{bad})
		require.ErrorContains(t, err, "EVENT", bad)
	}
}

func TestOrdersThatAreNotSent(t *testing.T) {
	for _, tc := range []struct {
		name, purpose string
		pick          picking
		events        []string
		want          string
	}{
		{"no project", "security", picking{}, nil, "--project"},
		{"no purpose", "", picking{project: "demo"}, nil, "--purpose"},
		{"a literal's end", "security", picking{project: "demo'--"}, nil, "--project"},
		{"a reason that is none", "security", picking{project: "demo", reason: "x y"}, nil, "--reason"},
		{"no event", "security", picking{project: "demo"}, []string{"x"}, "EVENT"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var out bytes.Buffer
			err := runQuarantineOrder(t.Context(), asking{purpose: tc.purpose}, "drop", tc.pick, tc.events, &out)
			require.ErrorContains(t, err, tc.want)
			require.Empty(t, out.String())
		})
	}
}
