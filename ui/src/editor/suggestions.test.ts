import { undo } from "@codemirror/commands";
import { ChangeSet } from "@codemirror/state";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { blank } from "./blank";
import { Editor, type EditorPorts, LONGEST_TEXT } from "./create";

let editor: Editor;
let removed: string[];
const ports = {
  onChange: vi.fn<EditorPorts["onChange"]>(),
  onSelection: vi.fn(),
  onBlur: vi.fn(),
  onFocus: vi.fn(),
  onBeyond: vi.fn(),
  onTooLong: vi.fn(),
};

beforeEach(() => {
  removed = [];
  vi.clearAllMocks();
  editor = new Editor(document.body, {
    ...ports,
    showSuggestion: (id, into) => {
      into.textContent = `card of ${id}`;
      return () => removed.push(id);
    },
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
  });
});
afterEach(() => editor.destroy());

const type = (from: number, insert: string, to = from) =>
  editor.view.dispatch({ changes: { from, to, insert } });
const place = (id: string) => {
  const { from, to } = editor.anchor(id) ?? { from: -1, to: -1 };
  return [from, to];
};

describe("the place of a suggestion", () => {
  beforeEach(() => editor.open(blank("one two three")));

  it("moves with the text before it", () => {
    editor.setAnchors([{ id: "a", from: 4, to: 7 }]);
    type(0, "zero ");
    expect(place("a")).toEqual([9, 12]);
    type(0, "", 5);
    expect(place("a")).toEqual([4, 7]);
  });

  it("leaves out what is typed at its edges", () => {
    editor.setAnchors([{ id: "a", from: 4, to: 7 }]);
    type(4, "X");
    type(8, "Y");
    expect(editor.text()).toBe("one XtwoY three");
    expect(place("a")).toEqual([5, 8]);
  });

  it("takes in what is typed inside of it", () => {
    editor.setAnchors([{ id: "a", from: 4, to: 7 }]);
    type(5, "--");
    expect(place("a")).toEqual([4, 9]);
  });

  it("as a caret stays behind what is typed there", () => {
    editor.setAnchors([{ id: "a", from: 3, to: 3 }]);
    type(3, "!!");
    expect(place("a")).toEqual([5, 5]);
  });

  it("shrinks to a point when its text is deleted", () => {
    editor.setAnchors([{ id: "a", from: 4, to: 7 }]);
    type(0, "", 13);
    expect(place("a")).toEqual([0, 0]);
  });

  it("comes back where it was when an edit is undone", () => {
    editor.setAnchors([{ id: "a", from: 4, to: 7 }]);
    type(0, "zero ");
    undo(editor.view);
    expect(place("a")).toEqual([4, 7]);
  });
});

describe("the card of a suggestion", () => {
  beforeEach(() => editor.open(blank("one two three")));
  const cards = () =>
    [...editor.view.dom.querySelectorAll(".ink-suggestion")].map((card) => card.textContent);

  it("stands in the text once and tints what it would replace", () => {
    editor.setAnchors([{ id: "a", from: 4, to: 7 }]);
    expect(cards()).toEqual(["card of a"]);
    expect(editor.view.dom.querySelector(".ink-replaced")?.textContent).toBe("two");
    expect(editor.text()).toBe("one two three");
  });

  it("stays the same element while the text changes around it", () => {
    editor.setAnchors([{ id: "a", from: 13, to: 13 }]);
    const card = editor.view.dom.querySelector(".ink-suggestion");
    type(0, "zero ");
    expect(editor.view.dom.querySelector(".ink-suggestion")).toBe(card);
    expect(removed).toEqual([]);
  });

  it("goes, and is told so, when it is decided or another page is opened", () => {
    editor.setAnchors([
      { id: "a", from: 4, to: 7 },
      { id: "b", from: 13, to: 13 },
    ]);
    editor.setAnchors([{ id: "b", from: 13, to: 13 }]);
    expect(cards()).toEqual(["card of b"]);
    expect(removed).toEqual(["a"]);
    editor.open(blank("other"));
    expect(removed).toEqual(["a", "b"]);
    expect(editor.anchors()).toEqual([]);
  });
});

describe("the editor", () => {
  it("tells what the person changed, and not what the library did", () => {
    editor.open(blank("one"));
    type(3, "!");
    expect(ports.onChange).toHaveBeenCalledTimes(1);
    expect(ports.onChange.mock.calls[0]?.[1]).toBe("typing");
    editor.adopt(ChangeSet.of([{ from: 4, insert: " two" }], 4), "end");
    expect(editor.text()).toBe("one! two");
    expect(ports.onChange).toHaveBeenCalledTimes(1);
    expect(editor.selection()).toEqual({ from: 8, to: 8 });
  });

  it("undoes an accepted suggestion in one step, apart from the typing around it", () => {
    editor.open(blank(""));
    type(0, "mine");
    editor.adopt(ChangeSet.of([{ from: 4, insert: " and theirs" }], 4), "end");
    type(15, "!");
    undo(editor.view);
    expect(editor.text()).toBe("mine and theirs");
    undo(editor.view);
    expect(editor.text()).toBe("mine");
    expect(ports.onChange.mock.calls.at(-1)?.[1]).toBe("undo");
  });

  it("keeps the undo history of a page that is opened again", () => {
    editor.open(blank("one"));
    type(3, "!");
    const left = editor.open(blank("two"));
    editor.open(blank("one!"), left);
    undo(editor.view);
    expect(editor.text()).toBe("one");
  });

  it("forgets a history that belongs to another text", () => {
    editor.open(blank("one"));
    type(3, "!");
    const left = editor.open(blank("two"));
    editor.open(blank("changed elsewhere"), left);
    undo(editor.view);
    expect(editor.text()).toBe("changed elsewhere");
  });

  it("refuses what no document may hold, and says so", () => {
    editor.open(blank("short"));
    type(5, "x".repeat(LONGEST_TEXT));
    expect(editor.text()).toBe("short");
    expect(ports.onTooLong).toHaveBeenCalledOnce();
  });

  it("opens a megabyte and reads only what can be seen", () => {
    editor.open(blank("A line of prose that goes on for a while.\n\n".repeat(25_000)));
    expect(editor.length).toBeGreaterThan(1_000_000);
    type(10, "!");
    expect(editor.view.dom.querySelectorAll(".cm-line").length).toBeLessThan(2_000);
  });
});
