import type { ComparedPart, ComparisonDto, Passage } from "../../wire/bindings";

/** Words that differ, a field apart: what a person can step to and take. */
export interface Change {
  kind: "change";
  /** Its number among all changes, from 0. */
  number: number;
  gone: ComparedPart | null;
  come: ComparedPart | null;
}

/** Paragraphs that stand elsewhere: a change where they stand now. */
export interface Here {
  kind: "here";
  number: number;
  move: number;
  parts: ComparedPart[];
}

/** Where paragraphs stood that stand elsewhere now. */
export interface Away {
  kind: "away";
  move: number;
  text: string;
}

export interface Equal {
  kind: "equal";
  text: string;
}

export type Block = Equal | Change | Here | Away;

/** A comparison as it is read: equal text and changes, one after another. */
export function blocksOf({ parts, moves }: Pick<ComparisonDto, "parts" | "moves">): Block[] {
  const blocks: Block[] = [];
  let number = 0;
  for (const part of parts) {
    const last = blocks.at(-1);
    if (part.kind === "equal") blocks.push({ kind: "equal", text: part.text });
    else if (part.kind === "away")
      blocks.push({ kind: "away", move: part.moved ?? 0, text: part.text });
    else if (part.kind === "here") {
      const move = part.moved ?? 0;
      blocks.push({ kind: "here", number: number++, move, parts: moves[move]?.parts ?? [] });
    } else if (part.kind === "insert" && last?.kind === "change" && !last.come) last.come = part;
    else
      blocks.push({
        kind: "change",
        number: number++,
        gone: part.kind === "delete" ? part : null,
        come: part.kind === "insert" ? part : null,
      });
  }
  return blocks;
}

/** What brings a change back into the new text as it stands in the old one. */
export function passagesOf(found: ComparisonDto, block: Change | Here): Passage[] {
  if (block.kind === "change") {
    const from = (block.come ?? block.gone)?.new_from ?? 0;
    const to = (block.come ?? block.gone)?.new_to ?? 0;
    const source = block.gone ?? block.come;
    return [{ from, to, source_from: source?.old_from ?? 0, source_to: source?.old_to ?? 0 }];
  }
  const move = found.moves[block.move];
  if (!move) return [];
  // It leaves where it stands, and stands again where it was.
  const leave = { from: move.new_from, to: move.new_to, source_from: 0, source_to: 0 };
  const back = {
    from: move.back_to,
    to: move.back_to,
    source_from: move.old_from,
    source_to: move.old_to,
  };
  return move.back_to <= move.new_from ? [back, leave] : [leave, back];
}

/** Text longer than this is shortened where nothing differs. */
const LONGEST_EQUAL = 900;
/** Kept of it on each side of a change. */
const AROUND = 300;

/** The beginning and the end of equal text; `null` where it is short enough to be read whole. */
export function ends(text: string, first: boolean, last: boolean): [string, string] | null {
  if (text.length <= LONGEST_EQUAL) return null;
  const head = text.lastIndexOf("\n", AROUND);
  const start = text.length - AROUND;
  const tail = text.indexOf("\n", start);
  const until = head > 0 ? head + 1 : AROUND;
  const from = tail >= 0 && tail + 1 < text.length ? tail + 1 : start;
  return [
    first ? "" : text.slice(0, until).toWellFormed(),
    last ? "" : text.slice(from).toWellFormed(),
  ];
}
