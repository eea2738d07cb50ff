-- Legal holds. holds says step by step what was asked and done; hold_subjects whom a hold is about, while it
-- is in force. held_* are copies of the rows under a hold, without a date: partitioned by the hold, so that a
-- release drops them whole.
--
-- Retention, which reads nothing that was said, cannot copy contents itself. It writes the ids of rows to
-- hold_picks, which stores nothing, and the views, which run as admin, copy the rows of those ids. Within a
-- view hold_picks is the block that was inserted, in subqueries too; project and the times bound what is read.

CREATE TABLE IF NOT EXISTS hushlog.holds
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
ENGINE = MergeTree
PARTITION BY hold_id
ORDER BY (hold_id, at)
SETTINGS non_replicated_deduplication_window = 1000;

CREATE TABLE IF NOT EXISTS hushlog.hold_subjects
(
    hold_id String,
    project LowCardinality(String),
    pseudonym String
)
ENGINE = MergeTree
PARTITION BY hold_id
ORDER BY (hold_id, pseudonym)
SETTINGS non_replicated_deduplication_window = 1000, old_parts_lifetime = 60;

CREATE TABLE IF NOT EXISTS hushlog.hold_picks
(
    hold_id String,
    place LowCardinality(String),
    project LowCardinality(String),
    id String,
    first DateTime64(3, 'UTC'),
    last DateTime64(3, 'UTC')
)
ENGINE = Null;

CREATE TABLE IF NOT EXISTS hushlog.held_contents
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
ENGINE = MergeTree
PARTITION BY hold_id
ORDER BY (project, accepted_at, request_id, ordinal)
SETTINGS old_parts_lifetime = 60;

CREATE MATERIALIZED VIEW IF NOT EXISTS hushlog.hold_copies_contents TO hushlog.held_contents DEFINER = admin SQL SECURITY DEFINER AS
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

CREATE TABLE IF NOT EXISTS hushlog.held_findings
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
ENGINE = MergeTree
PARTITION BY hold_id
ORDER BY (project, accepted_at, type, request_id)
SETTINGS old_parts_lifetime = 60;

CREATE MATERIALIZED VIEW IF NOT EXISTS hushlog.hold_copies_findings TO hushlog.held_findings DEFINER = admin SQL SECURITY DEFINER AS
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

CREATE TABLE IF NOT EXISTS hushlog.held_alerts
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
ENGINE = MergeTree
PARTITION BY hold_id
ORDER BY (project, fired_at, rule, fingerprint)
SETTINGS old_parts_lifetime = 60;

CREATE MATERIALIZED VIEW IF NOT EXISTS hushlog.hold_copies_alerts TO hushlog.held_alerts DEFINER = admin SQL SECURITY DEFINER AS
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

CREATE TABLE IF NOT EXISTS hushlog.held_interactions
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
ENGINE = MergeTree
PARTITION BY hold_id
ORDER BY (project, accepted_at, request_id)
SETTINGS old_parts_lifetime = 60;

CREATE MATERIALIZED VIEW IF NOT EXISTS hushlog.hold_copies_interactions TO hushlog.held_interactions DEFINER = admin SQL SECURITY DEFINER AS
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
