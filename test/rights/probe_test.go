package rights

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
	"github.com/twmb/franz-go/pkg/kversion"

	"github.com/hushlog/hushlog/pkg/identity"
	"github.com/hushlog/hushlog/pkg/policy"
	"github.com/hushlog/hushlog/test/dial"
)

// attemptTimeout bounds one attempt at one thing.
const attemptTimeout = 15 * time.Second

// attempt tries one thing as a service and returns what the broker said of it: nil, or a Kafka error.
// An error that is not the broker's answer comes as broken.
type attempt func(ctx context.Context, c *kgo.Client, resource string) (answer, broken error)

// probe is one column of the matrix.
type probe struct {
	name string
	try  attempt
	// denied is what the broker answers to who may not.
	denied []error
	// allowed is what, besides success, it answers to who may: the attempt got past the authorizer.
	allowed []error
}

var topicDenied = []error{kerr.TopicAuthorizationFailed}

var topicProbes = []probe{
	{name: "describe", try: describe, denied: topicDenied},
	{name: "produce", try: produce, denied: topicDenied},
	{name: "consume", try: consume, denied: topicDenied},
	{name: "delete-records", try: deleteRecords, denied: topicDenied},
	{name: "describe-configs", try: describeConfigs, denied: topicDenied},
	{name: "alter-configs", try: alterConfigs, denied: topicDenied},
}

// Coordinators that are still being made answer thus, after the authorizer.
var coordinatorBusy = []error{kerr.CoordinatorNotAvailable, kerr.CoordinatorLoadInProgress, kerr.NotCoordinator}

var ownerProbes = []probe{
	{
		name: "join-group", try: joinGroup, denied: []error{kerr.GroupAuthorizationFailed},
		allowed: append(slices.Clone(coordinatorBusy), kerr.MemberIDRequired),
	},
	{
		name: "describe-group", try: describeGroup, denied: []error{kerr.GroupAuthorizationFailed},
		allowed: append(slices.Clone(coordinatorBusy), kerr.GroupIDNotFound),
	},
	{
		name: "transact", try: transact, denied: []error{kerr.TransactionalIDAuthorizationFailed},
		allowed: append(slices.Clone(coordinatorBusy), kerr.ConcurrentTransactions),
	},
}

var clusterDenied = []error{kerr.ClusterAuthorizationFailed, kerr.TopicAuthorizationFailed}

var clusterProbes = []probe{
	{name: "create-topics", try: createTopic, denied: clusterDenied},
	{name: "read-acls", try: readACLs, denied: clusterDenied},
	{name: "read-users", try: readUsers, denied: clusterDenied},
	{name: "alter-users", try: alterUser, denied: clusterDenied},
}

// ask makes the attempt and says yes or no; any other answer fails the test.
func (p probe) ask(t *testing.T, c *kgo.Client, resource string) bool {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), attemptTimeout)
	defer cancel()
	answer, broken := p.try(ctx, c, resource)
	require.NoError(t, broken, "%s on %s got no answer", p.name, resource)
	if answer == nil || slices.ContainsFunc(p.allowed, func(e error) bool { return errors.Is(answer, e) }) {
		return true
	}
	if slices.ContainsFunc(p.denied, func(e error) bool { return errors.Is(answer, e) }) {
		return false
	}
	require.NoError(t, answer, "%s on %s: neither allowed nor denied", p.name, resource)
	return false
}

// client connects as a service. Its requests name topics, not their ids, as an id that one may not
// see is answered as unknown.
func client(t *testing.T, deployment identity.Layout, brokers []string, name string) *kgo.Client {
	t.Helper()
	c, err := dial.Kafka(deployment, brokers, name, kgo.MaxVersions(kversion.V3_0_0()))
	require.NoError(t, err)
	t.Cleanup(c.Close)
	return c
}

// send asks the one broker itself: the client's own routing would need rights, too.
func send[R any](ctx context.Context, c *kgo.Client, request kmsg.Request) (R, error) {
	var none R
	response, err := c.SeedBrokers()[0].RetriableRequest(ctx, request)
	if err != nil {
		return none, err
	}
	typed, ok := response.(R)
	if !ok {
		return none, fmt.Errorf("answer is a %T", response)
	}
	return typed, nil
}

// errMissing says that an answer left out what was asked for.
var errMissing = errors.New("the answer says nothing of it")

func describe(ctx context.Context, c *kgo.Client, topic string) (answer, broken error) {
	request := kmsg.NewPtrMetadataRequest()
	asked := kmsg.NewMetadataRequestTopic()
	asked.Topic = kmsg.StringPtr(topic)
	request.Topics = append(request.Topics, asked)
	response, err := send[*kmsg.MetadataResponse](ctx, c, request)
	if err != nil || len(response.Topics) != 1 {
		return nil, errors.Join(err, missingIf(err == nil))
	}
	return kerr.ErrorForCode(response.Topics[0].ErrorCode), nil
}

