-- Comments on places of a draft's text. They stand beside the text, not in it: what is exported, counted
-- or sent has none of them. Places are bytes of the text as it is, and follow each edit in its
-- transaction.

CREATE TABLE comments (
    key INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    draft_id TEXT NOT NULL REFERENCES drafts (id),
    starts INTEGER NOT NULL,
    ends INTEGER NOT NULL,
    -- The words that stand there, or, where they are gone, stood there last.
    quote TEXT NOT NULL,
    note TEXT NOT NULL,
    -- Who says so, if it came from elsewhere; empty for the person at the desk.
    author TEXT NOT NULL DEFAULT '',
    resolved_at INTEGER,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    deleted_at INTEGER
) STRICT;
CREATE INDEX comments_by_draft ON comments (draft_id);
