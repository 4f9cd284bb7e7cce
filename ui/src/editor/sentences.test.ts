import { describe, expect, it } from "vitest";
import { sentenceAt, sentenceEnds } from "./sentences";

const cut = (text: string) => {
  let from = 0;
  return sentenceEnds(text).map((end) => {
    const piece = text.slice(from, end);
    from = end;
    return piece.trim();
  });
};

describe("sentences", () => {
  it("end where English ends them", () => {
    expect(cut("Rain. “Late,” she said. Why? Go!")).toEqual([
      "Rain.",
      "“Late,” she said.",
      "Why?",
      "Go!",
    ]);
    expect(cut("Dr. J. B. Vega paid $3.50 at 9 a.m. in Jan. and left. So?")).toEqual([
      "Dr. J. B. Vega paid $3.50 at 9 a.m. in Jan. and left.",
      "So?",
    ]);
    expect(cut('"Why?" she asked. "No!" "Yes." Then… nothing. Wait… Now.')).toEqual([
      '"Why?" she asked.',
      '"No!"',
      '"Yes."',
      "Then… nothing.",
      "Wait…",
      "Now.",
    ]);
  });

  it("end where Chinese ends them", () => {
    expect(cut("雨停了。“走吧！”老秦说。他……走了？！「好。」完")).toEqual([
      "雨停了。",
      "“走吧！”",
      "老秦说。",
      "他……走了？！",
      "「好。」",
      "完",
    ]);
    expect(cut("他在 Vega 3.5 号码头。OK. 好")).toEqual(["他在 Vega 3.5 号码头。", "OK.", "好"]);
  });

  it("are found at any place of any text", () => {
    const text = "One. Two is here. 三。";
    expect(sentenceAt(text, 0)).toEqual({ from: 0, to: 4 });
    expect(sentenceAt(text, 4)).toEqual({ from: 0, to: 4 });
    expect(sentenceAt(text, 5)).toEqual({ from: 5, to: 17 });
    expect(sentenceAt(text, text.length)).toEqual({ from: 18, to: 20 });
    expect(sentenceAt("", 0)).toEqual({ from: 0, to: 0 });
    expect(sentenceAt("no end", 3)).toEqual({ from: 0, to: 6 });
  });
});
