package stream

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/hushlog/hushlog/pkg/policy"
)

// ourPrefix begins the names of everything on a cluster that is hushlog's; the rest is left alone.
const ourPrefix = policy.GroupPrefix

// scramIterations of a SCRAM credential. Passwords are 256 random bits, so that more would buy nothing.
const scramIterations = 4096

// User is a SCRAM-SHA-512 user to be made.
type User struct{ Name, Password string }

// Desired is the state that Init makes and Verify compares with.
type Desired struct {
	Topics []policy.Topic
	ACLs   []policy.ACL
	// Users get their passwords set by Init. Verify asks for their names only.
	Users []User
	// SkipACLs and SkipUsers leave these out, for a broker that has no authorizer or no SCRAM.
	SkipACLs, SkipUsers bool
}

// FromPolicy is what a policy asks of Kafka, with the users' passwords given.
func FromPolicy(p *policy.Policy, users []User) Desired {
	return Desired{Topics: p.Topics(), ACLs: p.KafkaACLs(), Users: users}
}

// Init brings the cluster to the desired state: topics made, their settings set, partitions added,
// users and their passwords set, rights given, and rights of hushlog's principals or on hushlog's
// resources that are not desired taken away. Run again it changes nothing. Partitions are never
// removed, and adding them moves keys to other partitions, which is only good on a quiet topic: Init
// refuses unless the topic is empty.
func Init(ctx context.Context, admin *kadm.Client, desired Desired) error {
	for _, topic := range desired.Topics {
		err := initTopic(ctx, admin, topic)
		if err != nil {
			return fmt.Errorf("topic %s: %w", topic.Name, named(err))
		}
	}
	if !desired.SkipUsers {
		err := initUsers(ctx, admin, desired.Users)
		if err != nil {
			return fmt.Errorf("users: %w", named(err))
		}
	}
	if desired.SkipACLs {
		return nil
	}
	err := initACLs(ctx, admin, desired.ACLs)
	if err != nil {
		return fmt.Errorf("rights: %w", named(err))
	}
	return nil
}

func initTopic(ctx context.Context, admin *kadm.Client, topic policy.Topic) error {
	settings := map[string]*string{}
	for name, value := range topic.Settings {
		settings[name] = &value
	}
	_, err := admin.CreateTopic(ctx, int32(topic.Partitions), int16(topic.Replication), settings, topic.Name) //nolint:gosec // bounded by the policy
	if err == nil {
		return nil
	}
	if !errors.Is(err, kerr.TopicAlreadyExists) {
		return fmt.Errorf("create: %w", err)
	}
	err = growTopic(ctx, admin, topic)
	if err != nil {
		return err
	}
	return setTopic(ctx, admin, topic)
}

func growTopic(ctx context.Context, admin *kadm.Client, topic policy.Topic) error {
	details, err := describeTopic(ctx, admin, topic.Name)
	err = errors.Join(err, details.Error())
	if err != nil {
		return fmt.Errorf("describe: %w", err)
	}
	have := len(details[topic.Name].Partitions)
	if have == topic.Partitions {
		return nil
	}
	if have > topic.Partitions {
		return fmt.Errorf("has %d partitions, the policy says %d: Kafka cannot remove partitions; correct stream.partitions", have, topic.Partitions)
	}
	ends, err := EndOffsets(ctx, admin, topic.Name)
	if err != nil {
		return err
	}
	for _, end := range ends {
		if end > 0 {
			return fmt.Errorf("has %d partitions, the policy says %d: adding them would move keys while records are on their way", have, topic.Partitions)
		}
	}
	made, err := admin.UpdatePartitions(ctx, topic.Partitions, topic.Name)
	err = errors.Join(err, made.Error())
	if err != nil {
		return fmt.Errorf("add partitions: %w", err)
	}
	return nil
}

// describeTopic asks the broker, not the client's cache, which is why authorized operations are asked for.
func describeTopic(ctx context.Context, admin *kadm.Client, topic string) (kadm.TopicDetails, error) {
	return admin.ListTopics(kadm.WithAuthorizedOps(ctx), topic)
}

// setTopic alters only what differs.
func setTopic(ctx context.Context, admin *kadm.Client, topic policy.Topic) error {
	differences, err := settingsDiffer(ctx, admin, topic)
	if err != nil || len(differences) == 0 {
		return err
	}
	alters := make([]kadm.AlterConfig, 0, len(differences))
	for _, d := range differences {
		alters = append(alters, kadm.AlterConfig{Op: kadm.SetConfig, Name: d.What, Value: &d.Want})
	}
	altered, err := admin.AlterTopicConfigs(ctx, alters, topic.Name)
	if err != nil {
		return fmt.Errorf("alter settings: %w", err)
	}
	for _, one := range altered {
		if one.Err != nil {
			return fmt.Errorf("alter settings: %w", one.Err)
		}
	}
	return nil
}

func initUsers(ctx context.Context, admin *kadm.Client, users []User) error {
	if len(users) == 0 {
		return nil
	}
	upserts := make([]kadm.UpsertSCRAM, 0, len(users))
	for _, user := range users {
		upserts = append(upserts, kadm.UpsertSCRAM{User: user.Name, Password: user.Password, Mechanism: kadm.ScramSha512, Iterations: scramIterations})
	}
	altered, err := admin.AlterUserSCRAMs(ctx, nil, upserts)
	return errors.Join(err, altered.Error())
}

