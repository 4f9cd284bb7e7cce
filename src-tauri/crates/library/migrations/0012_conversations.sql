-- Conversations: with the people of a script, and with an assistant beside a text. What was asked is a
-- tree: a question that is asked anew or otherwise stands beside the first, and `head_id` says which
-- way is shown. A turn may hold a summary of all that was said up to it.

DROP TRIGGER search_beside_interview;
DROP TRIGGER search_beside_turn;
DROP TRIGGER search_beside_answer;

ALTER TABLE interviews RENAME TO conversations;
-- `character` is empty where the assistant is asked.
ALTER TABLE conversations ADD COLUMN name TEXT NOT NULL DEFAULT '';
ALTER TABLE conversations ADD COLUMN head_id TEXT;
-- What goes along with a question.
ALTER TABLE conversations ADD COLUMN rules TEXT NOT NULL DEFAULT '{}';

ALTER TABLE interview_turns RENAME TO turns;
ALTER TABLE turns RENAME COLUMN interview_id TO conversation_id;
ALTER TABLE turns ADD COLUMN parent_id TEXT;
ALTER TABLE turns ADD COLUMN summary TEXT;
UPDATE turns SET parent_id = (
    SELECT before.id FROM turns AS before
    WHERE before.conversation_id = turns.conversation_id AND before.key < turns.key
    ORDER BY before.key DESC LIMIT 1
);
UPDATE conversations SET head_id = (
    SELECT id FROM turns WHERE conversation_id = conversations.id ORDER BY key DESC LIMIT 1
);
DROP INDEX interview_turns_by_interview;
CREATE INDEX turns_by_conversation ON turns (conversation_id);
CREATE INDEX turns_by_generation ON turns (generation_id);

-- How a text was judged, and the parts of an answer that were handed over as suggestions.
ALTER TABLE generations ADD COLUMN evaluation TEXT;
ALTER TABLE generations ADD COLUMN handed TEXT;

CREATE TRIGGER search_beside_conversation AFTER UPDATE OF deleted_at ON conversations BEGIN
    INSERT OR IGNORE INTO search_beside_pending (draft_key)
    SELECT key FROM drafts WHERE id = new.draft_id;
END;
CREATE TRIGGER search_beside_turn AFTER INSERT ON turns BEGIN
    INSERT OR IGNORE INTO search_beside_pending (draft_key)
    SELECT drafts.key FROM conversations JOIN drafts ON drafts.id = draft_id
    WHERE conversations.id = new.conversation_id;
END;
-- An answer is whole when its generation ends.
CREATE TRIGGER search_beside_answer AFTER UPDATE OF finish_reason ON generations
WHEN new.finish_reason IS NOT NULL BEGIN
    INSERT OR IGNORE INTO search_beside_pending (draft_key)
    SELECT drafts.key FROM turns
    JOIN conversations ON conversations.id = conversation_id
    JOIN drafts ON drafts.id = conversations.draft_id
    WHERE turns.generation_id = new.id;
END;
