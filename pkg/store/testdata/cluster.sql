CREATE DATABASE IF NOT EXISTS hushlog ON CLUSTER prod;

CREATE TABLE IF NOT EXISTS hushlog.migrations ON CLUSTER prod (
	version UInt32, name String, checksum String, applied_at DateTime('UTC')
) ENGINE = ReplicatedMergeTree('/clickhouse/tables/{shard}/hushlog/migrations', '{replica}') ORDER BY version SETTINGS replicated_deduplication_window = 1000, replicated_deduplication_window_seconds = 604800;

CREATE DATABASE IF NOT EXISTS hushlog ON CLUSTER prod;

CREATE TABLE IF NOT EXISTS hushlog.interactions ON CLUSTER prod
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
ENGINE = ReplicatedMergeTree('/clickhouse/tables/{shard}/hushlog/interactions', '{replica}')
PARTITION BY (retention_label, toDate(accepted_at))
ORDER BY (project, accepted_at, request_id)
TTL toDate(accepted_at) + toIntervalDay(30)
SETTINGS ttl_only_drop_parts = 1, materialize_ttl_recalculate_only = 1, replicated_deduplication_window = 30000, replicated_deduplication_window_seconds = 604800;

CREATE TABLE IF NOT EXISTS hushlog.contents ON CLUSTER prod
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
ENGINE = ReplicatedMergeTree('/clickhouse/tables/{shard}/hushlog/contents', '{replica}')
PARTITION BY (retention_label, toDate(accepted_at))
ORDER BY (project, accepted_at, request_id, ordinal)
TTL toDate(accepted_at) + toIntervalDay(30)
SETTINGS ttl_only_drop_parts = 1, materialize_ttl_recalculate_only = 1, replicated_deduplication_window = 30000, replicated_deduplication_window_seconds = 604800, index_granularity = 1024;

CREATE TABLE IF NOT EXISTS hushlog.findings ON CLUSTER prod
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
ENGINE = ReplicatedMergeTree('/clickhouse/tables/{shard}/hushlog/findings', '{replica}')
PARTITION BY (retention_label, toDate(accepted_at))
ORDER BY (project, accepted_at, type, request_id)
TTL toDate(accepted_at) + toIntervalDay(30)
SETTINGS ttl_only_drop_parts = 1, materialize_ttl_recalculate_only = 1, replicated_deduplication_window = 30000, replicated_deduplication_window_seconds = 604800;

CREATE TABLE IF NOT EXISTS hushlog.ledger ON CLUSTER prod
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
ENGINE = ReplicatedMergeTree('/clickhouse/tables/{shard}/hushlog/ledger', '{replica}')
PARTITION BY toDate(minute)
ORDER BY (project, minute)
TTL toDate(minute) + toIntervalDay(30)
SETTINGS ttl_only_drop_parts = 1, materialize_ttl_recalculate_only = 1, replicated_deduplication_window = 30000, replicated_deduplication_window_seconds = 604800;

CREATE TABLE IF NOT EXISTS hushlog.quarantined ON CLUSTER prod
(
    project LowCardinality(String),
    accepted_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    block_id String CODEC(ZSTD(1)),
    request_hash FixedString(16),
    reason LowCardinality(String),
    raw_partition Int32,
    raw_offset Int64 CODEC(Delta, ZSTD(1))
)
ENGINE = ReplicatedMergeTree('/clickhouse/tables/{shard}/hushlog/quarantined', '{replica}')
PARTITION BY toDate(accepted_at)
ORDER BY (project, accepted_at, raw_partition, raw_offset)
TTL toDate(accepted_at) + toIntervalDay(30)
SETTINGS ttl_only_drop_parts = 1, materialize_ttl_recalculate_only = 1, replicated_deduplication_window = 30000, replicated_deduplication_window_seconds = 604800;

CREATE TABLE IF NOT EXISTS hushlog.alerts ON CLUSTER prod
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
ENGINE = ReplicatedMergeTree('/clickhouse/tables/{shard}/hushlog/alerts', '{replica}')
PARTITION BY toDate(fired_at)
ORDER BY (project, fired_at, rule, fingerprint)
TTL toDate(fired_at) + toIntervalDay(30)
SETTINGS ttl_only_drop_parts = 1, materialize_ttl_recalculate_only = 1, replicated_deduplication_window = 30000, replicated_deduplication_window_seconds = 604800;

CREATE TABLE IF NOT EXISTS hushlog.audit ON CLUSTER prod
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
ENGINE = ReplicatedMergeTree('/clickhouse/tables/{shard}/hushlog/audit', '{replica}')
PARTITION BY toDate(at)
ORDER BY (at, actor, act_id, phase)
TTL toDate(at) + toIntervalDay(90)
SETTINGS ttl_only_drop_parts = 1, materialize_ttl_recalculate_only = 1, replicated_deduplication_window = 30000, replicated_deduplication_window_seconds = 604800;

ALTER TABLE hushlog.audit ON CLUSTER prod ADD COLUMN IF NOT EXISTS ref String DEFAULT '';

ALTER TABLE hushlog.ledger ON CLUSTER prod ADD COLUMN IF NOT EXISTS erased UInt64 DEFAULT 0 CODEC(T64, ZSTD(1));

CREATE TABLE IF NOT EXISTS hushlog.erasures ON CLUSTER prod
(
    request_id String,
    project LowCardinality(String),
    at DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    actor LowCardinality(String),
    requested_at DateTime64(3, 'UTC'),
    state LowCardinality(String),
    place LowCardinality(String),
    wave UInt32,
    rows UInt64,
    receipt String CODEC(ZSTD(1))
)
ENGINE = ReplicatedMergeTree('/clickhouse/tables/{shard}/hushlog/erasures', '{replica}')
PARTITION BY toDate(at)
ORDER BY (request_id, at)
TTL toDate(at) + toIntervalDay(90)
SETTINGS ttl_only_drop_parts = 1, materialize_ttl_recalculate_only = 1, replicated_deduplication_window = 30000, replicated_deduplication_window_seconds = 604800;

