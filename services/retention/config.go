package retention

import (
	"errors"
	"time"

	"github.com/hushlog/hushlog/pkg/service"
	"github.com/hushlog/hushlog/pkg/store"
	"github.com/hushlog/hushlog/pkg/stream"
)

// Config of retention.
type Config struct {
	service.Common `yaml:",inline"`
	// Kafka is where the topics are, and who we are there.
	Kafka stream.Config `yaml:"kafka"`
	// ClickHouse is where the tables are, and who we are there.
	ClickHouse store.Config `yaml:"clickhouse"`
	// Backups is where ClickHouse's disk of backups is, from which retention deletes at their date: a directory, or of a disk
	// of type s3_plain an URL as s3://bucket/prefix?region=eu-central-1, as gocloud.dev/blob/s3blob takes it (endpoint=,
	// use_path_style=true for other places that speak S3). Empty where a rule of the storage does that.
	Backups string `yaml:"backups"`
	// Trail is the audit trail's log, which retention writes.
	Trail TrailConfig `yaml:"trail"`
	// KMS is the URL of the keys that wrap epochs' private keys, as redactor and ingest have it. Retention
	// destroys them, and needs no right to read them.
	KMS string `yaml:"kms"`
	// EpochVerifyKey is the file of the public key that epochs are signed with.
	EpochVerifyKey string `yaml:"epoch_verify_key"`
	// Interval is the pause between rounds. Default 1m. Longer, and records and
	// rows outlive their date by more; shorter costs a few questions a round.
	Interval time.Duration `yaml:"interval"`
	// RecordInterval is how often what is found is written down, on the trail and in the table
	// retention_runs. Default 15m; a change is written down with the next round. Longer, and `hushlog
	// retention status` tells of older things; shorter makes the trail longer.
	RecordInterval time.Duration `yaml:"record_interval"`
	// LedgerInterval is the pause between looks at whether the ledger's books balance with the rows; a gap is
	// told when two looks in a row find it. Default 5m. Longer, and a loss is told later; shorter counts the
	// last day's rows more often.
	LedgerInterval time.Duration `yaml:"ledger_interval"`
}

// TrailConfig is where the audit trail's log is, and what it is signed with.
type TrailConfig struct {
	// Dir is the log's directory, on a disk that outlives the machine. Several retentions of one deployment
	// must see the same one: who holds its lock writes.
	Dir string `yaml:"dir"`
	// SignKey is the file of the key that signs checkpoints, VerifyKey that of its public half.
	SignKey   string `yaml:"sign_key"`
	VerifyKey string `yaml:"verify_key"`
	// ResumeAt is an offset of the topic at which the log goes on although records before it are missing:
	// an operator's word, once, after hushlog_retention_trail_state has told of a gap. 0 accepts none.
	ResumeAt int64 `yaml:"resume_at"`
}

// Validate names each field that is missing.
func (c TrailConfig) Validate() error {
	var problems []error
	for _, f := range []struct{ name, value string }{
		{"trail.dir", c.Dir}, {"trail.sign_key", c.SignKey}, {"trail.verify_key", c.VerifyKey},
	} {
		if f.value == "" {
			problems = append(problems, errors.New(f.name+": is missing"))
		}
	}
	if c.ResumeAt < 0 {
		problems = append(problems, errors.New("trail.resume_at: must not be negative"))
	}
	return errors.Join(problems...)
}

// DefaultConfig returns the values that hold where a file says nothing.
func DefaultConfig() Config {
	return Config{Common: service.DefaultCommon(), Interval: time.Minute, RecordInterval: 15 * time.Minute, LedgerInterval: 5 * time.Minute}
}

// Validate names each field that is missing or out of range.
func (c Config) Validate() error {
	problems := []error{c.Common.Validate(), c.Kafka.Validate(), c.ClickHouse.Validate(), c.Trail.Validate()}
	if c.KMS == "" {
		problems = append(problems, errors.New("kms: is missing"))
	}
	if c.EpochVerifyKey == "" {
		problems = append(problems, errors.New("epoch_verify_key: is missing"))
	}
	if c.Interval < time.Second || c.Interval > time.Hour {
		problems = append(problems, errors.New("interval: must be between 1s and 1h"))
	}
	if c.RecordInterval < time.Second || c.RecordInterval > 12*time.Hour {
		problems = append(problems, errors.New("record_interval: must be between 1s and 12h"))
	}
	if c.LedgerInterval < time.Second || c.LedgerInterval > 24*time.Hour {
		problems = append(problems, errors.New("ledger_interval: must be between 1s and 24h"))
	}
	return errors.Join(problems...)
}
