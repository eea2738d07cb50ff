-- What becomes of quarantined events. quarantined holds a row when an event is put aside and one more when
-- it leaves, or is refused again: raw_partition and raw_offset name the event. released and dropped are
-- the ledger's side of it.

ALTER TABLE hushlog.quarantined ADD COLUMN IF NOT EXISTS state LowCardinality(String) DEFAULT 'aside';

ALTER TABLE hushlog.quarantined ADD COLUMN IF NOT EXISTS order_id String DEFAULT '';

ALTER TABLE hushlog.ledger ADD COLUMN IF NOT EXISTS released UInt64 DEFAULT 0 CODEC(T64, ZSTD(1));

ALTER TABLE hushlog.ledger ADD COLUMN IF NOT EXISTS dropped UInt64 DEFAULT 0 CODEC(T64, ZSTD(1));
