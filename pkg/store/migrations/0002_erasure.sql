-- Erasure by end user. erasures holds what was done of each request, step by step; tombstones say which
-- pseudonyms must not be stored again, by a hash: the pseudonym itself is erased everywhere.
--
-- Parts that a mutation replaced are removed after a minute instead of eight: until then the erased rows
-- are still on the disk, and an erasure waits for that.

ALTER TABLE hushlog.audit ADD COLUMN IF NOT EXISTS ref String DEFAULT '';

-- erased counts rows of interactions that were stored and then erased, or left out: the books balance.
ALTER TABLE hushlog.ledger ADD COLUMN IF NOT EXISTS erased UInt64 DEFAULT 0 CODEC(T64, ZSTD(1));

CREATE TABLE IF NOT EXISTS hushlog.erasures
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
ENGINE = MergeTree
PARTITION BY toDate(at)
ORDER BY (request_id, at)
TTL toDate(at) + toIntervalDay(90)
SETTINGS ttl_only_drop_parts = 1, materialize_ttl_recalculate_only = 1, non_replicated_deduplication_window = 30000;

CREATE TABLE IF NOT EXISTS hushlog.tombstones
(
    mark FixedString(32),
    request_id String,
    until DateTime64(3, 'UTC'),
    at DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1))
)
ENGINE = MergeTree
PARTITION BY toDate(at)
ORDER BY mark
TTL toDate(at) + toIntervalDay(400)
SETTINGS ttl_only_drop_parts = 1, materialize_ttl_recalculate_only = 1, non_replicated_deduplication_window = 30000;

ALTER TABLE hushlog.interactions MODIFY SETTING old_parts_lifetime = 60;
ALTER TABLE hushlog.contents MODIFY SETTING old_parts_lifetime = 60;
ALTER TABLE hushlog.findings MODIFY SETTING old_parts_lifetime = 60;
ALTER TABLE hushlog.alerts MODIFY SETTING old_parts_lifetime = 60;
