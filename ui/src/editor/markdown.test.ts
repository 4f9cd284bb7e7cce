import { describe, expect, it } from "vitest";
import { scriptMarks } from "./fountainMarks";
import { inlineMarks, type Mark } from "./markdown";

const shown = (marks: Mark[], text: string) =>
  marks
    .filter(({ name }) => !name.endsWith("-sign"))
    .sort((a, b) => a.from - b.from || b.to - a.to)
    .map(({ from, to, name }) => `${name.replace(/ink-(?:md|fn)-/g, "")}:${text.slice(from, to)}`);
const md = (text: string) => shown(inlineMarks(text), text);

describe("marks within a line", () => {
  it("are emphasis, code, links and notes", () => {
    expect(md("a *b* **c** ***d*** `*e*` ~~f~~ [g](h) [^1] ![i](j)")).toEqual([
      "em:b",
      "strong:c",
      "em:*d*".replace("*d*", "**d**"),
      "strong:d",
      "code:*e*",
      "struck:f",
      "link:g",
      "note:[^1]",
      "link:i",
    ]);
  });

  it("stand within each other", () => {
    expect(md("**a *b* c**")).toEqual(["strong:a *b* c", "em:b"]);
    expect(md("*a **b** c*")).toEqual(["em:a **b** c", "strong:b"]);
    expect(md("**强调。**后面")).toEqual(["strong:强调。"]);
  });

  it("are none where they only look like it", () => {
    for (const text of [
      "a * b * c",
      "snake_case_name",
      "\\*a\\*",
      "2*3",
      "`a",
      "**a",
      "~a~",
      "* a",
    ])
      expect(md(text)).toEqual([]);
  });

  it("are bounded in any line", () => {
    for (const text of ["*a ".repeat(1300), "`".repeat(4000), "[".repeat(4000), "_*".repeat(2000)])
      expect(inlineMarks(text).length).toBeLessThan(1500);
  });

  it("are a script's own", () => {
    const fn = (text: string, kind: Parameters<typeof scriptMarks>[1]) =>
      shown(scriptMarks(text, kind), text);
    expect(fn("*a* **b** _c *d*_ [[*n*]]", "action")).toEqual([
      "em:a",
      "strong:b",
      "under:c *d*",
      "em:d",
      "aside:[[*n*]]",
    ]);
    expect(fn("INT. HUT - DAY #12A#", "heading")).toEqual(["number:#12A#"]);
    expect(scriptMarks("@林晓 ^", "character")).toHaveLength(2);
    expect(scriptMarks("> 完 <", "centered")).toHaveLength(2);
    expect(scriptMarks("*a*", "boneyard")).toEqual([]);
  });
});
