-- Flags can be held as the rows of 0003_holds.sql are.

CREATE TABLE IF NOT EXISTS hushlog.held_flags
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
ENGINE = MergeTree
PARTITION BY hold_id
ORDER BY (project, accepted_at, category, request_id)
SETTINGS old_parts_lifetime = 60;

CREATE MATERIALIZED VIEW IF NOT EXISTS hushlog.hold_copies_flags TO hushlog.held_flags DEFINER = admin SQL SECURITY DEFINER AS
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