CREATE TABLE IF NOT EXISTS hushlog.tombstones ON CLUSTER prod
(
    mark FixedString(32),
    request_id String,
    until DateTime64(3, 'UTC'),
    at DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1))
)
ENGINE = ReplicatedMergeTree('/clickhouse/tables/{shard}/hushlog/tombstones', '{replica}')
PARTITION BY toDate(at)
ORDER BY mark
TTL toDate(at) + toIntervalDay(400)
SETTINGS ttl_only_drop_parts = 1, materialize_ttl_recalculate_only = 1, replicated_deduplication_window = 30000, replicated_deduplication_window_seconds = 604800;

ALTER TABLE hushlog.interactions ON CLUSTER prod MODIFY SETTING old_parts_lifetime = 60;

ALTER TABLE hushlog.contents ON CLUSTER prod MODIFY SETTING old_parts_lifetime = 60;

ALTER TABLE hushlog.findings ON CLUSTER prod MODIFY SETTING old_parts_lifetime = 60;

ALTER TABLE hushlog.alerts ON CLUSTER prod MODIFY SETTING old_parts_lifetime = 60;

CREATE TABLE IF NOT EXISTS hushlog.holds ON CLUSTER prod
(
    hold_id String,
    request_id String,
    project LowCardinality(String),
    at DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    actor LowCardinality(String),
    role LowCardinality(String),
    state LowCardinality(String),
    reason String CODEC(ZSTD(1)),
    accepted_from DateTime64(3, 'UTC'),
    accepted_until DateTime64(3, 'UTC'),
    flag LowCardinality(String),
    by_subject Bool,
    rows UInt64
)
ENGINE = ReplicatedMergeTree('/clickhouse/tables/{shard}/hushlog/holds', '{replica}')
PARTITION BY hold_id
ORDER BY (hold_id, at)
SETTINGS replicated_deduplication_window = 1000, replicated_deduplication_window_seconds = 604800;

CREATE TABLE IF NOT EXISTS hushlog.hold_subjects ON CLUSTER prod
(
    hold_id String,
    project LowCardinality(String),
    pseudonym String
)
ENGINE = ReplicatedMergeTree('/clickhouse/tables/{shard}/hushlog/hold_subjects', '{replica}')
PARTITION BY hold_id
ORDER BY (hold_id, pseudonym)
SETTINGS replicated_deduplication_window = 1000, replicated_deduplication_window_seconds = 604800, old_parts_lifetime = 60;

CREATE TABLE IF NOT EXISTS hushlog.hold_picks ON CLUSTER prod
(
    hold_id String,
    place LowCardinality(String),
    project LowCardinality(String),
    id String,
    first DateTime64(3, 'UTC'),
    last DateTime64(3, 'UTC')
)
ENGINE = Null;

CREATE TABLE IF NOT EXISTS hushlog.held_contents ON CLUSTER prod
(
    hold_id String,
    held_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
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
    INDEX by_request request_id TYPE bloom_filter(0.01) GRANULARITY 2
)
ENGINE = ReplicatedMergeTree('/clickhouse/tables/{shard}/hushlog/held_contents', '{replica}')
PARTITION BY hold_id
ORDER BY (project, accepted_at, request_id, ordinal)
SETTINGS old_parts_lifetime = 60;

CREATE MATERIALIZED VIEW IF NOT EXISTS hushlog.hold_copies_contents ON CLUSTER prod TO hushlog.held_contents DEFINER = admin SQL SECURITY DEFINER AS
SELECT p.hold_id AS hold_id, now64(3, 'UTC') AS held_at,
    s.project AS project, s.classification AS classification, s.retention_label AS retention_label,
    s.accepted_at AS accepted_at, s.request_id AS request_id, s.block_id AS block_id,
    s.conversation_id AS conversation_id, s.ordinal AS ordinal, s.path AS path, s.role AS role, s.kind AS kind,
    s.tool_name AS tool_name, s.tool_call_id AS tool_call_id, s.text AS text
FROM hushlog.hold_picks AS p
INNER JOIN
(
    SELECT
        project, classification, retention_label, accepted_at, request_id, block_id, conversation_id, ordinal, path,
        role, kind, tool_name, tool_call_id, text
    FROM hushlog.contents
    WHERE project IN (SELECT project FROM hushlog.hold_picks)
        AND accepted_at >= (SELECT min(first) FROM hushlog.hold_picks) AND accepted_at <= (SELECT max(last) FROM hushlog.hold_picks)
        AND request_id IN (SELECT id FROM hushlog.hold_picks WHERE place = 'contents')
) AS s ON s.project = p.project AND s.request_id = p.id
WHERE p.place = 'contents';

CREATE TABLE IF NOT EXISTS hushlog.held_findings ON CLUSTER prod
(
    hold_id String,
    held_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
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
    INDEX by_request request_id TYPE bloom_filter(0.01) GRANULARITY 2
)
ENGINE = ReplicatedMergeTree('/clickhouse/tables/{shard}/hushlog/held_findings', '{replica}')
PARTITION BY hold_id
ORDER BY (project, accepted_at, type, request_id)
SETTINGS old_parts_lifetime = 60;

CREATE MATERIALIZED VIEW IF NOT EXISTS hushlog.hold_copies_findings ON CLUSTER prod TO hushlog.held_findings DEFINER = admin SQL SECURITY DEFINER AS
SELECT p.hold_id AS hold_id, now64(3, 'UTC') AS held_at,
    s.project AS project, s.classification AS classification, s.retention_label AS retention_label,
    s.accepted_at AS accepted_at, s.request_id AS request_id, s.block_id AS block_id, s.path AS path, s.type AS type,
    s.rule AS rule, s.rule_version AS rule_version, s.action AS action, s.confidence AS confidence, s.view AS view,
    s.evidence AS evidence
FROM hushlog.hold_picks AS p
INNER JOIN
(
    SELECT
        project, classification, retention_label, accepted_at, request_id, block_id, path, type, rule, rule_version,
        action, confidence, view, evidence
    FROM hushlog.findings
    WHERE project IN (SELECT project FROM hushlog.hold_picks)
        AND accepted_at >= (SELECT min(first) FROM hushlog.hold_picks) AND accepted_at <= (SELECT max(last) FROM hushlog.hold_picks)
        AND request_id IN (SELECT id FROM hushlog.hold_picks WHERE place = 'findings')
) AS s ON s.project = p.project AND s.request_id = p.id
WHERE p.place = 'findings';

