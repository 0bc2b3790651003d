-- What every question uses; run once on a copy of the database that only the bench opens.
-- In the questions, `-- section: PATH` says which part of the answer a statement gives (`-` = none, a step on the way;
-- `sparse` = rows without figures may be missing). Its columns have the names of the answer's members, and every row must be
-- equal; names that begin with `_` are read like the others, but what they hold is packed in the database.
-- The bench fills the tables: `names` (the analytics model of each row of `models`), `rates` (US dollars per token of each
-- pair of model and tier that occurs; beyond `above` input tokens the second five hold), the intervals of local time,
-- and what single questions ask for.

CREATE TEMP TABLE names (model_id INTEGER PRIMARY KEY, analytics_model TEXT NOT NULL) STRICT;

CREATE TEMP TABLE rates (
    model_id INTEGER NOT NULL,
    tier_id INTEGER NOT NULL,
    priced INTEGER NOT NULL,
    above INTEGER NOT NULL,
    uncached REAL NOT NULL,
    cached REAL NOT NULL,
    cache_read REAL NOT NULL,
    cache_write REAL NOT NULL,
    output REAL NOT NULL,
    uncached_above REAL NOT NULL,
    cached_above REAL NOT NULL,
    cache_read_above REAL NOT NULL,
    cache_write_above REAL NOT NULL,
    output_above REAL NOT NULL,
    PRIMARY KEY (model_id, tier_id)
) STRICT, WITHOUT ROWID;

-- Intervals of local time: hours or days of a timeline; hours of the week.
-- `bucket_ms` is where the hour or day begins, also when the question begins later.
CREATE TEMP TABLE buckets (start_ms INTEGER PRIMARY KEY, end_ms INTEGER NOT NULL, bucket_ms INTEGER NOT NULL) STRICT;
CREATE TEMP TABLE hours (
    start_ms INTEGER PRIMARY KEY,
    end_ms INTEGER NOT NULL,
    weekday INTEGER NOT NULL,
    hour INTEGER NOT NULL
) STRICT;

-- The slots of a day, ten minutes each. A table with a key lets SQLite group without sorting.
CREATE TEMP TABLE tens (number INTEGER PRIMARY KEY) STRICT;
INSERT INTO tens
WITH RECURSIVE slot (number) AS (SELECT 0 UNION ALL SELECT number + 1 FROM slot WHERE number < 143) SELECT number FROM slot;

-- Accounts whose history is asked for: auth file (or what stands for it) and handle.
CREATE TEMP TABLE targets (row_key TEXT PRIMARY KEY, file TEXT NOT NULL, auth_index TEXT NOT NULL) STRICT;

-- Quota windows that each of them is asked about.
CREATE TEMP TABLE windows (name TEXT PRIMARY KEY, start_ms INTEGER NOT NULL, end_ms INTEGER NOT NULL) STRICT;

-- The keys that the contract groups by, one row per credential: computed once, not per event.
CREATE TEMP TABLE keys AS
SELECT
    id AS credential_id,
    coalesce(nullif(auth_index, ''), '-') AS channel,
    coalesce(nullif(account_snapshot, ''), nullif(auth_label_snapshot, ''), nullif(source, ''), nullif(auth_index, ''), '-')
        AS account,
    coalesce(
        nullif(auth_file_snapshot, ''), nullif(auth_index, ''),
        nullif(iif(typeof(source_hash) = 'blob', lower(hex(source_hash)), source_hash), ''), nullif(source, ''), '-'
    ) AS credential,
    iif(typeof(source_hash) = 'blob', lower(hex(source_hash)), source_hash) AS source_hash,
    coalesce(nullif(auth_provider_snapshot, ''), provider) AS provider,
    auth_index, source, account_snapshot, auth_label_snapshot, auth_file_snapshot, auth_project_id_snapshot, executor_type
FROM credentials;
CREATE UNIQUE INDEX temp.keys_id ON keys (credential_id);

-- The hashes of client keys as texts.
CREATE TEMP TABLE key_names (api_key_id INTEGER PRIMARY KEY, api_key_hash TEXT NOT NULL) STRICT;
INSERT INTO key_names
SELECT id, lower(iif(typeof(api_key_hash) = 'blob', hex(api_key_hash), api_key_hash)) FROM api_keys;

