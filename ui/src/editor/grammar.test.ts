import { Text } from "@codemirror/state";
import { describe, expect, it } from "vitest";
import type { LineKind } from "./fountain";
import { isFinished, paragraphAt } from "./grammar";

const doc = (...lines: string[]) => Text.of(lines);
const texts = (of: Text, chinese = false, kinds?: LineKind[]) => {
  const found: string[] = [];
  let end = -1;
  for (let line = 1; line <= of.lines; line++) {
    if (of.line(line).from <= end) continue;
    const { from, to, text } = paragraphAt(of, line, chinese, kinds);
    expect(to).toBeGreaterThanOrEqual(from);
    if (text !== null) {
      expect(of.sliceString(from, to)).toBe(text);
      found.push(text);
    }
    end = to;
  }
  return found;
};

describe("paragraphs that are looked at", () => {
  it("go over line ends, and begin with what begins a block", () => {
    const of = doc(
      "## The storm at night",
      "He goes along the",
      "planks and stops.",
      "",
      "- one that he has",
      "- two that he has",
      "| a cell of it | another cell |",
      "after the table he goes",
      "---",
      "Two words",
    );
    expect(texts(of)).toEqual([
      "## The storm at night",
      "He goes along the\nplanks and stops.",
      "- one that he has",
      "- two that he has",
      "after the table he goes",
    ]);
    // From the middle it is the same one.
    expect(paragraphAt(of, 3, false).text).toBe("He goes along the\nplanks and stops.");
  });

  it("are English as a whole", () => {
    const of = doc(
      "渡轮 sails at night today",
      "",
      "A brand of four",
      "",
      "He goes to the pier and waits.",
    );
    expect(texts(of)).toEqual(["A brand of four", "He goes to the pier and waits."]);
    expect(texts(of, true)).toEqual(["He goes to the pier and waits."]);
  });

  it("are what happens, in a script", () => {
    const of = doc("INT. PIER - NIGHT", "He walk along the planks.", "MARA", "He go home now.");
    const kinds: LineKind[] = ["heading", "action", "character", "dialogue"];
    expect(texts(of, false, kinds)).toEqual(["He walk along the planks."]);
  });

  it("end where they are too long to be any", () => {
    const of = Text.of(
      Array.from({ length: 3000 }, () => "the ferry waits for rain and runs again"),
    );
    for (const line of [1, 1500, 3000]) {
      const { from, to } = paragraphAt(of, line, false);
      expect(to - from).toBeLessThan(20_000);
      expect(from).toBeLessThanOrEqual(of.line(line).from);
      expect(to).toBeGreaterThanOrEqual(of.line(line).to);
    }
  });
});

it("a sentence is finished by its end, and by what follows it", () => {
  const at = (text: string) => isFinished(doc(...text.split("\n")), 2, text.length);
  expect(
    ["He go", "He go. ", 'He "go." S', "He go to\nthe", "He go\n\nSo", "He go?"].map(at),
  ).toEqual([false, true, true, false, true, false]);
  expect(isFinished(Text.of(["a ".repeat(1000)]), 0, 1500)).toBe(true);
});
