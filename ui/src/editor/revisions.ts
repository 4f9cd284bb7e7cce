import { type Extension, type Range, StateEffect, StateField } from "@codemirror/state";
import { Decoration, type DecorationSet, EditorView } from "@codemirror/view";

/** A stretch that came with a set of revisions; empty where something was only taken out. */
export interface RevisionPlace {
  from: number;
  to: number;
  color: string;
  /** What a pointer is told. */
  title: string;
}

export const setRevisions = StateEffect.define<RevisionPlace[]>();

/** An asterisk in the right margin beside each line that was changed. */
export function revisions(): Extension {
  const field = StateField.define<DecorationSet>({
    create: () => Decoration.none,
    update(drawn, transaction) {
      let next = drawn.map(transaction.changes);
      for (const effect of transaction.effects) {
        if (effect.is(setRevisions)) next = draw(effect.value, transaction.state.doc);
      }
      return next;
    },
    provide: (self) => EditorView.decorations.from(self),
  });
  return field;
}

function draw(
  places: RevisionPlace[],
  doc: { length: number; lineAt(at: number): { from: number; to: number; text: string } },
): DecorationSet {
  const lines = new Map<number, Range<Decoration>>();
  for (const { from, to, color, title } of places) {
    if (to > doc.length) continue;
    for (let at = from; at <= to; ) {
      const line = doc.lineAt(at);
      // A blank line says nothing, unless all that was changed is that something is gone.
      if (line.text.trim() || from === to) {
        const mark = Decoration.line({
          class: `ink-revised ink-revised-${color}`,
          attributes: { title },
        });
        // The latest set wins.
        lines.set(line.from, mark.range(line.from));
      }
      at = line.to + 1;
    }
  }
  return Decoration.set([...lines.values()], true);
}