func initACLs(ctx context.Context, admin *kadm.Client, desired []policy.ACL) error {
	want, err := aclSet(desired)
	if err != nil {
		return err
	}
	have, err := listACLs(ctx, admin, principalsOf(desired))
	if err != nil {
		return err
	}
	err = createACLs(ctx, admin, missing(want, have))
	if err != nil {
		return err
	}
	return deleteACLs(ctx, admin, missing(have, want))
}

// missing lists what is in a and not in b, in a fixed order.
func missing(a, b map[acl]bool) []acl {
	var out []acl
	for one := range a {
		if !b[one] {
			out = append(out, one)
		}
	}
	slices.SortFunc(out, func(x, y acl) int { return strings.Compare(x.String(), y.String()) })
	return out
}

// acl is one right as the broker keeps it.
type acl struct {
	principal, host string
	resourceType    kmsg.ACLResourceType
	resource        string
	pattern         kmsg.ACLResourcePatternType
	operation       kmsg.ACLOperation
	permission      kmsg.ACLPermissionType
}

// String names the right for people.
func (a acl) String() string {
	return fmt.Sprintf("%s %s %s on %s %s (%s) from %s", a.principal, strings.ToLower(a.permission.String()), a.operation, a.resourceType, a.resource, strings.ToLower(a.pattern.String()), a.host)
}

func aclSet(desired []policy.ACL) (map[acl]bool, error) {
	out := map[acl]bool{}
	for _, d := range desired {
		one, err := parseACL(d)
		if err != nil {
			return nil, fmt.Errorf("right of %s on %s: %w", d.Principal, d.Resource, err)
		}
		out[one] = true
	}
	return out, nil
}

func parseACL(d policy.ACL) (acl, error) {
	resource, err := kmsg.ParseACLResourceType(d.ResourceType)
	if err != nil {
		return acl{}, err
	}
	pattern, err := kmsg.ParseACLResourcePatternType(d.Pattern)
	if err != nil {
		return acl{}, err
	}
	operation, err := kmsg.ParseACLOperation(d.Operation)
	if err != nil {
		return acl{}, err
	}
	return acl{d.Principal, "*", resource, d.Resource, pattern, operation, kmsg.ACLPermissionTypeAllow}, nil
}

func principalsOf(acls []policy.ACL) map[string]bool {
	out := map[string]bool{}
	for _, a := range acls {
		out[a.Principal] = true
	}
	return out
}

// listACLs lists the rights that are ours to decide: those of our principals, and anybody's on our
// topics, groups and transactional ids.
func listACLs(ctx context.Context, admin *kadm.Client, principals map[string]bool) (map[acl]bool, error) {
	builder := kadm.NewACLs().AnyResource().ResourcePatternType(kadm.ACLPatternAny).Operations(kadm.OpAny).
		Allow().AllowHosts().Deny().DenyHosts()
	results, err := admin.DescribeACLs(ctx, builder)
	if err != nil {
		return nil, fmt.Errorf("describe: %w", err)
	}
	out := map[acl]bool{}
	for _, result := range results {
		if result.Err != nil {
			return nil, fmt.Errorf("describe: %w", result.Err)
		}
		for _, d := range result.Described {
			if principals[d.Principal] || strings.HasPrefix(d.Name, ourPrefix) {
				out[acl{d.Principal, d.Host, d.Type, d.Name, d.Pattern, d.Operation, d.Permission}] = true
			}
		}
	}
	return out, nil
}

func createACLs(ctx context.Context, admin *kadm.Client, acls []acl) error {
	for _, a := range acls {
		builder, err := a.builder()
		if err != nil {
			return err
		}
		results, err := admin.CreateACLs(ctx, builder)
		if err != nil {
			return fmt.Errorf("create: %w", err)
		}
		for _, result := range results {
			if result.Err != nil {
				return fmt.Errorf("create: %w", result.Err)
			}
		}
	}
	return nil
}

func deleteACLs(ctx context.Context, admin *kadm.Client, acls []acl) error {
	for _, a := range acls {
		builder, err := a.builder()
		if err != nil {
			return err
		}
		results, err := admin.DeleteACLs(ctx, builder)
		if err != nil {
			return fmt.Errorf("delete: %w", err)
		}
		for _, result := range results {
			if result.Err != nil {
				return fmt.Errorf("delete: %w", result.Err)
			}
		}
	}
	return nil
}

// builder is the right as kadm creates and deletes it: exactly this one.
func (a acl) builder() (*kadm.ACLBuilder, error) {
	b := kadm.NewACLs().ResourcePatternType(a.pattern).Operations(a.operation)
	switch a.resourceType { //nolint:exhaustive // no others are given or taken
	case kmsg.ACLResourceTypeTopic:
		b.Topics(a.resource)
	case kmsg.ACLResourceTypeGroup:
		b.Groups(a.resource)
	case kmsg.ACLResourceTypeTransactionalId:
		b.TransactionalIDs(a.resource)
	case kmsg.ACLResourceTypeCluster:
		b.Clusters()
	default:
		return nil, fmt.Errorf("%s: rights on %s are not known here; remove it by hand", a.principal, a.resourceType)
	}
	if a.permission == kmsg.ACLPermissionTypeDeny {
		return b.Deny(a.principal).DenyHosts(a.host), nil
	}
	return b.Allow(a.principal).AllowHosts(a.host), nil
}

// sortedKeys lists a map's keys in order.
func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
