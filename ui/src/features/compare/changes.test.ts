import { describe, expect, it } from "vitest";
import type { ComparedPart, ComparisonDto } from "../../wire/bindings";
import { blocksOf, type Change, ends, type Here, passagesOf } from "./changes";

const part = (
  kind: ComparedPart["kind"],
  text: string,
  [old_from, old_to, new_from, new_to]: [number, number, number, number],
  moved: number | null = null,
): ComparedPart => ({ kind, text, old_from, old_to, new_from, new_to, moved });

// "A. moved. C" became "A! C moved."
const found = {
  parts: [
    part("equal", "A", [0, 1, 0, 1]),
    part("delete", ".", [1, 2, 1, 1]),
    part("insert", "!", [2, 2, 1, 2]),
    part("away", " moved.", [2, 9, 2, 2], 0),
    part("equal", " C", [9, 11, 2, 4]),
    part("here", " moved.", [11, 11, 4, 11], 0),
  ],
  moves: [
    {
      parts: [part("equal", " moved.", [2, 9, 4, 11])],
      old_from: 2,
      old_to: 9,
      back_to: 2,
      new_from: 4,
      new_to: 11,
    },
  ],
} as unknown as ComparisonDto;

/** The new text with passages of the old one put in. */
function taken(block: Change | Here) {
  const [old, now] = ["A. moved. C", "A! C moved."];
  let text = now;
  for (const { from, to, source_from, source_to } of passagesOf(found, block).reverse())
    text = text.slice(0, from) + old.slice(source_from, source_to) + text.slice(to);
  return text;
}

describe("the blocks of a comparison", () => {
  const blocks = blocksOf(found);

  it("are changes with both sides, and moves", () => {
    expect(blocks.map(({ kind }) => kind)).toEqual(["equal", "change", "away", "equal", "here"]);
    const change = blocks[1] as Change;
    expect([change.gone?.text, change.come?.text]).toEqual([".", "!"]);
    expect((blocks[4] as Here).number).toBe(1);
  });

  it("can be taken back one by one", () => {
    expect(taken(blocks[1] as Change)).toBe("A. C moved.");
    expect(taken(blocks[4] as Here)).toBe("A! moved. C");
  });

  it("shorten what is equal, and only that", () => {
    expect(ends("short", false, false)).toBeNull();
    const long = `${"line\n".repeat(400)}`;
    const shown = ends(long, false, false);
    expect(shown?.[0].endsWith("\n") && long.startsWith(shown[0])).toBe(true);
    expect(shown && long.endsWith(shown[1])).toBe(true);
    expect(ends(long, true, true)).toEqual(["", ""]);
  });
});
