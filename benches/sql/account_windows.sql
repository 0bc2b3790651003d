-- POST /v0/management/monitoring/account-window-usage: sixty accounts, two quota windows each.

-- section: -
CREATE TEMP TABLE wanted AS
SELECT t.row_key, c.id AS credential_id
FROM targets AS t
JOIN credentials AS c ON c.auth_index = t.auth_index AND t.file = CASE
    WHEN c.auth_file_snapshot <> '' THEN c.auth_file_snapshot
    WHEN c.source NOT IN (c.account_snapshot, c.auth_label_snapshot) THEN c.source
    ELSE ''
END;

-- section: items
SELECT
    w.row_key, q.name AS provider_window_id, count(e.id) AS total_requests, coalesce(sum(e.failed = 0), 0) AS success_calls,
    coalesce(sum(e.failed), 0) AS failure_calls, coalesce(sum(e.total_tokens), 0) AS total_tokens,
    coalesce(sum(e.cost), 0.0) AS total_cost
FROM targets AS w
CROSS JOIN windows AS q
LEFT JOIN wanted AS o ON o.row_key = w.row_key
LEFT JOIN e ON e.credential_id = o.credential_id AND e.timestamp_ms >= q.start_ms AND e.timestamp_ms < q.end_ms
GROUP BY w.row_key, q.name;

-- section: -
DROP TABLE wanted;