func missingIf(yes bool) error {
	if yes {
		return errMissing
	}
	return nil
}

func produce(ctx context.Context, c *kgo.Client, topic string) (answer, broken error) {
	request := kmsg.NewPtrProduceRequest()
	request.Acks = -1
	request.TimeoutMillis = 5000
	partition := kmsg.NewProduceRequestTopicPartition()
	partition.Records = recordBatch()
	asked := kmsg.NewProduceRequestTopic()
	asked.Topic = topic
	asked.Partitions = append(asked.Partitions, partition)
	request.Topics = append(request.Topics, asked)
	response, err := send[*kmsg.ProduceResponse](ctx, c, request)
	if err != nil || len(response.Topics) != 1 || len(response.Topics[0].Partitions) != 1 {
		return nil, errors.Join(err, missingIf(err == nil))
	}
	return kerr.ErrorForCode(response.Topics[0].Partitions[0].ErrorCode), nil
}

// recordBatch is one record with one byte in it.
func recordBatch() []byte {
	record := kmsg.Record{Value: []byte("m")}
	encoded := record.AppendTo(nil)
	record.Length = int32(len(encoded) - 1) // one byte of length was written as 0
	now := time.Now().UnixMilli()
	batch := kmsg.RecordBatch{
		PartitionLeaderEpoch: -1, Magic: 2, ProducerID: -1, ProducerEpoch: -1, FirstSequence: -1,
		FirstTimestamp: now, MaxTimestamp: now, NumRecords: 1, Records: record.AppendTo(nil),
	}
	raw := batch.AppendTo(nil)
	const lengthAt, crcAt, crcFrom = 8, 17, 21
	binary.BigEndian.PutUint32(raw[lengthAt:], uint32(len(raw)-12))
	binary.BigEndian.PutUint32(raw[crcAt:], castagnoli(raw[crcFrom:]))
	return raw
}

func consume(ctx context.Context, c *kgo.Client, topic string) (answer, broken error) {
	request := kmsg.NewPtrFetchRequest()
	request.MaxBytes = 1 << 20
	request.SessionEpoch = -1
	partition := kmsg.NewFetchRequestTopicPartition()
	partition.PartitionMaxBytes = 1 << 20
	asked := kmsg.NewFetchRequestTopic()
	asked.Topic = topic
	asked.Partitions = append(asked.Partitions, partition)
	request.Topics = append(request.Topics, asked)
	response, err := send[*kmsg.FetchResponse](ctx, c, request)
	if err != nil || len(response.Topics) != 1 || len(response.Topics[0].Partitions) != 1 {
		return nil, errors.Join(err, missingIf(err == nil))
	}
	return kerr.ErrorForCode(response.Topics[0].Partitions[0].ErrorCode), nil
}

// deleteRecords deletes nothing: what lies before the first offset.
func deleteRecords(ctx context.Context, c *kgo.Client, topic string) (answer, broken error) {
	request := kmsg.NewPtrDeleteRecordsRequest()
	request.TimeoutMillis = 5000
	partition := kmsg.NewDeleteRecordsRequestTopicPartition()
	asked := kmsg.NewDeleteRecordsRequestTopic()
	asked.Topic = topic
	asked.Partitions = append(asked.Partitions, partition)
	request.Topics = append(request.Topics, asked)
	response, err := send[*kmsg.DeleteRecordsResponse](ctx, c, request)
	if err != nil || len(response.Topics) != 1 || len(response.Topics[0].Partitions) != 1 {
		return nil, errors.Join(err, missingIf(err == nil))
	}
	return kerr.ErrorForCode(response.Topics[0].Partitions[0].ErrorCode), nil
}

func describeConfigs(ctx context.Context, c *kgo.Client, topic string) (answer, broken error) {
	request := kmsg.NewPtrDescribeConfigsRequest()
	asked := kmsg.NewDescribeConfigsRequestResource()
	asked.ResourceType = kmsg.ConfigResourceTypeTopic
	asked.ResourceName = topic
	request.Resources = append(request.Resources, asked)
	response, err := send[*kmsg.DescribeConfigsResponse](ctx, c, request)
	if err != nil || len(response.Resources) != 1 {
		return nil, errors.Join(err, missingIf(err == nil))
	}
	return kerr.ErrorForCode(response.Resources[0].ErrorCode), nil
}

// alterConfigs only asks whether it might.
func alterConfigs(ctx context.Context, c *kgo.Client, topic string) (answer, broken error) {
	request := kmsg.NewPtrIncrementalAlterConfigsRequest()
	request.ValidateOnly = true
	config := kmsg.NewIncrementalAlterConfigsRequestResourceConfig()
	config.Name, config.Value = "retention.ms", kmsg.StringPtr("86400000")
	asked := kmsg.NewIncrementalAlterConfigsRequestResource()
	asked.ResourceType = kmsg.ConfigResourceTypeTopic
	asked.ResourceName = topic
	asked.Configs = append(asked.Configs, config)
	request.Resources = append(request.Resources, asked)
	response, err := send[*kmsg.IncrementalAlterConfigsResponse](ctx, c, request)
	if err != nil || len(response.Resources) != 1 {
		return nil, errors.Join(err, missingIf(err == nil))
	}
	return kerr.ErrorForCode(response.Resources[0].ErrorCode), nil
}

