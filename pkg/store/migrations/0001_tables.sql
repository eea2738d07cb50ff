-- The tables of hushlog. Statements end with a semicolon at the end of a line; each one can be repeated.
--
-- Partitions are (retention label, day accepted), so that what has reached its date is dropped whole.
-- The dates here are for a deployment whose policy has not been applied yet: thirty days, ninety for the
-- trail. materialize_ttl_recalculate_only makes a changed date touch only the dates kept beside a part.
--
-- A block is inserted under a token of its own, once for each table. The store remembers the last
-- non_replicated_deduplication_window parts of a table, one for each partition that a block touches.
-- It must cover the blocks that can be repeated: those not committed when ingest moves or crashes, and
-- those of a paused ingest that wakes later. At fifty blocks a second on two partitions each, 30,000 is
-- five minutes, twice what a consumer may be silent before its partitions are given away.
--
-- block_id names the block that a row came with (for rows of alerts and audit their own id does). The
-- store writes down a token before the part that it stands for, so a crash in between loses the part and
-- refuses its repetition: the writer counts the rows of a block before it calls it stored.

CREATE DATABASE IF NOT EXISTS hushlog;

CREATE TABLE IF NOT EXISTS hushlog.interactions
(
    project LowCardinality(String),
    classification Enum8('Public' = 1, 'Internal' = 2, 'Sensitive' = 3, 'Restricted' = 4),
    retention_label LowCardinality(String),
    accepted_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    request_id String CODEC(ZSTD(1)),
    block_id String CODEC(ZSTD(1)),
    trace_id String CODEC(ZSTD(1)),
    span_id String CODEC(ZSTD(1)),
    session_id String CODEC(ZSTD(1)),
    conversation_id String CODEC(ZSTD(1)),
    environment LowCardinality(String),
    region LowCardinality(String),
    service LowCardinality(String),
    purpose LowCardinality(String),
    key_id LowCardinality(String),
    started_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    latency_ms Nullable(UInt32) CODEC(ZSTD(1)),
    time_to_first_token_ms Nullable(UInt32) CODEC(ZSTD(1)),
    provider LowCardinality(String),
    model LowCardinality(String),
    model_version LowCardinality(String),
    temperature Nullable(Float64) CODEC(ZSTD(1)),
    top_p Nullable(Float64) CODEC(ZSTD(1)),
    top_k Nullable(Int64) CODEC(ZSTD(1)),
    max_tokens Nullable(Int64) CODEC(ZSTD(1)),
    seed Nullable(Int64) CODEC(ZSTD(1)),
    stream Bool,
    response_id String CODEC(ZSTD(1)),
    finish_reasons Array(LowCardinality(String)),
    tool_names Array(LowCardinality(String)),
    input_tokens UInt64 CODEC(T64, ZSTD(1)),
    output_tokens UInt64 CODEC(T64, ZSTD(1)),
    cached_input_tokens UInt64 CODEC(T64, ZSTD(1)),
    reasoning_tokens UInt64 CODEC(T64, ZSTD(1)),
    cost Float64 CODEC(ZSTD(1)),
    cost_currency LowCardinality(String),
    error_type LowCardinality(String),
    error_code LowCardinality(String),
    failed Bool,
    guardrail_names Array(LowCardinality(String)),
    guardrail_decisions Array(LowCardinality(String)),
    safety_categories Array(LowCardinality(String)),
    safety_scores Array(Float64),
    user_pseudonym String CODEC(ZSTD(1)),
    tags Array(LowCardinality(String)),
    content_stored Bool,
    message_count UInt32 CODEC(T64, ZSTD(1)),
    content_bytes UInt64 CODEC(T64, ZSTD(1)),
    finding_counts Map(LowCardinality(String), UInt32),
    policy_digest LowCardinality(String),
    engine_version LowCardinality(String),
    media_types Array(LowCardinality(String)),
    INDEX by_block block_id TYPE bloom_filter(0.01) GRANULARITY 2,
    INDEX by_request request_id TYPE bloom_filter(0.01) GRANULARITY 2,
    INDEX by_trace trace_id TYPE bloom_filter(0.01) GRANULARITY 2,
    INDEX by_conversation conversation_id TYPE bloom_filter(0.01) GRANULARITY 2,
    INDEX by_user user_pseudonym TYPE bloom_filter(0.01) GRANULARITY 2
)
ENGINE = MergeTree
PARTITION BY (retention_label, toDate(accepted_at))
ORDER BY (project, accepted_at, request_id)
TTL toDate(accepted_at) + toIntervalDay(30)
SETTINGS ttl_only_drop_parts = 1, materialize_ttl_recalculate_only = 1, non_replicated_deduplication_window = 30000;

CREATE TABLE IF NOT EXISTS hushlog.contents
(
    project LowCardinality(String),
    classification Enum8('Public' = 1, 'Internal' = 2, 'Sensitive' = 3, 'Restricted' = 4),
    retention_label LowCardinality(String),
    accepted_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    request_id String CODEC(ZSTD(1)),
    block_id String CODEC(ZSTD(1)),
    conversation_id String CODEC(ZSTD(1)),
    ordinal UInt32 CODEC(T64, ZSTD(1)),
    path String CODEC(ZSTD(1)),
    role LowCardinality(String),
    kind LowCardinality(String),
    tool_name LowCardinality(String),
    tool_call_id String CODEC(ZSTD(1)),
    text String CODEC(ZSTD(3)),
    INDEX by_block block_id TYPE bloom_filter(0.01) GRANULARITY 2,
    INDEX by_request request_id TYPE bloom_filter(0.01) GRANULARITY 2,
    INDEX by_conversation conversation_id TYPE bloom_filter(0.01) GRANULARITY 2
)
ENGINE = MergeTree
PARTITION BY (retention_label, toDate(accepted_at))
ORDER BY (project, accepted_at, request_id, ordinal)
TTL toDate(accepted_at) + toIntervalDay(30)
SETTINGS ttl_only_drop_parts = 1, materialize_ttl_recalculate_only = 1, non_replicated_deduplication_window = 30000, index_granularity = 1024;

