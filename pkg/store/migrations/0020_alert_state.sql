-- Alerts fire and resolve: a row for each. transition names it; of rows that are there it is the fingerprint, as those
-- of alerts that fire have it.

ALTER TABLE hushlog.alerts
    ADD COLUMN IF NOT EXISTS state LowCardinality(String) DEFAULT 'firing',
    ADD COLUMN IF NOT EXISTS resolved_at DateTime64(3, 'UTC'),
    ADD COLUMN IF NOT EXISTS keys Map(LowCardinality(String), String),
    ADD COLUMN IF NOT EXISTS transition String DEFAULT fingerprint;
