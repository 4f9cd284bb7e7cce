-- What texts mean, passage by passage, for one model that turns a text into a vector. All of it is
-- made anew from the texts when the model changes.

CREATE TABLE meaning_model (
    sha256 TEXT NOT NULL,
    -- Letters that a passage may have.
    room INTEGER NOT NULL
) STRICT;

-- Drafts whose text is to be cut into passages again.
CREATE TABLE meaning_pending (
    draft_key INTEGER PRIMARY KEY
) STRICT;

CREATE TABLE meaning_passages (
    draft_key INTEGER NOT NULL,
    -- In bytes of the body.
    at INTEGER NOT NULL,
    length INTEGER NOT NULL,
    -- The beginning of the SHA-256 of its text.
    hash BLOB NOT NULL,
    PRIMARY KEY (draft_key, at)
) STRICT, WITHOUT ROWID;
CREATE INDEX meaning_passages_by_hash ON meaning_passages (hash);

-- Passages that no vector is known of, and a draft that has them.
CREATE TABLE meaning_wanted (
    hash BLOB PRIMARY KEY,
    draft_key INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX meaning_wanted_by_draft ON meaning_wanted (draft_key);

CREATE TABLE meaning_vectors (
    key INTEGER PRIMARY KEY,
    hash BLOB NOT NULL UNIQUE,
    -- A signed byte for each number; times `scale` it is that number.
    scale REAL NOT NULL,
    data BLOB NOT NULL
) STRICT;

INSERT INTO meaning_pending (draft_key) SELECT key FROM drafts;
