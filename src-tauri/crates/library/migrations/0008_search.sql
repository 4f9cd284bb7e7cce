-- An index of words: what the texts are cut into by `words.rs`, each Chinese character being one.
-- It holds no text; its row ids are `drafts.key`. What changed waits in `search_pending`.

DROP TABLE search;
CREATE VIRTUAL TABLE search USING fts5 (
    title,
    body,
    content = '',
    contentless_delete = 1,
    tokenize = 'ascii'
);
-- The words that there are.
CREATE VIRTUAL TABLE search_words USING fts5vocab (search, row);

-- The beginning of the SHA-256 of what was indexed of each draft, so that it can be verified.
CREATE TABLE search_seen (
    draft_key INTEGER PRIMARY KEY,
    sha256 BLOB NOT NULL
) STRICT;
INSERT OR IGNORE INTO search_pending (draft_key) SELECT key FROM drafts;
