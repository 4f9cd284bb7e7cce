import { type Extension, type Range, RangeSet } from "@codemirror/state";
import {
  Decoration,
  type DecorationSet,
  EditorView,
  ViewPlugin,
  type ViewUpdate,
} from "@codemirror/view";

/** Hebrew, Arabic and the other letters that run from right to left, by their blocks. */
const RIGHT_TO_LEFT =
  /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;

/** What is looked at of one line; its direction follows from its first letters. */
const LOOKED_AT = 400;

const own = Decoration.line({ attributes: { dir: "auto" } });

function lines(view: EditorView): DecorationSet {
  const { doc } = view.state;
  const found: Range<Decoration>[] = [];
  let done = 0;
  for (const { from, to } of view.visibleRanges) {
    const last = doc.lineAt(to).number;
    for (let n = Math.max(doc.lineAt(from).number, done + 1); n <= last; n++) {
      const line = doc.line(n);
      const text = doc.sliceString(line.from, Math.min(line.to, line.from + LOOKED_AT));
      if (RIGHT_TO_LEFT.test(text)) found.push(own.range(line.from));
      done = n;
    }
  }
  return RangeSet.of(found);
}

const plugin = ViewPlugin.define(
  (view) => ({
    decorations: lines(view),
    update(update: ViewUpdate) {
      if (update.docChanged || update.viewportChanged) this.decorations = lines(update.view);
    },
  }),
  { decorations: (one) => one.decorations },
);

/** A line whose first letter runs from right to left is laid out so, and the caret moves so in it. */
export const direction: Extension = [EditorView.perLineTextDirection.of(true), plugin];
