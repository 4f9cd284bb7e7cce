-- Kept texts once each, as differences to one another; drafts that hold title and fields too; a
-- journal in few bytes; a history with merges. What lay in the older tables is carried over by
-- `carry.rs`, which then runs `0006_texts_after.sql`.

-- A content: title, fields, origins and body of a draft at one moment. `data` is whole, or a
-- difference to the content `base_key`.
CREATE TABLE texts (
    key INTEGER PRIMARY KEY,
    sha256 BLOB NOT NULL,
    bytes INTEGER NOT NULL,
    base_key INTEGER,
    -- Steps since the chain last turned, and how often it turned since a whole one.
    run INTEGER NOT NULL,
    turns INTEGER NOT NULL,
    data BLOB NOT NULL
) STRICT;
CREATE INDEX texts_by_hash ON texts (substr(sha256, 1, 8));

CREATE TABLE new_nodes (
    key INTEGER PRIMARY KEY,
    -- 16 bytes; an id that is not of this program stays text.
    id ANY NOT NULL UNIQUE,
    draft_key INTEGER NOT NULL,
    parent_key INTEGER,
    -- The other text that went in, after a merge.
    merged_key INTEGER,
    kind INTEGER NOT NULL,
    name TEXT,
    label TEXT NOT NULL,
    text_key INTEGER NOT NULL,
    characters INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    -- Who wrote what came since the parent.
    written BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    hidden_at INTEGER
) STRICT;

CREATE TABLE new_drafts (
    key INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    document_id TEXT NOT NULL REFERENCES documents (id),
    name TEXT NOT NULL,
    revision INTEGER NOT NULL,
    -- The revision that changed the body last.
    body_revision INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    deleted_at INTEGER,
    -- The node that the text came out of last.
    head_key INTEGER,
    -- Of the body.
    sha256 TEXT NOT NULL,
    -- Title and fields.
    sheet TEXT NOT NULL,
    spans BLOB NOT NULL,
    body TEXT NOT NULL
) STRICT;

-- Operations, one row each, and later many in a row.
CREATE TABLE journal (
    draft_key INTEGER NOT NULL REFERENCES drafts (key),
    -- The last revision in the row.
    revision INTEGER NOT NULL,
    first INTEGER NOT NULL,
    data BLOB NOT NULL,
    PRIMARY KEY (draft_key, revision)
) STRICT, WITHOUT ROWID;

-- The draft that stands for the document in lists: the one opened last. `title` is its title.
ALTER TABLE documents ADD COLUMN shown_key INTEGER;

-- Pictures and other files, by their content.
CREATE TABLE assets (
    key INTEGER PRIMARY KEY,
    sha256 BLOB NOT NULL UNIQUE,
    media_type TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    data BLOB NOT NULL
) STRICT;
CREATE TABLE project_assets (
    key INTEGER PRIMARY KEY,
    project_id TEXT NOT NULL REFERENCES projects (id),
    asset_key INTEGER NOT NULL REFERENCES assets (key),
    name TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    UNIQUE (project_id, asset_key)
) STRICT;

-- What could not be verified when the library was repaired, as it was found.
CREATE TABLE set_aside (
    key INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    what TEXT NOT NULL,
    why TEXT NOT NULL,
    data BLOB NOT NULL
) STRICT;
