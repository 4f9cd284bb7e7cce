-- Search in history, in fields and in notes; and what a search asks of words, kept beside the index.

DROP TABLE search_words;
DROP TABLE search;
CREATE VIRTUAL TABLE search USING fts5 (
    title,
    body,
    content = '',
    contentless_delete = 1,
    tokenize = 'ascii',
    prefix = '2'
);

DROP TABLE search_seen;
CREATE TABLE search_seen (
    draft_key INTEGER PRIMARY KEY,
    -- The beginning of the SHA-256 of what was indexed, so that it can be verified.
    sha256 BLOB NOT NULL,
    -- Letters and digits that words begin with, a bit each: a single letter is in nearly all texts.
    initials INTEGER NOT NULL
) STRICT;
INSERT OR IGNORE INTO search_pending (draft_key) SELECT key FROM drafts;

-- Words that occurred, other than single Chinese characters, with their stems.
CREATE TABLE search_forms (
    word TEXT PRIMARY KEY,
    stem TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX search_forms_by_stem ON search_forms (stem);

-- The fields of each draft, and the reports and interviews that stand beside it; row ids are
-- `drafts.key`.
CREATE VIRTUAL TABLE search_beside USING fts5 (
    beside,
    content = '',
    contentless_delete = 1,
    tokenize = 'ascii',
    prefix = '2'
);
CREATE TABLE search_beside_seen (
    draft_key INTEGER PRIMARY KEY,
    sha256 BLOB NOT NULL
) STRICT;
CREATE TABLE search_beside_pending (
    draft_key INTEGER PRIMARY KEY
) STRICT;
INSERT INTO search_beside_pending (draft_key) SELECT key FROM drafts;

CREATE TRIGGER search_beside_draft AFTER INSERT ON drafts BEGIN
    INSERT OR IGNORE INTO search_beside_pending (draft_key) VALUES (new.key);
END;
CREATE TRIGGER search_beside_sheet AFTER UPDATE OF sheet ON drafts
WHEN old.sheet <> new.sheet BEGIN
    INSERT OR IGNORE INTO search_beside_pending (draft_key) VALUES (new.key);
END;
CREATE TRIGGER search_beside_report AFTER INSERT ON reports BEGIN
    INSERT OR IGNORE INTO search_beside_pending (draft_key)
    SELECT key FROM drafts WHERE id = new.draft_id;
END;
CREATE TRIGGER search_beside_report_changed AFTER UPDATE ON reports BEGIN
    INSERT OR IGNORE INTO search_beside_pending (draft_key)
    SELECT key FROM drafts WHERE id = new.draft_id;
END;
CREATE TRIGGER search_beside_interview AFTER UPDATE OF deleted_at ON interviews BEGIN
    INSERT OR IGNORE INTO search_beside_pending (draft_key)
    SELECT key FROM drafts WHERE id = new.draft_id;
END;
CREATE TRIGGER search_beside_turn AFTER INSERT ON interview_turns BEGIN
    INSERT OR IGNORE INTO search_beside_pending (draft_key)
    SELECT drafts.key FROM interviews JOIN drafts ON drafts.id = draft_id
    WHERE interviews.id = new.interview_id;
END;
-- An answer is whole when its generation ends.
CREATE TRIGGER search_beside_answer AFTER UPDATE OF finish_reason ON generations
WHEN new.finish_reason IS NOT NULL BEGIN
    INSERT OR IGNORE INTO search_beside_pending (draft_key)
    SELECT drafts.key FROM interview_turns
    JOIN interviews ON interviews.id = interview_id JOIN drafts ON drafts.id = interviews.draft_id
    WHERE interview_turns.generation_id = new.id;
END;

-- Kept texts, passage by passage: each passage of the library is indexed once, wherever it stands.
CREATE VIRTUAL TABLE search_history USING fts5 (
    passage,
    content = '',
    contentless_delete = 1,
    tokenize = 'ascii',
    prefix = '2'
);
CREATE TABLE search_passages (
    key INTEGER PRIMARY KEY,
    -- The beginning of its SHA-256.
    hash INTEGER NOT NULL UNIQUE
) STRICT;
-- Nodes of a draft in a row that have a passage. The last is null while the newest one that was
-- read has it.
CREATE TABLE search_runs (
    draft_key INTEGER NOT NULL,
    passage_key INTEGER NOT NULL,
    first_node INTEGER NOT NULL,
    last_node INTEGER,
    PRIMARY KEY (draft_key, passage_key, first_node)
) STRICT, WITHOUT ROWID;
CREATE INDEX search_runs_by_passage ON search_runs (passage_key);
-- Per draft the newest node that was read; what is newer waits.
CREATE TABLE search_read (
    draft_key INTEGER PRIMARY KEY,
    node_key INTEGER NOT NULL
) STRICT;
-- All nodes up to this one were read.
CREATE TABLE search_reached (
    node_key INTEGER NOT NULL
) STRICT;
INSERT INTO search_reached (node_key) VALUES (0);
