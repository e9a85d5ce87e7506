-- First schema. Same numbers and names as migrations/postgres.
-- Names and texts compare by bytes (SQLite's default collation). Every name of a scope is (context, name);
-- the empty name is the context itself.

-- "Chnc": tells a database of ours from any other SQLite file.
PRAGMA application_id = 1130917475;

-- Contexts and their id counters. A row is never removed, so that no id is ever given out twice.
CREATE TABLE contexts (
    name       TEXT    NOT NULL PRIMARY KEY,
    -- Highest id ever seen; null before the first.
    max_id     INTEGER,
    -- Whether the context is listed.
    registered INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- What schemas are. Short columns first: reading them does not touch the pages of a long text.
CREATE TABLE contents (
    fingerprint BLOB NOT NULL PRIMARY KEY,
    guid        BLOB NOT NULL,
    schema_type TEXT NOT NULL,
    -- JSON list of the rule types in the rule set, for filtering.
    rule_types  TEXT NOT NULL,
    -- JSON; null when absent, which differs from empty.
    metadata    TEXT,
    rule_set    TEXT,
    -- JSON list, in the order sent.
    "references" TEXT NOT NULL,
    text        TEXT NOT NULL
) STRICT;
CREATE INDEX contents_by_guid ON contents (guid);

CREATE TABLE ids (
    context     TEXT    NOT NULL REFERENCES contexts (name),
    id          INTEGER NOT NULL,
    fingerprint BLOB    NOT NULL REFERENCES contents (fingerprint),
    PRIMARY KEY (context, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX ids_by_fingerprint ON ids (fingerprint, context, id);

-- A row is never removed: its revision must keep growing over a permanent delete.
CREATE TABLE subjects (
    subject_id INTEGER NOT NULL PRIMARY KEY,
    context    TEXT    NOT NULL,
    name       TEXT    NOT NULL,
    -- The name as the API shows and sorts it.
    qualified  TEXT    NOT NULL UNIQUE,
    revision   INTEGER NOT NULL,
    UNIQUE (context, name)
) STRICT;
CREATE INDEX subjects_by_name ON subjects (name, context);

CREATE TABLE versions (
    subject_id INTEGER NOT NULL REFERENCES subjects (subject_id),
    version    INTEGER NOT NULL,
    context    TEXT    NOT NULL,
    id         INTEGER NOT NULL,
    -- 1 = soft-deleted.
    deleted    INTEGER NOT NULL,
    created_ms INTEGER NOT NULL,
    PRIMARY KEY (subject_id, version),
    FOREIGN KEY (context, id) REFERENCES ids (context, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX versions_by_id ON versions (context, id);

-- Which version references which; the spelling of a reference is part of the content.
CREATE TABLE version_references (
    subject_id        INTEGER NOT NULL,
    version           INTEGER NOT NULL,
    target_subject_id INTEGER NOT NULL REFERENCES subjects (subject_id),
    target_version    INTEGER NOT NULL,
    PRIMARY KEY (target_subject_id, target_version, subject_id, version),
    FOREIGN KEY (subject_id, version) REFERENCES versions (subject_id, version) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE INDEX version_references_by_referrer ON version_references (subject_id, version);

CREATE TABLE configs (
    context   TEXT NOT NULL,
    name      TEXT NOT NULL,
    qualified TEXT NOT NULL,
    -- The alias inside `config`, for the list of aliases.
    alias     TEXT,
    -- JSON.
    config    TEXT NOT NULL,
    PRIMARY KEY (context, name)
) STRICT;
CREATE INDEX configs_with_alias ON configs (qualified) WHERE alias IS NOT NULL;

CREATE TABLE modes (
    context TEXT NOT NULL,
    name    TEXT NOT NULL,
    mode    TEXT NOT NULL,
    PRIMARY KEY (context, name)
) STRICT;

-- Settings of ours, apart from the Confluent config.
CREATE TABLE settings (
    context  TEXT NOT NULL,
    name     TEXT NOT NULL,
    -- JSON.
    settings TEXT NOT NULL,
    PRIMARY KEY (context, name)
) STRICT;

-- Append-only; AUTOINCREMENT so that a sequence number is never used again.
CREATE TABLE changes (
    sequence  INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    at_ms     INTEGER NOT NULL,
    principal TEXT    NOT NULL,
    kind      TEXT    NOT NULL,
    context   TEXT    NOT NULL,
    name      TEXT    NOT NULL,
    version   INTEGER,
    id        INTEGER
) STRICT;
