package policy

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/hushlog/hushlog/pkg/identity"
)

// The topics. Their names are not for users to change: rights, tests and documentation name them.
const (
	TopicRaw        = "hushlog.raw.v1"
	TopicEvents     = "hushlog.events.v1"
	TopicAlerts     = "hushlog.alerts.v1"
	TopicAlertState = "hushlog.alertstate.v1"
	TopicAudit      = "hushlog.audit.v1"
	TopicKeys       = "hushlog.keys.v1"
	TopicQuarantine = "hushlog.quarantine.v1"
	TopicRequests   = "hushlog.requests.v1"
	// TopicRestrictions holds orders that suspend or limit senders, each signed.
	TopicRestrictions = "hushlog.restrictions.v1"
)

// requestsKept is how long requests stay in the stream: as long as they may be worked on.
const requestsKept = Duration(30 * 24 * time.Hour)

// restrictionsKept is longer than any restriction lasts (restrict.MaxLife).
const restrictionsKept = Duration(32 * 24 * time.Hour)

// alertStateKept is how long the last snapshot of what the alert rules know may be needed; older ones are deleted as soon
// as there is a newer one.
const alertStateKept = Duration(14 * 24 * time.Hour)

// GroupPrefix and a service's name begin its consumer groups and transactional ids, as in
// hushlog.redactor or hushlog.ingest.audit; it may use no others.
const GroupPrefix = "hushlog."

const (
	// largeMessage lets a largest interaction pass, sealed, on brokers with default settings.
	largeMessage = 16 << 20
	// segmentBytes bounds the segment that deletion waits for where segment.ms is not obeyed.
	segmentBytes = 64 << 20
	// segmentsPerRetention is how finely deletion by time works: a record may outlive its date by
	// one segment, a 24th of its time.
	segmentsPerRetention = 24
	// smallestSegment keeps the number of files of short topics low.
	smallestSegment = 5 * time.Minute
)

// topicSpec declares a topic.
type topicSpec struct {
	name string
	// shared topics have Stream.Partitions partitions; the others have one, so that one reader sees
	// everything in order.
	shared bool
	// large topics carry interactions.
	large bool
	keep  func(r Retention) Duration
}

var topicSpecs = []topicSpec{
	{TopicRaw, true, true, func(r Retention) Duration { return r.RawAtMost }},
	{TopicEvents, true, true, func(r Retention) Duration { return r.Events }},
	{TopicAlerts, false, false, func(r Retention) Duration { return r.AlertStream }},
	{TopicAlertState, false, false, func(Retention) Duration { return alertStateKept }},
	{TopicAudit, false, false, func(r Retention) Duration { return r.AuditStream }},
	{TopicKeys, false, false, func(r Retention) Duration { return r.Keys }},
	{TopicQuarantine, true, true, func(r Retention) Duration { return r.Quarantine }},
	{TopicRequests, false, false, func(Retention) Duration { return requestsKept }},
	{TopicRestrictions, false, false, func(Retention) Duration { return restrictionsKept }},
}

// serviceRights declares what a service may do; everything else is refused.
type serviceRights struct {
	service string
	// topics: what it may do with which, by Kafka's operations. READ, WRITE and DELETE imply DESCRIBE.
	topics map[string][]string
	// groups says whether it has consumer groups of its own.
	groups bool
	// transactions says whether it has transactional ids of its own.
	transactions bool
	// watches lists services of which it reads the committed offsets.
	watches []string
	// grants on ClickHouse; no grant means no user there.
	grants []string
}

const (
	opRead            = "READ"
	opWrite           = "WRITE"
	opDelete          = "DELETE"
	opDescribe        = "DESCRIBE"
	opDescribeConfigs = "DESCRIBE_CONFIGS"
)

