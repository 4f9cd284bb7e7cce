import type { DiffPieceDto } from "../../wire/bindings";

/** Kept of what is equal on each side of a change. */
const AROUND = 160;
/** More of one change than this is not shown: nobody reads it, and laying it out takes long. */
const LONGEST_CHANGE = 20_000;

export interface Piece {
  change: DiffPieceDto["change"] | "gap";
  text: string;
}

/** The head of a text that ends at a word, at least `from` units long. */
function headOf(text: string, most: number): string {
  const cut = text.lastIndexOf(" ", most);
  return text.slice(0, cut > most / 2 ? cut : most).toWellFormed();
}

function tailOf(text: string, most: number): string {
  const start = text.length - most;
  const cut = text.indexOf(" ", start);
  return text.slice(cut >= 0 && cut < start + most / 2 ? cut : start).toWellFormed();
}

/** A comparison with what is equal shortened to the surroundings of the changes. */
export function shortened(pieces: DiffPieceDto[]): Piece[] {
  const found: Piece[] = [];
  for (const [n, { change, text }] of pieces.entries()) {
    if (change !== "equal") {
      found.push({ change, text: text.slice(0, LONGEST_CHANGE).toWellFormed() });
      if (text.length > LONGEST_CHANGE) found.push({ change: "gap", text: "" });
      continue;
    }
    const first = n === 0;
    const last = n === pieces.length - 1;
    if (text.length <= AROUND * (first || last ? 1 : 2) + AROUND) {
      found.push({ change, text });
      continue;
    }
    if (!first) found.push({ change, text: headOf(text, AROUND) });
    found.push({ change: "gap", text: "" });
    if (!last) found.push({ change, text: tailOf(text, AROUND) });
  }
  return found;
}
