-- Kept texts: snapshots and versions, each with the spans it had.

CREATE TABLE nodes (
    key INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    draft_id TEXT NOT NULL REFERENCES drafts (id),
    parent_id TEXT REFERENCES nodes (id),
    kind TEXT NOT NULL,
    name TEXT,
    label TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    characters INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    spans TEXT NOT NULL,
    body TEXT NOT NULL
) STRICT;
CREATE INDEX nodes_by_draft ON nodes (draft_id);

-- The node that the draft's text came out of last.
ALTER TABLE drafts ADD COLUMN head_id TEXT REFERENCES nodes (id);
