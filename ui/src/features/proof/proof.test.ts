import { EditorView } from "@codemirror/view";
import { fireEvent, render } from "@testing-library/svelte";
import { expect, it, vi } from "vitest";
import { press } from "../../views/actions";
import { preferences, USUAL } from "../settings/preferences.svelte";
import { at, closedAfterEach, maybe, opened } from "../writing/opened";
import Page from "../writing/Page.svelte";
import { writing } from "../writing/writing.svelte";

closedAfterEach();
vi.setConfig({ testTimeout: 30_000 });
const soon = <T>(check: () => T) => vi.waitFor(check, { timeout: 8000 });
const marked = () => document.querySelector(".ink-slip")?.textContent ?? null;
const openMenu = () => press(new KeyboardEvent("keydown", { key: ".", ctrlKey: true }));

it("a slip is underlined, and mended, ignored or called right with the keyboard", async () => {
  preferences.now = USUAL;
  const { draft } = opened({ kind: "news", body: "He went to the the door.\n\nTeh end of Teh." });
  render(Page);
  await soon(() => expect(marked()).toBe("the the"));
  openMenu();
  await soon(() => expect(document.activeElement).toBe(at("slip-fix")));
  await fireEvent.click(at("slip-fix"));
  expect(writing.editor?.text()).toBe("He went to the door.\n\nTeh end of Teh.");
  expect(maybe("slip-menu")).toBeNull();
  await writing.flush();
  expect(draft.body).toBe("He went to the door.\n\nTeh end of Teh.");
  await soon(() => expect(marked()).toBe("Teh"));
  openMenu();
  await soon(() => at("slip-right"));
  await fireEvent.click(at("slip-right"));
  expect(preferences.now.words).toEqual(["Teh"]);
  await soon(() => expect(marked()).toBeNull());
  preferences.now = USUAL;
});

it("a word that nobody knows is underlined, and what is meant is offered", async () => {
  preferences.now = USUAL;
  const { draft } = opened({
    kind: "news",
    body: "A boatzz by Kestrelzz.\n\n```\ncodezz\n```\n\nThe `tidezz` and the gullzz.",
  });
  draft.title = "The Kestrelzz sails";
  render(Page);
  const all = () => [...document.querySelectorAll(".ink-slip")].map((one) => one.textContent);
  await soon(() => expect(all()).toEqual(["boatzz", "gullzz"]));
  openMenu();
  await soon(() => expect(at("slip-fix").textContent?.trim()).toBe("boats"));
  await soon(() => expect(document.activeElement).toBe(at("slip-fix")));
  await fireEvent.click(at("slip-fix"));
  await soon(() => expect(all()).toEqual(["gullzz"]));
  expect(writing.editor?.text()).toContain("A boats by Kestrelzz.");
  openMenu();
  await soon(() => at("slip-right"));
  await fireEvent.click(at("slip-right"));
  expect(preferences.now.words).toEqual(["gullzz"]);
  await soon(() => expect(all()).toEqual([]));
  preferences.now = USUAL;
});

it("what is wrong in a sentence is underlined with its reason, once it is finished", async () => {
  preferences.now = USUAL;
  opened({ kind: "news", body: "Today he go home with it.\n\nTyping: he" });
  render(Page);
  await soon(() => expect(marked()).toBe("go"));
  openMenu();
  await soon(() => expect(document.activeElement).toBe(at("slip-fix")));
  expect(at("slip-reason").textContent).toBe("The verb must agree with its subject.");
  expect(at("slip-menu").getAttribute("aria-label")).toContain(at("slip-reason").textContent);
  // A reason is no word for the dictionary.
  expect(maybe("slip-right")).toBeNull();
  await fireEvent.click(at("slip-fix"));
  expect(writing.editor?.text()).toContain("Today he goes home with it.");
  await soon(() => expect(marked()).toBeNull());

  // Nobody is told of a sentence that is still written.
  const view = EditorView.findFromDOM(at("editor"));
  expect(view).toBeDefined();
  const type = (insert: string) => {
    const { length } = view?.state.doc ?? { length: 0 };
    view?.dispatch({
      changes: { from: length, insert },
      selection: { anchor: length + insert.length },
      userEvent: "input.type",
    });
  };
  type(" go where");
  await new Promise((resolve) => setTimeout(resolve, 1600));
  expect(marked()).toBeNull();
  type(". Then");
  await soon(() => expect(marked()).toBe("go"));
  openMenu();
  await soon(() => at("slip-ignore"));
  await fireEvent.click(at("slip-ignore"));
  await soon(() => expect(marked()).toBeNull());
  expect(preferences.now.words).toEqual([]);
});