func joinGroup(ctx context.Context, c *kgo.Client, owner string) (answer, broken error) {
	request := kmsg.NewPtrJoinGroupRequest()
	request.Group = policy.GroupPrefix + owner
	request.SessionTimeoutMillis, request.RebalanceTimeoutMillis = 10000, 10000
	request.ProtocolType = "consumer"
	protocol := kmsg.NewJoinGroupRequestProtocol()
	protocol.Name = "range"
	request.Protocols = append(request.Protocols, protocol)
	response, err := send[*kmsg.JoinGroupResponse](ctx, c, request)
	if err != nil {
		return nil, err
	}
	return kerr.ErrorForCode(response.ErrorCode), nil
}

func describeGroup(ctx context.Context, c *kgo.Client, owner string) (answer, broken error) {
	request := kmsg.NewPtrDescribeGroupsRequest()
	request.Groups = append(request.Groups, policy.GroupPrefix+owner)
	response, err := send[*kmsg.DescribeGroupsResponse](ctx, c, request)
	if err != nil || len(response.Groups) != 1 {
		return nil, errors.Join(err, missingIf(err == nil))
	}
	return kerr.ErrorForCode(response.Groups[0].ErrorCode), nil
}

func transact(ctx context.Context, c *kgo.Client, owner string) (answer, broken error) {
	request := kmsg.NewPtrInitProducerIDRequest()
	request.TransactionalID = kmsg.StringPtr(policy.GroupPrefix + owner + ".matrix")
	request.TransactionTimeoutMillis = 10000
	response, err := send[*kmsg.InitProducerIDResponse](ctx, c, request)
	if err != nil {
		return nil, err
	}
	return kerr.ErrorForCode(response.ErrorCode), nil
}

// createTopic only asks whether it might.
func createTopic(ctx context.Context, c *kgo.Client, _ string) (answer, broken error) {
	request := kmsg.NewPtrCreateTopicsRequest()
	request.ValidateOnly = true
	request.TimeoutMillis = 5000
	asked := kmsg.NewCreateTopicsRequestTopic()
	asked.Topic = "hushlog.matrix." + strconv.FormatInt(time.Now().UnixNano(), 10)
	asked.NumPartitions, asked.ReplicationFactor = 1, 1
	request.Topics = append(request.Topics, asked)
	response, err := send[*kmsg.CreateTopicsResponse](ctx, c, request)
	if err != nil || len(response.Topics) != 1 {
		return nil, errors.Join(err, missingIf(err == nil))
	}
	return kerr.ErrorForCode(response.Topics[0].ErrorCode), nil
}

func readACLs(ctx context.Context, c *kgo.Client, _ string) (answer, broken error) {
	request := kmsg.NewPtrDescribeACLsRequest()
	request.ResourceType = kmsg.ACLResourceTypeAny
	request.ResourcePatternType = kmsg.ACLResourcePatternTypeAny
	request.Operation = kmsg.ACLOperationAny
	request.PermissionType = kmsg.ACLPermissionTypeAny
	response, err := send[*kmsg.DescribeACLsResponse](ctx, c, request)
	if err != nil {
		return nil, err
	}
	return kerr.ErrorForCode(response.ErrorCode), nil
}

func readUsers(ctx context.Context, c *kgo.Client, _ string) (answer, broken error) {
	request := kmsg.NewPtrDescribeUserSCRAMCredentialsRequest()
	asked := kmsg.NewDescribeUserSCRAMCredentialsRequestUser()
	asked.Name = identity.Admin
	request.Users = append(request.Users, asked)
	response, err := send[*kmsg.DescribeUserSCRAMCredentialsResponse](ctx, c, request)
	if err != nil {
		return nil, err
	}
	return kerr.ErrorForCode(response.ErrorCode), nil
}

// alterUser would take away the password of a user that nobody is.
func alterUser(ctx context.Context, c *kgo.Client, _ string) (answer, broken error) {
	request := kmsg.NewPtrAlterUserSCRAMCredentialsRequest()
	deletion := kmsg.NewAlterUserSCRAMCredentialsRequestDeletion()
	deletion.Name, deletion.Mechanism = "nobody", 2
	request.Deletions = append(request.Deletions, deletion)
	response, err := send[*kmsg.AlterUserSCRAMCredentialsResponse](ctx, c, request)
	if err != nil || len(response.Results) != 1 {
		return nil, errors.Join(err, missingIf(err == nil))
	}
	return kerr.ErrorForCode(response.Results[0].ErrorCode), nil
}