// rights is the one declaration of who may do what, in the order of the data. admin is the brokers'
// super user and needs no ACL.
var rights = []serviceRights{
	{
		service: identity.Gateway,
		topics: map[string][]string{
			TopicRaw: {opWrite}, TopicKeys: {opRead},
			TopicEvents:       {opDescribe}, // refuses when what was taken before is not read in time
			TopicRestrictions: {opRead},
		},
		watches: []string{identity.Redactor, identity.Ingest},
	},
	{
		service: identity.Redactor,
		topics: map[string][]string{
			TopicRaw:          {opRead, opWrite}, // orders and ticks about what is in quarantine
			TopicEvents:       {opRead, opWrite}, // reads back what it published, to know doubles
			TopicQuarantine:   {opRead, opWrite}, // tries again
			TopicKeys:         {opRead, opWrite}, // makes the epochs
			TopicRequests:     {opRead, opWrite}, // adds the pseudonyms to a request
			TopicRestrictions: {opRead, opWrite}, // tells gateways how to recognise an end user
		},
		groups: true, transactions: true,
	},
	{
		service: identity.Ingest,
		topics: map[string][]string{
			TopicEvents: {opRead}, TopicAlerts: {opRead}, TopicAudit: {opRead}, TopicKeys: {opRead},
		},
		groups: true,
		grants: insertGrants(),
	},
	{
		service: identity.Alert,
		topics: map[string][]string{
			TopicRaw:          {opDescribe}, // whether the redactor has read everything: silence is only then silence
			TopicEvents:       {opRead},
			TopicAudit:        {opRead, opWrite}, // rules look at who reads; what follows from an alert is audited
			TopicRestrictions: {opWrite},
			TopicAlerts:       {opRead, opWrite},           // reads back what it published, to fire once
			TopicAlertState:   {opRead, opWrite, opDelete}, // deletes snapshots that a newer one has replaced
		},
		groups: true, transactions: true,
		watches: []string{identity.Redactor},
	},
	{
		service: identity.Retention,
		topics: map[string][]string{
			TopicRaw:          {opDelete, opWrite, opDescribeConfigs}, // a tick follows what is deleted: a partition is never emptied
			TopicEvents:       {opDescribe, opDescribeConfigs},
			TopicAlerts:       {opWrite, opDescribeConfigs}, // tells of what is overdue
			TopicAlertState:   {opDescribe, opDescribeConfigs},
			TopicAudit:        {opRead, opWrite, opDescribeConfigs}, // sequences the trail into its log
			TopicKeys:         {opRead, opDescribeConfigs},
			TopicQuarantine:   {opDelete, opDescribeConfigs},
			TopicRequests:     {opRead, opDescribeConfigs}, // erases, holds
			TopicRestrictions: {opDescribe, opDescribeConfigs},
		},
		groups:  true,
		watches: []string{identity.Redactor, identity.Ingest},
		grants:  retentionGrants(),
	},
	{
		service: identity.Query,
		topics: map[string][]string{
			TopicAudit:    {opWrite},
			TopicRequests: {opWrite}, TopicKeys: {opRead}, // seals the id of who is to be erased
			TopicRestrictions: {opRead, opWrite}, // an order must be later than those before it
		},
		// Its own user only parses statements; people's statements run as the role's user.
		grants: []string{"GRANT SHOW COLUMNS ON " + Database + ".*"},
	},
	{
		service: identity.Canary,
		// Looks for what it has planted wherever something could be readable. It opens nothing that is sealed.
		topics: map[string][]string{
			TopicRaw: {opRead}, TopicEvents: {opRead}, TopicQuarantine: {opRead}, TopicRequests: {opRead},
			TopicAlerts: {opRead, opWrite}, TopicAlertState: {opRead}, TopicAudit: {opRead}, TopicRestrictions: {opRead},
		},
		// Of interactions it sees the rows of its own project, by a row filter. In all others a view that runs as admin looks
		// for the values that the canary has written, and tells it where they are.
		grants: []string{
			"GRANT SELECT(project, request_id, accepted_at) ON " + Database + "." + TableInteractions,
			"GRANT INSERT ON " + Database + "." + tableCanaryPicks,
			"GRANT SELECT(look_id, at, place, found_in, request_id, needle, rows) ON " + Database + "." + TableCanaryFinds,
			"GRANT INSERT ON " + Database + "." + TableCanaries,
		},
	},
	{
		service: identity.Admin,
		grants: []string{
			"GRANT ALL ON " + Database + ".*",
			"GRANT SELECT ON system.*",
		},
	},
}

