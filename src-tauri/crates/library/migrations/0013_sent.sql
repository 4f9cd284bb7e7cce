-- What left the machine, word for word: method and path, the project, how it ended, and the body as
-- it left.

ALTER TABLE departures ADD COLUMN method TEXT NOT NULL DEFAULT '';
ALTER TABLE departures ADD COLUMN path TEXT NOT NULL DEFAULT '';
-- The project may be deleted for good; that something of it left stays true.
ALTER TABLE departures ADD COLUMN project_id TEXT;
ALTER TABLE departures ADD COLUMN masked INTEGER NOT NULL DEFAULT 0;
-- HTTP status of the answer; null where none came.
ALTER TABLE departures ADD COLUMN status INTEGER;
-- The kind of the failure, if it failed.
ALTER TABLE departures ADD COLUMN failure TEXT;
-- Of the body, in hexadecimal; null for what was written before bodies were kept, and for none. It
-- stays when the body is cleared.
ALTER TABLE departures ADD COLUMN sha256 TEXT;

UPDATE departures SET project_id = (
    SELECT documents.project_id FROM generations
    JOIN drafts ON drafts.id = generations.draft_id
    JOIN documents ON documents.id = drafts.document_id
    WHERE generations.id = departures.generation_id
);

CREATE INDEX departures_by_sha256 ON departures (sha256);
CREATE INDEX departures_by_generation ON departures (generation_id);

-- Each body once, however often it was sent.
CREATE TABLE sent (
    key INTEGER PRIMARY KEY,
    sha256 TEXT NOT NULL UNIQUE,
    -- Its length in bytes.
    bytes INTEGER NOT NULL,
    -- A zstd frame.
    data BLOB NOT NULL
) STRICT;
