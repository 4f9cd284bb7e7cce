import {
  type EditorState,
  type Extension,
  Facet,
  type Range,
  RangeSetBuilder,
} from "@codemirror/state";
import { Decoration, type DecorationSet, EditorView, ViewPlugin } from "@codemirror/view";
import type { DocumentKind } from "../wire/bindings";
import { classify, type LineKind } from "./fountain";
import { inlineMarks, lineMark } from "./markdown";

/** How far above the first visible line its surroundings are read, in lines. */
const LOOK_BACK_LINES = 120;
/** How far back an open comment is looked for, in characters. */
const LOOK_BACK_CHARACTERS = 40_000;
/** More of one line than this is never looked at; it is far beyond any line that people read. */
const LONGEST_LINE = 4_000;

export const kindFacet = Facet.define<DocumentKind, DocumentKind>({
  combine: (values) => values[0] ?? "news",
});

const lineClass = new Map<string, Decoration>();
function line(name: string): Decoration {
  let found = lineClass.get(name);
  if (!found) {
    found = Decoration.line({ class: name });
    lineClass.set(name, found);
  }
  return found;
}

const markClass = new Map<string, Decoration>();
function mark(name: string): Decoration {
  let found = markClass.get(name);
  if (!found) {
    found = Decoration.mark({ class: name });
    markClass.set(name, found);
  }
  return found;
}

function read(state: EditorState, from: number, to: number): string {
  return state.sliceDoc(from, Math.min(to, from + LONGEST_LINE));
}

function inBoneyard(state: EditorState, at: number): boolean {
  const above = state.sliceDoc(Math.max(0, at - LOOK_BACK_CHARACTERS), at);
  return above.lastIndexOf("/*") > above.lastIndexOf("*/");
}

function screenplay(view: EditorView): DecorationSet {
  const { state } = view;
  const builder = new RangeSetBuilder<Decoration>();
  let done = 0;
  for (const { from, to } of view.visibleRanges) {
    const first = state.doc.lineAt(from).number;
    const last = state.doc.lineAt(to).number;
    const start = Math.max(1, first - LOOK_BACK_LINES);
    const texts: string[] = [];
    // One line below tells a cue from a shout.
    for (let n = start; n <= Math.min(last + 1, state.doc.lines); n++) {
      const at = state.doc.line(n);
      texts.push(read(state, at.from, at.to));
    }
    const kinds = classify(texts, {
      atStart: start === 1,
      inBoneyard: inBoneyard(state, state.doc.line(start).from),
    });
    for (let n = Math.max(first, done + 1); n <= last; n++) {
      const at = state.doc.line(n);
      const kind: LineKind = kinds[n - start] ?? "action";
      if (kind !== "blank") builder.add(at.from, at.from, line(`ink-fn ink-fn-${kind}`));
      done = n;
    }
  }
  return builder.finish();
}

function prose(view: EditorView): DecorationSet {
  const { state } = view;
  const ads = state.facet(kindFacet) === "ads";
  const found: Range<Decoration>[] = [];
  for (const visible of view.visibleRanges) {
    let at = state.doc.lineAt(visible.from);
    for (;;) {
      const begin = Math.max(at.from, visible.from - LONGEST_LINE / 2);
      const text = read(state, begin, Math.min(at.to, visible.to + LONGEST_LINE / 2));
      if (begin === at.from) {
        const own = lineMark(text, { ads, number: at.number, after: textAbove(state, at.number) });
        if (own.line) found.push(line(own.line).range(at.from));
        for (const { from, to, name } of own.marks)
          found.push(mark(name).range(begin + from, begin + to));
      }
      for (const { from, to, name } of inlineMarks(text))
        found.push(mark(name).range(begin + from, begin + to));
      if (at.to >= visible.to || at.number === state.doc.lines) break;
      at = state.doc.line(at.number + 1);
    }
  }
  return Decoration.set(found, true);
}

/** The nearest line above that has text, within three lines. */
function textAbove(state: EditorState, number: number): string {
  for (let n = number - 1; n >= Math.max(1, number - 3); n--) {
    const at = state.doc.line(n);
    if (at.length > 0) return state.sliceDoc(at.from, Math.min(at.to, at.from + 8));
  }
  return "";
}

/**
 * How a text looks while it is written. Only what can be seen is read, whatever the length of the
 * text or of its lines: no parser runs at a keystroke.
 */
export const layout: Extension = ViewPlugin.define(
  (view) => {
    const make = (v: EditorView) =>
      v.state.facet(kindFacet) === "screenplay" ? screenplay(v) : prose(v);
    return {
      decorations: make(view),
      update(update) {
        if (update.docChanged || update.viewportChanged) this.decorations = make(update.view);
      },
    };
  },
  { decorations: (plugin) => plugin.decorations },
);

export const kindClass = EditorView.editorAttributes.compute([kindFacet], (state) => ({
  class: `ink-kind-${state.facet(kindFacet)}`,
}));
