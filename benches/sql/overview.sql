-- POST /v0/management/monitoring/analytics: the overview tab of usage analytics.

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

-- section: -
CREATE TEMP TABLE line AS
SELECT
    b.bucket_ms,
    count(*) AS calls, sum(failed) AS failures, sum(input_tokens) AS input_tokens, sum(output_tokens) AS output_tokens,
    sum(cached_tokens) AS cached_tokens, sum(cache_read_tokens) AS cache_read_tokens,
    sum(cache_creation_tokens) AS cache_creation_tokens, sum(reasoning_tokens) AS reasoning_tokens,
    sum(total_tokens) AS total_tokens, sum(cost) AS cost, sum(latency_ms) AS latency_sum,
    count(nullif(latency_ms, 0)) AS latency_samples, sum(failed = 0 AND total_tokens = 0) AS zero_token_calls,
    max(timestamp_ms) AS last_ms
FROM buckets AS b
CROSS JOIN e ON e.timestamp_ms >= b.start_ms AND e.timestamp_ms < b.end_ms
GROUP BY b.start_ms;

-- section: summary
SELECT
    sum(calls) AS total_calls, sum(calls - failures) AS success_calls, sum(failures) AS failure_calls,
    sum(input_tokens) AS input_tokens, sum(output_tokens) AS output_tokens, sum(cached_tokens) AS cached_tokens,
    sum(cache_read_tokens) AS cache_read_tokens, sum(cache_creation_tokens) AS cache_creation_tokens,
    sum(reasoning_tokens) AS reasoning_tokens, sum(total_tokens) AS total_tokens, sum(cost) AS total_cost,
    sum(latency_sum) * 1.0 / sum(latency_samples) AS average_latency_ms, sum(zero_token_calls) AS zero_token_calls
FROM cube;

-- section: summary
WITH ranked AS (
    SELECT latency_ms, row_number() OVER (ORDER BY latency_ms) AS place, count(*) OVER () AS places
    FROM e WHERE timestamp_ms >= :from AND timestamp_ms < :to AND latency_ms > 0
)
SELECT latency_ms AS p95_latency_ms FROM ranked WHERE place = (95 * places + 99) / 100;

-- section: summary
WITH ranked AS (
    SELECT ttft_ms, row_number() OVER (ORDER BY ttft_ms) AS place, count(*) OVER () AS places
    FROM e WHERE timestamp_ms >= :from AND timestamp_ms < :to AND ttft_ms > 0
)
SELECT ttft_ms AS p95_ttft_ms FROM ranked WHERE place = (95 * places + 99) / 100;

-- section: summary_comparison
SELECT
    count(*) AS total_calls, coalesce(sum(failed = 0), 0) AS success_calls, coalesce(sum(failed), 0) AS failure_calls,
    coalesce(sum(total_tokens), 0) AS total_tokens, coalesce(sum(cost), 0.0) AS total_cost
FROM e
WHERE timestamp_ms >= :from - (:to - :from) AND timestamp_ms < :from;

-- section: timeline
SELECT
    bucket_ms, calls, total_tokens AS tokens, calls - failures AS success, failures AS failure, input_tokens, output_tokens,
    cached_tokens, cache_read_tokens, cache_creation_tokens, reasoning_tokens, cost,
    latency_sum * 1.0 / latency_samples AS average_latency_ms
FROM line ORDER BY bucket_ms;

-- section: -
CREATE TEMP TABLE late AS
WITH ranked AS (
    SELECT
        b.bucket_ms, latency_ms, row_number() OVER (PARTITION BY b.start_ms ORDER BY latency_ms) AS place,
        count(*) OVER (PARTITION BY b.start_ms) AS places
    FROM buckets AS b
    CROSS JOIN e ON e.timestamp_ms >= b.start_ms AND e.timestamp_ms < b.end_ms
    WHERE latency_ms > 0
)
SELECT bucket_ms, latency_ms AS p95_latency_ms FROM ranked WHERE place = (95 * places + 99) / 100;

-- section: timeline sparse
SELECT bucket_ms, p95_latency_ms FROM late;

