-- Small JSON documents of the satellites (keys for field encryption, associations): stored as they come,
-- found by collection and key. Keys sort by bytes.
CREATE TABLE documents (
    collection TEXT NOT NULL,
    key        TEXT NOT NULL,
    -- JSON.
    body       TEXT NOT NULL,
    PRIMARY KEY (collection, key)
) STRICT, WITHOUT ROWID;
