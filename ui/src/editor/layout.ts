import {
  type EditorState,
  type Extension,
  Facet,
  type Range,
  RangeSetBuilder,
} from "@codemirror/state";
import {
  Decoration,
  type DecorationSet,
  EditorView,
  ViewPlugin,
  type ViewUpdate,
} from "@codemirror/view";
import type { DocumentKind } from "../wire/bindings";
import { type Lines, LiveKinds } from "./fountain";
import { inlineMarks, lineMark } from "./markdown";

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

const linesOf = (state: EditorState): Lines => ({
  count: state.doc.lines,
  line(n) {
    const { from, to } = state.doc.line(n + 1);
    return read(state, from, to);
  },
});

/** Brings the kinds of the lines up to date with an edit. */
function follow(kinds: LiveKinds, update: ViewUpdate): void {
  const before = update.startState.doc;
  const after = update.state.doc;
  // All changes as one: their outermost borders.
  let from = Number.POSITIVE_INFINITY;
  let to = 0;
  let newTo = 0;
  update.changes.iterChangedRanges((fromA, toA, fromB, toB) => {
    from = Math.min(from, after.lineAt(fromB).number - 1, before.lineAt(fromA).number - 1);
    to = before.lineAt(toA).number;
    newTo = after.lineAt(toB).number;
  });
  if (from <= to) kinds.edit(linesOf(update.state), from, to, newTo);
}

function screenplay(view: EditorView, kinds: LiveKinds): DecorationSet {
  const { state } = view;
  const builder = new RangeSetBuilder<Decoration>();
  let done = 0;
  for (const { from, to } of view.visibleRanges) {
    const first = state.doc.lineAt(from).number;
    const last = state.doc.lineAt(to).number;
    for (let n = Math.max(first, done + 1); n <= last; n++) {
      const at = state.doc.line(n);
      const kind = kinds.kinds[n - 1] ?? "action";
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
 * How a text looks while it is written. Prose is read where it can be seen, whatever the length of
 * the text or of its lines; the lines of a screenplay are known, and an edit has its surroundings
 * read again. No parser runs over a whole text at a keystroke.
 */
export const layout: Extension = ViewPlugin.define(
  (view) => {
    let kinds: LiveKinds | undefined;
    const make = (v: EditorView) => {
      if (v.state.facet(kindFacet) !== "screenplay") {
        kinds = undefined;
        return prose(v);
      }
      kinds ??= new LiveKinds(linesOf(v.state));
      return screenplay(v, kinds);
    };
    return {
      decorations: make(view),
      update(update) {
        if (kinds && update.docChanged) follow(kinds, update);
        if (update.docChanged || update.viewportChanged) this.decorations = make(update.view);
      },
    };
  },
  { decorations: (plugin) => plugin.decorations },
);

export const kindClass = EditorView.editorAttributes.compute([kindFacet], (state) => ({
  class: `ink-kind-${state.facet(kindFacet)}`,
}));
