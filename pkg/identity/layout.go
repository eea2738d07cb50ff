package identity

import (
	"path/filepath"
	"time"
)

// Names of the identities that every deployment has. A name is the CN of the certificate, the SASL
// user on Kafka and the user on ClickHouse alike.
const (
	Gateway    = "gateway"
	Redactor   = "redactor"
	Ingest     = "ingest"
	Alert      = "alert"
	Retention  = "retention"
	Query      = "query"
	Canary     = "canary"
	Admin      = "admin"
	Kafka      = "kafka"
	ClickHouse = "clickhouse"
)

// CanaryProject is the project of canaries: interactions that hushlog sends to itself. It belongs to whoever shows the
// certificate of Canary; no policy may declare it, and no API key speaks for it.
const CanaryProject = "hushlog-canary"

// Names of what watches a deployment, in docker-compose.yml: each has a certificate and no user anywhere.
const (
	Prometheus   = "prometheus"
	Alertmanager = "alertmanager"
	Grafana      = "grafana"
)

// Monitors lists the identities of what watches a deployment.
func Monitors() []string { return []string{Prometheus, Alertmanager, Grafana} }

// RolePrefix begins the ClickHouse user, and so the certificate, of a role of the policy.
const RolePrefix = "role_"

// ExportPrefix begins the ClickHouse user of a role's exports.
const ExportPrefix = "export_"

// Services lists the identities that speak to Kafka and ClickHouse, in the order of the data, admin last.
func Services() []string {
	return []string{Gateway, Redactor, Ingest, Alert, Retention, Query, Canary, Admin}
}

// Servers lists the identities of the two storage servers, which get a certificate and no password.
func Servers() []string { return []string{Kafka, ClickHouse} }

// RoleUser is the ClickHouse user of a role.
func RoleUser(role string) string { return RolePrefix + role }

// RescanUser is the ClickHouse user of a rescan, which reads what was said and rewrites it. It signs in with the certificate of
// Retention, whose own user reads no content.
const RescanUser = "rescan"

// ExportUser is the ClickHouse user of a role's exports. It signs in with the certificate of RoleUser.
func ExportUser(role string) string { return ExportPrefix + role }

// Layout is a deployment's directory. It only names paths and touches nothing.
type Layout struct {
	// Dir is the deployment directory.
	Dir string
}

// Policy is the policy document.
func (l Layout) Policy() string { return filepath.Join(l.Dir, "policy.yaml") }

// PKI is the directory of the CA and the certificates.
func (l Layout) PKI() string { return filepath.Join(l.Dir, "pki") }

// Secrets is the directory of generated secrets.
func (l Layout) Secrets() string { return filepath.Join(l.Dir, "secrets") }

// KafkaPassword is the SASL password file of one identity.
func (l Layout) KafkaPassword(name string) string {
	return filepath.Join(l.Secrets(), "kafka-"+name+".password")
}

// HashKey is the HMAC key for ids in Kafka keys and headers.
func (l Layout) HashKey() string { return filepath.Join(l.Secrets(), "hash.key") }

// PseudonymKey is the HMAC key for pseudonyms of end users.
func (l Layout) PseudonymKey() string { return filepath.Join(l.Secrets(), "pseudonym.key") }

// CanaryKey is the key that the values of canaries are drawn with.
func (l Layout) CanaryKey() string { return filepath.Join(l.Secrets(), "canary-values.key") }

// EpochSignKey is the seed that signs epochs.
func (l Layout) EpochSignKey() string { return filepath.Join(l.Secrets(), "epoch-sign.key") }

// EpochVerifyKey is the public half of EpochSignKey.
func (l Layout) EpochVerifyKey() string { return filepath.Join(l.Secrets(), "epoch-verify.pub") }

// RestrictSignKey is the seed that signs restrictions that people order.
func (l Layout) RestrictSignKey() string { return filepath.Join(l.Secrets(), "restrict-sign.key") }

// RestrictVerifyKey is the public half of RestrictSignKey.
func (l Layout) RestrictVerifyKey() string { return filepath.Join(l.Secrets(), "restrict-verify.pub") }

// RespondSignKey is the seed that signs restrictions that follow from alerts.
func (l Layout) RespondSignKey() string { return filepath.Join(l.Secrets(), "respond-sign.key") }

// RespondVerifyKey is the public half of RespondSignKey.
func (l Layout) RespondVerifyKey() string { return filepath.Join(l.Secrets(), "respond-verify.pub") }

// TrailSignKey signs the checkpoints of the audit trail's log.
func (l Layout) TrailSignKey() string { return filepath.Join(l.Secrets(), "trail-sign.key") }

// TrailVerifyKey is the public half of TrailSignKey.
func (l Layout) TrailVerifyKey() string { return filepath.Join(l.Secrets(), "trail-verify.pub") }

// TrailLog is the directory of the audit trail's log.
func (l Layout) TrailLog() string { return filepath.Join(l.Dir, "data", "trail") }

// GrafanaPassword is the password of Grafana's first user.
func (l Layout) GrafanaPassword() string { return filepath.Join(l.Secrets(), "grafana-admin.password") }

// WebhookKey is the Standard Webhooks secret.
func (l Layout) WebhookKey() string { return filepath.Join(l.Secrets(), "webhook.key") }

// KMS is the directory of the wrapping keys of days.
func (l Layout) KMS() string { return filepath.Join(l.Secrets(), "kms") }

// KMSKey is the wrapping key of the UTC day that holds t.
func (l Layout) KMSKey(t time.Time) string {
	return filepath.Join(l.KMS(), t.UTC().Format(time.DateOnly)+".key")
}

// APIKeys is the file of API keys.
func (l Layout) APIKeys() string { return filepath.Join(l.Dir, "access", "api-keys.json") }

// People is the file of people's tokens.
func (l Layout) People() string { return filepath.Join(l.Dir, "access", "people.json") }

// ClickHouseUsers is the users.xml derived from the policy.
func (l Layout) ClickHouseUsers() string { return filepath.Join(l.Dir, "clickhouse", "users.xml") }

// ClickHouseDisks is the part of ClickHouse's configuration that holds the keys of its encrypted disks.
func (l Layout) ClickHouseDisks() string { return filepath.Join(l.Secrets(), "clickhouse-disks.xml") }

// Backups is the directory of ClickHouse's backups on one machine.
func (l Layout) Backups() string { return filepath.Join(l.Dir, "data", "backups") }

// TLS is the certificate files of one identity.
func (l Layout) TLS(name string) TLSFiles { return FilesIn(l.PKI(), name) }
