-- Schema 1. Read with docs/data.md. Dictionary tables hold repeated text once; a row of `events` holds their ids.
-- `digest` columns: the first 16 bytes of SHA-256 over the length-prefixed fields, so that one short index finds any row.
-- Columns of type ANY hold a BLOB where the text was lower-case hexadecimal (two digits a byte), else the TEXT itself.

CREATE TABLE state (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    database_id BLOB NOT NULL,           -- 16 random bytes, for ever
    created_at_ms INTEGER NOT NULL,
    clean INTEGER NOT NULL,              -- 1 = closed in order
    generation INTEGER NOT NULL,         -- newest row of `changes` ever written
    feed_floor INTEGER NOT NULL,         -- rows of `changes` up to this generation may be gone
    next_event_id INTEGER NOT NULL,      -- ids are never used twice, also after deletions
    event_count INTEGER NOT NULL,
    dead_letter_count INTEGER NOT NULL,  -- all that ever came, also those no longer listed
    first_ms INTEGER,                    -- extent of the plausible event times
    last_ms INTEGER
) STRICT;

-- One row for each run that changed events. A follower whose last generation was written by another run than the one
-- recorded here (a restored backup) must rebuild.
CREATE TABLE runs (
    first_generation INTEGER PRIMARY KEY,
    token BLOB NOT NULL
) STRICT;

CREATE TABLE changes (
    generation INTEGER PRIMARY KEY,
    kind INTEGER NOT NULL,               -- 1 insert, 2 update, 3 delete
    first_id INTEGER NOT NULL,
    last_id INTEGER NOT NULL,
    ids BLOB                             -- NULL = every id from first to last; else packed ranges
) STRICT;

CREATE TABLE credentials (
    id INTEGER PRIMARY KEY,
    digest BLOB NOT NULL UNIQUE,
    auth_index TEXT NOT NULL,
    auth_type TEXT NOT NULL,
    provider TEXT NOT NULL,
    executor_type TEXT NOT NULL,
    source TEXT NOT NULL,
    source_hash ANY NOT NULL,
    account_snapshot TEXT NOT NULL,
    auth_label_snapshot TEXT NOT NULL,
    auth_file_snapshot TEXT NOT NULL,
    auth_provider_snapshot TEXT NOT NULL,
    auth_project_id_snapshot TEXT NOT NULL
) STRICT;

CREATE TABLE models (
    id INTEGER PRIMARY KEY,
    digest BLOB NOT NULL UNIQUE,
    model TEXT NOT NULL,
    requested_model TEXT NOT NULL,
    resolved_model TEXT NOT NULL
) STRICT;

CREATE TABLE routes (
    id INTEGER PRIMARY KEY,
    digest BLOB NOT NULL UNIQUE,
    endpoint TEXT NOT NULL,
    method TEXT NOT NULL,
    path TEXT NOT NULL
) STRICT;

CREATE TABLE clients (
    id INTEGER PRIMARY KEY,
    digest BLOB NOT NULL UNIQUE,
    client_ip TEXT NOT NULL,
    x_forwarded_for TEXT NOT NULL,
    user_agent TEXT NOT NULL
) STRICT;

CREATE TABLE api_keys (
    id INTEGER PRIMARY KEY,
    digest BLOB NOT NULL UNIQUE,
    api_key_hash ANY NOT NULL
) STRICT;

CREATE TABLE tiers (
    id INTEGER PRIMARY KEY,
    digest BLOB NOT NULL UNIQUE,
    reasoning_effort TEXT NOT NULL,
    service_tier TEXT NOT NULL,
    request_service_tier TEXT NOT NULL,
    response_service_tier TEXT NOT NULL
) STRICT;

-- Response metadata: the shape with its constant values; the rest is packed into `events.metadata`.
CREATE TABLE metadata_templates (
    id INTEGER PRIMARY KEY,
    digest BLOB NOT NULL UNIQUE,
    template TEXT NOT NULL
) STRICT;

-- Redacted failure texts, each content once.
CREATE TABLE failures (
    id INTEGER PRIMARY KEY,
    digest BLOB NOT NULL UNIQUE,
    bytes INTEGER NOT NULL,              -- length of the text
    body ANY NOT NULL                    -- BLOB = raw DEFLATE, TEXT = as it is
) STRICT;

