import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { blank } from "./blank";
import { Editor } from "./create";

let editor: Editor;
const onSelection = vi.fn();
const onChange = vi.fn();

beforeEach(() => {
  vi.clearAllMocks();
  editor = new Editor(document.body, {
    onChange,
    onSelection,
    onBlur: vi.fn(),
    onFocus: vi.fn(),
    onTooLong: vi.fn(),
    onBeyond: vi.fn(),
    showOrigin: () => () => undefined,
    showSlip: () => () => undefined,
    pictures: {
      show: () => ({ reword: () => undefined, gone: () => undefined }),
      take: () => undefined,
      look: () => undefined,
    },
    showFind: () => ({ gone: () => undefined, seen: () => undefined }),
    markup: { onFormatted: () => undefined },
    ahead: { onTake: () => undefined, onGone: () => undefined, onTyped: () => undefined },
    showSuggestion: () => () => undefined,
  });
  editor.open(blank("INT. A - DAY\n\nRain.\n\nSun.\n", "screenplay"));
});
afterEach(() => editor.destroy());

const shown = () =>
  [...editor.view.dom.querySelectorAll<HTMLElement>(".ink-page-start")].map(
    (rule) => `${rule.dataset.page}: ${rule.closest(".cm-line")?.textContent}`,
  );

describe("page starts", () => {
  it("stand at their places and leave text and caret alone", () => {
    editor.view.dispatch({ selection: { anchor: 14 } });
    onSelection.mockClear();
    editor.showPageStarts([{ at: 14, label: "2" }]);
    expect(shown()).toEqual(["2: Rain."]);
    expect(editor.selection()).toEqual({ from: 14, to: 14 });
    expect(onSelection).not.toHaveBeenCalled();
    expect(onChange).not.toHaveBeenCalled();
    expect(editor.text()).toBe("INT. A - DAY\n\nRain.\n\nSun.\n");
  });

  it("move with the text until they are told anew", () => {
    editor.showPageStarts([{ at: 21, label: "2" }]);
    editor.view.dispatch({ changes: { from: 0, insert: "FADE IN:\n\n" } });
    expect(shown()).toEqual(["2: Sun."]);
    editor.showPageStarts([]);
    expect(shown()).toEqual([]);
  });

  it("that lie behind the end are left out", () => {
    editor.showPageStarts([{ at: 999, label: "3" }]);
    expect(shown()).toEqual([]);
  });
});
