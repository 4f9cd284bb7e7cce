import { describe, expect, it } from "vitest";
import type { Doubt } from "../../wire/bindings";
import { replaced, stretches } from "./doubts.svelte";

const doubt = (from: number, to: number): Doubt => ({ from, to, share: 0.3, others: [] });
const found = { text: "The old ferry sails", words: [doubt(4, 7), doubt(14, 19)] };

describe("unsure words", () => {
  it("cut the text and lose none of it", () => {
    const cut = stretches(found);
    expect(cut.map(({ text }) => text).join("")).toBe(found.text);
    expect(cut.filter(({ word }) => word !== null)).toEqual([
      { text: "old", word: 0 },
      { text: "sails", word: 1 },
    ]);
    expect(stretches({ text: "Sure.", words: [] })).toEqual([{ text: "Sure.", word: null }]);
  });

  it("give way to others, and what stands behind moves along", () => {
    const next = replaced(found, 0, "last");
    expect(next).toEqual({ text: "The last ferry sails", words: [doubt(15, 20)] });
    expect(stretches(next).at(-1)).toEqual({ text: "sails", word: 0 });
    const last = replaced(found, 1, "goes");
    expect(last).toEqual({ text: "The old ferry goes", words: [doubt(4, 7)] });
    expect(replaced(found, 5, "none")).toEqual(found);
  });
});
