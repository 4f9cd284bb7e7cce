import type { ChangeSet } from "@codemirror/state";
import type { EditDto } from "../wire/bindings";

const isHighSurrogate = (unit: number) => unit >= 0xd800 && unit < 0xdc00;
const isLowSurrogate = (unit: number) => unit >= 0xdc00 && unit < 0xe000;

/** The one replacement that makes `before` into `after`; `null` when they are equal. */
export function smallestChange(
  before: string,
  after: string,
): { from: number; to: number; insert: string } | null {
  if (before === after) return null;
  const most = Math.min(before.length, after.length);
  let head = 0;
  while (head < most && before.charCodeAt(head) === after.charCodeAt(head)) head++;
  if (head > 0 && isHighSurrogate(before.charCodeAt(head - 1))) head--;
  let tail = 0;
  while (
    tail < most - head &&
    before.charCodeAt(before.length - 1 - tail) === after.charCodeAt(after.length - 1 - tail)
  )
    tail++;
  if (tail > 0 && isLowSurrogate(before.charCodeAt(before.length - tail))) tail--;
  return { from: head, to: before.length - tail, insert: after.slice(head, after.length - tail) };
}

/** A set of changes as edits for the wire. */
export function toEdits(changes: ChangeSet): EditDto[] {
  const edits: EditDto[] = [];
  changes.iterChanges((from, to, _fromNew, _toNew, inserted) => {
    // A lone surrogate is no character anywhere outside this editor.
    edits.push({ from, to, insert: inserted.toString().toWellFormed() });
  });
  return edits;
}
