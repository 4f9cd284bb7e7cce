import { fireEvent, render } from "@testing-library/svelte";
import { beforeEach, expect, it, vi } from "vitest";
import { Editor } from "../../editor/create";
import { call } from "../../host";
import { press } from "../../views/actions";
import { comments } from "../comments/comments.svelte";
import { find } from "../find/find.svelte";
import { library } from "../library/library.svelte";
import { preferences, USUAL } from "../settings/preferences.svelte";
import { dropLinks } from "../writing/links";
import { all, at, closedAfterEach, maybe, opened } from "../writing/opened";
import Page from "../writing/Page.svelte";
import { writing } from "../writing/writing.svelte";
import { beside } from "./beside.svelte";
import { waiting } from "./waiting.svelte";

closedAfterEach();
vi.setConfig({ testTimeout: 30_000 });
const soon = <T>(check: () => T) => vi.waitFor(check, { timeout: 8000 });

beforeEach(async () => {
  vi.spyOn(Editor.prototype, "focus").mockImplementation(() => undefined);
  localStorage.clear();
  await beside.close();
});

const key = () =>
  press(
    new KeyboardEvent("keydown", { key: "\\", code: "Backslash", ctrlKey: true, altKey: true }),
  );
const type = (editor: Editor | null, from: number, insert: string) =>
  editor?.view.dispatch({ changes: { from, insert }, userEvent: "input.type" });

/** Two documents, the first one open, the page split. */
async function two() {
  const given = opened({ kind: "news", body: "First." });
  const { studio, draft } = given;
  const project = studio.dto(draft.document_id).project_id;
  const other = studio.addDocument(project, "news", "en", "Two", "Second.");
  library.projects = studio.projects;
  library.projectId = project;
  await library.reloadDocuments();
  render(Page);
  key();
  await soon(() => expect(beside.editor?.text()).toBe("First."));
  return { ...given, other };
}

it("two places of one text are one text, with one way back", async () => {
  const { draft } = await two();
  type(beside.editor, 6, " More.");
  expect(writing.editor?.text()).toBe("First. More.");
  type(writing.editor, 0, "The ");
  expect(beside.editor?.text()).toBe("The First. More.");
  await writing.flush();
  expect(draft.body).toBe("The First. More.");
  beside.editor?.undo();
  expect(writing.editor?.text()).toBe(beside.editor?.text());
  expect(beside.editor?.text()).not.toBe("The First. More.");
  key();
  await soon(() => expect(maybe("beside")).toBeNull());
});

it("another text has its own way to the library, changes sides, and is not lost", async () => {
  const { draft, other } = await two();
  await fireEvent.change(at("beside-choose"), { target: { value: other.id } });
  await soon(() => expect(beside.editor?.text()).toBe("Second."));
  type(beside.editor, 7, " And on.");
  type(writing.editor, 6, " Here.");
  await writing.flush();
  expect([draft.body, other.body]).toEqual(["First. Here.", "Second. And on."]);

  type(beside.editor, 0, "A ");
  await beside.swap();
  await soon(() => expect(writing.editor?.text()).toBe("A Second. And on."));
  await soon(() => expect(beside.editor?.text()).toBe("First. Here."));
  expect(other.body).toBe("A Second. And on.");

  // The same one on both sides is one text again, and apart once more.
  type(beside.editor, 0, "!");
  await writing.open(draft.id);
  await soon(() => expect(beside.editor?.text()).toBe("!First. Here."));
  type(beside.editor, 0, "?");
  expect(writing.editor?.text()).toBe("?!First. Here.");
  await writing.open(other.id);
  await soon(() => expect(draft.body).toBe("?!First. Here."));
  await soon(() => expect(beside.editor?.text()).toBe("?!First. Here."));
  type(beside.editor, 0, "#");
  expect(writing.editor?.text()).toBe("A Second. And on.");
  await writing.flush();
  expect(draft.body).toBe("#?!First. Here.");
});

it("what the library changed elsewhere is shown, and not written over", async () => {
  const { studio, other } = await two();
  await beside.choose(other.id);
  studio.write(other, "Second, replaced.");
  await beside.refresh();
  expect(beside.editor?.text()).toBe("Second, replaced.");
  type(beside.editor, 0, "The ");
  await beside.flush();
  expect(other.body).toBe("The Second, replaced.");
});

