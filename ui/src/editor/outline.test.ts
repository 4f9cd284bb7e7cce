import { Text } from "@codemirror/state";
import { describe, expect, it } from "vitest";
import { classify } from "./fountain";
import { landmarkAt, outlineOf } from "./outline";

describe("the outline", () => {
  it("has the headings of Markdown, not those in code", () => {
    const lines = ["# One *a*", "", "```", "# no", "```", "## 二 ##", "#no", "### [x](y)", "a # b"];
    const found = outlineOf(Text.of(lines), "news");
    expect(found.map(({ level, text }) => [level, text])).toEqual([
      [1, "One a"],
      [2, "二"],
      [3, "x"],
    ]);
    expect(found.map(({ at }) => at)).toEqual([0, 24, 36]);
  });

  it("has sections and scenes of a script, one within the other", () => {
    const lines = [
      "INT. A - DAY",
      "",
      "Rain.",
      "",
      "# Act",
      "",
      ".内景 夜 #3#",
      "",
      "BO",
      "INT. B",
    ];
    const kinds = classify(lines, { atStart: true });
    const found = outlineOf(Text.of(lines), "screenplay", kinds);
    expect(found.map(({ level, text, what }) => [level, text, what])).toEqual([
      [1, "INT. A - DAY", "scene"],
      [1, "Act", "section"],
      [2, "内景 夜", "scene"],
    ]);
    expect([0, 5, found[1]?.at ?? 0, 999].map((at) => landmarkAt(found, at))).toEqual([0, 0, 1, 2]);
    expect(landmarkAt(found.slice(1), 0)).toBe(-1);
  });
});
