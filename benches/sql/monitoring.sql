-- POST /v0/management/monitoring/analytics: everything at once.

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

-- section: summary
SELECT count(*) / 30.0 AS rpm_30m, coalesce(sum(total_tokens), 0) / 30.0 AS tpm_30m
FROM e WHERE timestamp_ms >= :now - 1800000 AND timestamp_ms < :now;

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

-- section: model_share
SELECT analytics_model AS model, sum(calls) AS calls, sum(total_tokens) AS tokens, sum(cost) AS cost
FROM cube JOIN names USING (model_id)
GROUP BY analytics_model ORDER BY sum(calls) DESC, analytics_model;

-- section: channel_share
SELECT
    channel AS auth_index, sum(calls) AS calls, sum(calls - failures) AS success, sum(failures) AS failure,
    sum(total_tokens) AS tokens, sum(cost) AS cost, sum(latency_sum) * 1.0 / sum(latency_samples) AS average_latency_ms
FROM cube JOIN keys USING (credential_id)
GROUP BY channel ORDER BY sum(calls) DESC, channel;

-- section: failure_sources
SELECT
    source_hash, auth_index, sum(calls) AS calls, sum(failures) AS failure, max(last_ms) AS last_seen_ms,
    sum(latency_sum) * 1.0 / sum(latency_samples) AS average_latency_ms
FROM cube JOIN keys USING (credential_id)
GROUP BY source_hash, auth_index HAVING sum(failures) > 0
ORDER BY sum(failures) DESC, max(last_ms) DESC, source_hash, auth_index;

-- section: account_stats
SELECT
    account AS id, sum(calls) AS calls, sum(calls - failures) AS success_calls, sum(failures) AS failure_calls,
    sum(input_tokens) AS input_tokens, sum(output_tokens) AS output_tokens, sum(cached_tokens) AS cached_tokens,
    sum(cache_read_tokens) AS cache_read_tokens, sum(cache_creation_tokens) AS cache_creation_tokens,
    sum(total_tokens) AS total_tokens, sum(cost) AS cost, sum(latency_sum) * 1.0 / sum(latency_samples) AS average_latency_ms,
    max(last_ms) AS last_seen_ms
FROM cube JOIN keys USING (credential_id)
GROUP BY account ORDER BY max(last_ms) DESC, sum(calls) DESC, sum(cost) DESC;

-- section: account_stats[].models
SELECT
    account AS id, analytics_model AS model, sum(calls) AS calls, sum(calls - failures) AS success_calls, sum(failures) AS failure_calls,
    sum(input_tokens) AS input_tokens, sum(output_tokens) AS output_tokens, sum(cached_tokens) AS cached_tokens,
    sum(cache_read_tokens) AS cache_read_tokens, sum(cache_creation_tokens) AS cache_creation_tokens,
    sum(total_tokens) AS total_tokens, sum(cost) AS cost
FROM cube JOIN keys USING (credential_id) JOIN names USING (model_id)
GROUP BY account, analytics_model ORDER BY sum(cost) DESC, sum(calls) DESC, max(last_ms) DESC;

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
CREATE TEMP TABLE cells AS
SELECT
    h.weekday, h.hour, e.model_id, e.credential_id, e.api_key_id, count(*) AS calls, sum(failed) AS failures,
    sum(total_tokens) AS tokens, sum(cost) AS cost
FROM hours AS h
CROSS JOIN e ON e.timestamp_ms >= h.start_ms AND e.timestamp_ms < h.end_ms
GROUP BY h.weekday, h.hour, e.model_id, e.credential_id, e.api_key_id;

-- section: heatmap
SELECT
    weekday, hour, sum(calls) AS calls, sum(calls - failures) AS success, sum(failures) AS failure, sum(tokens) AS tokens,
    sum(cost) AS cost
FROM cells GROUP BY weekday, hour ORDER BY weekday, hour;

