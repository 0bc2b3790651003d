-- Schema 3: the audit trail. Read with docs/data.md.

-- How many entries there are, so that nobody counts them.
ALTER TABLE state ADD COLUMN audit_entries INTEGER NOT NULL DEFAULT 0;

-- Who changed what, when and from where: the newest 50,000 entries. Ids only grow.
CREATE TABLE audit_entries (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    time_ms INTEGER NOT NULL,
    actor TEXT NOT NULL,                 -- browser, bearer, command_line or manager
    address TEXT,                        -- where the request came from; NULL = not over the network
    action TEXT NOT NULL,                -- a stable code
    subject TEXT,                        -- what it is about
    outcome TEXT NOT NULL,               -- done or failed
    details TEXT NOT NULL                -- JSON: the code of a failure, changed fields
) STRICT;

-- Refused logins are bounded for themselves: whoever tries keys must not push the rest out.
CREATE INDEX audit_refused ON audit_entries (id) WHERE action = 'session.refused';
