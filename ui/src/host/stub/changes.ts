import type { Commands, SuggestedPiece } from "../../wire/bindings";
import { fail } from "./given";
import type { StubStudio } from "./studio";

type Names = "suggested_changes" | "accept_changes" | "look_ahead" | "drop_ahead" | "take_ahead";
type Bodies = {
  [K in Names]: (input: Commands[K]["input"]) => Commands[K]["output"];
};

const tokens = (text: string) => text.match(/\p{Script=Han}|[\p{L}\p{N}]+|\s+|./gsu) ?? [];

/** The difference of two short texts by words, as changes with numbers. */
function piecesOf(old: string, wanted: string): SuggestedPiece[] {
  const [a, b] = [tokens(old), tokens(wanted)];
  /** How much of both is alike from here on. */
  const alike = Array.from({ length: a.length + 1 }, () => new Array<number>(b.length + 1).fill(0));
  const at = (i: number, j: number) => alike[i]?.[j] ?? 0;
  for (let i = a.length - 1; i >= 0; i--)
    for (let j = b.length - 1; j >= 0; j--) {
      const row = alike[i];
      if (row) row[j] = a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  const pieces: SuggestedPiece[] = [];
  let [i, j, number, sentence] = [0, 0, 0, 0];
  while (i < a.length || j < b.length) {
    const last = pieces.at(-1);
    if (i < a.length && a[i] === b[j]) {
      const added = b[j] ?? "";
      if (last && last.change === null) last.added += added;
      else pieces.push({ removed: "", added, change: null, sentence });
      if (/[.!?\u3002]/.test(added)) sentence++;
      [i, j] = [i + 1, j + 1];
      continue;
    }
    const open =
      last && last.change !== null ? last : { removed: "", added: "", change: number++, sentence };
    if (open !== last) pieces.push(open);
    if (j >= b.length || (i < a.length && at(i + 1, j) >= at(i, j + 1))) open.removed += a[i++];
    else open.added += b[j++];
  }
  return pieces;
}

/** Suggestions by their changes, and words ahead of the caret. */
export function changeCommands(studio: StubStudio): Bodies {
  let guess: { id: string; text: string } | null = null;
  return {
    suggested_changes: ({ draft_id, from, to, text }) => {
      const of = studio.draft(draft_id).body.slice(from, to);
      return { of, wanted: text, pieces: piecesOf(of, text) };
    },
    accept_changes: ({ take_id, draft_id, base_revision, from, to, of, wanted, changes, last }) => {
      const draft = studio.draft(draft_id);
      const { body } = draft;
      if (base_revision !== draft.revision || body.slice(from, to) !== of) throw fail("conflict");
      const next = piecesOf(of, wanted).map(({ change, removed, added }) =>
        change === null || changes.includes(change) ? added : removed,
      );
      studio.write(draft, body.slice(0, from) + next.join("") + body.slice(to));
      if (last) {
        studio.node(draft, "accepted");
        studio.takes.set(take_id, { ...studio.take(take_id), decision: "accepted" });
      }
      studio.changed("history", "documents");
      return studio.view(draft_id);
    },
    look_ahead: ({ draft_id }) => {
      const chinese = studio.brief(studio.draft(draft_id)).language === "zh-CN";
      const text = chinese ? "\u6f6e\u6c34\u9000\u4e86\u3002" : " and the tide went out.";
      guess = { id: studio.id("guess"), text };
      return { ...guess, model_name: "Inkstone Starter" };
    },
    drop_ahead: () => {
      guess = null;
      return null;
    },
    take_ahead: ({ id, draft_id, at, text }) => {
      if (guess?.id !== id) throw fail("job_not_found");
      if (!guess.text.startsWith(text)) throw fail("bad_request");
      guess = { id, text: guess.text.slice(text.length) };
      const draft = studio.draft(draft_id);
      studio.write(draft, draft.body.slice(0, at) + text + draft.body.slice(at));
      return studio.view(draft_id);
    },
  };
}
