-- Bodies of work, their documents, the drafts' texts, and the journal of edits.
-- Nothing is deleted: `deleted_at` hides. Times are ms since 1970, offsets are bytes.

CREATE TABLE projects (
    key INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    language TEXT NOT NULL,
    privacy TEXT NOT NULL,
    model_id TEXT,
    house_rules TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    deleted_at INTEGER
) STRICT;

CREATE TABLE documents (
    key INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    project_id TEXT NOT NULL REFERENCES projects (id),
    kind TEXT NOT NULL,
    language TEXT NOT NULL,
    title TEXT NOT NULL,
    fields TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    deleted_at INTEGER
) STRICT;
CREATE INDEX documents_by_project ON documents (project_id);

CREATE TABLE drafts (
    key INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    document_id TEXT NOT NULL REFERENCES documents (id),
    name TEXT NOT NULL,
    revision INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    deleted_at INTEGER,
    sha256 TEXT NOT NULL,
    spans TEXT NOT NULL,
    body TEXT NOT NULL
) STRICT;
CREATE INDEX drafts_by_document ON drafts (document_id);

CREATE TABLE operations (
    key INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    draft_id TEXT NOT NULL REFERENCES drafts (id),
    revision INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    operation TEXT NOT NULL,
    edits TEXT NOT NULL,
    inverse TEXT NOT NULL,
    UNIQUE (draft_id, revision)
) STRICT;
