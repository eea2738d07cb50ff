-- What retention found, place by place, each time that it wrote it down: the evidence that what has reached its date is
-- gone. kind is table or topic; oldest is NULL where there is nothing; failed_steps are those of the run as a whole.

CREATE TABLE IF NOT EXISTS hushlog.retention_runs
(
    run_id String CODEC(ZSTD(1)),
    at DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    kind LowCardinality(String),
    place LowCardinality(String),
    label LowCardinality(String),
    keep_seconds UInt64 CODEC(T64, ZSTD(1)),
    oldest Nullable(DateTime64(3, 'UTC')),
    rows UInt64 CODEC(T64, ZSTD(1)),
    overdue UInt64 CODEC(T64, ZSTD(1)),
    failed_steps Array(LowCardinality(String)),
    policy_digest LowCardinality(String)
)
ENGINE = MergeTree
PARTITION BY toDate(at)
ORDER BY (at, kind, place, label)
TTL toDate(at) + toIntervalDay(400)
SETTINGS ttl_only_drop_parts = 1, materialize_ttl_recalculate_only = 1, non_replicated_deduplication_window = 30000;
