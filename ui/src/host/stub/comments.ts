import type { Commands, CommentDto } from "../../wire/bindings";
import { fail } from "./given";
import type { StubStudio } from "./studio";

type Names =
  | "comments"
  | "add_comment"
  | "edit_comment"
  | "resolve_comment"
  | "delete_comment"
  | "restore_comment";
type Bodies = {
  [K in Names]: (input: Commands[K]["input"]) => Commands[K]["output"];
};

interface Kept extends CommentDto {
  draft: string;
  deleted: boolean;
}

/** Comments in memory; they stand where their words are first. */
export function commentCommands(studio: StubStudio): Bodies {
  const kept: Kept[] = [];
  const find = (id: string) => {
    const found = kept.find((one) => one.id === id);
    if (!found) throw fail("not_found");
    return found;
  };
  return {
    comments: ({ id }) =>
      kept
        .filter(({ draft, deleted }) => draft === id && !deleted)
        .map(({ draft, deleted: _, ...one }) => {
          const from = studio.draft(draft).body.indexOf(one.quote);
          return from < 0
            ? { ...one, to: one.from }
            : { ...one, from, to: from + one.quote.length };
        })
        .sort((a, b) => a.from - b.from),
    add_comment: ({ draft_id, from, to, note }) => {
      const { body } = studio.draft(draft_id);
      const one: Kept = {
        id: `comment-${kept.length + 1}`,
        draft: draft_id,
        deleted: false,
        from,
        to,
        quote: body.slice(from, to),
        note,
        author: "",
        resolved: false,
        created_at: 0,
      };
      kept.push(one);
      return one;
    },
    edit_comment: ({ id, note }) => {
      find(id).note = note;
      return null;
    },
    resolve_comment: ({ id, resolved }) => {
      find(id).resolved = resolved;
      return null;
    },
    delete_comment: ({ id }) => {
      find(id).deleted = true;
      return null;
    },
    restore_comment: ({ id }) => {
      find(id).deleted = false;
      return null;
    },
  };
}
