import { EditorState } from "@codemirror/state";
import { describe, expect, it } from "vitest";
import { insertNote, notesIn, otherEnd, renumber } from "./footnotes";

const at = (text: string) => {
  const anchor = text.indexOf("|");
  return EditorState.create({ doc: text.replace("|", ""), selection: { anchor } });
};
/** The text with the caret in it, after an insertion. */
function inserted(text: string): string {
  const { state } = at(text).update(insertNote(at(text)));
  const { head } = state.selection.main;
  return `${state.sliceDoc(0, head)}|${state.sliceDoc(head)}`;
}

describe("footnotes", () => {
  it("are found in the text, not in code", () => {
    const doc = EditorState.create({
      doc: "One[^1] `[^a-z]` two[^b].\n\n```\n[^2]\n[^2]: x\n```\n\n[^1]: First\n    goes on.\n\n[^b]: 第二[^1]\nlazy\n\nText.",
    }).doc;
    const { references, texts } = notesIn(doc);
    expect(references.map(({ name }) => name)).toEqual(["1", "b", "1"]);
    expect(texts.map(({ begins, ends }) => doc.sliceString(begins, ends))).toEqual([
      "First\n    goes on.",
      "第二[^1]\nlazy",
    ]);
  });

  it("get their number where they are put, and those behind are counted anew", () => {
    expect(inserted("One| two.")).toBe("One[^1] two.\n\n[^1]: |");
    expect(inserted("|")).toBe("[^1]\n\n[^1]: |");
    expect(inserted("One.|\n")).toBe("One.[^1]\n\n[^1]: |");
  });

  it("keep their texts when others come before them", () => {
    expect(inserted("One| two[^1] three[^note].\n\n[^1]: Second.\n[^note]: Named.\n")).toBe(
      "One[^1] two[^2] three[^note].\n\n[^2]: Second.\n[^note]: Named.\n[^1]: |\n",
    );
    expect(inserted("一[^1]二|三[^2]\n\n[^1]: 甲\n[^2]: 乙")).toBe(
      "一[^1]二[^2]三[^3]\n\n[^1]: 甲\n[^3]: 乙\n[^2]: |",
    );
  });

  it("are numbered in the order of the text", () => {
    const state = at("a[^3] b[^x] c[^1] d[^3]\n\n[^1]: c\n[^3]: a\n[^7]: none|");
    const spec = renumber(state);
    if (!spec) throw new Error("nothing to number");
    const next = state.update(spec).state;
    expect(next.doc.toString()).toBe("a[^1] b[^x] c[^2] d[^1]\n\n[^2]: c\n[^1]: a\n[^3]: none");
    expect(renumber(next)).toBeNull();
  });

  it("lead to their other end", () => {
    const go = (text: string) => otherEnd(at(text), text.indexOf("|"));
    expect(go("One[^1|] two.\n\n[^1]: Text")).toBe(24);
    expect(go("One[^1] two.\n\n[^1]: Te|xt")).toBe(7);
    expect(go("One[^2|].")).toBe("missing");
    expect(go("One| two.")).toBeNull();
  });
});
