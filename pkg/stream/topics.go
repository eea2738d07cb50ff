package stream

import (
	"errors"
	"fmt"
	"strconv"
	"time"

	// franz-go is the Kafka client everywhere in hushlog.
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/hushlog/hushlog/pkg/policy"
)

// The topics, as the policy declares them.
const (
	TopicRaw        = policy.TopicRaw
	TopicEvents     = policy.TopicEvents
	TopicAlerts     = policy.TopicAlerts
	TopicAlertState = policy.TopicAlertState
	TopicAudit      = policy.TopicAudit
	TopicKeys       = policy.TopicKeys
	TopicQuarantine = policy.TopicQuarantine
	TopicRequests   = policy.TopicRequests
	// TopicRestrictions holds orders that suspend or limit senders.
	TopicRestrictions = policy.TopicRestrictions
)

// Group is the name of a consumer group of a service. What several groups of one service are for is
// told apart by part, which may be empty. Rights on groups go by this form.
func Group(service, part string) string {
	name := policy.GroupPrefix + service
	if part != "" {
		name += "." + part
	}
	return name
}

// TransactionalID is that of one instance of a service: the same after a restart, so that the new
// process ends what the old one left open, and another for each instance.
func TransactionalID(service, instance string) string {
	return policy.GroupPrefix + service + "." + instance
}

// Names of the record headers of raw.v1 and quarantine.v1.
const (
	HeaderVersion = "v"
	HeaderProject = "project"
	// HeaderRequest is the keyed hash (16 bytes) of project and request id, which is the Kafka key too.
	HeaderRequest = "rid"
	// HeaderMinute is the minute of acceptance, in minutes since the Unix epoch, in decimal.
	HeaderMinute = "min"
	HeaderKind   = "kind"
)

// Kinds of records.
const (
	// KindSealed is a sealed interaction.
	KindSealed = "sealed"
	// KindTally is a GatewayTally, in the clear: names of projects and numbers.
	KindTally = "tally"
	// KindTick is an empty record that keeps a partition from being emptied and moves time on; in raw.v1 it
	// has the redactor look after what is in quarantine, too.
	KindTick = "tick"
	// KindOrder, in raw.v1, is a Request with an order about quarantined events, in the clear.
	KindOrder = "order"
	// KindSettled, in quarantine.v1, is an empty record: an event that is there has left quarantine.
	KindSettled = "settled"
)

// ReasonTurn is why a large event is in quarantine for a moment: it waits for its turn, so that others need not wait for it.
const ReasonTurn = "turn"

// headersVersion is the form of the headers.
const headersVersion = "1"

// ErrHeaders says that a record's headers are not of the form of Meta.
var ErrHeaders = errors.New("record headers are missing or not of a known form")

// Meta is what a record of raw.v1 or quarantine.v1 says in the clear.
type Meta struct {
	// Kind is one of the kinds above.
	Kind string
	// Project owns a sealed or settled record; empty for any other.
	Project string
	// RequestHash is that of a sealed or settled record; zero for any other.
	RequestHash [16]byte
	// Minute of acceptance, in minutes since the Unix epoch.
	Minute int64
}

// MinuteOf is the minute that Meta and the ledger know t by.
func MinuteOf(t time.Time) int64 { return t.Unix() / 60 }

// Headers are m as record headers.
func (m Meta) Headers() []kgo.RecordHeader {
	headers := []kgo.RecordHeader{
		{Key: HeaderVersion, Value: []byte(headersVersion)},
		{Key: HeaderKind, Value: []byte(m.Kind)},
		{Key: HeaderMinute, Value: strconv.AppendInt(nil, m.Minute, 10)},
	}
	if m.Kind != KindSealed && m.Kind != KindSettled {
		return headers
	}
	return append(headers,
		kgo.RecordHeader{Key: HeaderProject, Value: []byte(m.Project)},
		kgo.RecordHeader{Key: HeaderRequest, Value: append([]byte(nil), m.RequestHash[:]...)},
	)
}

// ParseMeta reads the headers of a record. It fails with ErrHeaders; other headers are ignored.
func ParseMeta(headers []kgo.RecordHeader) (Meta, error) {
	var m Meta
	var version string
	var hash []byte
	minute := int64(-1)
	for _, h := range headers {
		switch h.Key {
		case HeaderVersion:
			version = string(h.Value)
		case HeaderKind:
			m.Kind = string(h.Value)
		case HeaderProject:
			m.Project = string(h.Value)
		case HeaderRequest:
			hash = h.Value
		case HeaderMinute:
			n, err := strconv.ParseInt(string(h.Value), 10, 64)
			if err == nil {
				minute = n
			}
		}
	}
	m.Minute = minute
	return m, m.check(version, hash)
}

func (m *Meta) check(version string, hash []byte) error {
	if version != headersVersion || m.Minute < 0 {
		return fmt.Errorf("version or minute: %w", ErrHeaders)
	}
	switch m.Kind {
	case KindTally, KindTick, KindOrder:
		return nil
	case KindSealed, KindSettled:
		if m.Project == "" || len(hash) != len(m.RequestHash) {
			return fmt.Errorf("project or request hash: %w", ErrHeaders)
		}
		m.RequestHash = [16]byte(hash)
		return nil
	default:
		return fmt.Errorf("kind: %w", ErrHeaders)
	}
}