-- section: heatmap[].model_contributors
WITH parts AS (
    SELECT
        weekday, hour, coalesce(nullif(analytics_model, ''), 'Unknown') AS part, sum(calls) AS calls, sum(failures) AS failure, sum(tokens) AS tokens,
        sum(cost) AS cost
    FROM cells JOIN names USING (model_id)
    GROUP BY weekday, hour, part
), ranked AS (
    SELECT *, row_number() OVER (PARTITION BY weekday, hour ORDER BY calls DESC, cost DESC, part) AS place FROM parts
)
SELECT weekday, hour, part AS "key", calls, failure, tokens, cost FROM ranked WHERE place <= 5 ORDER BY weekday, hour, place;

-- section: heatmap[].provider_contributors
WITH parts AS (
    SELECT
        weekday, hour, coalesce(nullif(provider, ''), 'Unknown') AS part, sum(calls) AS calls, sum(failures) AS failure, sum(tokens) AS tokens,
        sum(cost) AS cost
    FROM cells JOIN keys USING (credential_id)
    GROUP BY weekday, hour, part
), ranked AS (
    SELECT *, row_number() OVER (PARTITION BY weekday, hour ORDER BY calls DESC, cost DESC, part) AS place FROM parts
)
SELECT weekday, hour, part AS "key", calls, failure, tokens, cost FROM ranked WHERE place <= 5 ORDER BY weekday, hour, place;

-- section: heatmap[].api_key_contributors
WITH parts AS (
    SELECT
        weekday, hour, api_key_hash AS part, sum(calls) AS calls, sum(failures) AS failure, sum(tokens) AS tokens,
        sum(cost) AS cost
    FROM cells JOIN key_names USING (api_key_id) WHERE api_key_hash <> ''
    GROUP BY weekday, hour, api_key_id
), ranked AS (
    SELECT *, row_number() OVER (PARTITION BY weekday, hour ORDER BY calls DESC, cost DESC, part) AS place FROM parts
)
SELECT weekday, hour, part AS "key", calls, failure, tokens, cost FROM ranked WHERE place <= 5 ORDER BY weekday, hour, place;

-- section: hourly_distribution
SELECT hour, sum(calls) AS calls, sum(tokens) AS tokens FROM cells GROUP BY hour ORDER BY hour;

-- section: credential_timeline
SELECT
    b.bucket_ms, k.credential AS id, count(*) AS calls, sum(failed) AS failure, sum(input_tokens) AS input_tokens,
    sum(output_tokens) AS output_tokens, sum(total_tokens) AS tokens, sum(cost) AS cost
FROM buckets AS b
CROSS JOIN e ON e.timestamp_ms >= b.start_ms AND e.timestamp_ms < b.end_ms
JOIN keys AS k ON k.credential_id = e.credential_id
GROUP BY b.start_ms, k.credential;

-- section: api_key_timeline
SELECT
    b.bucket_ms, h.api_key_hash, count(*) AS calls, sum(failed) AS failure,
    sum(input_tokens) AS input_tokens, sum(output_tokens) AS output_tokens, sum(total_tokens) AS tokens, sum(cost) AS cost
FROM buckets AS b
CROSS JOIN e ON e.timestamp_ms >= b.start_ms AND e.timestamp_ms < b.end_ms
JOIN key_names AS h ON h.api_key_id = e.api_key_id
WHERE h.api_key_hash <> ''
GROUP BY b.start_ms, e.api_key_id;

-- section: task_buckets
SELECT
    max(v.timestamp_ms) AS last_ms, k.source_hash, k.auth_index, count(*) AS total, sum(v.failed) AS failure,
    sum(v.output_tokens) AS output_tokens, sum(v.total_tokens) AS total_tokens, max(v.latency_ms) AS max_latency_ms
FROM events AS v JOIN keys AS k USING (credential_id)
WHERE v.timestamp_ms >= :from AND v.timestamp_ms < :to AND v.id IN (
    SELECT id FROM events WHERE timestamp_ms >= :from AND timestamp_ms < :to ORDER BY timestamp_ms DESC LIMIT 1000
)
GROUP BY v.timestamp_ms, v.sub_ms_ns, k.source_hash, k.auth_index ORDER BY v.timestamp_ms DESC LIMIT 500;

