package gateway

import (
	"time"

	"github.com/twmb/franz-go/pkg/kgo" // records as the Kafka client of the house has them

	"github.com/hushlog/hushlog/pkg/seal"
	"github.com/hushlog/hushlog/pkg/stream"
)

// sealedRecord is one sealed interaction on its way. Its key is the keyed hash of the request, so
// that doubles of a request meet in one partition.
func sealedRecord(h seal.Header, sealed []byte, at time.Time) *kgo.Record {
	meta := stream.Meta{Kind: stream.KindSealed, Project: h.Project, RequestHash: h.RequestHash, Minute: stream.MinuteOf(at)}
	return &kgo.Record{Topic: h.Topic, Key: append([]byte(nil), h.RequestHash[:]...), Value: sealed, Headers: meta.Headers()}
}

// tallyRecord is what a gateway counted. It has no key and goes to the first partition, which there
// always is.
func tallyRecord(value []byte, at time.Time) *kgo.Record {
	meta := stream.Meta{Kind: stream.KindTally, Minute: stream.MinuteOf(at)}
	return &kgo.Record{Topic: stream.TopicRaw, Partition: 0, Value: value, Headers: meta.Headers()}
}