// insertGrants let ingest write, and count what it has written.
func insertGrants() []string {
	var grants []string
	for _, table := range schema {
		on := " ON " + Database + "." + table.name
		if table.kept || table.derived() {
			continue
		}
		grants = append(grants, "GRANT INSERT"+on, "GRANT SELECT("+strings.Join(table.found, ", ")+")"+on)
	}
	// What was erased is not stored again. What is under a hold and would be left out for that, or comes late, is copied for the
	// hold; the copies are found again by ids.
	for _, held := range []string{TableHeldContents, TableHeldFindings, TableHeldFlags, TableHeldInteractions} {
		grants = append(grants, "GRANT INSERT ON "+Database+"."+held, "GRANT SELECT(hold_id, block_id, request_id) ON "+Database+"."+held)
	}
	return append(grants,
		"GRANT INSERT ON "+Database+"."+TableHeldAlerts, "GRANT SELECT(hold_id, transition) ON "+Database+"."+TableHeldAlerts,
		"GRANT SELECT(hold_id, project, at, state, accepted_from, accepted_until, flag, by_subject) ON "+Database+"."+TableHolds,
		"GRANT SELECT(hold_id, pseudonym) ON "+Database+"."+TableHoldSubjects, "GRANT SELECT ON "+Database+"."+TableTombstones)
}

// foundBy lists the columns that rows to erase and rows to hold are found by, table by table.
var foundBy = map[string]string{
	TableContents:         "project, request_id, accepted_at",
	TableFindings:         "project, request_id, accepted_at",
	TableFlags:            "project, request_id, accepted_at, category",
	TableInteractions:     "project, request_id, accepted_at, user_pseudonym, safety_categories, content_bytes",
	TableAlerts:           "project, window_start, user_pseudonym, fingerprint, fired_at",
	TableRollupMinute:     "minute, interactions",
	TableRollupHour:       "hour, interactions",
	TableRollupDay:        "day, interactions",
	TableHeldContents:     "hold_id, project, request_id, accepted_at",
	TableHeldFindings:     "hold_id, project, request_id, accepted_at",
	TableHeldFlags:        "hold_id, project, request_id, accepted_at",
	TableHeldInteractions: "hold_id, project, request_id, accepted_at, user_pseudonym",
	TableHeldAlerts:       "hold_id, project, window_start, user_pseudonym, fingerprint, fired_at",
}

// counted lists the columns that figures of reviews count and measure, table by table (pkg/report).
var counted = map[string]string{
	TableInteractions: "project, accepted_at, classification, model, failed, latency_ms, cost, cost_currency, purpose, content_stored, finding_counts, user_pseudonym, policy_digest",
	TableQuarantined:  "project, accepted_at, reason, state",
	TableAlerts:       "rule, severity, owner, fired_at, state",
}

// retentionGrants let retention set dates, drop what reached them, find and delete the rows of an end
// user, have rows under a hold copied, see what is left, and count for reviews. It reads metadata of interactions
// and nothing that was said.
func retentionGrants() []string {
	var grants []string
	for _, table := range schema {
		on := " ON " + Database + "." + table.name
		dates := "ALTER TTL, ALTER MATERIALIZE TTL, "
		if table.keep == nil { // nothing but a release ends what is there
			dates = ""
		}
		grants = append(grants, "GRANT "+dates+"ALTER DELETE, OPTIMIZE, SHOW COLUMNS"+on)
		if columns := foundBy[table.name]; columns != "" {
			grants = append(grants, "GRANT SELECT("+columns+")"+on)
		}
		if columns := counted[table.name]; columns != "" {
			grants = append(grants, "GRANT SELECT("+columns+")"+on)
		}
	}
	// What was erased is a step of the ledger, whose books are compared with the rows. What is picked is copied for a
	// hold, or rolled up again, by views that run as admin.
	grants = append(grants, "GRANT INSERT, SELECT ON "+Database+"."+TableLedger, "GRANT INSERT ON "+Database+"."+tableHoldPicks, "GRANT INSERT ON "+Database+"."+tableRollupPicks)
	for _, table := range schema {
		if table.kept {
			grants = append(grants, "GRANT SELECT, INSERT ON "+Database+"."+table.name)
		}
	}
	return append(grants,
		// The leak rate. The whole table, as ClickHouse lets nobody read the keys of a map by a grant of the map's column.
		"GRANT SELECT ON "+Database+"."+TableCanaries,
		// The trail is reconciled with its log.
		"GRANT SELECT ON "+Database+"."+TableAudit,
		// Who runs statements without the query service: not what they say, nor the errors, which may quote data.
		"GRANT SELECT(event_date, event_time, event_time_microseconds, type, is_initial_query, user, query_id, tables) ON system.query_log",
		"GRANT SELECT ON system.parts", "GRANT SELECT ON system.mutations", "GRANT SELECT ON system.tables")
}

