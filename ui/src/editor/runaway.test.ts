import { describe, expect, it } from "vitest";
import { runsAway } from "./runaway";

describe("expressions that run away", () => {
  it.each([
    "(a+)+b",
    "(a*)*b",
    "(a|a)*b",
    "(a|aa)+$",
    "(\\w|\\d)+!",
    "(\\w+\\s?)+!",
    "(?:a?b?)*c",
    "(x+x+)+y",
    "([a-z]+)*\\d",
    "(.*)*x",
    "^(\\p{L}|[a-c])+$",
    "(潮|[一-龥])+。",
    "(?=(a+)+b)",
    "(a{2,})+b",
    "((ab)*)*c",
    "(?:a+){3,}b",
    "((a|b)*|c)*d",
  ])("%s", (source) => expect(runsAway(source)).toBe(true));

  it.each([
    "gull",
    "a+b*c?",
    "(a|b)*c",
    "(ab+)+c",
    "(\\w+\\s)+!",
    ".*foo.*bar",
    "(\\p{L}|\\d)+",
    "\\b\\w+\\b \\b\\w+",
    "(?<!a)b(?=c+)",
    "(\\d{3}-)*\\d{4}",
    "“[^”]*”",
    "(?:[，。！？]|……)+",
    "(a)(b)\\1",
    "x{2,3}y{1,}z",
    "[)(]+|\\(",
    "",
    "(",
    `${"(a|b)c".repeat(80)}`,
  ])("not %s", (source) => expect(runsAway(source)).toBe(false));

  it("heeds upper and lower case", () => {
    expect(runsAway("(a|A)*b")).toBe(false);
    expect(runsAway("(a|A)*b", "iu")).toBe(true);
  });
});
