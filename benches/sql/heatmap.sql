-- POST /v0/management/monitoring/analytics: the heatmap tab.

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

-- section: summary
SELECT
    count(*) AS total_calls, sum(failed) AS failure_calls, sum(input_tokens) AS input_tokens,
    sum(output_tokens) AS output_tokens, sum(total_tokens) AS total_tokens, sum(cost) AS total_cost
FROM e WHERE timestamp_ms >= :from AND timestamp_ms < :to;

-- section: -
DROP TABLE cells;
