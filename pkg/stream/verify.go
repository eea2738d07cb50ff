package stream

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"

	"github.com/hushlog/hushlog/pkg/policy"
)

// Difference is one thing that is not as desired.
type Difference struct {
	// Where: topic hushlog.raw.v1, rights, users.
	Where string
	// What: the setting, the right, the user.
	What string
	// Want and Have are settings' values; empty where there is none.
	Want, Have string
}

// String says it in a line.
func (d Difference) String() string {
	return fmt.Sprintf("%s: %s: want %q, have %q", d.Where, d.What, d.Want, d.Have)
}

// Values of a Difference about something that is there or not.
const (
	Present = "present"
	Absent  = "absent"
)

// Verify reads topics, rights and users back from the cluster and lists what is not as desired.
func Verify(ctx context.Context, admin *kadm.Client, desired Desired) ([]Difference, error) {
	differences, err := VerifyTopics(ctx, admin, desired.Topics)
	if err != nil {
		return nil, err
	}
	if !desired.SkipACLs {
		rights, rightsErr := verifyACLs(ctx, admin, desired.ACLs)
		if rightsErr != nil {
			return nil, fmt.Errorf("rights: %w", named(rightsErr))
		}
		differences = append(differences, rights...)
	}
	if !desired.SkipUsers {
		users, usersErr := verifyUsers(ctx, admin, desired.Users)
		if usersErr != nil {
			return nil, fmt.Errorf("users: %w", named(usersErr))
		}
		differences = append(differences, users...)
	}
	return differences, nil
}

// VerifyTopics is Verify for topics alone, which needs only the right to describe them.
func VerifyTopics(ctx context.Context, admin *kadm.Client, topics []policy.Topic) ([]Difference, error) {
	var out []Difference
	for _, topic := range topics {
		differences, err := verifyTopic(ctx, admin, topic)
		if err != nil {
			return nil, fmt.Errorf("topic %s: %w", topic.Name, named(err))
		}
		out = append(out, differences...)
	}
	return out, nil
}

func verifyTopic(ctx context.Context, admin *kadm.Client, topic policy.Topic) ([]Difference, error) {
	where := "topic " + topic.Name
	details, err := describeTopic(ctx, admin, topic.Name)
	if err != nil {
		return nil, fmt.Errorf("describe: %w", err)
	}
	detail := details[topic.Name]
	if !details.Has(topic.Name) || errors.Is(detail.Err, kerr.UnknownTopicOrPartition) {
		return []Difference{{where, "topic", Present, Absent}}, nil
	}
	if detail.Err != nil {
		return nil, fmt.Errorf("describe: %w", detail.Err)
	}
	var out []Difference
	if len(detail.Partitions) != topic.Partitions {
		out = append(out, Difference{where, "partitions", strconv.Itoa(topic.Partitions), strconv.Itoa(len(detail.Partitions))})
	}
	if replicas := detail.Partitions.NumReplicas(); replicas != topic.Replication {
		out = append(out, Difference{where, "replication", strconv.Itoa(topic.Replication), strconv.Itoa(replicas)})
	}
	settings, err := settingsDiffer(ctx, admin, topic)
	return append(out, settings...), err
}

// settingsDiffer compares the settings in force, whoever set them.
func settingsDiffer(ctx context.Context, admin *kadm.Client, topic policy.Topic) ([]Difference, error) {
	configs, err := admin.DescribeTopicConfigs(ctx, topic.Name)
	if err != nil {
		return nil, fmt.Errorf("describe settings: %w", err)
	}
	config, err := configs.On(topic.Name, nil)
	err = errors.Join(err, config.Err)
	if err != nil {
		return nil, fmt.Errorf("describe settings: %w", err)
	}
	have := map[string]string{}
	for _, c := range config.Configs {
		have[c.Key] = c.MaybeValue()
	}
	var out []Difference
	for _, name := range sortedKeys(topic.Settings) {
		if have[name] != topic.Settings[name] {
			out = append(out, Difference{"topic " + topic.Name, name, topic.Settings[name], have[name]})
		}
	}
	return out, nil
}

func verifyACLs(ctx context.Context, admin *kadm.Client, desired []policy.ACL) ([]Difference, error) {
	want, err := aclSet(desired)
	if err != nil {
		return nil, err
	}
	have, err := listACLs(ctx, admin, principalsOf(desired))
	if err != nil {
		return nil, err
	}
	var out []Difference
	for _, a := range missing(want, have) {
		out = append(out, Difference{"rights", a.String(), Present, Absent})
	}
	for _, a := range missing(have, want) {
		out = append(out, Difference{"rights", a.String(), Absent, Present})
	}
	return out, nil
}

func verifyUsers(ctx context.Context, admin *kadm.Client, users []User) ([]Difference, error) {
	described, err := admin.DescribeUserSCRAMs(ctx)
	if err != nil {
		return nil, err
	}
	var out []Difference
	for _, user := range users {
		if !hasSCRAM(described[user.Name]) {
			out = append(out, Difference{"users", user.Name + " with SCRAM-SHA-512", Present, Absent})
		}
	}
	return out, nil
}

func hasSCRAM(user kadm.DescribedUserSCRAM) bool {
	for _, info := range user.CredInfos {
		if info.Mechanism == kadm.ScramSha512 {
			return true
		}
	}
	return false
}