CREATE TABLE IF NOT EXISTS hushlog.findings
(
    project LowCardinality(String),
    classification Enum8('Public' = 1, 'Internal' = 2, 'Sensitive' = 3, 'Restricted' = 4),
    retention_label LowCardinality(String),
    accepted_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    request_id String CODEC(ZSTD(1)),
    block_id String CODEC(ZSTD(1)),
    path String CODEC(ZSTD(1)),
    type LowCardinality(String),
    rule LowCardinality(String),
    rule_version UInt32 CODEC(T64, ZSTD(1)),
    action LowCardinality(String),
    confidence Float32 CODEC(ZSTD(1)),
    view LowCardinality(String),
    evidence LowCardinality(String),
    INDEX by_block block_id TYPE bloom_filter(0.01) GRANULARITY 2,
    INDEX by_request request_id TYPE bloom_filter(0.01) GRANULARITY 2
)
ENGINE = MergeTree
PARTITION BY (retention_label, toDate(accepted_at))
ORDER BY (project, accepted_at, type, request_id)
TTL toDate(accepted_at) + toIntervalDay(30)
SETTINGS ttl_only_drop_parts = 1, materialize_ttl_recalculate_only = 1, non_replicated_deduplication_window = 30000;

-- Steps of the ledger, summed when read. No merge ever changes a row: the numbers are as they came.
CREATE TABLE IF NOT EXISTS hushlog.ledger
(
    project LowCardinality(String),
    minute DateTime('UTC') CODEC(Delta, ZSTD(1)),
    block_id String CODEC(ZSTD(1)),
    accepted UInt64 CODEC(T64, ZSTD(1)),
    stored UInt64 CODEC(T64, ZSTD(1)),
    duplicates UInt64 CODEC(T64, ZSTD(1)),
    quarantined UInt64 CODEC(T64, ZSTD(1)),
    sampled_out UInt64 CODEC(T64, ZSTD(1)),
    gateway_accepted UInt64 CODEC(T64, ZSTD(1)),
    gateway_rejected UInt64 CODEC(T64, ZSTD(1))
)
ENGINE = MergeTree
PARTITION BY toDate(minute)
ORDER BY (project, minute)
TTL toDate(minute) + toIntervalDay(30)
SETTINGS ttl_only_drop_parts = 1, materialize_ttl_recalculate_only = 1, non_replicated_deduplication_window = 30000;

CREATE TABLE IF NOT EXISTS hushlog.quarantined
(
    project LowCardinality(String),
    accepted_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    block_id String CODEC(ZSTD(1)),
    request_hash FixedString(16),
    reason LowCardinality(String),
    raw_partition Int32,
    raw_offset Int64 CODEC(Delta, ZSTD(1))
)
ENGINE = MergeTree
PARTITION BY toDate(accepted_at)
ORDER BY (project, accepted_at, raw_partition, raw_offset)
TTL toDate(accepted_at) + toIntervalDay(30)
SETTINGS ttl_only_drop_parts = 1, materialize_ttl_recalculate_only = 1, non_replicated_deduplication_window = 30000;

CREATE TABLE IF NOT EXISTS hushlog.alerts
(
    fingerprint String,
    rule LowCardinality(String),
    severity LowCardinality(String),
    owner LowCardinality(String),
    project LowCardinality(String),
    user_pseudonym String,
    model LowCardinality(String),
    window_start DateTime64(3, 'UTC'),
    window_end DateTime64(3, 'UTC'),
    fired_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    value Float64,
    threshold Float64,
    classification Enum8('Public' = 1, 'Internal' = 2, 'Sensitive' = 3, 'Restricted' = 4)
)
ENGINE = MergeTree
PARTITION BY toDate(fired_at)
ORDER BY (project, fired_at, rule, fingerprint)
TTL toDate(fired_at) + toIntervalDay(30)
SETTINGS ttl_only_drop_parts = 1, materialize_ttl_recalculate_only = 1, non_replicated_deduplication_window = 30000;

CREATE TABLE IF NOT EXISTS hushlog.audit
(
    entry_id FixedString(16),
    act_id FixedString(16),
    phase Enum8('intent' = 1, 'outcome' = 2),
    at DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    actor LowCardinality(String),
    role LowCardinality(String),
    action LowCardinality(String),
    purpose LowCardinality(String),
    statement String CODEC(ZSTD(1)),
    tables Array(LowCardinality(String)),
    outcome LowCardinality(String),
    reason LowCardinality(String),
    rows UInt64,
    bytes UInt64,
    token_id LowCardinality(String)
)
ENGINE = MergeTree
PARTITION BY toDate(at)
ORDER BY (at, actor, act_id, phase)
TTL toDate(at) + toIntervalDay(90)
SETTINGS ttl_only_drop_parts = 1, materialize_ttl_recalculate_only = 1, non_replicated_deduplication_window = 30000;
