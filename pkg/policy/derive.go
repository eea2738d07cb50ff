package policy

import (
	"io"
	"time"
)

// Topic is a topic with every setting that hushlog relies on.
type Topic struct {
	// Name of the topic.
	Name string
	// Partitions and Replication of the topic.
	Partitions, Replication int
	// Settings are topic-level settings by Kafka's names (retention.ms ...).
	Settings map[string]string
}

// ACL allows one operation of one principal on one resource, in the words of Kafka.
type ACL struct {
	// Principal, as User:gateway.
	Principal string
	// ResourceType: TOPIC, GROUP, TRANSACTIONAL_ID, CLUSTER.
	ResourceType string
	// Resource is its name.
	Resource string
	// Pattern: LITERAL or PREFIXED.
	Pattern string
	// Operation: READ, WRITE, DESCRIBE, DELETE ...
	Operation string
}

// User is a ClickHouse user: a service, or one role of the policy.
type User struct {
	// Name of the user.
	Name string
	// CommonName is the CN of the certificate that the user signs in with.
	CommonName string
	// Role of the policy; empty for a service.
	Role string
	// Grants are GRANT statements without TO, as users.xml takes them.
	Grants []string
	// RowFilters by table: a condition that rows must meet to be seen.
	RowFilters map[string]string
	// ReadOnly users cannot change data or settings beyond their limits.
	ReadOnly bool
	// Limits of a role; zero for a service.
	Limits RoleLimits
	// Export says that the user is the one of a role's exports.
	Export bool
}

// TableRetention says when rows of one table, of one retention label where it has labels, expire.
type TableRetention struct {
	// Table of the database.
	Table string
	// Label of retention; empty for a table without labels.
	Label string
	// Keep is how long.
	Keep time.Duration
}

// Deriver lists what is derived from a policy.
type deriver interface {
	Topics() []Topic
	KafkaACLs() []ACL
	ClickHouseUsers() []User
	TableRetentions() []TableRetention
	RenderUsersXML(w io.Writer) error
	Explain(w io.Writer) error
}

var _ deriver = (*Policy)(nil)