-- One row per event with the figures that are summed. SQLite merges views into the question and computes only what it
-- names; the join costs nothing where no cost is asked for.
CREATE TEMP VIEW counted AS
SELECT
    *,
    max(max(cached_tokens, cache_tokens, 0) - max(cache_read_tokens, 0) - max(cache_creation_tokens, 0), 0) AS residual
FROM events;

CREATE TEMP VIEW e AS
SELECT
    c.id, c.timestamp_ms, c.failed, c.credential_id, c.model_id, c.api_key_id, c.output_tokens, c.cache_read_tokens,
    c.cache_creation_tokens, c.reasoning_tokens, c.total_tokens, c.latency_ms, c.ttft_ms,
    c.residual AS cached_tokens,
    iif(c.cache_separate,
        max(c.input_tokens, 0) + c.residual + max(c.cache_read_tokens, 0) + max(c.cache_creation_tokens, 0),
        max(c.input_tokens, 0)) AS input_tokens,
    coalesce(r.priced, 0) AS priced,
    -- The gateway's split where it is complete (`breakdown` 0 to 3 say which counters it consists of), else the counters.
    coalesce(CASE
        WHEN c.breakdown IN (0, 2) THEN
            iif(c.input_tokens > r.above,
                (c.input_tokens - c.cache_read_tokens - c.cache_creation_tokens) * r.uncached_above
                    + c.cache_read_tokens * r.cache_read_above + c.cache_creation_tokens * r.cache_write_above
                    + (c.output_tokens + iif(c.breakdown = 2, c.reasoning_tokens, 0)) * r.output_above,
                (c.input_tokens - c.cache_read_tokens - c.cache_creation_tokens) * r.uncached
                    + c.cache_read_tokens * r.cache_read + c.cache_creation_tokens * r.cache_write
                    + (c.output_tokens + iif(c.breakdown = 2, c.reasoning_tokens, 0)) * r.output)
        WHEN c.breakdown IN (1, 3) THEN
            iif(c.input_tokens + c.cache_read_tokens + c.cache_creation_tokens > r.above,
                c.input_tokens * r.uncached_above
                    + c.cache_read_tokens * r.cache_read_above + c.cache_creation_tokens * r.cache_write_above
                    + (c.output_tokens + iif(c.breakdown = 3, c.reasoning_tokens, 0)) * r.output_above,
                c.input_tokens * r.uncached
                    + c.cache_read_tokens * r.cache_read + c.cache_creation_tokens * r.cache_write
                    + (c.output_tokens + iif(c.breakdown = 3, c.reasoning_tokens, 0)) * r.output)
        WHEN c.cache_separate THEN
            iif(max(c.input_tokens, 0) + c.residual + max(c.cache_read_tokens, 0) + max(c.cache_creation_tokens, 0) > r.above,
                max(c.input_tokens, 0) * r.uncached_above + c.residual * r.cached_above
                    + max(c.cache_read_tokens, 0) * r.cache_read_above
                    + max(c.cache_creation_tokens, 0) * r.cache_write_above + max(c.output_tokens, 0) * r.output_above,
                max(c.input_tokens, 0) * r.uncached + c.residual * r.cached + max(c.cache_read_tokens, 0) * r.cache_read
                    + max(c.cache_creation_tokens, 0) * r.cache_write + max(c.output_tokens, 0) * r.output)
        ELSE
            iif(max(c.input_tokens, 0) > r.above,
                max(max(c.input_tokens, 0) - c.residual - max(c.cache_read_tokens, 0) - max(c.cache_creation_tokens, 0), 0)
                    * r.uncached_above + c.residual * r.cached_above + max(c.cache_read_tokens, 0) * r.cache_read_above
                    + max(c.cache_creation_tokens, 0) * r.cache_write_above + max(c.output_tokens, 0) * r.output_above,
                max(max(c.input_tokens, 0) - c.residual - max(c.cache_read_tokens, 0) - max(c.cache_creation_tokens, 0), 0)
                    * r.uncached + c.residual * r.cached + max(c.cache_read_tokens, 0) * r.cache_read
                    + max(c.cache_creation_tokens, 0) * r.cache_write + max(c.output_tokens, 0) * r.output)
    END, 0.0) AS cost
FROM counted AS c
LEFT JOIN rates AS r ON r.model_id = c.model_id AND r.tier_id = c.tier_id;
