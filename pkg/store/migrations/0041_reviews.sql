-- Reviews as they were made: text is the whole review, digest what stands for it on the trail, where it is signed.
-- policies holds each policy that was put in force, as its document was.

CREATE TABLE IF NOT EXISTS hushlog.reviews
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
ENGINE = MergeTree
PARTITION BY toDate(at)
ORDER BY (at, review_id)
TTL toDate(at) + toIntervalDay(400)
SETTINGS ttl_only_drop_parts = 1, materialize_ttl_recalculate_only = 1, non_replicated_deduplication_window = 30000;

CREATE TABLE IF NOT EXISTS hushlog.policies
(
    digest String,
    at DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    document String CODEC(ZSTD(3))
)
ENGINE = MergeTree
PARTITION BY toDate(at)
ORDER BY at
TTL toDate(at) + toIntervalDay(400)
SETTINGS ttl_only_drop_parts = 1, materialize_ttl_recalculate_only = 1, non_replicated_deduplication_window = 30000;
