-- The older tables go once what lay in them was carried over.

DROP TABLE operations;
DROP TABLE nodes;
DROP TABLE drafts;
ALTER TABLE new_drafts RENAME TO drafts;
ALTER TABLE new_nodes RENAME TO nodes;
CREATE INDEX drafts_by_document ON drafts (document_id);
CREATE INDEX nodes_by_draft ON nodes (draft_key);
ALTER TABLE documents DROP COLUMN fields;