CREATE TABLE IF NOT EXISTS hushlog.held_alerts ON CLUSTER prod
(
    hold_id String,
    held_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
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
ENGINE = ReplicatedMergeTree('/clickhouse/tables/{shard}/hushlog/held_alerts', '{replica}')
PARTITION BY hold_id
ORDER BY (project, fired_at, rule, fingerprint)
SETTINGS old_parts_lifetime = 60;

CREATE MATERIALIZED VIEW IF NOT EXISTS hushlog.hold_copies_alerts ON CLUSTER prod TO hushlog.held_alerts DEFINER = admin SQL SECURITY DEFINER AS
SELECT p.hold_id AS hold_id, now64(3, 'UTC') AS held_at,
    s.fingerprint AS fingerprint, s.rule AS rule, s.severity AS severity, s.owner AS owner, s.project AS project,
    s.user_pseudonym AS user_pseudonym, s.model AS model, s.window_start AS window_start, s.window_end AS window_end,
    s.fired_at AS fired_at, s.value AS value, s.threshold AS threshold, s.classification AS classification
FROM hushlog.hold_picks AS p
INNER JOIN
(
    SELECT
        fingerprint, rule, severity, owner, project, user_pseudonym, model, window_start, window_end, fired_at,
        value, threshold, classification
    FROM hushlog.alerts
    WHERE project IN (SELECT project FROM hushlog.hold_picks)
        AND fired_at >= (SELECT min(first) FROM hushlog.hold_picks) AND fired_at <= (SELECT max(last) FROM hushlog.hold_picks)
        AND fingerprint IN (SELECT id FROM hushlog.hold_picks WHERE place = 'alerts')
) AS s ON s.project = p.project AND s.fingerprint = p.id
WHERE p.place = 'alerts';

CREATE TABLE IF NOT EXISTS hushlog.held_interactions ON CLUSTER prod
(
    hold_id String,
    held_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
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
    INDEX by_request request_id TYPE bloom_filter(0.01) GRANULARITY 2
)
ENGINE = ReplicatedMergeTree('/clickhouse/tables/{shard}/hushlog/held_interactions', '{replica}')
PARTITION BY hold_id
ORDER BY (project, accepted_at, request_id)
SETTINGS old_parts_lifetime = 60;

CREATE MATERIALIZED VIEW IF NOT EXISTS hushlog.hold_copies_interactions ON CLUSTER prod TO hushlog.held_interactions DEFINER = admin SQL SECURITY DEFINER AS
SELECT p.hold_id AS hold_id, now64(3, 'UTC') AS held_at,
    s.project AS project, s.classification AS classification, s.retention_label AS retention_label,
    s.accepted_at AS accepted_at, s.request_id AS request_id, s.block_id AS block_id, s.trace_id AS trace_id,
    s.span_id AS span_id, s.session_id AS session_id, s.conversation_id AS conversation_id,
    s.environment AS environment, s.region AS region, s.service AS service, s.purpose AS purpose, s.key_id AS key_id,
    s.started_at AS started_at, s.latency_ms AS latency_ms, s.time_to_first_token_ms AS time_to_first_token_ms,
    s.provider AS provider, s.model AS model, s.model_version AS model_version, s.temperature AS temperature,
    s.top_p AS top_p, s.top_k AS top_k, s.max_tokens AS max_tokens, s.seed AS seed, s.stream AS stream,
    s.response_id AS response_id, s.finish_reasons AS finish_reasons, s.tool_names AS tool_names,
    s.input_tokens AS input_tokens, s.output_tokens AS output_tokens, s.cached_input_tokens AS cached_input_tokens,
    s.reasoning_tokens AS reasoning_tokens, s.cost AS cost, s.cost_currency AS cost_currency,
    s.error_type AS error_type, s.error_code AS error_code, s.failed AS failed, s.guardrail_names AS guardrail_names,
    s.guardrail_decisions AS guardrail_decisions, s.safety_categories AS safety_categories,
    s.safety_scores AS safety_scores, s.user_pseudonym AS user_pseudonym, s.tags AS tags,
    s.content_stored AS content_stored, s.message_count AS message_count, s.content_bytes AS content_bytes,
    s.finding_counts AS finding_counts, s.policy_digest AS policy_digest, s.engine_version AS engine_version,
    s.media_types AS media_types
FROM hushlog.hold_picks AS p
INNER JOIN
(
    SELECT
        project, classification, retention_label, accepted_at, request_id, block_id, trace_id, span_id, session_id,
        conversation_id, environment, region, service, purpose, key_id, started_at, latency_ms,
        time_to_first_token_ms, provider, model, model_version, temperature, top_p, top_k, max_tokens, seed, stream,
        response_id, finish_reasons, tool_names, input_tokens, output_tokens, cached_input_tokens, reasoning_tokens,
        cost, cost_currency, error_type, error_code, failed, guardrail_names, guardrail_decisions, safety_categories,
        safety_scores, user_pseudonym, tags, content_stored, message_count, content_bytes, finding_counts,
        policy_digest, engine_version, media_types
    FROM hushlog.interactions
    WHERE project IN (SELECT project FROM hushlog.hold_picks)
        AND accepted_at >= (SELECT min(first) FROM hushlog.hold_picks) AND accepted_at <= (SELECT max(last) FROM hushlog.hold_picks)
        AND request_id IN (SELECT id FROM hushlog.hold_picks WHERE place = 'interactions')
) AS s ON s.project = p.project AND s.request_id = p.id
WHERE p.place = 'interactions';

CREATE TABLE IF NOT EXISTS hushlog.rollup_picks ON CLUSTER prod
(
    place LowCardinality(String),
    unit DateTime('UTC')
)
ENGINE = Null;

CREATE TABLE IF NOT EXISTS hushlog.rollup_minute ON CLUSTER prod
(
    project LowCardinality(String),
    classification Enum8('Public' = 1, 'Internal' = 2, 'Sensitive' = 3, 'Restricted' = 4),
    retention_label LowCardinality(String),
    minute DateTime('UTC'),
    environment LowCardinality(String),
    region LowCardinality(String),
    provider LowCardinality(String),
    model LowCardinality(String),
    model_version LowCardinality(String),
    cost_currency LowCardinality(String),
    interactions SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
    errors SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
    input_tokens SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
    output_tokens SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
    cached_input_tokens SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
    reasoning_tokens SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
    cost SimpleAggregateFunction(sum, Float64) CODEC(ZSTD(1)),
    latency_ms AggregateFunction(quantilesTDigest(0.5, 0.9, 0.95, 0.99), UInt32) CODEC(ZSTD(1)),
    time_to_first_token_ms AggregateFunction(quantilesTDigest(0.5, 0.9, 0.95, 0.99), UInt32) CODEC(ZSTD(1))
)
ENGINE = ReplicatedAggregatingMergeTree('/clickhouse/tables/{shard}/hushlog/rollup_minute', '{replica}')
PARTITION BY (retention_label, toDate(minute))
ORDER BY (project, minute, environment, region, provider, model, model_version, cost_currency, classification, retention_label)
TTL toDate(minute) + toIntervalDay(30)
SETTINGS ttl_only_drop_parts = 1, materialize_ttl_recalculate_only = 1, replicated_deduplication_window = 30000, replicated_deduplication_window_seconds = 604800, old_parts_lifetime = 60;

CREATE MATERIALIZED VIEW IF NOT EXISTS hushlog.rollup_minute_rows ON CLUSTER prod TO hushlog.rollup_minute DEFINER = admin SQL SECURITY DEFINER AS
SELECT
    s.project AS project, s.classification AS classification, s.retention_label AS retention_label, toStartOfMinute(toDateTime(s.accepted_at, 'UTC')) AS minute,
    s.environment AS environment, s.region AS region, s.provider AS provider, s.model AS model,
    s.model_version AS model_version, s.cost_currency AS cost_currency,
    count() AS interactions,
    countIf(s.failed) AS errors,
    sum(s.input_tokens) AS input_tokens,
    sum(s.output_tokens) AS output_tokens,
    sum(s.cached_input_tokens) AS cached_input_tokens,
    sum(s.reasoning_tokens) AS reasoning_tokens,
    sum(s.cost) AS cost,
    quantilesTDigestStateIf(0.5, 0.9, 0.95, 0.99)(assumeNotNull(s.latency_ms), isNotNull(s.latency_ms)) AS latency_ms,
    quantilesTDigestStateIf(0.5, 0.9, 0.95, 0.99)(assumeNotNull(s.time_to_first_token_ms), isNotNull(s.time_to_first_token_ms)) AS time_to_first_token_ms
FROM hushlog.interactions AS s
GROUP BY project, classification, retention_label, minute, environment, region, provider, model, model_version, cost_currency;

CREATE MATERIALIZED VIEW IF NOT EXISTS hushlog.rollup_minute_again ON CLUSTER prod TO hushlog.rollup_minute DEFINER = admin SQL SECURITY DEFINER AS
SELECT
    r.project AS project, r.classification AS classification, r.retention_label AS retention_label,
    r.minute AS minute, r.environment AS environment, r.region AS region, r.provider AS provider, r.model AS model,
    r.model_version AS model_version, r.cost_currency AS cost_currency, r.interactions AS interactions,
    r.errors AS errors, r.input_tokens AS input_tokens, r.output_tokens AS output_tokens,
    r.cached_input_tokens AS cached_input_tokens, r.reasoning_tokens AS reasoning_tokens, r.cost AS cost,
    r.latency_ms AS latency_ms, r.time_to_first_token_ms AS time_to_first_token_ms
FROM hushlog.rollup_picks AS p
INNER JOIN
(
    SELECT
        s.project AS project, s.classification AS classification, s.retention_label AS retention_label, toStartOfMinute(toDateTime(s.accepted_at, 'UTC')) AS minute,
        s.environment AS environment, s.region AS region, s.provider AS provider, s.model AS model,
        s.model_version AS model_version, s.cost_currency AS cost_currency,
        count() AS interactions,
        countIf(s.failed) AS errors,
        sum(s.input_tokens) AS input_tokens,
        sum(s.output_tokens) AS output_tokens,
        sum(s.cached_input_tokens) AS cached_input_tokens,
        sum(s.reasoning_tokens) AS reasoning_tokens,
        sum(s.cost) AS cost,
        quantilesTDigestStateIf(0.5, 0.9, 0.95, 0.99)(assumeNotNull(s.latency_ms), isNotNull(s.latency_ms)) AS latency_ms,
        quantilesTDigestStateIf(0.5, 0.9, 0.95, 0.99)(assumeNotNull(s.time_to_first_token_ms), isNotNull(s.time_to_first_token_ms)) AS time_to_first_token_ms
    FROM hushlog.interactions AS s
    WHERE s.accepted_at >= (SELECT min(unit) FROM hushlog.rollup_picks WHERE place = 'rollup_minute')
        AND s.accepted_at < (SELECT max(unit) + toIntervalMinute(1) FROM hushlog.rollup_picks WHERE place = 'rollup_minute')
        AND toStartOfMinute(toDateTime(s.accepted_at, 'UTC')) IN (SELECT unit FROM hushlog.rollup_picks WHERE place = 'rollup_minute')
    GROUP BY project, classification, retention_label, minute, environment, region, provider, model, model_version, cost_currency
) AS r ON r.minute = p.unit
WHERE p.place = 'rollup_minute';

CREATE TABLE IF NOT EXISTS hushlog.rollup_hour ON CLUSTER prod
(
    project LowCardinality(String),
    classification Enum8('Public' = 1, 'Internal' = 2, 'Sensitive' = 3, 'Restricted' = 4),
    retention_label LowCardinality(String),
    hour DateTime('UTC'),
    environment LowCardinality(String),
    region LowCardinality(String),
    provider LowCardinality(String),
    model LowCardinality(String),
    model_version LowCardinality(String),
    cost_currency LowCardinality(String),
    interactions SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
    errors SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
    input_tokens SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
    output_tokens SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
    cached_input_tokens SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
    reasoning_tokens SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
    cost SimpleAggregateFunction(sum, Float64) CODEC(ZSTD(1)),
    latency_ms AggregateFunction(quantilesTDigest(0.5, 0.9, 0.95, 0.99), UInt32) CODEC(ZSTD(1)),
    time_to_first_token_ms AggregateFunction(quantilesTDigest(0.5, 0.9, 0.95, 0.99), UInt32) CODEC(ZSTD(1))
)
ENGINE = ReplicatedAggregatingMergeTree('/clickhouse/tables/{shard}/hushlog/rollup_hour', '{replica}')
PARTITION BY (retention_label, toDate(hour))
ORDER BY (project, hour, environment, region, provider, model, model_version, cost_currency, classification, retention_label)
TTL toDate(hour) + toIntervalDay(30)
SETTINGS ttl_only_drop_parts = 1, materialize_ttl_recalculate_only = 1, replicated_deduplication_window = 30000, replicated_deduplication_window_seconds = 604800, old_parts_lifetime = 60;

CREATE MATERIALIZED VIEW IF NOT EXISTS hushlog.rollup_hour_rows ON CLUSTER prod TO hushlog.rollup_hour DEFINER = admin SQL SECURITY DEFINER AS
SELECT
    s.project AS project, s.classification AS classification, s.retention_label AS retention_label, toStartOfHour(toDateTime(s.accepted_at, 'UTC')) AS hour,
    s.environment AS environment, s.region AS region, s.provider AS provider, s.model AS model,
    s.model_version AS model_version, s.cost_currency AS cost_currency,
    count() AS interactions,
    countIf(s.failed) AS errors,
    sum(s.input_tokens) AS input_tokens,
    sum(s.output_tokens) AS output_tokens,
    sum(s.cached_input_tokens) AS cached_input_tokens,
    sum(s.reasoning_tokens) AS reasoning_tokens,
    sum(s.cost) AS cost,
    quantilesTDigestStateIf(0.5, 0.9, 0.95, 0.99)(assumeNotNull(s.latency_ms), isNotNull(s.latency_ms)) AS latency_ms,
    quantilesTDigestStateIf(0.5, 0.9, 0.95, 0.99)(assumeNotNull(s.time_to_first_token_ms), isNotNull(s.time_to_first_token_ms)) AS time_to_first_token_ms
FROM hushlog.interactions AS s
GROUP BY project, classification, retention_label, hour, environment, region, provider, model, model_version, cost_currency;

CREATE MATERIALIZED VIEW IF NOT EXISTS hushlog.rollup_hour_again ON CLUSTER prod TO hushlog.rollup_hour DEFINER = admin SQL SECURITY DEFINER AS
SELECT
    r.project AS project, r.classification AS classification, r.retention_label AS retention_label, r.hour AS hour,
    r.environment AS environment, r.region AS region, r.provider AS provider, r.model AS model,
    r.model_version AS model_version, r.cost_currency AS cost_currency, r.interactions AS interactions,
    r.errors AS errors, r.input_tokens AS input_tokens, r.output_tokens AS output_tokens,
    r.cached_input_tokens AS cached_input_tokens, r.reasoning_tokens AS reasoning_tokens, r.cost AS cost,
    r.latency_ms AS latency_ms, r.time_to_first_token_ms AS time_to_first_token_ms
FROM hushlog.rollup_picks AS p
INNER JOIN
(
    SELECT
        s.project AS project, s.classification AS classification, s.retention_label AS retention_label, toStartOfHour(toDateTime(s.accepted_at, 'UTC')) AS hour,
        s.environment AS environment, s.region AS region, s.provider AS provider, s.model AS model,
        s.model_version AS model_version, s.cost_currency AS cost_currency,
        count() AS interactions,
        countIf(s.failed) AS errors,
        sum(s.input_tokens) AS input_tokens,
        sum(s.output_tokens) AS output_tokens,
        sum(s.cached_input_tokens) AS cached_input_tokens,
        sum(s.reasoning_tokens) AS reasoning_tokens,
        sum(s.cost) AS cost,
        quantilesTDigestStateIf(0.5, 0.9, 0.95, 0.99)(assumeNotNull(s.latency_ms), isNotNull(s.latency_ms)) AS latency_ms,
        quantilesTDigestStateIf(0.5, 0.9, 0.95, 0.99)(assumeNotNull(s.time_to_first_token_ms), isNotNull(s.time_to_first_token_ms)) AS time_to_first_token_ms
    FROM hushlog.interactions AS s
    WHERE s.accepted_at >= (SELECT min(unit) FROM hushlog.rollup_picks WHERE place = 'rollup_hour')
        AND s.accepted_at < (SELECT max(unit) + toIntervalHour(1) FROM hushlog.rollup_picks WHERE place = 'rollup_hour')
        AND toStartOfHour(toDateTime(s.accepted_at, 'UTC')) IN (SELECT unit FROM hushlog.rollup_picks WHERE place = 'rollup_hour')
    GROUP BY project, classification, retention_label, hour, environment, region, provider, model, model_version, cost_currency
) AS r ON r.hour = p.unit
WHERE p.place = 'rollup_hour';

CREATE TABLE IF NOT EXISTS hushlog.rollup_day ON CLUSTER prod
(
    project LowCardinality(String),
    classification Enum8('Public' = 1, 'Internal' = 2, 'Sensitive' = 3, 'Restricted' = 4),
    retention_label LowCardinality(String),
    day Date,
    environment LowCardinality(String),
    region LowCardinality(String),
    provider LowCardinality(String),
    model LowCardinality(String),
    model_version LowCardinality(String),
    cost_currency LowCardinality(String),
    interactions SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
    errors SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
    input_tokens SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
    output_tokens SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
    cached_input_tokens SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
    reasoning_tokens SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
    cost SimpleAggregateFunction(sum, Float64) CODEC(ZSTD(1)),
    latency_ms AggregateFunction(quantilesTDigest(0.5, 0.9, 0.95, 0.99), UInt32) CODEC(ZSTD(1)),
    time_to_first_token_ms AggregateFunction(quantilesTDigest(0.5, 0.9, 0.95, 0.99), UInt32) CODEC(ZSTD(1))
)
ENGINE = ReplicatedAggregatingMergeTree('/clickhouse/tables/{shard}/hushlog/rollup_day', '{replica}')
PARTITION BY (retention_label, toDate(day))
ORDER BY (project, day, environment, region, provider, model, model_version, cost_currency, classification, retention_label)
TTL toDate(day) + toIntervalDay(30)
SETTINGS ttl_only_drop_parts = 1, materialize_ttl_recalculate_only = 1, replicated_deduplication_window = 30000, replicated_deduplication_window_seconds = 604800, old_parts_lifetime = 60;

CREATE MATERIALIZED VIEW IF NOT EXISTS hushlog.rollup_day_rows ON CLUSTER prod TO hushlog.rollup_day DEFINER = admin SQL SECURITY DEFINER AS
SELECT
    s.project AS project, s.classification AS classification, s.retention_label AS retention_label, toDate(s.accepted_at) AS day,
    s.environment AS environment, s.region AS region, s.provider AS provider, s.model AS model,
    s.model_version AS model_version, s.cost_currency AS cost_currency,
    count() AS interactions,
    countIf(s.failed) AS errors,
    sum(s.input_tokens) AS input_tokens,
    sum(s.output_tokens) AS output_tokens,
    sum(s.cached_input_tokens) AS cached_input_tokens,
    sum(s.reasoning_tokens) AS reasoning_tokens,
    sum(s.cost) AS cost,
    quantilesTDigestStateIf(0.5, 0.9, 0.95, 0.99)(assumeNotNull(s.latency_ms), isNotNull(s.latency_ms)) AS latency_ms,
    quantilesTDigestStateIf(0.5, 0.9, 0.95, 0.99)(assumeNotNull(s.time_to_first_token_ms), isNotNull(s.time_to_first_token_ms)) AS time_to_first_token_ms
FROM hushlog.interactions AS s
GROUP BY project, classification, retention_label, day, environment, region, provider, model, model_version, cost_currency;

CREATE MATERIALIZED VIEW IF NOT EXISTS hushlog.rollup_day_again ON CLUSTER prod TO hushlog.rollup_day DEFINER = admin SQL SECURITY DEFINER AS
SELECT
    r.project AS project, r.classification AS classification, r.retention_label AS retention_label, r.day AS day,
    r.environment AS environment, r.region AS region, r.provider AS provider, r.model AS model,
    r.model_version AS model_version, r.cost_currency AS cost_currency, r.interactions AS interactions,
    r.errors AS errors, r.input_tokens AS input_tokens, r.output_tokens AS output_tokens,
    r.cached_input_tokens AS cached_input_tokens, r.reasoning_tokens AS reasoning_tokens, r.cost AS cost,
    r.latency_ms AS latency_ms, r.time_to_first_token_ms AS time_to_first_token_ms
FROM hushlog.rollup_picks AS p
INNER JOIN
(
    SELECT
        s.project AS project, s.classification AS classification, s.retention_label AS retention_label, toDate(s.accepted_at) AS day,
        s.environment AS environment, s.region AS region, s.provider AS provider, s.model AS model,
        s.model_version AS model_version, s.cost_currency AS cost_currency,
        count() AS interactions,
        countIf(s.failed) AS errors,
        sum(s.input_tokens) AS input_tokens,
        sum(s.output_tokens) AS output_tokens,
        sum(s.cached_input_tokens) AS cached_input_tokens,
        sum(s.reasoning_tokens) AS reasoning_tokens,
        sum(s.cost) AS cost,
        quantilesTDigestStateIf(0.5, 0.9, 0.95, 0.99)(assumeNotNull(s.latency_ms), isNotNull(s.latency_ms)) AS latency_ms,
        quantilesTDigestStateIf(0.5, 0.9, 0.95, 0.99)(assumeNotNull(s.time_to_first_token_ms), isNotNull(s.time_to_first_token_ms)) AS time_to_first_token_ms
    FROM hushlog.interactions AS s
    WHERE s.accepted_at >= (SELECT min(unit) FROM hushlog.rollup_picks WHERE place = 'rollup_day')
        AND s.accepted_at < (SELECT max(unit) + toIntervalDay(1) FROM hushlog.rollup_picks WHERE place = 'rollup_day')
        AND toDate(s.accepted_at) IN (SELECT toDate(unit) FROM hushlog.rollup_picks WHERE place = 'rollup_day')
    GROUP BY project, classification, retention_label, day, environment, region, provider, model, model_version, cost_currency
) AS r ON r.day = toDate(p.unit)
WHERE p.place = 'rollup_day';

ALTER TABLE hushlog.contents ON CLUSTER prod ADD INDEX IF NOT EXISTS words text TYPE text(tokenizer = splitByNonAlpha, preprocessor = lower(text));

ALTER TABLE hushlog.quarantined ON CLUSTER prod ADD COLUMN IF NOT EXISTS state LowCardinality(String) DEFAULT 'aside';

ALTER TABLE hushlog.quarantined ON CLUSTER prod ADD COLUMN IF NOT EXISTS order_id String DEFAULT '';

ALTER TABLE hushlog.ledger ON CLUSTER prod ADD COLUMN IF NOT EXISTS released UInt64 DEFAULT 0 CODEC(T64, ZSTD(1));

ALTER TABLE hushlog.ledger ON CLUSTER prod ADD COLUMN IF NOT EXISTS dropped UInt64 DEFAULT 0 CODEC(T64, ZSTD(1));

ALTER TABLE hushlog.alerts ON CLUSTER prod
    ADD COLUMN IF NOT EXISTS state LowCardinality(String) DEFAULT 'firing',
    ADD COLUMN IF NOT EXISTS resolved_at DateTime64(3, 'UTC'),
    ADD COLUMN IF NOT EXISTS keys Map(LowCardinality(String), String),
    ADD COLUMN IF NOT EXISTS transition String DEFAULT fingerprint;

ALTER TABLE hushlog.held_alerts ON CLUSTER prod
    ADD COLUMN IF NOT EXISTS state LowCardinality(String) DEFAULT 'firing',
    ADD COLUMN IF NOT EXISTS resolved_at DateTime64(3, 'UTC'),
    ADD COLUMN IF NOT EXISTS keys Map(LowCardinality(String), String),
    ADD COLUMN IF NOT EXISTS transition String DEFAULT fingerprint;

DROP VIEW IF EXISTS hushlog.hold_copies_alerts ON CLUSTER prod;

CREATE MATERIALIZED VIEW IF NOT EXISTS hushlog.hold_copies_alerts ON CLUSTER prod TO hushlog.held_alerts DEFINER = admin SQL SECURITY DEFINER AS
SELECT p.hold_id AS hold_id, now64(3, 'UTC') AS held_at,
    s.fingerprint AS fingerprint, s.rule AS rule, s.severity AS severity, s.owner AS owner, s.project AS project,
    s.user_pseudonym AS user_pseudonym, s.model AS model, s.window_start AS window_start, s.window_end AS window_end,
    s.fired_at AS fired_at, s.value AS value, s.threshold AS threshold, s.classification AS classification,
    s.state AS state, s.resolved_at AS resolved_at, s.keys AS keys, s.transition AS transition
FROM hushlog.hold_picks AS p
INNER JOIN
(
    SELECT
        fingerprint, rule, severity, owner, project, user_pseudonym, model, window_start, window_end, fired_at,
        value, threshold, classification, state, resolved_at, keys, transition
    FROM hushlog.alerts
    WHERE project IN (SELECT project FROM hushlog.hold_picks)
        AND fired_at >= (SELECT min(first) FROM hushlog.hold_picks) AND fired_at <= (SELECT max(last) FROM hushlog.hold_picks)
        AND fingerprint IN (SELECT id FROM hushlog.hold_picks WHERE place = 'alerts')
) AS s ON s.project = p.project AND s.fingerprint = p.id
WHERE p.place = 'alerts';

CREATE TABLE IF NOT EXISTS hushlog.flags ON CLUSTER prod
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
ENGINE = ReplicatedMergeTree('/clickhouse/tables/{shard}/hushlog/flags', '{replica}')
PARTITION BY (retention_label, toDate(accepted_at))
ORDER BY (project, accepted_at, category, request_id)
TTL toDate(accepted_at) + toIntervalDay(30)
SETTINGS ttl_only_drop_parts = 1, materialize_ttl_recalculate_only = 1, replicated_deduplication_window = 30000, replicated_deduplication_window_seconds = 604800, old_parts_lifetime = 60, index_granularity = 128;

CREATE TABLE IF NOT EXISTS hushlog.retention_runs ON CLUSTER prod
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
ENGINE = ReplicatedMergeTree('/clickhouse/tables/{shard}/hushlog/retention_runs', '{replica}')
PARTITION BY toDate(at)
ORDER BY (at, kind, place, label)
TTL toDate(at) + toIntervalDay(400)
SETTINGS ttl_only_drop_parts = 1, materialize_ttl_recalculate_only = 1, replicated_deduplication_window = 30000, replicated_deduplication_window_seconds = 604800;

CREATE TABLE IF NOT EXISTS hushlog.reviews ON CLUSTER prod
(
    review_id String,
    kind LowCardinality(String),
    at DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    period_from DateTime('UTC'),
    period_to DateTime('UTC'),
    due DateTime('UTC'),
    owner LowCardinality(String),
    policy_digest LowCardinality(String),
    digest String,
    text String CODEC(ZSTD(3))
)
ENGINE = ReplicatedMergeTree('/clickhouse/tables/{shard}/hushlog/reviews', '{replica}')
PARTITION BY toDate(at)
ORDER BY (at, review_id)
TTL toDate(at) + toIntervalDay(400)
SETTINGS ttl_only_drop_parts = 1, materialize_ttl_recalculate_only = 1, replicated_deduplication_window = 30000, replicated_deduplication_window_seconds = 604800;

CREATE TABLE IF NOT EXISTS hushlog.policies ON CLUSTER prod
(
    digest String,
    at DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    document String CODEC(ZSTD(3))
)
ENGINE = ReplicatedMergeTree('/clickhouse/tables/{shard}/hushlog/policies', '{replica}')
PARTITION BY toDate(at)
ORDER BY at
TTL toDate(at) + toIntervalDay(400)
SETTINGS ttl_only_drop_parts = 1, materialize_ttl_recalculate_only = 1, replicated_deduplication_window = 30000, replicated_deduplication_window_seconds = 604800;

CREATE TABLE IF NOT EXISTS hushlog.held_flags ON CLUSTER prod
(
    hold_id String,
    held_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
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
    INDEX by_request request_id TYPE bloom_filter(0.01) GRANULARITY 2
)
ENGINE = ReplicatedMergeTree('/clickhouse/tables/{shard}/hushlog/held_flags', '{replica}')
PARTITION BY hold_id
ORDER BY (project, accepted_at, category, request_id)
SETTINGS old_parts_lifetime = 60;

CREATE MATERIALIZED VIEW IF NOT EXISTS hushlog.hold_copies_flags ON CLUSTER prod TO hushlog.held_flags DEFINER = admin SQL SECURITY DEFINER AS
SELECT p.hold_id AS hold_id, now64(3, 'UTC') AS held_at,
    s.project AS project, s.classification AS classification, s.retention_label AS retention_label,
    s.accepted_at AS accepted_at, s.request_id AS request_id, s.block_id AS block_id, s.category AS category,
    s.score AS score, s.rule AS rule, s.rule_version AS rule_version, s.role AS role, s.path AS path, s.kind AS kind,
    s.earlier AS earlier
FROM hushlog.hold_picks AS p
INNER JOIN
(
    SELECT
        project, classification, retention_label, accepted_at, request_id, block_id, category, score, rule,
        rule_version, role, path, kind, earlier
    FROM hushlog.flags
    WHERE project IN (SELECT project FROM hushlog.hold_picks)
        AND accepted_at >= (SELECT min(first) FROM hushlog.hold_picks) AND accepted_at <= (SELECT max(last) FROM hushlog.hold_picks)
        AND request_id IN (SELECT id FROM hushlog.hold_picks WHERE place = 'flags')
) AS s ON s.project = p.project AND s.request_id = p.id
WHERE p.place = 'flags';

CREATE TABLE IF NOT EXISTS hushlog.canary_picks ON CLUSTER prod
(
    look_id String,
    since DateTime64(3, 'UTC'),
    needles Array(String)
)
ENGINE = Null;

CREATE TABLE IF NOT EXISTS hushlog.canary_finds ON CLUSTER prod
(
    look_id String CODEC(ZSTD(1)),
    at DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    place LowCardinality(String),
    found_in LowCardinality(String),
    request_id String CODEC(ZSTD(1)),
    needle UInt32 CODEC(T64, ZSTD(1)),
    rows UInt64 CODEC(T64, ZSTD(1))
)
ENGINE = ReplicatedMergeTree('/clickhouse/tables/{shard}/hushlog/canary_finds', '{replica}')
PARTITION BY toDate(at)
ORDER BY (at, look_id, place, needle)
TTL toDate(at) + toIntervalDay(90)
SETTINGS ttl_only_drop_parts = 1, materialize_ttl_recalculate_only = 1, replicated_deduplication_window = 30000, replicated_deduplication_window_seconds = 604800;

CREATE TABLE IF NOT EXISTS hushlog.canaries ON CLUSTER prod
(
    look_id String CODEC(ZSTD(1)),
    at DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    entry LowCardinality(String),
    taken UInt32 CODEC(T64, ZSTD(1)),
    arrived UInt32 CODEC(T64, ZSTD(1)),
    planted Map(LowCardinality(String), UInt32),
    leaked Map(LowCardinality(String), UInt32)
)
ENGINE = ReplicatedMergeTree('/clickhouse/tables/{shard}/hushlog/canaries', '{replica}')
PARTITION BY toDate(at)
ORDER BY (at, entry)
TTL toDate(at) + toIntervalDay(400)
SETTINGS ttl_only_drop_parts = 1, materialize_ttl_recalculate_only = 1, replicated_deduplication_window = 30000, replicated_deduplication_window_seconds = 604800;

ALTER TABLE hushlog.interactions ON CLUSTER prod
    ADD COLUMN IF NOT EXISTS template String CODEC(ZSTD(1));

ALTER TABLE hushlog.held_interactions ON CLUSTER prod
    ADD COLUMN IF NOT EXISTS template String CODEC(ZSTD(1));

DROP VIEW IF EXISTS hushlog.hold_copies_interactions ON CLUSTER prod;

CREATE MATERIALIZED VIEW IF NOT EXISTS hushlog.hold_copies_interactions ON CLUSTER prod TO hushlog.held_interactions DEFINER = admin SQL SECURITY DEFINER AS
SELECT p.hold_id AS hold_id, now64(3, 'UTC') AS held_at,
    s.project AS project, s.classification AS classification, s.retention_label AS retention_label,
    s.accepted_at AS accepted_at, s.request_id AS request_id, s.block_id AS block_id, s.trace_id AS trace_id,
    s.span_id AS span_id, s.session_id AS session_id, s.conversation_id AS conversation_id,
    s.environment AS environment, s.region AS region, s.service AS service, s.purpose AS purpose, s.key_id AS key_id,
    s.started_at AS started_at, s.latency_ms AS latency_ms, s.time_to_first_token_ms AS time_to_first_token_ms,
    s.provider AS provider, s.model AS model, s.model_version AS model_version, s.temperature AS temperature,
    s.top_p AS top_p, s.top_k AS top_k, s.max_tokens AS max_tokens, s.seed AS seed, s.stream AS stream,
    s.response_id AS response_id, s.finish_reasons AS finish_reasons, s.tool_names AS tool_names,
    s.input_tokens AS input_tokens, s.output_tokens AS output_tokens, s.cached_input_tokens AS cached_input_tokens,
    s.reasoning_tokens AS reasoning_tokens, s.cost AS cost, s.cost_currency AS cost_currency,
    s.error_type AS error_type, s.error_code AS error_code, s.failed AS failed, s.guardrail_names AS guardrail_names,
    s.guardrail_decisions AS guardrail_decisions, s.safety_categories AS safety_categories,
    s.safety_scores AS safety_scores, s.user_pseudonym AS user_pseudonym, s.tags AS tags,
    s.content_stored AS content_stored, s.message_count AS message_count, s.content_bytes AS content_bytes,
    s.finding_counts AS finding_counts, s.policy_digest AS policy_digest, s.engine_version AS engine_version,
    s.media_types AS media_types, s.template AS template
FROM hushlog.hold_picks AS p
INNER JOIN
(
    SELECT
        project, classification, retention_label, accepted_at, request_id, block_id, trace_id, span_id, session_id,
        conversation_id, environment, region, service, purpose, key_id, started_at, latency_ms,
        time_to_first_token_ms, provider, model, model_version, temperature, top_p, top_k, max_tokens, seed, stream,
        response_id, finish_reasons, tool_names, input_tokens, output_tokens, cached_input_tokens, reasoning_tokens,
        cost, cost_currency, error_type, error_code, failed, guardrail_names, guardrail_decisions, safety_categories,
        safety_scores, user_pseudonym, tags, content_stored, message_count, content_bytes, finding_counts,
        policy_digest, engine_version, media_types, template
    FROM hushlog.interactions
    WHERE project IN (SELECT project FROM hushlog.hold_picks)
        AND accepted_at >= (SELECT min(first) FROM hushlog.hold_picks) AND accepted_at <= (SELECT max(last) FROM hushlog.hold_picks)
        AND request_id IN (SELECT id FROM hushlog.hold_picks WHERE place = 'interactions')
) AS s ON s.project = p.project AND s.request_id = p.id
WHERE p.place = 'interactions';

ALTER TABLE hushlog.audit ON CLUSTER prod ADD COLUMN IF NOT EXISTS sealed_actor String CODEC(ZSTD(1));

ALTER TABLE hushlog.interactions ON CLUSTER prod DROP INDEX IF EXISTS by_request;

ALTER TABLE hushlog.interactions ON CLUSTER prod ADD INDEX IF NOT EXISTS by_request request_id TYPE bloom_filter(0.001) GRANULARITY 1;

ALTER TABLE hushlog.interactions ON CLUSTER prod DROP INDEX IF EXISTS by_trace;

ALTER TABLE hushlog.interactions ON CLUSTER prod ADD INDEX IF NOT EXISTS by_trace trace_id TYPE bloom_filter(0.001) GRANULARITY 1;

ALTER TABLE hushlog.interactions ON CLUSTER prod MODIFY SETTING min_parts_to_merge_at_once = 16;

ALTER TABLE hushlog.contents ON CLUSTER prod MODIFY SETTING min_parts_to_merge_at_once = 16;

ALTER TABLE hushlog.findings ON CLUSTER prod MODIFY SETTING min_parts_to_merge_at_once = 16;

ALTER TABLE hushlog.flags ON CLUSTER prod MODIFY SETTING min_parts_to_merge_at_once = 16;

ALTER TABLE hushlog.ledger ON CLUSTER prod MODIFY SETTING min_parts_to_merge_at_once = 16;

ALTER TABLE hushlog.rollup_minute ON CLUSTER prod MODIFY SETTING min_parts_to_merge_at_once = 16;

ALTER TABLE hushlog.rollup_hour ON CLUSTER prod MODIFY SETTING min_parts_to_merge_at_once = 16;

ALTER TABLE hushlog.rollup_day ON CLUSTER prod MODIFY SETTING min_parts_to_merge_at_once = 16;