-- section: recent_failures
SELECT
    v.id, v.timestamp_ms, m.model, k.source_hash, k.auth_index, r.endpoint, v.latency_ms AS duration_ms,
    v.status_code AS fail_status_code
FROM events AS v
JOIN models AS m ON m.id = v.model_id
JOIN keys AS k ON k.credential_id = v.credential_id
JOIN routes AS r ON r.id = v.route_id
WHERE v.failed = 1 AND v.timestamp_ms >= :from AND v.timestamp_ms < :to
ORDER BY v.timestamp_ms DESC, v.id DESC LIMIT 20;

-- section: events
SELECT count(*) AS total_count FROM e WHERE timestamp_ms >= :from AND timestamp_ms < :to;

-- section: events.items
SELECT
    v.id, v.timestamp_ms, v.failed, v.status_code AS fail_status_code,
    iif(v.cache_separate,
        max(v.input_tokens, 0) + max(max(v.cached_tokens, v.cache_tokens, 0) - max(v.cache_read_tokens, 0)
            - max(v.cache_creation_tokens, 0), 0) + max(v.cache_read_tokens, 0) + max(v.cache_creation_tokens, 0),
        max(v.input_tokens, 0)) AS input_tokens,
    v.output_tokens,
    max(max(v.cached_tokens, v.cache_tokens, 0) - max(v.cache_read_tokens, 0) - max(v.cache_creation_tokens, 0), 0)
        AS cached_tokens,
    v.cache_read_tokens, v.cache_creation_tokens, v.reasoning_tokens, v.total_tokens, v.latency_ms, v.ttft_ms,
    m.model, m.requested_model, m.resolved_model, c.auth_index, c.source, c.account_snapshot, c.auth_label_snapshot,
    c.auth_file_snapshot, coalesce(nullif(c.auth_provider_snapshot, ''), c.provider) AS auth_provider_snapshot,
    c.auth_project_id_snapshot, c.executor_type,
    iif(typeof(c.source_hash) = 'blob', lower(hex(c.source_hash)), c.source_hash) AS source_hash,
    r.endpoint, r.method, r.path, l.client_ip, l.x_forwarded_for, l.user_agent,
    iif(typeof(k.api_key_hash) = 'blob', lower(hex(k.api_key_hash)), k.api_key_hash) AS api_key_hash,
    t.reasoning_effort, t.service_tier, lower(hex(v.event_hash)) AS event_hash,
    hex(v.request_id) AS _request, v.metadata AS _metadata, f.body AS _body, p.template AS _template, v.header AS _header
FROM events AS v
JOIN models AS m ON m.id = v.model_id
JOIN credentials AS c ON c.id = v.credential_id
JOIN routes AS r ON r.id = v.route_id
JOIN clients AS l ON l.id = v.client_id
JOIN api_keys AS k ON k.id = v.api_key_id
JOIN tiers AS t ON t.id = v.tier_id
LEFT JOIN failures AS f ON f.id = v.failure_id
LEFT JOIN metadata_templates AS p ON p.id = v.template_id
WHERE v.timestamp_ms >= :from AND v.timestamp_ms < :to
ORDER BY v.timestamp_ms DESC, v.id DESC
LIMIT :limit;

-- section: drilldown_preview
SELECT count(*) AS total_count FROM (SELECT id FROM events WHERE timestamp_ms >= :preview_from AND timestamp_ms < :to LIMIT 20);

