-- POST /v0/management/monitoring/analytics: a page of events far back.

-- section: events
SELECT count(*) AS total_count FROM e WHERE timestamp_ms >= :from AND timestamp_ms < :to;

-- section: events.items
SELECT
    v.id, v.timestamp_ms, v.failed, v.status_code AS fail_status_code, v.input_tokens AS raw_input_tokens, v.output_tokens,
    v.cache_read_tokens, v.cache_creation_tokens, v.reasoning_tokens, v.total_tokens, v.latency_ms, v.ttft_ms,
    m.model, m.requested_model, m.resolved_model, c.auth_index, c.source, c.account_snapshot, c.auth_label_snapshot,
    c.auth_file_snapshot, c.auth_provider_snapshot, c.auth_project_id_snapshot, c.executor_type,
    hex(c.source_hash) AS source_key, r.endpoint, r.method, r.path, l.client_ip, l.x_forwarded_for, l.user_agent,
    hex(k.api_key_hash) AS client_key, t.reasoning_effort, t.service_tier, hex(v.event_hash) AS hash,
    hex(v.request_id) AS request, v.metadata, f.body, p.template
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
