import { describe, expect, it } from "vitest";
import type { MixPassage } from "../../wire/bindings";
import { gapOf, type Picked } from "./mix.svelte";

const picked = (take: string, nth: number, gap: string, text: string): Picked => {
  const passage: MixPassage = { from: 0, to: text.length, gap, words: [{ own: true, text }] };
  return { take, nth, passage };
};

describe("what stands between picked passages", () => {
  const first = picked("a", 0, "", "Rain fell.");

  it("is what stands there, for neighbours of one take", () => {
    expect(gapOf(first, picked("a", 1, "\n\n", "Then sun."), "news", false)).toBe("\n\n");
    expect(gapOf(first, picked("a", 1, "", "雨停了。"), "news", true)).toBe("");
  });

  it("is a paragraph where one opens, and a space or nothing within one", () => {
    const opening = picked("b", 2, "\n\n", "Nobody saw it.");
    expect(gapOf(first, opening, "news", false)).toBe("\n\n");
    expect(gapOf(first, picked("b", 2, " ", "Nobody saw it."), "news", false)).toBe(" ");
    expect(gapOf(first, picked("b", 2, "", "没有人看见。"), "news", false)).toBe("");
    // One paragraph stays one, also where the other take begins.
    expect(gapOf(first, picked("b", 0, "", "Nobody saw it."), "news", true)).toBe(" ");
    expect(gapOf(first, picked("b", 0, "", "Nobody saw it."), "news", false)).toBe("\n\n");
  });

  it("keeps items of a list, fields of an ad and blocks of a script apart", () => {
    expect(gapOf(first, picked("b", 2, "\n", "- One"), "news", false)).toBe("\n");
    expect(gapOf(first, picked("b", 2, "\n\n", "Headline: Tea"), "ads", true)).toBe("\n");
    expect(gapOf(first, picked("b", 2, "\n\n", "TOM\nYes."), "screenplay", true)).toBe("\n\n");
  });
});
