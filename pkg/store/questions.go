package store

// Question is what people ask often, with the statement that reads little for it.
type Question struct {
	// Name is short and of one line.
	Name string
	// Role of the default policy that asks it.
	Role string
	// SQL is for `hushlog sql`; its literals are examples.
	SQL string
}

// Questions are the statements of docs/schema.md: each reads a rollup or a small part of the rows.
func Questions() []Question {
	return []Question{
		{
			"How fast are the models, by hour of this week", "engineering",
			`SELECT hour, model, model_version, sum(interactions) AS n, quantilesTDigestMerge(0.5, 0.9, 0.95, 0.99)(latency_ms) AS latencies
FROM rollup_hour WHERE hour >= now() - INTERVAL 7 DAY
GROUP BY hour, model, model_version ORDER BY hour, model, model_version`,
		},
		{
			"What do projects spend, by day of this month", "engineering",
			`SELECT day, project, cost_currency, sum(cost) AS spent, sum(input_tokens) AS input, sum(output_tokens) AS output
FROM rollup_day WHERE day >= today() - 30
GROUP BY day, project, cost_currency ORDER BY day, spent DESC`,
		},
		{
			"Where do calls fail, by minute of this hour", "engineering",
			`SELECT minute, environment, region, model, sum(errors) AS failed, sum(interactions) AS n
FROM rollup_minute WHERE minute >= now() - INTERVAL 1 HOUR
GROUP BY minute, environment, region, model HAVING failed > 0 ORDER BY minute, failed DESC`,
		},
		{
			"Which errors does a project have this hour", "engineering",
			`SELECT error_type, error_code, model, count() AS n, min(accepted_at) AS first, max(accepted_at) AS last
FROM interactions WHERE project = 'demo' AND failed AND accepted_at >= now() - INTERVAL 1 HOUR
GROUP BY error_type, error_code, model ORDER BY n DESC`,
		},
		{
			"Which answers were the slowest this hour", "engineering",
			`SELECT accepted_at, request_id, model, latency_ms, time_to_first_token_ms, output_tokens
FROM interactions WHERE project = 'demo' AND accepted_at >= now() - INTERVAL 1 HOUR
ORDER BY latency_ms DESC LIMIT 20`,
		},
		{
			"What is known of a request", "engineering",
			`SELECT project, accepted_at, model, latency_ms, failed, error_type, input_tokens, output_tokens, finding_counts, classification
FROM interactions WHERE request_id = 'request-1234567'`,
		},
		{
			"Which calls belong to a trace", "engineering",
			`SELECT span_id, request_id, started_at, latency_ms, model, failed
FROM interactions WHERE trace_id = '0000000000000000000000000012d687' ORDER BY started_at`,
		},
		{
			"What did an end user do since yesterday", "analyst",
			`SELECT accepted_at, request_id, conversation_id, model, failed, flagged
FROM interactions
LEFT ANY JOIN (SELECT request_id, groupUniqArray(category) AS flagged FROM flags WHERE project = 'demo' AND accepted_at >= now() - INTERVAL 1 DAY GROUP BY request_id) AS f USING request_id
WHERE project = 'demo' AND accepted_at >= now() - INTERVAL 1 DAY AND user_pseudonym = 'u_4567'
ORDER BY accepted_at`,
		},
		{
			"How did a conversation go", "analyst",
			`SELECT accepted_at, ordinal, role, kind, text
FROM contents WHERE project = 'demo' AND conversation_id = 'conversation-246913' ORDER BY accepted_at, request_id, ordinal`,
		},
		{
			"Where were words said or answered since yesterday", "analyst",
			`SELECT project, accepted_at, request_id, ordinal, role
FROM contents WHERE accepted_at >= now() - INTERVAL 1 DAY AND hasAllTokens(text, 'harbour tide') ORDER BY accepted_at DESC LIMIT 100`,
		},
		{
			"What private data was found yesterday", "analyst",
			`SELECT type, action, rule, count() AS n, uniq(request_id) AS interactions
FROM findings WHERE project = 'demo' AND accepted_at >= yesterday() AND accepted_at < today()
GROUP BY type, action, rule ORDER BY n DESC`,
		},
		{
			"Who attacks the models", "security",
			`SELECT category, rule, user_pseudonym, count() AS n, max(score) AS surest
FROM flags
INNER JOIN (SELECT request_id, user_pseudonym FROM interactions WHERE project = 'demo' AND accepted_at >= now() - INTERVAL 1 DAY) AS i USING request_id
WHERE project = 'demo' AND accepted_at >= now() - INTERVAL 1 DAY AND NOT earlier
GROUP BY category, rule, user_pseudonym ORDER BY n DESC LIMIT 50`,
		},
	}
}
