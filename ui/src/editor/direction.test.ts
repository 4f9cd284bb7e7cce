import { EditorState } from "@codemirror/state";
import { EditorView } from "@codemirror/view";
import { afterEach, describe, expect, it } from "vitest";
import { direction } from "./direction";

let view: EditorView | undefined;
afterEach(() => view?.destroy());

const shown = (editor: EditorView) =>
  [...editor.contentDOM.querySelectorAll(".cm-line")].map((line) => line.getAttribute("dir"));

describe("lines that run from right to left", () => {
  it("have their own direction, also once they are typed; others have none", () => {
    view = new EditorView({
      state: EditorState.create({
        doc: "Rain.\n@נועה\nمرحبا\n好的，👌\nCafe\u0301\n\ud83a\udd00",
        extensions: direction,
      }),
      parent: document.body,
    });
    expect(shown(view)).toEqual([null, "auto", "auto", null, null, "auto"]);
    view.dispatch({ changes: { from: 0, to: 5, insert: "שלום" } });
    expect(shown(view)).toEqual(["auto", "auto", "auto", null, null, "auto"]);
    view.dispatch({ changes: { from: 0, to: 4, insert: "x" } });
    expect(shown(view)[0]).toBeNull();
  });
});
