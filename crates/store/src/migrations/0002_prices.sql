-- Schema 2: model prices, names of client keys, saved views. Read with docs/data.md.

-- Rises with every change of prices, so that whoever keeps costs can tell.
ALTER TABLE state ADD COLUMN price_generation INTEGER NOT NULL DEFAULT 0;

-- One row for each version of a model's price. A version holds until the next begins; the first one also covers
-- everything before it. Rates are US dollars per 1,000,000 tokens.
CREATE TABLE model_prices (
    model TEXT NOT NULL,
    valid_from_ms INTEGER NOT NULL,      -- 0 = since ever
    prompt REAL NOT NULL,
    completion REAL NOT NULL,
    cache REAL NOT NULL,
    cache_read REAL NOT NULL,
    cache_creation REAL NOT NULL,
    configured INTEGER NOT NULL,         -- bits 0 to 4: the rates above, in their order, are meant also when zero
    context_tiers TEXT,                  -- JSON as on the wire; NULL = none
    service_tiers TEXT,                  -- likewise
    source TEXT NOT NULL,
    source_model_id TEXT NOT NULL,
    raw_json TEXT NOT NULL,              -- the catalogue's entry; may be empty
    updated_at_ms INTEGER NOT NULL,
    synced_at_ms INTEGER NOT NULL,       -- 0 = never
    PRIMARY KEY (model, valid_from_ms)
) STRICT;

-- Prices that a synchronisation must not touch.
CREATE TABLE price_locks (
    model TEXT PRIMARY KEY
) STRICT, WITHOUT ROWID;

-- How each catalogue answered the last time, and when it last answered well.
CREATE TABLE price_sources (
    source TEXT PRIMARY KEY,
    asked_at_ms INTEGER NOT NULL,
    error TEXT,                          -- NULL = it answered well
    good_at_ms INTEGER,                  -- NULL = never
    good_models INTEGER                  -- priced models in that answer
) STRICT, WITHOUT ROWID;

CREATE TABLE api_key_aliases (
    api_key_hash TEXT PRIMARY KEY,       -- lower-case hexadecimal
    alias TEXT NOT NULL,
    folded TEXT NOT NULL UNIQUE,         -- the alias in lower case: no two differ in case only
    updated_at_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- What a page of the panel remembers under a name.
CREATE TABLE saved_views (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    page TEXT NOT NULL,
    name TEXT NOT NULL,
    state TEXT NOT NULL,                 -- JSON, the page's own
    created_at_ms INTEGER NOT NULL,
    updated_at_ms INTEGER NOT NULL,
    UNIQUE (page, name)
) STRICT;
