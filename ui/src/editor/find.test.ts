import { EditorState } from "@codemirror/state";
import { describe, expect, it } from "vitest";
import { counted, faultOf, placesIn, type Wanted, wordsToFind } from "./find";

const wanted = (search: string, more: Partial<Wanted> = {}): Wanted => ({
  search,
  replace: "",
  caseSensitive: false,
  wholeWord: false,
  regexp: false,
  ...more,
});
const found = (doc: string, search: string, more: Partial<Wanted> = {}) =>
  placesIn(EditorState.create({ doc }), wanted(search, more), 100).map(
    ({ from, to, insert }) => `${doc.slice(from, to)}${insert && `>${insert}`}`,
  );

describe("find", () => {
  it("looks with and without case, for words in both scripts", () => {
    expect(found("Gull gull seagull GULL", "gull")).toHaveLength(4);
    expect(found("Gull gull", "gull", { caseSensitive: true })).toEqual(["gull"]);
    expect(found("gull seagull gulls a.gull", "gull", { wholeWord: true })).toHaveLength(2);
    expect(found("海鸥在叫，海鸥", "海鸥", { wholeWord: true })).toHaveLength(2);
    expect(found("用Vega写，VegaX", "vega", { wholeWord: true })).toEqual(["Vega"]);
  });

  it("takes what is no expression as it stands", () => {
    expect(found("a.b a\\nb $1", "a.b")).toEqual(["a.b"]);
    expect(found("a\\nb", "\\n", { replace: "$1" })).toEqual(["\\n>$1"]);
  });

  it("fills what an expression caught", () => {
    const doc = "Vega, Ines";
    expect(found(doc, "(\\w+), (\\w+)", { regexp: true, replace: "$2 $1 $& $$ $3\\n" })).toEqual([
      "Vega, Ines>Ines Vega Vega, Ines $ $3\n",
    ]);
    expect(found("aab", "x*", { regexp: true })).toEqual([]);
  });

  it("counts up to a limit, and knows which one is selected", () => {
    const state = EditorState.create({ doc: "a a a", selection: { anchor: 2, head: 3 } });
    expect(counted(state, wanted("a"), 100)).toEqual({ count: 3, more: false, at: 2 });
    expect(counted(state, wanted("a"), 2)).toEqual({ count: 2, more: true, at: 2 });
    expect(counted(state, wanted("b"), 2)).toEqual({ count: 0, more: false, at: null });
  });

  it("says what is wrong with an expression", () => {
    const faults = {
      "(a": "group_open",
      "a)": "group_closed",
      "[a": "class_open",
      "*a": "nothing_to_repeat",
      "a|+": "nothing_to_repeat",
      "a\\": "escape_at_end",
      "(a+)+$": "runs_away",
      "(?:x*)*": "runs_away",
      "\\p{Nope}": "other",
    };
    for (const [search, fault] of Object.entries(faults))
      expect(faultOf({ search, regexp: true }), search).toBe(fault);
    for (const search of ["(a|b)+", "[(]", "\\(", "a{2,3}?", "(?<y>\\d+)", "(\\w+ )+", "(a?)+", ""])
      expect(faultOf({ search, regexp: true }), search).toBeNull();
    expect(faultOf({ search: "(", regexp: false })).toBeNull();
  });

  it("begins with the selection where that is something to look for", () => {
    const { doc } = EditorState.create({ doc: "one two\nthree" });
    expect(wordsToFind(doc, 4, 7)).toBe("two");
    expect(wordsToFind(doc, 4, 9)).toBe("");
    expect(wordsToFind(doc, 4, 4)).toBe("");
  });
});
