import { type EditorState, type Extension, Facet, type Range } from "@codemirror/state";
import {
  Decoration,
  type DecorationSet,
  EditorView,
  ViewPlugin,
  type ViewUpdate,
} from "@codemirror/view";
import type { DocumentKind } from "../wire/bindings";
import { type LineKind, type Lines, LiveKinds } from "./fountain";
import { scriptMarks } from "./fountainMarks";
import { inlineMarks, lineMark, type Mark } from "./markdown";

/** More of one line than this is never looked at; it is far beyond any line that people read. */
const LONGEST_LINE = 4_000;

export const kindFacet = Facet.define<DocumentKind, DocumentKind>({
  combine: (values) => values[0] ?? "news",
});

/** Whether marks of notation show on the caret's line only. */
export const hidesMarks = Facet.define<boolean, boolean>({
  combine: (values) => values.some(Boolean),
});

const hidden = Decoration.replace({});

/** Marks that go where they are not needed. Bullets and numbers of lists stay. */
const GOES = new Set(["ink-md-sign", "ink-fn-sign"]);

/** Whether a selection touches a stretch. */
const touched = (state: EditorState, from: number, to: number) =>
  state.selection.ranges.some((range) => range.from <= to && range.to >= from);

/** Puts the marks of a line in, those of notation hidden where they are not needed. */
function place(found: Range<Decoration>[], begin: number, marks: Mark[], hide: boolean) {
  for (const { from, to, name } of marks) {
    const shown = hide && GOES.has(name) ? hidden : mark(name);
    found.push(shown.range(begin + from, begin + to));
  }
}

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
  const hiding = state.facet(hidesMarks);
  const found: Range<Decoration>[] = [];
  let done = 0;
  for (const { from, to } of view.visibleRanges) {
    const first = state.doc.lineAt(from).number;
    const last = state.doc.lineAt(to).number;
    for (let n = Math.max(first, done + 1); n <= last; n++) {
      const at = state.doc.line(n);
      const kind = kinds.kinds[n - 1] ?? "action";
      done = n;
      if (kind === "blank") continue;
      found.push(line(`ink-fn ink-fn-${kind}`).range(at.from));
      const marks = scriptMarks(read(state, at.from, at.to), kind);
      place(found, at.from, marks, hiding && !touched(state, at.from, at.to));
    }
  }
  return Decoration.set(found, true);
}

function prose(view: EditorView): DecorationSet {
  const { state } = view;
  const ads = state.facet(kindFacet) === "ads";
  const hiding = state.facet(hidesMarks);
  const found: Range<Decoration>[] = [];
  for (const visible of view.visibleRanges) {
    let at = state.doc.lineAt(visible.from);
    for (;;) {
      const begin = Math.max(at.from, visible.from - LONGEST_LINE / 2);
      const text = read(state, begin, Math.min(at.to, visible.to + LONGEST_LINE / 2));
      const hide = hiding && !touched(state, at.from, at.to);
      if (begin === at.from) {
        const own = lineMark(text, { ads, number: at.number, after: textAbove(state, at.number) });
        if (own.line) found.push(line(own.line).range(at.from));
        place(found, begin, own.marks, hide);
      }
      place(found, begin, inlineMarks(text), hide);
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
const plugin = ViewPlugin.define(
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
      kinds: () => kinds?.kinds,
      update(update: ViewUpdate) {
        if (kinds && update.docChanged) follow(kinds, update);
        const hides = update.state.facet(hidesMarks);
        if (
          update.docChanged ||
          update.viewportChanged ||
          hides !== update.startState.facet(hidesMarks) ||
          (hides && update.selectionSet)
        )
          this.decorations = make(update.view);
      },
    };
  },
  { decorations: (one) => one.decorations },
);

export const layout: Extension = plugin;

/** What each line of the script that is shown is; none of prose. */
export const lineKinds = (view: EditorView): readonly LineKind[] | undefined =>
  view.plugin(plugin)?.kinds();

export const kindClass = EditorView.editorAttributes.compute([kindFacet], (state) => ({
  class: `ink-kind-${state.facet(kindFacet)}`,
}));
