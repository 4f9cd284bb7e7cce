import { isolateHistory } from "@codemirror/commands";
import {
  type ChangeSpec,
  type EditorState,
  type Extension,
  StateEffect,
  StateField,
  type Text,
  type TransactionSpec,
} from "@codemirror/state";
import {
  type EditorView,
  hoverTooltip,
  showTooltip,
  type Tooltip,
  ViewPlugin,
  type ViewUpdate,
} from "@codemirror/view";
import { kindFacet } from "./layout";

/** A mark `[^name]` in the text: a reference, or the head of what it refers to. */
export interface NoteMark {
  name: string;
  from: number;
  to: number;
}

/** What a reference refers to: from its mark to the end of its text. */
export interface NoteText extends NoteMark {
  /** Where its text begins, and where it ends. */
  begins: number;
  ends: number;
}

export interface Notes {
  references: NoteMark[];
  texts: NoteText[];
}

const MARK = /\[\^([^\]\s]{1,60})\]/g;
const HEAD = /^ {0,3}\[\^([^\]\s]{1,60})\]:[ \t]*/;
const FENCE = /^ {0,3}(?:```|~~~)/;
const CODE = /(`+)(?:(?!\1).)*?\1(?!`)/g;
/** More of one line than this is never looked at. */
const LONGEST_LINE = 20_000;
/** As much of a note is shown beside its reference. */
const SHOWN = 600;
const PAUSE_MS = 120;

/** The references of a line. */
function referencesOf(text: string, begin: number): NoteMark[] {
  if (!text.includes("[^")) return [];
  // Code keeps its brackets: they are expressions there.
  const bare = text.replace(CODE, (code) => " ".repeat(code.length));
  return [...bare.matchAll(MARK)].map(({ 0: mark, 1: name = "", index }) => ({
    name,
    from: begin + index,
    to: begin + index + mark.length,
  }));
}

/** All footnotes of a text. It is read from end to end: for what a person asks for, never for a key. */
export function notesIn(doc: Text): Notes {
  const references: NoteMark[] = [];
  const texts: NoteText[] = [];
  let open: NoteText | null = null;
  let fenced = false;
  for (let n = 1; n <= doc.lines; n++) {
    const line = doc.line(n);
    const { from } = line;
    const text = line.text.slice(0, LONGEST_LINE);
    if (FENCE.test(text)) fenced = !fenced;
    else if (!fenced) {
      const head = HEAD.exec(text);
      if (head) {
        const at = from + text.indexOf("[^");
        const name = head[1] ?? "";
        open = {
          name,
          from: at,
          to: at + name.length + 3,
          begins: from + head[0].length,
          ends: line.to,
        };
        texts.push(open);
        references.push(...referencesOf(text.slice(head[0].length), open.begins));
        continue;
      }
      references.push(...referencesOf(text, from));
    }
    // What is indented below goes on, and what stands right below does so too.
    if (open && text.trim() !== "") {
      const right = n > 1 && doc.line(n - 1).to === open.ends;
      if (right || /^(?: {4}|\t)/.test(text)) open.ends = line.to;
      else open = null;
    }
  }
  return { references, texts };
}

/** The reference at a place, of its line alone. */
export function referenceAt(state: EditorState, at: number): NoteMark | null {
  const line = state.doc.lineAt(at);
  if (line.length > LONGEST_LINE) return null;
  const head = HEAD.exec(line.text)?.[0].length ?? 0;
  return (
    referencesOf(line.text, line.from).find(
      (mark) => mark.from >= line.from + head && mark.from <= at && at <= mark.to,
    ) ?? null
  );
}

const isNumber = (name: string) => /^\d{1,6}$/.test(name);

/** New names for the numbered notes, counted in the order in which they are referred to. */
function counted(names: string[]): Map<string, string> {
  const given = new Map<string, string>();
  for (const name of names)
    if (isNumber(name) && !given.has(name)) given.set(name, `${given.size + 1}`);
  return given;
}

function renamed(marks: readonly NoteMark[], given: Map<string, string>): ChangeSpec[] {
  return marks.flatMap(({ name, from, to }) => {
    const now = given.get(name);
    return now && now !== name ? [{ from: from + 2, to: to - 1, insert: now }] : [];
  });
}

/** Numbers the notes in the order of the text; none where they are in it. */
export function renumber(state: EditorState): TransactionSpec | null {
  const { references, texts } = notesIn(state.doc);
  const given = counted([...references, ...texts].map(({ name }) => name));
  const changes = renamed([...references, ...texts], given);
  return changes.length
    ? { changes, userEvent: "input.type", annotations: isolateHistory.of("full") }
    : null;
}

/** Puts a note at the caret, numbers those behind it anew, and goes to where its text is written. */
export function insertNote(state: EditorState): TransactionSpec {
  const at = state.selection.main.to;
  const { references, texts } = notesIn(state.doc);
  // A name that nobody has, until it gets its number.
  const fresh = "999999";
  const before = references.filter(({ from }) => from < at);
  const behind = references.filter(({ from }) => from >= at);
  const order = [...before, { name: fresh }, ...behind, ...texts].map(({ name }) => name);
  const given = counted(order);
  const number = given.get(fresh) ?? "1";
  given.delete(fresh);
  const last = texts.at(-1);
  const end = last ? last.ends : state.doc.length;
  const tail = state.sliceDoc(Math.max(0, end - 2), end);
  const apart =
    tail.endsWith("\n\n") && at < end ? "" : tail.endsWith("\n") && at < end ? "\n" : "\n\n";
  const gap = last ? "\n" : apart;
  const mark = { from: at, insert: `[^${number}]` };
  const text = { from: Math.max(end, at), insert: `${gap}[^${number}]: ` };
  const changes = state.changes([...renamed([...references, ...texts], given), mark, text]);
  const caret = changes.mapPos(text.from, 1);
  return {
    changes,
    selection: { anchor: caret },
    scrollIntoView: true,
    userEvent: "input.type",
    annotations: isolateHistory.of("full"),
  };
}

/** Where a footnote leads to from a place: from a reference to its text, from a text to its reference. */
export function otherEnd(state: EditorState, at: number): number | "missing" | null {
  const reference = referenceAt(state, at);
  const { references, texts } = notesIn(state.doc);
  if (reference) return texts.find(({ name }) => name === reference.name)?.ends ?? "missing";
  const own = texts.find(({ from, ends }) => from <= at && at <= ends);
  if (!own) return null;
  return references.find(({ name }) => name === own.name)?.to ?? "missing";
}

function card(state: EditorState, reference: NoteMark): Tooltip {
  const found = notesIn(state.doc).texts.find(({ name }) => name === reference.name);
  const text = found
    ? state.sliceDoc(found.begins, Math.min(found.ends, found.begins + SHOWN))
    : "";
  return {
    pos: reference.from,
    end: reference.to,
    above: true,
    create: () => {
      const dom = document.createElement("div");
      dom.className = "ink-note-card";
      dom.setAttribute("role", "status");
      dom.textContent = text.replace(/\s*\n\s*/g, "\n").trim() || state.phrase("no such note");
      return { dom };
    },
  };
}

const setCard = StateEffect.define<Tooltip | null>();

const cardField = StateField.define<Tooltip | null>({
  create: () => null,
  update(shown, transaction) {
    for (const effect of transaction.effects) if (effect.is(setCard)) return effect.value;
    return transaction.docChanged || transaction.selection ? null : shown;
  },
  provide: (field) => showTooltip.from(field),
});

/** Shows a note where the caret comes to rest on its reference. */
const atCaret = ViewPlugin.fromClass(
  class {
    private timer: ReturnType<typeof setTimeout> | undefined;

    constructor(private readonly view: EditorView) {}

    update(update: ViewUpdate) {
      if (!update.selectionSet && !update.docChanged) return;
      clearTimeout(this.timer);
      const { main } = update.state.selection;
      if (!main.empty || update.docChanged || update.state.facet(kindFacet) === "screenplay")
        return;
      this.timer = setTimeout(() => {
        const { state } = this.view;
        const reference = referenceAt(state, state.selection.main.head);
        if (reference) this.view.dispatch({ effects: setCard.of(card(state, reference)) });
      }, PAUSE_MS);
    }

    destroy() {
      clearTimeout(this.timer);
    }
  },
);

/** Footnotes are shown beside their references, under the pointer and at the caret. */
export const footnotes: Extension = [
  cardField,
  atCaret,
  hoverTooltip(
    (view, pos) => {
      if (view.state.facet(kindFacet) === "screenplay") return null;
      const reference = referenceAt(view.state, pos);
      return reference ? card(view.state, reference) : null;
    },
    { hoverTime: 300, hideOnChange: true },
  ),
];
