-- POST /v0/management/monitoring/account-history: all-time totals and the ten newest requests of sixty accounts, each known
-- by auth file and handle.

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
    w.row_key, count(*) AS total_requests, sum(e.failed = 0) AS success_calls, sum(e.failed) AS failure_calls,
    sum(e.total_tokens) AS total_tokens, sum(e.cost) AS total_cost, min(e.timestamp_ms) AS first_seen_ms,
    max(e.timestamp_ms) AS last_seen_ms
FROM wanted AS w
CROSS JOIN e ON e.credential_id = w.credential_id
GROUP BY w.row_key;

-- section: items[].recent_requests
SELECT w.row_key, v.timestamp_ms, v.failed, v.status_code AS fail_status_code
FROM targets AS w
CROSS JOIN events AS v ON v.id IN (
    SELECT n.id FROM wanted AS o CROSS JOIN events AS n ON n.credential_id = o.credential_id
    WHERE o.row_key = w.row_key ORDER BY n.timestamp_ms DESC, n.id DESC LIMIT 10
);

-- section: -
DROP TABLE wanted;
