import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { classify, type LineKind, LiveKinds } from "./fountain";

/** Scripts with what each line is: the studio's own reader is held to the same table. */
const TABLE: { name: string; lines: [LineKind, string][] }[] = JSON.parse(
  readFileSync(join(__dirname, "../../../tests/corpus/fountain/lines.json"), "utf8"),
);

describe("the lines of a screenplay", () => {
  it.each(TABLE.map(({ name, lines }) => ({ name, lines })))("$name", ({ lines }) => {
    const kinds = classify(
      lines.map(([, text]) => text),
      { atStart: true },
    );
    expect(kinds.map((kind, n) => [kind, lines[n]?.[1]])).toEqual(lines);
  });

  it("have a title page only at the start", () => {
    expect(classify(["Title: X"], { atStart: false })).toEqual(["action"]);
  });

  it("are read in one go when nothing closes what was opened", () => {
    for (const mark of ["[[", "/*", "[[ ", "[[\n\n", "(", "a]]\n[["]) {
      const lines = mark.repeat(20_000).split("\n");
      expect(classify(lines, { atStart: true })).toHaveLength(lines.length);
    }
  });
});

const source = (lines: readonly string[]) => ({
  count: lines.length,
  line: (n: number) => lines[n] ?? "",
});

/** The same numbers at every run (mulberry32). */
function chance(seed: number) {
  let state = seed;
  return (below: number) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

describe("the kinds of lines that are being edited", () => {
  it("are what a whole reading gives, whatever is edited", () => {
    const all = TABLE.flatMap(({ lines }) => ["", ...lines.map(([, text]) => text)]);
    const next = chance(7);
    for (let round = 0; round < 60; round++) {
      const at = next(all.length - 60);
      let lines = all.slice(at, at + 20 + next(40));
      const live = new LiveKinds(source(lines));
      for (let edit = 0; edit < 25; edit++) {
        const from = next(lines.length);
        const to = Math.min(lines.length, from + next(3));
        const place = next(all.length);
        const typed =
          next(4) === 0 ? [["/*"], ["*/"], ["[["], ["]]"], [""], ["  "]][next(6)] : null;
        const put = typed ?? all.slice(place, place + next(4));
        lines = [...lines.slice(0, from), ...put, ...lines.slice(to)];
        if (lines.length === 0) lines = [""];
        live.edit(source(lines), from, to, from + put.length);
        expect(live.kinds, lines.join("\n")).toEqual(classify(lines, { atStart: true }));
      }
    }
  });

  it("are read again where the edit is, not in the whole text", () => {
    const lines: string[] = [];
    for (let n = 0; n < 1_000; n++)
      lines.push("INT. HUT - DAY", "", "Rain.", "", "BO", "(low)", "Yes.", "");
    const live = new LiveKinds(source(lines));
    expect(live.read).toBe(lines.length);
    lines[4_006] = "Yes!";
    live.edit(source(lines), 4_006, 4_007, 4_007);
    expect(live.read).toBeLessThan(12);
    expect(live.kinds[4_006]).toBe("dialogue");
  });
});
