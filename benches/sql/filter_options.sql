-- POST /v0/management/monitoring/analytics: the light form of the filter options.

-- section: -
CREATE TEMP TABLE found AS
SELECT DISTINCT credential_id, model_id, api_key_id FROM events WHERE timestamp_ms >= :from AND timestamp_ms < :to;

-- section: filter_options.models
SELECT DISTINCT analytics_model AS value FROM found JOIN names USING (model_id) ORDER BY 1;

-- section: filter_options.api_key_hashes
SELECT DISTINCT iif(typeof(api_key_hash) = 'blob', lower(hex(api_key_hash)), api_key_hash) AS value
FROM found JOIN api_keys ON api_keys.id = found.api_key_id WHERE api_key_hash <> '' ORDER BY 1;

-- section: filter_options.auth_files
SELECT DISTINCT auth_file_snapshot AS value
FROM found JOIN credentials ON credentials.id = found.credential_id WHERE auth_file_snapshot <> '' ORDER BY 1;

-- section: filter_options.providers
SELECT DISTINCT provider AS value FROM found JOIN keys USING (credential_id) WHERE provider <> '' ORDER BY 1;

-- section: filter_options.accounts
SELECT DISTINCT account_snapshot AS value FROM found JOIN keys USING (credential_id) WHERE account_snapshot <> '' ORDER BY 1;

-- section: filter_options.account_stats
SELECT DISTINCT account AS id FROM found JOIN keys USING (credential_id) ORDER BY 1;

-- section: -
DROP TABLE found;
