package stream

import (
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/sasl/scram"

	"github.com/hushlog/hushlog/pkg/policy"
)

func adminOf(t *testing.T) (*kadm.Client, *kfake.Cluster) {
	t.Helper()
	cluster, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.EnableSASL(), kfake.EnableACLs(), kfake.Superuser("SCRAM-SHA-512", "admin", "secret"))
	require.NoError(t, err)
	t.Cleanup(cluster.Close)
	client, err := kgo.NewClient(append(Plain("admin", cluster.ListenAddrs()...),
		kgo.SASL(scram.Auth{User: "admin", Pass: "secret"}.AsSha512Mechanism()))...)
	require.NoError(t, err)
	t.Cleanup(client.Close)
	return kadm.NewClient(client), cluster
}

func desired(t *testing.T) Desired {
	t.Helper()
	p, err := policy.Parse(policy.DefaultDocument())
	require.NoError(t, err)
	return FromPolicy(p, []User{{"gateway", "gateway-password"}, {"redactor", "redactor-password"}})
}

func TestInitIsIdempotentAndVerifyFinds(t *testing.T) {
	admin, cluster := adminOf(t)
	want := desired(t)
	differences, err := Verify(t.Context(), admin, want)
	require.NoError(t, err)
	require.NotEmpty(t, differences, "nothing is there yet")

	for range 2 {
		require.NoError(t, Init(t.Context(), admin, want))
		differences, err = Verify(t.Context(), admin, want)
		require.NoError(t, err)
		require.Empty(t, differences)
	}

	longer := "999999999"
	_, err = admin.AlterTopicConfigs(t.Context(), []kadm.AlterConfig{{Name: "retention.ms", Value: &longer}}, TopicRaw)
	require.NoError(t, err)
	_, err = admin.CreateACLs(t.Context(), kadm.NewACLs().Topics(TopicRaw).Allow("User:stranger").AllowHosts("*").Operations(kadm.OpRead).ResourcePatternType(kadm.ACLPatternLiteral))
	require.NoError(t, err)
	_, err = admin.CreateACLs(t.Context(), kadm.NewACLs().Topics("elsewhere").Allow("User:stranger").AllowHosts("*").Operations(kadm.OpRead).ResourcePatternType(kadm.ACLPatternLiteral))
	require.NoError(t, err)
	_, err = admin.DeleteACLs(t.Context(), kadm.NewACLs().Topics(TopicRaw).Allow("User:gateway").AllowHosts("*").Operations(kadm.OpWrite).ResourcePatternType(kadm.ACLPatternLiteral))
	require.NoError(t, err)
	_, err = admin.AlterUserSCRAMs(t.Context(), []kadm.DeleteSCRAM{{User: "redactor", Mechanism: kadm.ScramSha512}}, nil)
	require.NoError(t, err)

	differences, err = Verify(t.Context(), admin, want)
	require.NoError(t, err)
	require.Len(t, differences, 4, "%v", differences)
	require.Equal(t, "retention.ms", differences[0].What)
	require.Equal(t, longer, differences[0].Have)
	require.Equal(t, Absent, differences[1].Have)
	require.Contains(t, differences[1].What, "User:gateway")
	require.Equal(t, Present, differences[2].Have)
	require.Contains(t, differences[2].What, "User:stranger")
	require.Contains(t, differences[3].What, "redactor")
	require.Contains(t, differences[3].String(), "users")

	require.NoError(t, Init(t.Context(), admin, want))
	differences, err = Verify(t.Context(), admin, want)
	require.NoError(t, err)
	require.Empty(t, differences)
	kept, err := listACLs(t.Context(), admin, map[string]bool{"User:stranger": true})
	require.NoError(t, err)
	n := 0
	for one := range kept {
		if one.principal == "User:stranger" {
			n++
		}
	}
	require.Equal(t, 1, n, "what is not ours is left alone")

	// The users made can log in and have their rights, and no others.
	client, err := kgo.NewClient(append(Plain("gateway", cluster.ListenAddrs()...),
		kgo.SASL(scram.Auth{User: "gateway", Pass: "gateway-password"}.AsSha512Mechanism()))...)
	require.NoError(t, err)
	defer client.Close()
	require.NoError(t, client.ProduceSync(t.Context(), &kgo.Record{Topic: TopicRaw}).FirstErr())
	err = client.ProduceSync(t.Context(), &kgo.Record{Topic: TopicEvents}).FirstErr()
	require.Equal(t, ReasonDenied, ReasonOf(err))
}

func TestInitPartitions(t *testing.T) {
	admin, _ := adminOf(t)
	topic := policy.Topic{Name: TopicRaw, Partitions: 2, Replication: 1, Settings: map[string]string{"retention.ms": "1000"}}
	want := Desired{Topics: []policy.Topic{topic}, SkipACLs: true, SkipUsers: true}
	require.NoError(t, Init(t.Context(), admin, want))
	want.Topics[0].Partitions = 3
	differences, err := Verify(t.Context(), admin, want)
	require.NoError(t, err)
	require.Len(t, differences, 1)
	require.NoError(t, Init(t.Context(), admin, want))
	want.Topics[0].Partitions = 2
	require.ErrorContains(t, Init(t.Context(), admin, want), "cannot remove")
}

func TestParseACLRefuses(t *testing.T) {
	good := policy.ACL{Principal: "User:x", ResourceType: "TOPIC", Resource: "t", Pattern: "LITERAL", Operation: "READ"}
	_, err := parseACL(good)
	require.NoError(t, err)
	for _, change := range []func(*policy.ACL){
		func(a *policy.ACL) { a.ResourceType = "x" },
		func(a *policy.ACL) { a.Pattern = "x" },
		func(a *policy.ACL) { a.Operation = "x" },
	} {
		bad := good
		change(&bad)
		_, err := aclSet([]policy.ACL{bad})
		require.Error(t, err)
	}
}
