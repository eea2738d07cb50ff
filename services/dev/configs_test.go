package dev

import (
	"net"
	"testing"

	"github.com/stretchr/testify/require" // says what differed
)

func TestAddressInUseNamesItsFlag(t *testing.T) {
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer func() { require.NoError(t, l.Close()) }()
	taken := l.Addr().String()
	for _, tt := range []struct {
		name    string
		options Options
		want    string
	}{
		{"gRPC", Options{GRPC: taken}, "with --grpc"},
		{"REST", Options{REST: taken}, "with --rest"},
		{"query", Options{Query: taken}, "with --query"},
		{"no address", Options{Query: "nowhere"}, "--query: "},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := chooseAddresses(tt.options)
			require.ErrorContains(t, err, tt.want)
		})
	}
}

func TestAddressesAreChosen(t *testing.T) {
	a, err := chooseAddresses(Options{Kafka: "127.0.0.1:9092"})
	require.NoError(t, err)
	require.Equal(t, "127.0.0.1:9092", a.Kafka)
	seen := map[string]bool{}
	all := []string{a.ClickHouse, a.GRPC, a.REST, a.Query}
	for _, name := range serviceNames {
		all = append(all, a.Admin[name])
	}
	for _, addr := range all {
		require.False(t, seen[addr], "an address was given twice")
		seen[addr] = true
	}
}
