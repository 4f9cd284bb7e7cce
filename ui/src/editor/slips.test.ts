import { describe, expect, it } from "vitest";
import { slipsOf } from "./slips";

const found = (text: string, script = false) =>
  slipsOf(text, script).map(({ from, to, rule, fixes }) => [rule, text.slice(from, to), fixes[0]]);

describe("slips in Chinese", () => {
  it.each([
    [
      "他来了,又走了.",
      [
        ["width", ",", "，"],
        ["width", ".", "。"],
      ],
    ],
    [
      "他(老秦)来了。",
      [
        ["width", "(", "（"],
        ["width", ")", "）"],
      ],
    ],
    ["他来了，，又走了。", [["doubled", "，，", "，"]]],
    ["他想了想...没说话。", [["ellipsis", "...", "……"]]],
    ["海风--很大。", [["dash", "--", "——"]]],
    ["他 来了。", [["spacing", " ", ""]]],
    ["这是我的的书。", [["repeated", "的的", "的"]]],
    ["他迫不急待。", [["spelling", "迫不急待", "迫不及待"]]],
    ["他慢慢的走了。", [["particle", "的", "地"]]],
    ["他跑的很快。", [["particle", "的", "得"]]],
    ["我觉的冷。", [["particle", "觉的", "觉得"]]],
    ["他读《边城。", [["unmatched", "《", undefined]]],
    [
      "She wrote 他来了,又走了 on the wall, and 迫不急待.",
      [
        ["width", ",", "，"],
        ["spelling", "迫不急待", "迫不及待"],
      ],
    ],
    ["他说 I could of come 然后走了。", [["confused", "could of", "could have"]]],
  ])("%s", (text, wanted) => expect(found(text)).toEqual(wanted));

  it.each([
    "版本 3.5 于 2026 年发布，约 1,200 人参加。",
    "他说：“走吧。”然后走了……",
    "慢慢的走廊里没有人。他写的很多书都丢了。视觉的冲击。是是非非，的的确确。",
    "见 https://example.org/a,b?c 一文。",
    "海风——很大。《边城》（1934）。",
    "Inkstone 是一个程序。",
    "The lake (西湖) lies still. (潮) is a tide.",
  ])("none in %s", (text) => expect(found(text)).toEqual([]));

  it("leaves the spaces of a script's headings", () => {
    expect(found("内景 灯塔 夜", true)).toEqual([]);
  });
});

describe("slips in English", () => {
  it.each([
    ["He went to the the door.", [["repeated", "the the", "the"]]],
    [
      "Teh gates were seperate.",
      [
        ["spelling", "Teh", "The"],
        ["spelling", "seperate", "separate"],
      ],
    ],
    [
      "It was a hour and an long one.",
      [
        ["article", "a hour", "an hour"],
        ["article", "an long", "a long"],
      ],
    ],
    ["You could of come.", [["confused", "could of", "could have"]]],
    [
      "It is more then enough; its been long.",
      [
        ["confused", "more then", "more than"],
        ["confused", "its", "it\u2019s"],
      ],
    ],
    [
      "Then i left .",
      [
        ["capital", "i", "I"],
        ["spacing", " ", ""],
      ],
    ],
  ])("%s", (text, wanted) => expect(found(text)).toEqual(wanted));

  it.each([
    "He had had a unique, honest hour at a university; an heir, a one-off, a European.",
    "Of course it could, of course. That that is, is. I, you and it\u2019s over; its own.",
    "Run `the the` and see https://a.example/teh.",
    "Part A is done. An MP and a BBC crew.",
    "\u201cA quotation that goes on",
  ])("none in %s", (text) => expect(found(text)).toEqual([]));

  it("is quick on what never ends", () => {
    const long = `${"a".repeat(9_000)} ${"( ".repeat(3_000)}${"的".repeat(3_000)}`;
    expect(slipsOf(long, false).length).toBeLessThan(20_000);
  });
});