-- No foreign keys here: the writer resolves every id in the same transaction, and each check would cost a look-up per row.
CREATE TABLE events (
    id INTEGER PRIMARY KEY,
    gateway_id INTEGER NOT NULL,
    timestamp_ms INTEGER NOT NULL,
    sub_ms_ns INTEGER NOT NULL,
    time_quality INTEGER NOT NULL,       -- 0 reported, 1 assumed, 2 implausible
    failed INTEGER NOT NULL,
    status_code INTEGER,
    credential_id INTEGER NOT NULL,
    model_id INTEGER NOT NULL,
    route_id INTEGER NOT NULL,
    client_id INTEGER NOT NULL,
    api_key_id INTEGER NOT NULL,
    tier_id INTEGER NOT NULL,
    cache_separate INTEGER NOT NULL,     -- 1 = cache tokens are counted beside the input
    generate INTEGER NOT NULL,
    input_tokens INTEGER NOT NULL,
    output_tokens INTEGER NOT NULL,
    reasoning_tokens INTEGER NOT NULL,
    cached_tokens INTEGER NOT NULL,
    cache_tokens INTEGER NOT NULL,
    cache_read_tokens INTEGER NOT NULL,
    cache_creation_tokens INTEGER NOT NULL,
    total_tokens INTEGER NOT NULL,
    latency_ms INTEGER,
    ttft_ms INTEGER,
    created_after_ms INTEGER NOT NULL,   -- created_at_ms - timestamp_ms
    snapshot_after_ms INTEGER,           -- auth_snapshot_at_ms - timestamp_ms
    failure_id INTEGER,
    template_id INTEGER,                 -- NULL = no metadata
    breakdown ANY,                       -- NULL none, INTEGER a shape that the counters imply, BLOB packed
    metadata BLOB,
    header BLOB,                         -- NULL = the header summary is what the metadata implies
    request_id ANY NOT NULL,
    event_hash BLOB NOT NULL
) STRICT;

CREATE INDEX events_time ON events (timestamp_ms);
CREATE INDEX events_failure ON events (failure_id) WHERE failure_id IS NOT NULL;

-- Uniqueness by (gateway, event hash). The time is a part of what is hashed, so that a record that comes again has the same
-- time: the index begins with it and grows at its end, where an index over hashes alone would have a random page written
-- for nearly every event. Of the hash it holds four bytes; the trigger compares the rest and skips a row that is there
-- already. Records without a time of their own got the time of their arrival, which differs: they have an index of hashes.
CREATE INDEX events_identity ON events (timestamp_ms, substr(event_hash, 1, 4));
CREATE INDEX events_untimed ON events (substr(event_hash, 1, 4)) WHERE time_quality = 1;
CREATE TRIGGER events_unique BEFORE INSERT ON events
WHEN EXISTS (
    SELECT 1 FROM events INDEXED BY events_identity
    WHERE timestamp_ms = NEW.timestamp_ms AND substr(event_hash, 1, 4) = substr(NEW.event_hash, 1, 4)
      AND event_hash = NEW.event_hash AND gateway_id = NEW.gateway_id
) OR (NEW.time_quality = 1 AND EXISTS (
    SELECT 1 FROM events INDEXED BY events_untimed
    WHERE time_quality = 1 AND substr(event_hash, 1, 4) = substr(NEW.event_hash, 1, 4)
      AND event_hash = NEW.event_hash AND gateway_id = NEW.gateway_id
))
BEGIN
    SELECT RAISE(IGNORE);
END;
CREATE TRIGGER events_identity_fixed BEFORE UPDATE OF gateway_id, event_hash, timestamp_ms, time_quality ON events
WHEN NEW.event_hash IS NOT OLD.event_hash OR NEW.gateway_id IS NOT OLD.gateway_id
    OR NEW.timestamp_ms IS NOT OLD.timestamp_ms OR NEW.time_quality IS NOT OLD.time_quality
BEGIN
    SELECT RAISE(ABORT, 'the identity of an event does not change');
END;

-- Items that could not become events; the newest are kept.
CREATE TABLE dead_letters (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    created_at_ms INTEGER NOT NULL,
    error TEXT NOT NULL,
    payload TEXT NOT NULL,
    payload_bytes INTEGER NOT NULL
) STRICT;

-- Gateway 0 holds what belongs to the product, not to one gateway.
CREATE TABLE settings (
    gateway_id INTEGER NOT NULL,
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    updated_at_ms INTEGER NOT NULL,
    PRIMARY KEY (gateway_id, key)
) STRICT, WITHOUT ROWID;

-- Spans of time in which records may have been lost.
CREATE TABLE collection_gaps (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    gateway_id INTEGER NOT NULL,
    kind TEXT NOT NULL,
    from_ms INTEGER NOT NULL,
    to_ms INTEGER,                       -- NULL = not over yet
    retention_s INTEGER,                 -- how long the gateway kept records; NULL = unknown
    covered INTEGER NOT NULL,            -- 1 = nothing is missing after all
    detail TEXT NOT NULL,
    lost_estimate INTEGER                -- NULL = unknown
) STRICT;

-- Failed uses of management keys: never more than a few may reach the gateway, also across restarts.
CREATE TABLE upstream_attempts (
    id INTEGER PRIMARY KEY,
    upstream TEXT NOT NULL,
    at_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX upstream_attempts_time ON upstream_attempts (upstream, at_ms);

-- Background work of later schema versions: where each step stands.
CREATE TABLE migration_steps (
    name TEXT PRIMARY KEY,
    cursor INTEGER NOT NULL,
    done INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
