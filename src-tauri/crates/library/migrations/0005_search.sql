-- An index of three-character runs, which finds Chinese as well as English. It holds no text;
-- its row ids are `drafts.key`. What changed waits in `search_pending` until someone searches.

CREATE VIRTUAL TABLE search USING fts5 (
    title,
    body,
    content = '',
    contentless_delete = 1,
    tokenize = 'trigram'
);

CREATE TABLE search_pending (
    draft_key INTEGER PRIMARY KEY REFERENCES drafts (key)
) STRICT;
INSERT INTO search_pending (draft_key) SELECT key FROM drafts;
