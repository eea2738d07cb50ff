-- Canaries: what hushlog plants in interactions that it sends to itself, and where it is found. canaries says how many
-- arrived and how many values were found readable; canary_finds where. Neither holds a value.
--
-- The canary may not read what is not its own. It writes values to canary_picks, which stores nothing, and a view that runs
-- as admin looks for exactly those in every table and writes to canary_finds how many rows have one. The view, canary_look,
-- is made anew with each migration from the columns that the tables have then (pkg/store/canary.go). Within the view
-- canary_picks is the block that was inserted, in subqueries too.

CREATE TABLE IF NOT EXISTS hushlog.canary_picks
(
    look_id String,
    since DateTime64(3, 'UTC'),
    needles Array(String)
)
ENGINE = Null;

CREATE TABLE IF NOT EXISTS hushlog.canary_finds
(
    look_id String CODEC(ZSTD(1)),
    at DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    place LowCardinality(String),
    found_in LowCardinality(String),
    request_id String CODEC(ZSTD(1)),
    needle UInt32 CODEC(T64, ZSTD(1)),
    rows UInt64 CODEC(T64, ZSTD(1))
)
ENGINE = MergeTree
PARTITION BY toDate(at)
ORDER BY (at, look_id, place, needle)
TTL toDate(at) + toIntervalDay(90)
SETTINGS ttl_only_drop_parts = 1, materialize_ttl_recalculate_only = 1, non_replicated_deduplication_window = 30000;

CREATE TABLE IF NOT EXISTS hushlog.canaries
(
    look_id String CODEC(ZSTD(1)),
    at DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    entry LowCardinality(String),
    taken UInt32 CODEC(T64, ZSTD(1)),
    arrived UInt32 CODEC(T64, ZSTD(1)),
    planted Map(LowCardinality(String), UInt32),
    leaked Map(LowCardinality(String), UInt32)
)
ENGINE = MergeTree
PARTITION BY toDate(at)
ORDER BY (at, entry)
TTL toDate(at) + toIntervalDay(400)
SETTINGS ttl_only_drop_parts = 1, materialize_ttl_recalculate_only = 1, non_replicated_deduplication_window = 30000;
