-- GET /v0/management/monitoring/header-snapshots: of each credential the newest answer whose headers told anything. What they
-- told is packed in the database.

-- section: items
WITH newest AS (
    SELECT
        auth_file_snapshot, auth_index,
        (SELECT max(timestamp_ms) FROM events INDEXED BY bench_told
         WHERE events.credential_id = keys.credential_id AND template_id IS NOT NULL) AS timestamp_ms
    FROM keys WHERE auth_file_snapshot <> '' OR auth_index <> ''
)
SELECT auth_file_snapshot, auth_index, max(timestamp_ms) AS timestamp_ms
FROM newest WHERE timestamp_ms IS NOT NULL GROUP BY auth_file_snapshot, auth_index;
