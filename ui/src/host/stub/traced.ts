import type {
  Commands,
  ComparedPart,
  MergePart,
  SideDto,
  SpanDto,
  StateRef,
} from "../../wire/bindings";
import { compare, count } from "./compare";
import { fail } from "./given";
import type { StubStudio } from "./studio";

type Names =
  | "compare_states"
  | "take_passages"
  | "plan_merge"
  | "merge_drafts"
  | "provenance"
  | "export_provenance"
  | "export_labelled";

type Bodies = {
  [K in Names]: (input: Commands[K]["input"]) => Commands[K]["output"];
};

/** Comparing, merging and provenance of the studio in memory: by the plainest means. */
export function traced(studio: StubStudio): Bodies {
  const side = (state: StateRef): SideDto & { body: string; title: string } => {
    if (state.of === "draft") {
      const draft = studio.draft(state.id);
      return {
        state,
        draft_id: draft.id,
        draft_name: draft.name,
        name: null,
        label: null,
        at: draft.updated_at,
        revision: draft.revision,
        words: count(draft.body).words,
        body: draft.body,
        title: draft.title,
      };
    }
    for (const draft of studio.drafts.values()) {
      const node = draft.nodes.find(({ id }) => id === state.id);
      if (node)
        return {
          state,
          draft_id: draft.id,
          draft_name: draft.name,
          name: node.name,
          label: node.label,
          at: node.created_at,
          revision: null,
          words: count(node.text).words,
          body: node.text,
          title: draft.title,
        };
    }
    throw fail("not_found");
  };
  const parts = (old: string, now: string): ComparedPart[] => {
    let [a, b] = [0, 0];
    return compare(old, now).map(({ change, text }) => {
      const [from, to] = [a, b];
      if (change !== "insert") a += text.length;
      if (change !== "delete") b += text.length;
      return {
        kind: change,
        text,
        old_from: from,
        old_to: a,
        new_from: to,
        new_to: b,
        moved: null,
      };
    });
  };
  return {
    compare_states: ({ old, new: now }) => {
      const [a, b] = [side(old), side(now)];
      const found = parts(a.body, b.body);
      const words = (kind: string) =>
        found.filter((p) => p.kind === kind).reduce((sum, p) => sum + count(p.text).words, 0);
      return {
        old: a,
        new: b,
        parts: found,
        moves: [],
        fields:
          a.title === b.title
            ? []
            : [{ field: "title", old: a.title, new: b.title, pieces: compare(a.title, b.title) }],
        words_in: words("insert"),
        words_out: words("delete"),
      };
    },
    take_passages: ({ draft_id, base_revision, source, passages, fields }) => {
      const draft = studio.draft(draft_id);
      if (draft.revision !== base_revision) throw fail("conflict");
      const from = side(source);
      let { body } = draft;
      for (const passage of [...passages].reverse())
        body =
          body.slice(0, passage.from) +
          from.body.slice(passage.source_from, passage.source_to) +
          body.slice(passage.to);
      if (fields.includes("title")) draft.title = from.title;
      draft.body = body;
      draft.revision++;
      return studio.view(draft_id);
    },
    plan_merge: ({ draft_id, other_id }) => {
      const mine = side({ of: "draft", id: draft_id });
      const theirs = side({ of: "draft", id: other_id });
      const found = compare(mine.body, theirs.body);
      const merged: MergePart[] = [];
      for (const { change, text } of found) {
        const last = merged.at(-1)?.conflict;
        if (change === "equal") merged.push({ kind: "same", text, conflict: null });
        else if (change === "insert" && last && !last.theirs) {
          last.theirs = text;
          last.theirs_pieces = [{ change, text }];
          last.both = last.mine + text;
        } else {
          const [left, right] = change === "delete" ? [text, ""] : ["", text];
          merged.push({
            kind: "conflict",
            text: "",
            conflict: {
              base: "",
              mine: left,
              theirs: right,
              mine_pieces: left ? [{ change: "insert", text: left }] : [],
              theirs_pieces: right ? [{ change: "insert", text: right }] : [],
              both: left + right,
              woven: false,
            },
          });
        }
      }
      return {
        mine,
        theirs,
        base: null,
        parts: merged,
        fields: [],
        conflicts: merged.filter(({ conflict }) => conflict).length,
      };
    },
    merge_drafts: ({ draft_id, other_id, choices }) => {
      const draft = studio.draft(draft_id);
      const plan = traced(studio).plan_merge({ draft_id, other_id });
      let next = 0;
      draft.body = plan.parts
        .map(({ text, conflict }) => {
          if (!conflict) return text;
          const choice = choices[next++] ?? { take: "both" };
          return choice.take === "edited" ? choice.text : conflict[choice.take];
        })
        .join("");
      draft.revision++;
      studio.node(draft, "merged");
      return studio.view(draft_id);
    },
    provenance: ({ id }) => {
      const { body, revision } = studio.draft(id);
      const words = count(body).words;
      const take = [...studio.takes.values()].find(
        (one) => one.draft_id === id && one.decision === "accepted" && body.includes(one.text),
      );
      const at = take ? body.indexOf(take.text) : body.length;
      const end = at + (take?.text.length ?? 0);
      const span = (from: number, to: number, own: boolean): SpanDto => ({
        from,
        to,
        kind: own ? "typed" : "generated",
        generation_id: own ? null : (take?.id ?? null),
        file: null,
      });
      const generated = take ? count(take.text).words : 0;
      return {
        draft_id: id,
        revision,
        spans: [span(0, at, true), span(at, end, false), span(end, body.length, true)].filter(
          ({ from, to }) => from < to,
        ),
        sources: take
          ? [
              {
                generation_id: take.id,
                model_name: take.model_name,
                host: take.host,
                task: take.task,
                template: take.template,
                seed: take.seed,
                decision: take.decision,
                created_at: take.created_at,
              },
            ]
          : [],
        share: {
          words,
          typed: words - generated,
          pasted: 0,
          imported: 0,
          generated,
          filled: 0,
          edited: 0,
        },
      };
    },
    export_provenance: () => null,
    export_labelled: () => null,
  };
}
