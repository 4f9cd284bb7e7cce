import { EditorState } from "@codemirror/state";
import { EditorView } from "@codemirror/view";
import { afterEach, describe, expect, it } from "vitest";
import { classify } from "./fountain";
import { kindFacet, layout } from "./layout";

let view: EditorView | undefined;
afterEach(() => view?.destroy());

function open(doc: string): EditorView {
  view = new EditorView({
    state: EditorState.create({ doc, extensions: [kindFacet.of("screenplay"), layout] }),
    parent: document.body,
  });
  return view;
}

/** The kinds that the lines on the page show. */
function shown(editor: EditorView): string[] {
  return [...editor.contentDOM.querySelectorAll(".cm-line")].map(
    (line) => /ink-fn-(\w+)/.exec(line.className)?.[1] ?? "blank",
  );
}

function expectRight(editor: EditorView): void {
  const lines = editor.state.doc.toString().split("\n");
  expect(shown(editor)).toEqual(classify(lines, { atStart: true }));
}

describe("a script on the page", () => {
  it("shows its lines as what they are, whatever is edited", () => {
    const editor = open("INT. HUT - DAY\n\nRain.\n\nBO\n(low)\nYes.\n\nCUT TO:\n\nSun.");
    expect(shown(editor)).toContain("parenthetical");
    expectRight(editor);
    const edits: [number, number, string][] = [
      [0, 0, "Title: A\n\n"],
      [12, 12, "/*\n"],
      [40, 42, ""],
      [30, 30, "*/"],
      [12, 15, ""],
      [5, 9, "\n\n\n"],
      [20, 20, "\n\n@林晓\n（低声）\n走。\n\n"],
      [22, 23, ""],
      [0, 1, ""],
      [18, 24, "[["],
    ];
    for (const [from, to, insert] of edits) {
      editor.dispatch({ changes: { from, to, insert } });
      expectRight(editor);
    }
    // Several places at once, as replacing a word everywhere does.
    editor.dispatch({
      changes: [
        { from: 1, to: 2, insert: "\n\nANA\n" },
        { from: 15, insert: "x" },
        { from: 30, to: 34, insert: "\n" },
      ],
    });
    expectRight(editor);
    editor.dispatch({ changes: { from: 0, to: editor.state.doc.length } });
    expectRight(editor);
  });
});
