-- Prompts that were likely made from one template have a name in common; copies under a hold keep it.

ALTER TABLE hushlog.interactions
    ADD COLUMN IF NOT EXISTS template String CODEC(ZSTD(1));

ALTER TABLE hushlog.held_interactions
    ADD COLUMN IF NOT EXISTS template String CODEC(ZSTD(1));

DROP VIEW IF EXISTS hushlog.hold_copies_interactions;

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
