import { describe, expect, it } from "vitest";
import { still } from "./still";

const text = (lines: ReturnType<typeof still>) =>
  lines.map(({ runs }) => runs.map((run) => run.text).join("")).join("\n");

describe("a text that is not edited", () => {
  it.each(["news", "ads", "screenplay"] as const)("keeps every character (%s)", (kind) => {
    const whole = "# A *b* **c** `d`\n\n- e [f](https://g.h)\nHeadline: i\n\n\nMARA\nno.\n  ";
    expect(text(still(whole, kind))).toBe(whole);
  });

  it("looks as in the editor", () => {
    const [head, , body] = still("# Ferry\n\nA *boat*.", "news");
    expect(head?.class).toContain("ink-md-h1");
    expect(body?.runs.map((run) => run.class)).toEqual([
      "",
      "ink-md-sign",
      "ink-md-em",
      "ink-md-sign",
      "",
    ]);
    expect(still("Headline: Bread", "ads")[0]?.class).toBe("ink-ad-line");
    expect(still("\nMARA\nYes.", "screenplay")[1]?.class).toContain("ink-fn-character");
  });

  it("is plain when it is huge", () => {
    const whole = "# a\n".repeat(20_000);
    expect(still(whole, "news")[0]?.class).toBe("");
  });
});
