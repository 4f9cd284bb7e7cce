import type { LineKind } from "./fountain";
import type { Mark } from "./markdown";

/** Signs that say what a line is, at its head. */
const FORCED: Partial<Record<LineKind, RegExp>> = {
  heading: /^\s*\.(?=[\p{Alphabetic}\p{N}])/u,
  character: /^\s*@/,
  action: /^\s*!/,
  transition: /^\s*>\s*/,
  centered: /^\s*>\s*/,
  lyric: /^\s*~/,
  section: /^\s*#{1,6}\s*/,
  synopsis: /^\s*=\s*/,
};
const EMPHASIS = /(\*{1,3}|_)(?=\S)((?:(?!\1)[^\\\n]|\\.){0,800}?\S)\1/g;
const NOTE = /\[\[.{0,2000}?\]\]/g;
const SCENE_NUMBER = /\s#[^#\s]{1,20}#\s*$/;
const PLAIN: ReadonlySet<LineKind> = new Set(["note", "boneyard", "page", "blank", "title"]);
const LOOK: Record<string, string> = {
  "*": "ink-md-em",
  "**": "ink-md-strong",
  "***": "ink-md-em ink-md-strong",
  _: "ink-fn-under",
};

/** Forced marks, emphasis, notes and scene numbers within a line of a script. */
export function scriptMarks(text: string, kind: LineKind): Mark[] {
  if (PLAIN.has(kind)) return [];
  const marks: Mark[] = [];
  const head = FORCED[kind]?.exec(text)?.[0].length ?? 0;
  if (head) marks.push({ from: 0, to: head, name: "ink-fn-sign" });
  if (kind === "centered") {
    const tail = /\s*<\s*$/.exec(text);
    if (tail && tail.index >= head)
      marks.push({ from: tail.index, to: text.length, name: "ink-fn-sign" });
  }
  const number = kind === "heading" ? SCENE_NUMBER.exec(text) : null;
  if (number) marks.push({ from: number.index + 1, to: text.length, name: "ink-fn-number" });
  const dual = kind === "character" ? /\s*\^\s*$/.exec(text) : null;
  if (dual && dual.index > head)
    marks.push({ from: dual.index, to: text.length, name: "ink-fn-sign" });
  const notes = [...text.matchAll(NOTE)].map(({ 0: note, index }) => ({
    from: index,
    to: index + note.length,
  }));
  for (const { from, to } of notes) marks.push({ from, to, name: "ink-fn-aside" });
  emphasis(text, head, marks, notes);
  return marks;
}

function emphasis(
  text: string,
  start: number,
  marks: Mark[],
  notes: { from: number; to: number }[],
  depth = 0,
) {
  const piece = text.slice(start);
  for (const found of piece.matchAll(EMPHASIS)) {
    const [whole, sign = "", inner = ""] = found;
    const from = start + found.index;
    const to = from + whole.length;
    if (text[from - 1] === "\\" || notes.some((note) => note.from < to && note.to > from)) continue;
    marks.push({ from: from + sign.length, to: to - sign.length, name: LOOK[sign] ?? "" });
    marks.push({ from, to: from + sign.length, name: "ink-fn-sign" });
    marks.push({ from: to - sign.length, to, name: "ink-fn-sign" });
    if (depth < 2) {
      const within: Mark[] = [];
      emphasis(inner, 0, within, [], depth + 1);
      const moved = from + sign.length;
      for (const one of within) marks.push({ ...one, from: one.from + moved, to: one.to + moved });
    }
  }
}
