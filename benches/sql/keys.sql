-- POST /v0/management/monitoring/analytics: the API keys tab.

-- section: -
CREATE TEMP TABLE cube AS
SELECT
    credential_id, model_id, api_key_id,
    count(*) AS calls, sum(failed) AS failures, sum(input_tokens) AS input_tokens, sum(output_tokens) AS output_tokens,
    sum(cached_tokens) AS cached_tokens, sum(cache_read_tokens) AS cache_read_tokens,
    sum(cache_creation_tokens) AS cache_creation_tokens, sum(reasoning_tokens) AS reasoning_tokens,
    sum(total_tokens) AS total_tokens, sum(cost) AS cost, sum(latency_ms) AS latency_sum,
    count(nullif(latency_ms, 0)) AS latency_samples, sum(failed = 0 AND total_tokens = 0) AS zero_token_calls,
    max(timestamp_ms) AS last_ms
FROM e
WHERE timestamp_ms >= :from AND timestamp_ms < :to
GROUP BY credential_id, model_id, api_key_id;

-- section: summary
SELECT
    sum(calls) AS total_calls, sum(calls - failures) AS success_calls, sum(failures) AS failure_calls,
    sum(input_tokens) AS input_tokens, sum(output_tokens) AS output_tokens, sum(cached_tokens) AS cached_tokens,
    sum(cache_read_tokens) AS cache_read_tokens, sum(cache_creation_tokens) AS cache_creation_tokens,
    sum(reasoning_tokens) AS reasoning_tokens, sum(total_tokens) AS total_tokens, sum(cost) AS total_cost,
    sum(latency_sum) * 1.0 / sum(latency_samples) AS average_latency_ms, sum(zero_token_calls) AS zero_token_calls
FROM cube;

-- section: api_key_stats
SELECT
    api_key_hash, sum(calls) AS calls, sum(calls - failures) AS success_calls, sum(failures) AS failure_calls,
    sum(input_tokens) AS input_tokens, sum(output_tokens) AS output_tokens, sum(cached_tokens) AS cached_tokens,
    sum(cache_read_tokens) AS cache_read_tokens, sum(cache_creation_tokens) AS cache_creation_tokens,
    sum(total_tokens) AS total_tokens, sum(cost) AS cost, sum(latency_sum) * 1.0 / sum(latency_samples) AS average_latency_ms,
    max(last_ms) AS last_seen_ms
FROM cube JOIN key_names USING (api_key_id)
GROUP BY api_key_id ORDER BY max(last_ms) DESC, sum(calls) DESC, sum(cost) DESC;

-- section: api_key_stats[].models
SELECT
    api_key_hash, analytics_model AS model, sum(calls) AS calls, sum(calls - failures) AS success_calls, sum(failures) AS failure_calls,
    sum(input_tokens) AS input_tokens, sum(output_tokens) AS output_tokens, sum(cached_tokens) AS cached_tokens,
    sum(cache_read_tokens) AS cache_read_tokens, sum(cache_creation_tokens) AS cache_creation_tokens,
    sum(total_tokens) AS total_tokens, sum(cost) AS cost
FROM cube JOIN key_names USING (api_key_id) JOIN names USING (model_id)
GROUP BY api_key_id, analytics_model ORDER BY sum(cost) DESC, sum(calls) DESC, max(last_ms) DESC;

-- section: api_key_stats[].contexts
SELECT
    api_key_hash, auth_index, account_snapshot, auth_label_snapshot, source, source_hash, provider AS auth_provider_snapshot,
    sum(calls) AS calls, sum(calls - failures) AS success_calls, sum(failures) AS failure_calls,
    sum(total_tokens) AS total_tokens, sum(cost) AS cost, sum(latency_sum) * 1.0 / sum(latency_samples) AS average_latency_ms,
    max(last_ms) AS last_seen_ms
FROM cube JOIN key_names USING (api_key_id) JOIN keys USING (credential_id)
GROUP BY api_key_id, provider, account_snapshot, auth_label_snapshot, auth_index, source_hash, source
ORDER BY sum(cost) DESC, sum(calls) DESC, max(last_ms) DESC;

-- section: -
DROP TABLE cube;
