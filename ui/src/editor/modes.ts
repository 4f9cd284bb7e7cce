import { EditorState, type Extension, Transaction, type TransactionSpec } from "@codemirror/state";
import { Decoration, type DecorationSet, EditorView, ViewPlugin } from "@codemirror/view";
import { hidesMarks } from "./layout";
import { type Stretch, sentenceAt } from "./sentences";

/** What of the text stays bright around the caret. */
export type Focus = "off" | "sentence" | "paragraph";

/** How the page behaves while it is written on. */
export interface Modes {
  /** The line of the caret stays in the middle. */
  typewriter: boolean;
  focus: Focus;
  /** Marks of notation show on the caret's line only. */
  hideMarks: boolean;
}

export const PLAIN: Modes = { typewriter: false, focus: "off", hideMarks: false };

/** More than this around the caret is never looked at. */
const MOST_AROUND = 4_000;
/** The most lines of a paragraph that is hard-wrapped. */
const MOST_LINES = 200;

const isBlank = (state: EditorState, n: number) => {
  const { length, text } = state.doc.line(n);
  return length === 0 || (length < 200 && text.trim() === "");
};

/** The paragraph at a place: the lines around it that are not blank, as far as they are looked at. */
export function paragraphAt(state: EditorState, at: number): Stretch {
  const own = state.doc.lineAt(at);
  if (isBlank(state, own.number)) return { from: own.from, to: own.to };
  let { from, to } = own;
  for (let n = own.number - 1; n >= Math.max(1, own.number - MOST_LINES); n--) {
    if (isBlank(state, n) || at - from > MOST_AROUND) break;
    from = state.doc.line(n).from;
  }
  const last = Math.min(state.doc.lines, own.number + MOST_LINES);
  for (let n = own.number + 1; n <= last; n++) {
    if (isBlank(state, n) || to - at > MOST_AROUND) break;
    to = state.doc.line(n).to;
  }
  return { from, to };
}

/** What stays bright. */
export function litAt(state: EditorState, focus: Focus): Stretch {
  const { head } = state.selection.main;
  const paragraph = paragraphAt(state, head);
  if (focus === "paragraph") return paragraph;
  const from = Math.max(paragraph.from, head - MOST_AROUND);
  const to = Math.min(paragraph.to, head + MOST_AROUND);
  const found = sentenceAt(state.sliceDoc(from, to), head - from);
  return { from: from + found.from, to: from + found.to };
}

const lit = Decoration.mark({ class: "ink-lit" });

/** Dims all but what stands around the caret. */
function focusing(focus: Focus): Extension {
  const make = (state: EditorState): DecorationSet => {
    const { from, to } = litAt(state, focus);
    const { main } = state.selection;
    const all = { from: Math.min(from, main.from), to: Math.max(to, main.to) };
    return all.from < all.to ? Decoration.set(lit.range(all.from, all.to)) : Decoration.none;
  };
  return [
    EditorView.editorAttributes.of({ class: "ink-focusing" }),
    ViewPlugin.define(
      (view) => ({
        decorations: make(view.state),
        update(update) {
          if (update.docChanged || update.selectionSet) this.decorations = make(update.state);
        },
      }),
      { decorations: (plugin) => plugin.decorations },
    ),
  ];
}

/** What a person does with keys moves the page; a pointer and the library leave it where it is. */
const moved = /^(?:input|delete|undo|redo|move|select(?!\.pointer))/;

const centred: Extension = [
  EditorView.editorAttributes.of({ class: "ink-typewriting" }),
  EditorState.transactionExtender.of((transaction): Pick<TransactionSpec, "effects"> | null => {
    const event = transaction.annotation(Transaction.userEvent) ?? "";
    if (!moved.test(event) || (!transaction.docChanged && !transaction.selection)) return null;
    const { head } = transaction.newSelection.main;
    return { effects: EditorView.scrollIntoView(head, { y: "center" }) };
  }),
];

/** The extensions of the modes that are on. */
export function modes({ typewriter, focus, hideMarks }: Modes): Extension {
  return [
    typewriter ? centred : [],
    focus === "off" ? [] : focusing(focus),
    hidesMarks.of(hideMarks),
  ];
}
