-- POST /v0/management/monitoring/analytics: a page of events far back.

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
    AND v.timestamp_ms <= :before_ms AND (v.timestamp_ms, v.id) < (:before_ms, :before_id)
ORDER BY v.timestamp_ms DESC, v.id DESC
LIMIT :limit;