it("the second text is spelled and searched as the first is", async () => {
  preferences.now = USUAL;
  const { draft, other } = await two();
  await fireEvent.change(at("beside-choose"), { target: { value: other.id } });
  await soon(() => expect(beside.editor?.text()).toBe("Second."));
  type(beside.editor, 7, " He saw the the door.");
  const second = () => at("beside").querySelector(".ink-slip")?.textContent ?? null;
  await soon(() => expect(second()).toBe("the the"));

  // What has the keyboard is meant.
  await fireEvent.focus(beside.editor?.view.contentDOM ?? document.body);
  press(new KeyboardEvent("keydown", { key: ".", ctrlKey: true }));
  await soon(() => at("slip-fix"));
  await fireEvent.click(at("slip-fix"));
  expect(beside.editor?.text()).toBe("Second. He saw the door.");

  press(new KeyboardEvent("keydown", { key: "h", ctrlKey: true }));
  await soon(() => expect(at("beside").contains(at("find"))).toBe(true));
  await fireEvent.input(at("find"), { target: { value: "door" } });
  await fireEvent.input(at("replace"), { target: { value: "gate" } });
  await soon(() => expect(find.found?.count).toBe(1));
  expect(find.each()).toBe(1);
  expect(beside.editor?.text()).toBe("Second. He saw the gate.");
  await writing.flush();
  expect([draft.body, other.body]).toEqual(["First.", "Second. He saw the gate."]);

  // In the first one it is searched anew; there is one panel only.
  await fireEvent.focus(writing.editor?.view.contentDOM ?? document.body);
  press(new KeyboardEvent("keydown", { key: "f", ctrlKey: true }));
  await soon(() => expect(at("beside").contains(at("find"))).toBe(false));
  expect(all("find-panel")).toHaveLength(1);
  await fireEvent.input(at("find"), { target: { value: "first" } });
  await soon(() => expect(find.found?.count).toBe(1));
  expect(find.close()).toBe(true);
});

it("the second text is commented on, and its comments stand in the rail", async () => {
  const { other } = await two();
  const marked = (side: string) =>
    [...document.querySelectorAll(`${side} .ink-comment`)].map((one) => one.textContent);
  const comment = async (editor: Editor | null, note: string) => {
    await fireEvent.focus(editor?.view.contentDOM ?? document.body);
    editor?.view.dispatch({ selection: { anchor: 1 } });
    press(new KeyboardEvent("keydown", { key: "m", code: "KeyM", ctrlKey: true, altKey: true }));
    const field = await soon(() => at("comment-new"));
    await fireEvent.input(field, { target: { value: note } });
    await fireEvent.keyDown(field, { key: "Enter", ctrlKey: true });
    await soon(() =>
      expect(
        all("comment")
          .map((one) => one.textContent)
          .join(),
      ).toContain(note),
    );
  };
  // Of one text in two places, both show it.
  await comment(beside.editor, "Of the first.");
  expect(marked("[data-testid='beside']")).toEqual(["First"]);
  expect(document.querySelectorAll(".ink-comment")).toHaveLength(2);

  await fireEvent.change(at("beside-choose"), { target: { value: other.id } });
  await soon(() => expect(beside.editor?.text()).toBe("Second."));
  expect(marked("[data-testid='beside']")).toEqual([]);
  await fireEvent.focus(beside.editor?.view.contentDOM ?? document.body);
  await soon(() => expect(all("comment")).toHaveLength(0));
  await comment(beside.editor, "Of the second.");
  expect(at("comments-of").textContent).toBe("Two");
  expect(marked("[data-testid='beside']")).toEqual(["Second"]);
  type(beside.editor, 0, "A ");
  await fireEvent.click(at("comment-go"));
  expect(beside.editor?.selection()).toEqual({ from: 2, to: 8 });

  // The rail follows the keyboard.
  await fireEvent.focus(writing.editor?.view.contentDOM ?? document.body);
  await soon(() => expect(at("comment").textContent).toContain("Of the first."));
  await fireEvent.focus(beside.editor?.view.contentDOM ?? document.body);
  await soon(() => expect(at("comment").textContent).toContain("Of the second."));
  await fireEvent.click(at("comment-resolve"));
  await soon(() => expect(marked("[data-testid='beside']")).toEqual([]));
  comments.show(false);
});

