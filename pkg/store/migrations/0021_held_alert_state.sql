-- Copies of alerts under a hold have the columns that alerts got with their states.

ALTER TABLE hushlog.held_alerts
    ADD COLUMN IF NOT EXISTS state LowCardinality(String) DEFAULT 'firing',
    ADD COLUMN IF NOT EXISTS resolved_at DateTime64(3, 'UTC'),
    ADD COLUMN IF NOT EXISTS keys Map(LowCardinality(String), String),
    ADD COLUMN IF NOT EXISTS transition String DEFAULT fingerprint;

DROP VIEW IF EXISTS hushlog.hold_copies_alerts;

CREATE MATERIALIZED VIEW IF NOT EXISTS hushlog.hold_copies_alerts TO hushlog.held_alerts DEFINER = admin SQL SECURITY DEFINER AS
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