// rescanGrants let retention, where it rescans, read contents, store them again as today's rules leave them with what was found, and
// delete the old ones. They are a user's of their own: what runs day and night reads nothing that was said. Of copies under a
// hold it learns that there are some.
func rescanGrants() []string {
	return []string{
		"GRANT SELECT, INSERT, ALTER DELETE ON " + Database + "." + TableContents,
		"GRANT INSERT ON " + Database + "." + TableFindings,
		"GRANT SELECT(project, request_id) ON " + Database + "." + TableHeldContents,
		"GRANT SELECT ON system.parts",
	}
}

// Topics lists every topic with the settings that hushlog relies on.
func (p *Policy) Topics() []Topic {
	topics := make([]Topic, 0, len(topicSpecs))
	for _, spec := range topicSpecs {
		topics = append(topics, p.topic(spec))
	}
	return topics
}

func (p *Policy) topic(spec topicSpec) Topic {
	keep := spec.keep(p.Retention).D()
	segment := max(keep/segmentsPerRetention, smallestSegment)
	topic := Topic{
		Name:        spec.name,
		Partitions:  1,
		Replication: p.Stream.Replication,
		Settings: map[string]string{
			"cleanup.policy":      "delete",
			"retention.ms":        millis(keep),
			"retention.bytes":     "-1",
			"segment.ms":          millis(segment),
			"segment.bytes":       strconv.Itoa(segmentBytes),
			"min.insync.replicas": strconv.Itoa(p.Stream.MinInSync),
			// The broker's clock: a producer with a wrong one cannot make a record outlive its date.
			"message.timestamp.type": "LogAppendTime",
		},
	}
	if spec.shared {
		topic.Partitions = p.Stream.Partitions
	}
	if spec.large {
		topic.Settings["max.message.bytes"] = strconv.Itoa(largeMessage)
	}
	return topic
}

func millis(d time.Duration) string { return strconv.FormatInt(d.Milliseconds(), 10) }

// KafkaACLs lists what each service may do on Kafka, in a fixed order. What is not listed is refused.
func (p *Policy) KafkaACLs() []ACL {
	var acls []ACL
	for _, r := range rights {
		acls = append(acls, r.acls()...)
	}
	return acls
}

func (r serviceRights) acls() []ACL {
	principal := "User:" + r.service
	var acls []ACL
	for _, topic := range slices.Sorted(maps.Keys(r.topics)) {
		for _, op := range r.topics[topic] {
			acls = append(acls, ACL{principal, "TOPIC", topic, "LITERAL", op})
		}
	}
	own := GroupPrefix + r.service
	if r.groups {
		acls = append(acls, ACL{principal, "GROUP", own, "PREFIXED", opRead})
	}
	if r.transactions {
		acls = append(acls, ACL{principal, "TRANSACTIONAL_ID", own, "PREFIXED", opWrite})
	}
	for _, watched := range r.watches {
		acls = append(acls, ACL{principal, "GROUP", GroupPrefix + watched, "PREFIXED", opDescribe})
	}
	return acls
}