it("suggestions that wait in the second text are decided there", async () => {
  const { studio, draft, other } = await two();
  const ask = async () => {
    await call("generate", {
      draft_id: other.id,
      task: { task: "draft" },
      from: 7,
      to: 7,
      note: "",
      variants: 0,
      seed: null,
      over_budget: false,
    });
    const over = () => [...studio.takes.values()].every(({ status }) => status === "done");
    await soon(() => expect(over()).toBe(true));
  };
  Object.assign(studio.brief(other), { variants: 2 });
  await ask();
  await beside.choose(other.id);
  await soon(() => at("beside-take-next"));
  expect(at("beside").contains(at("beside-suggestion"))).toBe(true);
  // It moves along, and the keys mean the text that has the keyboard.
  type(beside.editor, 0, "A ");
  const text = waiting.nearest()?.text ?? "";
  await fireEvent.focus(beside.editor?.view.contentDOM ?? document.body);
  press(new KeyboardEvent("keydown", { key: "Enter", ctrlKey: true, shiftKey: true }));
  await soon(() => expect(maybe("beside-suggestion")).toBeNull());
  expect(other.body).toBe(`A Second.${text}`);
  expect(beside.editor?.text()).toBe(other.body);
  expect(draft.body).toBe("First.");
  beside.editor?.undo();
  await beside.flush();
  expect(other.body).toBe("A Second.");

  // One that comes while it stands there.
  studio.on((event) => event.event === "take" && waiting.onEvent(event.take));
  await ask();
  await soon(() => at("beside-take-discard"));
  await fireEvent.click(at("beside-take-discard"));
  // Its sibling waits still.
  await soon(() => expect(maybe("beside-take-next")).toBeNull());
  await fireEvent.click(at("beside-take-discard"));
  await soon(() => expect(maybe("beside-suggestion")).toBeNull());
  expect(other.body).toBe("A Second.");
});

it("grey words come at the caret of the second text, too, and are taken there", async () => {
  const { draft, other } = await two();
  const grey = () => document.querySelector(".beside .ink-ahead")?.textContent ?? null;
  const ask = async () => {
    const { editor } = beside;
    editor?.view.dispatch({ selection: { anchor: editor.length } });
    editor?.view.focus();
    press(new KeyboardEvent("keydown", { key: "\\", code: "Backslash", altKey: true }));
    await soon(() => expect(grey()).toBe(" and the tide went out."));
    expect(document.querySelectorAll(".ink-ahead")).toHaveLength(1);
  };
  const inEditor = (name: string, ctrlKey = false) =>
    beside.editor?.view.contentDOM.dispatchEvent(
      new KeyboardEvent("keydown", { key: name, ctrlKey, bubbles: true, cancelable: true }),
    );

  // Another place of the same text: the words go through the first one, the caret stays here.
  writing.editor?.view.dispatch({ selection: { anchor: 2 } });
  await ask();
  inEditor("ArrowRight", true);
  await soon(() => expect(draft.body).toBe("First. and"));
  await soon(() => expect(grey()).toBe(" the tide went out."));
  expect(beside.editor?.text()).toBe("First. and");
  expect(beside.editor?.selection().to).toBe(10);
  expect(writing.editor?.text()).toBe("First. and");
  expect(writing.editor?.selection().to).toBe(2);
  inEditor("Escape");
  expect(grey()).toBeNull();

  await fireEvent.change(at("beside-choose"), { target: { value: other.id } });
  await soon(() => expect(beside.editor?.text()).toBe("Second."));
  await ask();
  inEditor("Tab");
  await soon(() => expect(other.body).toBe("Second. and the tide went out."));
  expect(beside.editor?.text()).toBe(other.body);
  expect(beside.editor?.selection().to).toBe(other.body.length);
  expect(writing.editor?.text()).toBe("First. and");
  expect(grey()).toBeNull();
});

it("a link from outside comes into the text on which it falls", async () => {
  const { draft, other } = await two();
  await fireEvent.change(at("beside-choose"), { target: { value: other.id } });
  await soon(() => expect(beside.editor?.text()).toBe("Second."));
  const over = (editor: Editor | null, place: number | null) =>
    vi.spyOn(editor as Editor, "placeAt").mockReturnValue(place);
  const links = ["https://example.org/a%20b", "https://example.org/c"];
  over(writing.editor, null);
  const second = over(beside.editor, 7);
  dropLinks(links, 5, 5);
  expect(beside.editor?.text()).toBe(`Second.${links.join("\n")}`);
  expect(beside.editor?.selection()).toEqual({ from: 7, to: beside.editor?.length });
  beside.editor?.undo();
  expect(beside.editor?.text()).toBe("Second.");

  // Beside both, and in what is only read, nothing changes.
  second.mockReturnValue(null);
  dropLinks(links, 5, 5);
  over(writing.editor, 0);
  writing.editor?.lock(true);
  dropLinks(links, 5, 5);
  await writing.flush();
  expect([draft.body, other.body]).toEqual(["First.", "Second."]);
});
