import type { BoardDto, CardPlace } from "../../wire/bindings";

/** A place among the cards of a column: before the card that stands there, or behind the last. */
export interface Slot {
  column: number;
  index: number;
}

/** The columns that are shown: the one without a title only if it holds anything, or is all. */
export const shownColumns = (data: BoardDto): number[] => {
  const all = data.columns.map((_, at) => at);
  return all.filter((at) => at > 0 || (data.columns[0]?.count ?? 0) > 0 || all.length === 1);
};

export function slotOf(data: BoardDto, { column, index }: Slot): CardPlace {
  const of = data.columns[column];
  if (!of || index >= of.count) return { at: "last", column };
  return { at: "before", card: of.first + index };
}

/** Where a card stands. */
export function slotAt(data: BoardDto, card: number): Slot {
  const column = data.cards[card]?.column ?? 0;
  return { column, index: card - (data.columns[column]?.first ?? 0) };
}

export type Step = "up" | "down" | "left" | "right" | "first" | "last";

/** The next place for cards that are carried; none beyond the ends. */
export function stepped(data: BoardDto, slot: Slot, step: Step): Slot {
  const shown = shownColumns(data);
  const at = shown.indexOf(slot.column);
  const count = (column: number) => data.columns[column]?.count ?? 0;
  const side = (by: number): Slot => {
    const column = shown[Math.max(0, Math.min(shown.length - 1, at + by))] ?? slot.column;
    return { column, index: Math.min(slot.index, count(column)) };
  };
  switch (step) {
    case "up":
      if (slot.index > 0) return { ...slot, index: slot.index - 1 };
      return at > 0 ? { column: side(-1).column, index: count(side(-1).column) } : slot;
    case "down":
      if (slot.index < count(slot.column)) return { ...slot, index: slot.index + 1 };
      return at < shown.length - 1 ? { column: side(1).column, index: 0 } : slot;
    case "left":
      return side(-1);
    case "right":
      return side(1);
    case "first":
      return { ...slot, index: 0 };
    case "last":
      return { ...slot, index: count(slot.column) };
  }
}

/** The card that the keyboard goes to; `wrapped` counts the cards of a row, where they stand in rows. */
export function neighbour(data: BoardDto, card: number, step: Step, wrapped = 0): number {
  const { column, index } = slotAt(data, card);
  const of = data.columns[column];
  const last = data.cards.length - 1;
  if (!of) return 0;
  if (wrapped > 0) {
    const by = { up: -wrapped, down: wrapped, left: -1, right: 1, first: -last, last }[step];
    const next = card + by;
    return step === "first" ? 0 : step === "last" ? last : next < 0 || next > last ? card : next;
  }
  if (step === "up") return index > 0 ? card - 1 : card;
  if (step === "down") return index < of.count - 1 ? card + 1 : card;
  if (step === "first") return of.first;
  if (step === "last") return of.first + of.count - 1;
  // Columns without cards are stepped over.
  const filled = shownColumns(data).filter((at) => (data.columns[at]?.count ?? 0) > 0);
  const next = data.columns[filled[filled.indexOf(column) + (step === "left" ? -1 : 1)] ?? -1];
  return next ? next.first + Math.min(index, next.count - 1) : card;
}
