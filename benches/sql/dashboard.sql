-- GET /v0/management/dashboard/summary: [:from, :now), the last thirty minutes, and a day in slots of ten minutes.

-- section: -
CREATE TEMP TABLE slots AS
SELECT
    slot.number,
    count(*) AS calls, sum(failed) AS failures, sum(input_tokens) AS input_tokens, sum(output_tokens) AS output_tokens,
    sum(cached_tokens) AS cached_tokens, sum(cache_read_tokens) AS cache_read_tokens,
    sum(cache_creation_tokens) AS cache_creation_tokens, sum(reasoning_tokens) AS reasoning_tokens,
    sum(total_tokens) AS total_tokens, sum(cost) AS cost, sum(latency_ms) AS latency_sum,
    count(nullif(latency_ms, 0)) AS latency_samples, sum(failed = 0 AND total_tokens = 0) AS zero_token_calls
FROM tens AS slot
CROSS JOIN e ON e.timestamp_ms >= :from + slot.number * 600000
    AND e.timestamp_ms < min(:from + (slot.number + 1) * 600000, :now)
GROUP BY slot.number;

-- section: -
CREATE TEMP TABLE pairs AS
SELECT
    credential_id, model_id, count(*) AS calls, sum(failed) AS failures, sum(total_tokens) AS tokens, sum(cost) AS cost,
    sum(latency_ms) AS latency_sum, count(nullif(latency_ms, 0)) AS latency_samples, max(timestamp_ms) AS last_ms
FROM e
WHERE timestamp_ms >= :from AND timestamp_ms < :now
GROUP BY credential_id, model_id;

-- section: today
SELECT
    coalesce(sum(calls), 0) AS total_calls, coalesce(sum(calls - failures), 0) AS success_calls,
    coalesce(sum(failures), 0) AS failure_calls, coalesce(sum(input_tokens), 0) AS input_tokens,
    coalesce(sum(output_tokens), 0) AS output_tokens, coalesce(sum(cached_tokens), 0) AS cached_tokens,
    coalesce(sum(cache_read_tokens), 0) AS cache_read_tokens,
    coalesce(sum(cache_creation_tokens), 0) AS cache_creation_tokens,
    coalesce(sum(reasoning_tokens), 0) AS reasoning_tokens, coalesce(sum(total_tokens), 0) AS total_tokens,
    coalesce(sum(cost), 0) AS total_cost, sum(latency_sum) * 1.0 / sum(latency_samples) AS average_latency_ms,
    coalesce(sum(zero_token_calls), 0) AS zero_token_calls
FROM slots;

-- section: rolling_30m
SELECT
    count(*) AS total_calls, coalesce(sum(total_tokens), 0) AS total_tokens, count(*) / 30.0 AS rpm,
    coalesce(sum(total_tokens), 0) / 30.0 AS tpm
FROM e
WHERE timestamp_ms >= :now - 1800000 AND timestamp_ms < :now;

-- section: top_models_today
SELECT analytics_model AS model, sum(calls) AS calls, sum(tokens) AS tokens, sum(cost) AS cost
FROM pairs JOIN names USING (model_id)
GROUP BY analytics_model ORDER BY sum(calls) DESC, analytics_model LIMIT 5;

-- section: model_cost_rank
SELECT analytics_model AS model, sum(calls) AS calls, sum(tokens) AS tokens, sum(cost) AS cost
FROM pairs JOIN names USING (model_id)
GROUP BY analytics_model ORDER BY sum(cost) DESC, sum(calls) DESC, analytics_model LIMIT 5;

-- section: traffic_timeline sparse
SELECT :from + number / 6 * 3600000 AS bucket_ms, sum(calls) AS calls, sum(total_tokens) AS tokens, sum(failures) AS failure
FROM slots GROUP BY number / 6;

-- section: hourly_activity sparse
SELECT :from + number / 6 * 3600000 AS bucket_ms, sum(calls) AS calls, sum(total_tokens) AS tokens
FROM slots GROUP BY number / 6;

-- section: today_request_health_timeline
SELECT sum(calls) AS total_calls, sum(calls - failures) AS success_calls, sum(failures) AS failure_calls FROM slots;

-- section: today_request_health_timeline.points sparse
SELECT :from + number * 600000 AS bucket_ms, calls, total_tokens AS tokens, failures AS failure FROM slots;

-- section: channel_health
WITH channels AS (
    SELECT
        channel AS auth_index, sum(calls) AS calls, sum(failures) AS failures, sum(tokens) AS tokens, sum(cost) AS cost,
        sum(latency_sum) * 1.0 / sum(latency_samples) AS average_latency_ms,
        1.0 - sum(failures) * 1.0 / sum(calls) AS success_rate
    FROM pairs JOIN keys USING (credential_id)
    GROUP BY channel
)
SELECT auth_index, calls, failures, tokens, cost, average_latency_ms
FROM channels
ORDER BY
    CASE
        WHEN success_rate < 0.85 OR failures >= 5 OR average_latency_ms >= 30000 THEN 0
        WHEN success_rate < 0.95 OR failures > 0 OR average_latency_ms >= 15000 THEN 1
        ELSE 2
    END,
    failures DESC, calls DESC, auth_index
LIMIT 5;

-- section: failure_sources
SELECT
    source_hash, auth_index, sum(calls) AS calls, sum(failures) AS failures, max(last_ms) AS last_seen_ms
FROM pairs JOIN keys USING (credential_id)
GROUP BY source_hash, auth_index
HAVING sum(failures) > 0
ORDER BY sum(failures) DESC, max(last_ms) DESC, source_hash, auth_index
LIMIT 5;

-- section: recent_failures
SELECT
    e.id, e.timestamp_ms, m.model, k.source_hash, k.auth_index, r.endpoint, e.latency_ms AS duration_ms,
    e.status_code AS fail_status_code
FROM events AS e
JOIN models AS m ON m.id = e.model_id
JOIN keys AS k ON k.credential_id = e.credential_id
JOIN routes AS r ON r.id = e.route_id
WHERE e.failed = 1 AND e.timestamp_ms >= :from AND e.timestamp_ms < :now
ORDER BY e.timestamp_ms DESC, e.id DESC LIMIT 5;

-- section: -
DROP TABLE slots;

-- section: -
DROP TABLE pairs;