-- section: drilldown_preview.items
SELECT
    v.id, v.timestamp_ms, v.failed, v.status_code AS fail_status_code,
    iif(v.cache_separate,
        max(v.input_tokens, 0) + max(max(v.cached_tokens, v.cache_tokens, 0) - max(v.cache_read_tokens, 0)
            - max(v.cache_creation_tokens, 0), 0) + max(v.cache_read_tokens, 0) + max(v.cache_creation_tokens, 0),
        max(v.input_tokens, 0)) AS input_tokens,
    v.output_tokens,
    max(max(v.cached_tokens, v.cache_tokens, 0) - max(v.cache_read_tokens, 0) - max(v.cache_creation_tokens, 0), 0)
        AS cached_tokens,
    v.cache_read_tokens, v.cache_creation_tokens, v.reasoning_tokens, v.total_tokens, v.latency_ms, v.ttft_ms,
    m.model, m.requested_model, m.resolved_model, c.auth_index, c.source, c.account_snapshot, c.auth_label_snapshot,
    c.auth_file_snapshot, coalesce(nullif(c.auth_provider_snapshot, ''), c.provider) AS auth_provider_snapshot,
    c.auth_project_id_snapshot, c.executor_type,
    iif(typeof(c.source_hash) = 'blob', lower(hex(c.source_hash)), c.source_hash) AS source_hash,
    r.endpoint, r.method, r.path, l.client_ip, l.x_forwarded_for, l.user_agent,
    iif(typeof(k.api_key_hash) = 'blob', lower(hex(k.api_key_hash)), k.api_key_hash) AS api_key_hash,
    t.reasoning_effort, t.service_tier, lower(hex(v.event_hash)) AS event_hash,
    hex(v.request_id) AS _request, v.metadata AS _metadata, f.body AS _body, p.template AS _template, v.header AS _header
FROM events AS v
JOIN models AS m ON m.id = v.model_id
JOIN credentials AS c ON c.id = v.credential_id
JOIN routes AS r ON r.id = v.route_id
JOIN clients AS l ON l.id = v.client_id
JOIN api_keys AS k ON k.id = v.api_key_id
JOIN tiers AS t ON t.id = v.tier_id
LEFT JOIN failures AS f ON f.id = v.failure_id
LEFT JOIN metadata_templates AS p ON p.id = v.template_id
WHERE v.timestamp_ms >= :preview_from AND v.timestamp_ms < :to
ORDER BY v.timestamp_ms DESC, v.id DESC
LIMIT 20;

-- section: filter_options.account_stats
SELECT
    account AS id, sum(calls) AS calls, sum(calls - failures) AS success_calls, sum(failures) AS failure_calls,
    sum(input_tokens) AS input_tokens, sum(output_tokens) AS output_tokens, sum(cached_tokens) AS cached_tokens,
    sum(cache_read_tokens) AS cache_read_tokens, sum(cache_creation_tokens) AS cache_creation_tokens,
    sum(total_tokens) AS total_tokens, sum(cost) AS cost, sum(latency_sum) * 1.0 / sum(latency_samples) AS average_latency_ms,
    max(last_ms) AS last_seen_ms
FROM cube JOIN keys USING (credential_id)
GROUP BY account ORDER BY max(last_ms) DESC, sum(calls) DESC, sum(cost) DESC;

-- section: filter_options.account_stats[].models
SELECT
    account AS id, analytics_model AS model, sum(calls) AS calls, sum(calls - failures) AS success_calls, sum(failures) AS failure_calls,
    sum(input_tokens) AS input_tokens, sum(output_tokens) AS output_tokens, sum(cached_tokens) AS cached_tokens,
    sum(cache_read_tokens) AS cache_read_tokens, sum(cache_creation_tokens) AS cache_creation_tokens,
    sum(total_tokens) AS total_tokens, sum(cost) AS cost
FROM cube JOIN keys USING (credential_id) JOIN names USING (model_id)
GROUP BY account, analytics_model ORDER BY sum(cost) DESC, sum(calls) DESC, max(last_ms) DESC;

-- section: filter_options.api_key_stats
SELECT
    api_key_hash, sum(calls) AS calls, sum(calls - failures) AS success_calls, sum(failures) AS failure_calls,
    sum(input_tokens) AS input_tokens, sum(output_tokens) AS output_tokens, sum(cached_tokens) AS cached_tokens,
    sum(cache_read_tokens) AS cache_read_tokens, sum(cache_creation_tokens) AS cache_creation_tokens,
    sum(total_tokens) AS total_tokens, sum(cost) AS cost, sum(latency_sum) * 1.0 / sum(latency_samples) AS average_latency_ms,
    max(last_ms) AS last_seen_ms
FROM cube JOIN key_names USING (api_key_id)
GROUP BY api_key_id ORDER BY max(last_ms) DESC, sum(calls) DESC, sum(cost) DESC;