-- section: anomaly_points
WITH point AS (
    SELECT
        bucket_ms, calls, total_tokens, cost,
        coalesce(min(max((cached_tokens + cache_read_tokens) * 1.0 / nullif(input_tokens, 0), 0.0), 1.0), 0.0) AS hits,
        failures * 1.0 / calls AS failure_rate, coalesce(p95_latency_ms, 0) * 1.0 AS p95,
        total_tokens * 1.0 / calls AS tokens_per_call
    FROM line LEFT JOIN late USING (bucket_ms)
), pair AS (
    SELECT
        *, lag(calls) OVER w * 1.0 AS calls_0, lag(cost) OVER w AS cost_0, lag(tokens_per_call) OVER w AS tokens_0,
        lag(hits) OVER w AS hits_0, lag(failure_rate) OVER w AS rate_0, lag(p95) OVER w AS p95_0
    FROM point WINDOW w AS (ORDER BY bucket_ms)
), changed AS (
    SELECT
        bucket_ms, calls, total_tokens, cost, failure_rate,
        iif(calls_0 > 0, (calls - calls_0) / calls_0, (calls > 0) * 1.0) AS request_change,
        iif(cost_0 > 0, (cost - cost_0) / cost_0, (cost > 0) * 1.0) AS cost_change,
        iif(tokens_0 > 0, (tokens_per_call - tokens_0) / tokens_0, (tokens_per_call > 0) * 1.0) AS tokens_per_request_change,
        hits - hits_0 AS cache_hit_rate_change, failure_rate - rate_0 AS failure_rate_change,
        iif(p95_0 > 0, (p95 - p95_0) / p95_0, (p95 > 0) * 1.0) AS latency_p95_change
    FROM pair WHERE calls_0 IS NOT NULL
), scored AS (
    SELECT
        *, (request_change > 1) + (cost_change > 1) + (tokens_per_request_change > 0.5) + (cache_hit_rate_change < -0.2)
            + (failure_rate_change > 0.2) + (latency_p95_change > 0.5) AS reasons
    FROM changed
)
SELECT
    bucket_ms, calls, total_tokens, cost, failure_rate, request_change, cost_change, tokens_per_request_change,
    cache_hit_rate_change, failure_rate_change, latency_p95_change
FROM scored WHERE reasons > 0
ORDER BY
    10 * reasons + max(request_change, 0) + max(cost_change, 0) + max(tokens_per_request_change, 0)
        + max(-cache_hit_rate_change, 0) + max(failure_rate_change, 0) + max(latency_p95_change, 0) DESC,
    bucket_ms DESC
LIMIT 50;

-- section: timeline sparse
WITH ranked AS (
    SELECT
        b.bucket_ms, ttft_ms, row_number() OVER (PARTITION BY b.start_ms ORDER BY ttft_ms) AS place,
        count(*) OVER (PARTITION BY b.start_ms) AS places
    FROM buckets AS b
    CROSS JOIN e ON e.timestamp_ms >= b.start_ms AND e.timestamp_ms < b.end_ms
    WHERE ttft_ms > 0
)
SELECT bucket_ms, ttft_ms AS p95_ttft_ms FROM ranked WHERE place = (95 * places + 99) / 100;

-- section: model_stats
SELECT
    analytics_model AS model, sum(calls) AS calls, sum(calls - failures) AS success_calls, sum(failures) AS failure_calls,
    sum(input_tokens) AS input_tokens, sum(output_tokens) AS output_tokens, sum(cached_tokens) AS cached_tokens,
    sum(cache_read_tokens) AS cache_read_tokens, sum(cache_creation_tokens) AS cache_creation_tokens,
    sum(total_tokens) AS total_tokens, sum(cost) AS cost
FROM cube JOIN names USING (model_id)
GROUP BY analytics_model ORDER BY sum(calls) DESC, analytics_model;

-- section: channel_share
SELECT
    channel AS auth_index, sum(calls) AS calls, sum(calls - failures) AS success, sum(failures) AS failure,
    sum(total_tokens) AS tokens, sum(cost) AS cost, sum(latency_sum) * 1.0 / sum(latency_samples) AS average_latency_ms
FROM cube JOIN keys USING (credential_id)
GROUP BY channel ORDER BY sum(calls) DESC, channel;

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

-- section: -
DROP TABLE line;

-- section: -
DROP TABLE late;
