-- POST /v0/management/monitoring/analytics: the credentials tab.

-- section: -
CREATE TEMP TABLE cube AS
SELECT
    credential_id, model_id,
    count(*) AS calls, sum(failed) AS failures, sum(input_tokens) AS input_tokens, sum(output_tokens) AS output_tokens,
    sum(cached_tokens) AS cached_tokens, sum(cache_read_tokens) AS cache_read_tokens,
    sum(cache_creation_tokens) AS cache_creation_tokens, sum(reasoning_tokens) AS reasoning_tokens,
    sum(total_tokens) AS total_tokens, sum(cost) AS cost, sum(latency_ms) AS latency_sum,
    count(nullif(latency_ms, 0)) AS latency_samples, sum(failed = 0 AND total_tokens = 0) AS zero_token_calls,
    max(timestamp_ms) AS last_ms
FROM e
WHERE timestamp_ms >= :from AND timestamp_ms < :to
GROUP BY credential_id, model_id;

-- section: summary
SELECT
    sum(calls) AS total_calls, sum(calls - failures) AS success_calls, sum(failures) AS failure_calls,
    sum(input_tokens) AS input_tokens, sum(output_tokens) AS output_tokens, sum(cached_tokens) AS cached_tokens,
    sum(cache_read_tokens) AS cache_read_tokens, sum(cache_creation_tokens) AS cache_creation_tokens,
    sum(reasoning_tokens) AS reasoning_tokens, sum(total_tokens) AS total_tokens, sum(cost) AS total_cost,
    sum(latency_sum) * 1.0 / sum(latency_samples) AS average_latency_ms, sum(zero_token_calls) AS zero_token_calls
FROM cube;

-- section: credential_stats
SELECT
    credential AS id, sum(calls) AS calls, sum(calls - failures) AS success_calls, sum(failures) AS failure_calls,
    sum(input_tokens) AS input_tokens, sum(output_tokens) AS output_tokens, sum(cached_tokens) AS cached_tokens,
    sum(cache_read_tokens) AS cache_read_tokens, sum(cache_creation_tokens) AS cache_creation_tokens,
    sum(total_tokens) AS total_tokens, sum(cost) AS cost, sum(latency_sum) * 1.0 / sum(latency_samples) AS average_latency_ms,
    max(last_ms) AS last_seen_ms
FROM cube JOIN keys USING (credential_id)
GROUP BY credential ORDER BY sum(cost) DESC, sum(calls) DESC, max(last_ms) DESC;

-- section: credential_stats[].models
SELECT
    credential AS id, analytics_model AS model, sum(calls) AS calls, sum(calls - failures) AS success_calls, sum(failures) AS failure_calls,
    sum(input_tokens) AS input_tokens, sum(output_tokens) AS output_tokens, sum(cached_tokens) AS cached_tokens,
    sum(cache_read_tokens) AS cache_read_tokens, sum(cache_creation_tokens) AS cache_creation_tokens,
    sum(total_tokens) AS total_tokens, sum(cost) AS cost
FROM cube JOIN keys USING (credential_id) JOIN names USING (model_id)
GROUP BY credential, analytics_model ORDER BY sum(cost) DESC, sum(calls) DESC, max(last_ms) DESC;

-- section: -
DROP TABLE cube;
