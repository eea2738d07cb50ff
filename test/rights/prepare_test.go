package rights

import (
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kadm"

	"github.com/hushlog/hushlog/pkg/identity"
	"github.com/hushlog/hushlog/pkg/policy"
	"github.com/hushlog/hushlog/pkg/stream"
	"github.com/hushlog/hushlog/test/dial"
)

// prepare does on Kafka what `hushlog init` does: topics, users and ACLs of the default policy.
func prepare(t *testing.T, deployment identity.Layout, brokers []string) {
	t.Helper()
	var users []stream.User
	for _, name := range services() {
		password, err := identity.LoadPassword(deployment.KafkaPassword(name))
		require.NoError(t, err)
		users = append(users, stream.User{Name: name, Password: password})
	}
	client, err := dial.Kafka(deployment, brokers, identity.Admin)
	require.NoError(t, err)
	defer client.Close()
	err = stream.Init(t.Context(), kadm.NewClient(client), stream.FromPolicy(policy.Default(), users))
	require.NoError(t, err)
}
