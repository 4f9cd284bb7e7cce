import { describe, expect, it } from "vitest";
import { classify, type LineKind } from "./fountain";

const START = { atStart: true, inBoneyard: false };
const kinds = (text: string, before = START) => classify(text.split("\n"), before);

/** Each line with the kind that it has, as `kind: text`. */
function expectKinds(script: [LineKind, string][]) {
  const lines = script.map(([, text]) => text);
  expect(classify(lines, START)).toEqual(script.map(([kind]) => kind));
}

describe("the lines of a screenplay", () => {
  it("are told apart", () => {
    expectKinds([
      ["title", "Title: The Keeper"],
      ["title", "Author: Ada Quill"],
      ["blank", ""],
      ["heading", "INT. LIGHTHOUSE - NIGHT"],
      ["blank", ""],
      ["action", "Rain on glass. MARA climbs."],
      ["blank", ""],
      ["character", "MARA"],
      ["parenthetical", "(quietly)"],
      ["dialogue", "I put you out."],
      ["blank", ""],
      ["transition", "CUT TO:"],
      ["blank", ""],
      ["heading", "EXT. ROCKS - DAWN"],
    ]);
  });

  it("are told apart in Chinese", () => {
    expectKinds([
      ["heading", "内景 灯塔 - 夜"],
      ["blank", ""],
      ["action", "雨打着玻璃。"],
      ["blank", ""],
      ["character", "@玛拉"],
      ["parenthetical", "（轻声）"],
      ["dialogue", "我明明把你熄了。"],
    ]);
  });

  it("can be forced", () => {
    expectKinds([
      ["heading", ".FORCED PLACE"],
      ["blank", ""],
      ["action", "!SHOUTED ACTION"],
      ["action", "goes on"],
      ["blank", ""],
      ["character", "@McAvoy"],
      ["dialogue", "Yes."],
      ["blank", ""],
      ["centered", ">THE END<"],
      ["blank", ""],
      ["transition", ">Fade out"],
      ["section", "# Act One"],
      ["synopsis", "= She leaves."],
      ["lyric", "~And the sea"],
      ["page", "==="],
    ]);
  });

  it("a shout alone is no cue, a cue with an extension is one", () => {
    expect(kinds("\nBANG\n")[1]).toBe("action");
    expect(kinds("\nMARA (cont'd)\nYes.")[1]).toBe("character");
    expect(kinds("\nTOM ^\nYes.")[1]).toBe("character");
  });

  it("an ellipsis is no forced heading", () => {
    expect(kinds("\n...and then")[1]).toBe("action");
  });

  it("two spaces keep a speech going", () => {
    expect(kinds("\nMARA\nYes.\n  \nNo.")).toEqual([
      "blank",
      "character",
      "dialogue",
      "dialogue",
      "dialogue",
    ]);
  });

  it("boneyards and notes span lines", () => {
    expect(kinds("/* cut\nINT. X\n*/\nAction.")).toEqual([
      "boneyard",
      "boneyard",
      "boneyard",
      "action",
    ]);
    expect(kinds("\n[[a note\nmore]]\nAction.").slice(1)).toEqual(["note", "note", "action"]);
    expect(classify(["still cut"], { atStart: false, inBoneyard: true })).toEqual(["boneyard"]);
  });

  it("a title page is only at the start", () => {
    expect(classify(["Title: X"], { atStart: false, inBoneyard: false })).toEqual(["action"]);
  });
});
