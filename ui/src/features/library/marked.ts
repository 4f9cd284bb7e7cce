import type { MarkDto } from "../../wire/bindings";

export interface Piece {
  text: string;
  hit: boolean;
}

/** Parts a line where it is marked. */
export function marked(line: string, marks: MarkDto[]): Piece[] {
  const pieces: Piece[] = [];
  let at = 0;
  for (const { from, to } of marks) {
    if (from > at) pieces.push({ text: line.slice(at, from), hit: false });
    if (to > from) pieces.push({ text: line.slice(from, to), hit: true });
    at = Math.max(at, to);
  }
  if (at < line.length) pieces.push({ text: line.slice(at), hit: false });
  return pieces;
}
