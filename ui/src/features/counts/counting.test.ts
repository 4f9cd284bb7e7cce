import { describe, expect, it } from "vitest";
import { lengthOf, minutesOf } from "./counting";

describe("the length of a text", () => {
  it("counts words as the library does, Chinese characters each", () => {
    const words = (text: string) => lengthOf(text).words;
    // The cases of the library's own counting.
    expect(words("Don't count well-known words--twice.")).toBe(5);
    expect(words("雨停了。OK，走吧")).toBe(6);
    expect(words("# A **b** – c\n\n- d")).toBe(4);
    expect(words("用Vega写3.5次")).toBe(5);
    expect(words("")).toBe(0);
  });

  it("counts what a person sees", () => {
    const { characters, withoutSpaces } = lengthOf("a é 👩‍👩‍👧 雨\n");
    expect([characters, withoutSpaces]).toEqual([7, 4]);
    expect(lengthOf("ab c\n雨　停").characters).toBe(7);
    expect(lengthOf("ab c\n雨　停").withoutSpaces).toBe(5);
  });

  it("counts sentences and paragraphs in both scripts", () => {
    const { sentences, paragraphs } = lengthOf("One. Two?\nThree\n\n \n雨。停了！\n\n");
    expect([sentences, paragraphs]).toEqual([5, 2]);
  });

  it("knows how long it is read", () => {
    expect(minutesOf({ words: 480, han: 0 })).toBe(2);
    expect(minutesOf({ words: 640, han: 400 })).toBe(2);
  });
});