-- section: filter_options.api_key_stats[].models
SELECT
    api_key_hash, analytics_model AS model, sum(calls) AS calls, sum(calls - failures) AS success_calls, sum(failures) AS failure_calls,
    sum(input_tokens) AS input_tokens, sum(output_tokens) AS output_tokens, sum(cached_tokens) AS cached_tokens,
    sum(cache_read_tokens) AS cache_read_tokens, sum(cache_creation_tokens) AS cache_creation_tokens,
    sum(total_tokens) AS total_tokens, sum(cost) AS cost
FROM cube JOIN key_names USING (api_key_id) JOIN names USING (model_id)
GROUP BY api_key_id, analytics_model ORDER BY sum(cost) DESC, sum(calls) DESC, max(last_ms) DESC;

-- section: filter_options.api_key_stats[].contexts
SELECT
    api_key_hash, auth_index, account_snapshot, auth_label_snapshot, source, source_hash, provider AS auth_provider_snapshot,
    sum(calls) AS calls, sum(calls - failures) AS success_calls, sum(failures) AS failure_calls,
    sum(total_tokens) AS total_tokens, sum(cost) AS cost, sum(latency_sum) * 1.0 / sum(latency_samples) AS average_latency_ms,
    max(last_ms) AS last_seen_ms
FROM cube JOIN key_names USING (api_key_id) JOIN keys USING (credential_id)
GROUP BY api_key_id, provider, account_snapshot, auth_label_snapshot, auth_index, source_hash, source
ORDER BY sum(cost) DESC, sum(calls) DESC, max(last_ms) DESC;

-- section: filter_options.channel_share
SELECT
    channel AS auth_index, sum(calls) AS calls, sum(calls - failures) AS success, sum(failures) AS failure,
    sum(total_tokens) AS tokens, sum(cost) AS cost, sum(latency_sum) * 1.0 / sum(latency_samples) AS average_latency_ms
FROM cube JOIN keys USING (credential_id)
GROUP BY channel ORDER BY sum(calls) DESC, channel;

-- section: filter_options.model_stats
SELECT
    analytics_model AS model, sum(calls) AS calls, sum(calls - failures) AS success_calls, sum(failures) AS failure_calls,
    sum(input_tokens) AS input_tokens, sum(output_tokens) AS output_tokens, sum(cached_tokens) AS cached_tokens,
    sum(cache_read_tokens) AS cache_read_tokens, sum(cache_creation_tokens) AS cache_creation_tokens,
    sum(total_tokens) AS total_tokens, sum(cost) AS cost
FROM cube JOIN names USING (model_id)
GROUP BY analytics_model ORDER BY sum(calls) DESC, analytics_model;

-- section: filter_options.providers
SELECT DISTINCT provider AS value FROM cube JOIN keys USING (credential_id) WHERE provider <> '' ORDER BY 1;

-- section: filter_options.auth_files
SELECT DISTINCT auth_file_snapshot AS value FROM cube JOIN keys USING (credential_id) WHERE auth_file_snapshot <> '' ORDER BY 1;

-- section: filter_options.project_ids
SELECT DISTINCT auth_project_id_snapshot AS value FROM cube JOIN keys USING (credential_id) WHERE auth_project_id_snapshot <> '' ORDER BY 1;

-- section: filter_options.request_types
SELECT DISTINCT executor_type AS value FROM cube JOIN keys USING (credential_id) WHERE executor_type <> '' ORDER BY 1;

-- Error kinds, codes and plans are packed in the templates of the answers' headers; trace ids beside them.
-- section: -
SELECT DISTINCT template_id, header FROM events
WHERE template_id IS NOT NULL AND timestamp_ms >= :from AND timestamp_ms < :to;

-- section: -
SELECT metadata, header FROM events
WHERE template_id IS NOT NULL AND timestamp_ms >= :from AND timestamp_ms < :to ORDER BY timestamp_ms DESC LIMIT 500;

-- section: -
DROP TABLE cube;

-- section: -
DROP TABLE line;

-- section: -
DROP TABLE cells;

-- section: -
DROP TABLE late;
