import { type Extension, StateEffect, StateField } from "@codemirror/state";
import { Decoration, type DecorationSet, EditorView } from "@codemirror/view";

/** A place that a comment stands on; empty where its words are gone. */
export interface Remark {
  id: string;
  from: number;
  to: number;
  /** Resolved ones are not shown in the text. */
  resolved: boolean;
}

/** The id of the comment that is being written. */
export const NEW_REMARK = "";

export const setRemarks = StateEffect.define<Remark[]>();

interface Remarks {
  list: readonly Remark[];
  drawn: DecorationSet;
}

const mark = Decoration.mark({ class: "ink-comment" });
const fresh = Decoration.mark({ class: "ink-comment ink-comment-new" });

const drawn = (list: readonly Remark[]) =>
  Decoration.set(
    list
      .filter(({ from, to, resolved }) => from < to && !resolved)
      .map(({ id, from, to }) => (id === NEW_REMARK ? fresh : mark).range(from, to)),
    true,
  );

export const remarkField = StateField.define<Remarks>({
  create: () => ({ list: [], drawn: Decoration.none }),
  update(remarks, transaction) {
    let next = remarks;
    if (transaction.docChanged && next.list.length) {
      const { changes } = transaction;
      next = {
        // What is typed at either edge stays outside.
        list: next.list.map((one) => {
          const from = changes.mapPos(one.from, 1);
          return { ...one, from, to: Math.max(from, changes.mapPos(one.to, -1)) };
        }),
        drawn: next.drawn.map(changes),
      };
    }
    for (const effect of transaction.effects)
      if (effect.is(setRemarks)) {
        const most = transaction.newDoc.length;
        const list = effect.value.map((one) => ({
          ...one,
          from: Math.min(one.from, most),
          to: Math.min(one.to, most),
        }));
        next = { list, drawn: drawn(list) };
      }
    return next;
  },
  provide: (field) => EditorView.decorations.from(field, (remarks) => remarks.drawn),
});

/** Shows the places of comments, which move along with the text. */
export const remarks: Extension = remarkField;
