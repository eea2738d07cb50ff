-- Rollups: how many interactions, errors, tokens, how much cost and how long, by minute, hour and day of acceptance.
-- Each inserted block adds its rows under tokens that follow from its own; latencies are states of quantiles
-- (quantilesTDigestMerge reads them). Partitioned as interactions are and kept as long.
--
-- What a crash or an erasure leaves wrong is made anew: retention compares counts, deletes the rows of a unit
-- that differs and writes the unit to rollup_picks, which stores nothing; views that run as admin read it again.
-- Within a view rollup_picks is the block that was inserted, in subqueries too.

CREATE TABLE IF NOT EXISTS hushlog.rollup_picks
(
    place LowCardinality(String),
    unit DateTime('UTC')
)
ENGINE = Null;

CREATE TABLE IF NOT EXISTS hushlog.rollup_minute
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
ENGINE = AggregatingMergeTree
PARTITION BY (retention_label, toDate(minute))
ORDER BY (project, minute, environment, region, provider, model, model_version, cost_currency, classification, retention_label)
TTL toDate(minute) + toIntervalDay(30)
SETTINGS ttl_only_drop_parts = 1, materialize_ttl_recalculate_only = 1, non_replicated_deduplication_window = 30000, old_parts_lifetime = 60;

CREATE MATERIALIZED VIEW IF NOT EXISTS hushlog.rollup_minute_rows TO hushlog.rollup_minute DEFINER = admin SQL SECURITY DEFINER AS
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

CREATE MATERIALIZED VIEW IF NOT EXISTS hushlog.rollup_minute_again TO hushlog.rollup_minute DEFINER = admin SQL SECURITY DEFINER AS
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

CREATE TABLE IF NOT EXISTS hushlog.rollup_hour
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
ENGINE = AggregatingMergeTree
PARTITION BY (retention_label, toDate(hour))
ORDER BY (project, hour, environment, region, provider, model, model_version, cost_currency, classification, retention_label)
TTL toDate(hour) + toIntervalDay(30)
SETTINGS ttl_only_drop_parts = 1, materialize_ttl_recalculate_only = 1, non_replicated_deduplication_window = 30000, old_parts_lifetime = 60;

CREATE MATERIALIZED VIEW IF NOT EXISTS hushlog.rollup_hour_rows TO hushlog.rollup_hour DEFINER = admin SQL SECURITY DEFINER AS
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

CREATE MATERIALIZED VIEW IF NOT EXISTS hushlog.rollup_hour_again TO hushlog.rollup_hour DEFINER = admin SQL SECURITY DEFINER AS
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

CREATE TABLE IF NOT EXISTS hushlog.rollup_day
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
ENGINE = AggregatingMergeTree
PARTITION BY (retention_label, toDate(day))
ORDER BY (project, day, environment, region, provider, model, model_version, cost_currency, classification, retention_label)
TTL toDate(day) + toIntervalDay(30)
SETTINGS ttl_only_drop_parts = 1, materialize_ttl_recalculate_only = 1, non_replicated_deduplication_window = 30000, old_parts_lifetime = 60;

CREATE MATERIALIZED VIEW IF NOT EXISTS hushlog.rollup_day_rows TO hushlog.rollup_day DEFINER = admin SQL SECURITY DEFINER AS
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

CREATE MATERIALIZED VIEW IF NOT EXISTS hushlog.rollup_day_again TO hushlog.rollup_day DEFINER = admin SQL SECURITY DEFINER AS
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
