import type { PreviewPiece } from "../../wire/bindings";

/** A letter that no font has, as it is printed: its number in two rows. */
export interface Numbered {
  x: number;
  y: number;
  size: number;
  upper: string;
  lower: string;
}

/** A cell of Courier, in ems. */
const CELL = 0.6;

/** A piece of a page: what fonts have of it, and the numbers in the place of the rest. */
export function drawn(
  piece: PreviewPiece,
  missing: ReadonlySet<string>,
): { text: string; numbers: Numbered[] } {
  const numbers: Numbered[] = [];
  const letters = [...piece.text].map((letter, n) => {
    if (!missing.has(letter)) return letter;
    const digits = (letter.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
    const half = Math.floor(digits.length / 2);
    const x = piece.wide ? (piece.x[n] ?? 0) : (piece.x[0] ?? 0) + n * CELL * piece.size;
    const room = piece.size * (piece.wide ? 1 : CELL);
    const size = Math.min(room / ((digits.length - half) * 0.62), piece.size * 0.45);
    numbers.push({ x, y: piece.y, size, upper: digits.slice(0, half), lower: digits.slice(half) });
    return piece.wide ? "\u3000" : " ";
  });
  return { text: letters.join(""), numbers };
}
