import { describe, expect, it } from "vitest";
import { isAmong, wordsIn } from "./spelling";

const found = (text: string, chinese = false) => wordsIn(text, chinese).map(({ word }) => word);

describe("words that can be looked up", () => {
  it("are whole words, with their apostrophes and hyphens", () => {
    expect(found("The keeper\u2019s well-known boat didn't sail.")).toEqual([
      "The",
      "keeper\u2019s",
      "well-known",
      "boat",
      "didn't",
      "sail",
    ]);
    expect(wordsIn("a bd", false)).toEqual([{ from: 2, to: 4, word: "bd" }]);
  });

  it("leave code, addresses, labels and abbreviations alone", () => {
    expect(
      found(
        "See `fn mian`, https://exampel.org/pgae, mail@exampel.org, [txet](adress.htm), <spna>",
      ),
    ).toEqual(["See", "txet"]);
    expect(found("UNESCO iPhone mp3s wrod_two #tagg file.txet 3rd [^nte] [^nte]: mnet")).toEqual([
      "mnet",
    ]);
  });

  it("are English phrases only, in a Chinese text", () => {
    expect(
      found("\u4ed6\u7528 Vega \u5199\u4f5c\uff0c\u53d1\u5728 Medium \u4e0a\u3002", true),
    ).toEqual([]);
    expect(found("\u4ed6\u8bf4\uff1aThe boat has gonne away\u3002", true)).toEqual([
      "The",
      "boat",
      "has",
      "gonne",
      "away",
    ]);
    expect(found("\u4ed6\u5728 Vegaa \u5199\u4f5c\u3002")).toEqual(["Vegaa"]);
  });

  it("are known at the beginning of a sentence and as owners", () => {
    const own = new Set(["kestrel", "Mara"]);
    expect(isAmong(own, "Kestrel\u2019s")).toBe(true);
    expect(isAmong(own, "Mara's")).toBe(true);
    expect(isAmong(own, "mara")).toBe(false);
  });
});
