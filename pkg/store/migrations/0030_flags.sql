-- What the redactor flags in what is said to models: category, score, rule and where, never text.

CREATE TABLE IF NOT EXISTS hushlog.flags
(
    project LowCardinality(String),
    classification Enum8('Public' = 1, 'Internal' = 2, 'Sensitive' = 3, 'Restricted' = 4),
    retention_label LowCardinality(String),
    accepted_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    request_id String CODEC(ZSTD(1)),
    block_id String CODEC(ZSTD(1)),
    category LowCardinality(String),
    score Float64 CODEC(ZSTD(1)),
    rule LowCardinality(String),
    rule_version LowCardinality(String),
    role LowCardinality(String),
    path String CODEC(ZSTD(1)),
    kind LowCardinality(String),
    earlier Bool,
    INDEX by_block block_id TYPE bloom_filter(0.01) GRANULARITY 2,
    INDEX by_request request_id TYPE bloom_filter(0.01) GRANULARITY 2
)
ENGINE = MergeTree
PARTITION BY (retention_label, toDate(accepted_at))
ORDER BY (project, accepted_at, category, request_id)
TTL toDate(accepted_at) + toIntervalDay(30)
SETTINGS ttl_only_drop_parts = 1, materialize_ttl_recalculate_only = 1, non_replicated_deduplication_window = 30000, old_parts_lifetime = 60, index_granularity = 128;
