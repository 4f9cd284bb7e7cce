-- What stands beside a script: what its parts were made from, a reader's reports, and conversations
-- with its people. An answer is the output of its generation; nothing is kept twice.

CREATE TABLE stories (
    draft_id TEXT PRIMARY KEY REFERENCES drafts (id),
    body TEXT NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE reports (
    key INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    draft_id TEXT NOT NULL REFERENCES drafts (id),
    generation_id TEXT REFERENCES generations (id),
    kind TEXT NOT NULL,
    body TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    deleted_at INTEGER
) STRICT;
CREATE INDEX reports_by_draft ON reports (draft_id);

CREATE TABLE interviews (
    key INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    draft_id TEXT NOT NULL REFERENCES drafts (id),
    character TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    deleted_at INTEGER
) STRICT;
CREATE INDEX interviews_by_draft ON interviews (draft_id);

CREATE TABLE interview_turns (
    key INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    interview_id TEXT NOT NULL REFERENCES interviews (id),
    question TEXT NOT NULL,
    generation_id TEXT NOT NULL REFERENCES generations (id),
    facts TEXT NOT NULL,
    kept INTEGER NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX interview_turns_by_interview ON interview_turns (interview_id);
