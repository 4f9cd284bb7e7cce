import { expect, test } from "vitest";
import type { BoardDto } from "../../wire/bindings";
import { neighbour, shownColumns, slotAt, slotOf, stepped } from "./slots";

/** A board with so many cards in each column. */
function of(...counts: number[]): BoardDto {
  let first = 0;
  const columns = counts.map((count, at) => {
    const column = { title: `${at}`, depth: at ? 1 : 0, act: null, from: 0, first, count };
    first += count;
    return { ...column, eighths: 0 };
  });
  const cards = counts.flatMap((count, column) =>
    Array.from({ length: count }, (_, n) => ({
      ...{ id: (columns[column]?.first ?? 0) + n, kind: "scene" as const, column, number: "" },
      ...{ heading: "", synopsis: "", color: null, characters: [], location: null, eighths: 1 },
      ...{ page: "", from: 0, comes_back: false, stale: [] },
    })),
  );
  return { revision: 1, eighths: 0, columns, cards, stale_beats: null };
}

test("what stands before the first section is a column only if it holds anything", () => {
  expect(shownColumns(of(0, 2, 0))).toEqual([1, 2]);
  expect(shownColumns(of(1, 2))).toEqual([0, 1]);
  expect(shownColumns(of(0))).toEqual([0]);
});

test("a place among the cards is before the one that stands there, or last", () => {
  const board = of(0, 2, 0);
  expect(slotOf(board, { column: 1, index: 1 })).toEqual({ at: "before", card: 1 });
  expect(slotOf(board, { column: 1, index: 2 })).toEqual({ at: "last", column: 1 });
  expect(slotOf(board, { column: 2, index: 0 })).toEqual({ at: "last", column: 2 });
  expect(slotAt(board, 1)).toEqual({ column: 1, index: 1 });
});

test("carried cards go from column to column and stop at the ends", () => {
  const board = of(0, 2, 0, 1);
  const at = (column: number, index: number) => ({ column, index });
  expect(stepped(board, at(1, 1), "down")).toEqual(at(1, 2));
  expect(stepped(board, at(1, 2), "down")).toEqual(at(2, 0));
  expect(stepped(board, at(2, 0), "down")).toEqual(at(3, 0));
  expect(stepped(board, at(3, 1), "down")).toEqual(at(3, 1));
  expect(stepped(board, at(2, 0), "up")).toEqual(at(1, 2));
  expect(stepped(board, at(1, 0), "up")).toEqual(at(1, 0));
  expect(stepped(board, at(1, 2), "right")).toEqual(at(2, 0));
  expect(stepped(board, at(1, 0), "left")).toEqual(at(1, 0));
  expect(stepped(board, at(1, 0), "last")).toEqual(at(1, 2));
});

test("the keyboard steps over empty columns and, in rows, from row to row", () => {
  const board = of(0, 2, 0, 1);
  expect(neighbour(board, 1, "right")).toBe(2);
  expect(neighbour(board, 2, "left")).toBe(0);
  expect(neighbour(board, 2, "right")).toBe(2);
  expect(neighbour(board, 0, "down")).toBe(1);
  expect(neighbour(board, 1, "down")).toBe(1);
  const rows = of(7);
  expect(neighbour(rows, 1, "down", 3)).toBe(4);
  expect(neighbour(rows, 5, "down", 3)).toBe(5);
  expect(neighbour(rows, 0, "up", 3)).toBe(0);
  expect(neighbour(rows, 3, "first", 3)).toBe(0);
  expect(neighbour(rows, 3, "last", 3)).toBe(6);
});
