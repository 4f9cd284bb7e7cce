-- Every call of a model, whole. It runs while `finish_reason` is null.

CREATE TABLE generations (
    key INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    draft_id TEXT REFERENCES drafts (id),
    task TEXT NOT NULL,
    batch_id TEXT NOT NULL,
    variant INTEGER NOT NULL,
    model_name TEXT NOT NULL,
    model_id TEXT NOT NULL,
    locality TEXT NOT NULL,
    model_sha256 TEXT,
    engine TEXT NOT NULL,
    template TEXT NOT NULL,
    template_sha256 TEXT NOT NULL,
    request_json TEXT NOT NULL,
    references_json TEXT NOT NULL,
    seed INTEGER NOT NULL,
    target_from INTEGER,
    target_to INTEGER,
    decision TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    tokens INTEGER NOT NULL,
    finish_reason TEXT,
    prompt_tokens INTEGER,
    completion_tokens INTEGER,
    first_token_ms INTEGER,
    total_ms INTEGER,
    error TEXT,
    output TEXT NOT NULL
) STRICT;
CREATE INDEX generations_by_draft ON generations (draft_id);
CREATE INDEX generations_running ON generations (key) WHERE finish_reason IS NULL;
