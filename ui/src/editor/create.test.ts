import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { blank } from "./blank";
import { Editor, type EditorPorts, type Page } from "./create";
import { PLAIN } from "./modes";

const nothing = new Proxy({} as EditorPorts, {
  get: () => new Proxy(() => () => undefined, { get: () => () => undefined }),
});
const page = blank("Rain.\n");

let editor: Editor;
beforeEach(() => {
  editor = new Editor(document.body, nothing);
  editor.open(page);
});
afterEach(() => editor.destroy());

describe("what stands around a text", () => {
  it("leaves the editor alone while it stays the same", () => {
    const before = editor.view.state;
    editor.speak({ ...page, proofing: { ...page.proofing } });
    expect(editor.view.state).toBe(before);
  });

  it.each<[string, Partial<Page>]>([
    ["its label", { label: "正文" }],
    ["its language", { language: "zh-CN" }],
    ["its ways", { modes: { ...PLAIN, typewriter: true } }],
    ["its words", { proofing: { ...page.proofing, right: new Set(["rayne"]) } }],
    ["its punctuation", { punctuation: { on: true, chineseQuotes: "curly" } }],
  ])("is told to it when it changes: %s", (_, change) => {
    const before = editor.view.state;
    editor.speak({ ...page, ...change });
    expect(editor.view.state).not.toBe(before);
    // And back.
    const changed = editor.view.state;
    editor.speak(page);
    expect(editor.view.state).not.toBe(changed);
    expect(editor.view.contentDOM.getAttribute("aria-label")).toBe("Text");
  });

  it("changes without the text being drawn anew, while it says the same sentences", () => {
    const phrases = { Find: "Search" };
    editor.speak({ ...page, phrases });
    const line = editor.view.contentDOM.querySelector(".cm-line");
    editor.speak({ ...page, label: "正文", phrases: { ...phrases } });
    expect(editor.view.contentDOM.querySelector(".cm-line")).toBe(line);
    editor.speak({ ...page, phrases: { Find: "查找" } });
    expect(editor.view.contentDOM.querySelector(".cm-line")).not.toBe(line);
    expect(editor.view.state.phrase("Find")).toBe("查找");
  });

  it("is told to a text that comes back", () => {
    const left = editor.left();
    editor.open({ ...page, text: "Sun.\n", label: "Other" });
    editor.open({ ...page, label: "正文" }, left);
    expect(editor.view.contentDOM.getAttribute("aria-label")).toBe("正文");
  });
});
