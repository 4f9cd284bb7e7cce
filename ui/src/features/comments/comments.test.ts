import { fireEvent, render } from "@testing-library/svelte";
import { beforeEach, expect, it, vi } from "vitest";
import { Editor } from "../../editor/create";
import { press } from "../../views/actions";
import { notices } from "../notices/notices.svelte";
import { all, at, closedAfterEach, maybe, opened } from "../writing/opened";
import Page from "../writing/Page.svelte";
import { writing } from "../writing/writing.svelte";
import { comments } from "./comments.svelte";

closedAfterEach();
vi.setConfig({ testTimeout: 30_000 });
const soon = <T>(check: () => T) => vi.waitFor(check, { timeout: 8000 });
const marked = () => [...document.querySelectorAll(".ink-comment")].map((one) => one.textContent);

beforeEach(() => {
  vi.spyOn(Editor.prototype, "focus").mockImplementation(() => undefined);
  comments.show(false);
});

it("a comment is written, found, resolved, opened again and deleted with the keyboard", async () => {
  opened({ kind: "news", body: "The gates close at nine. Nobody saw it." });
  render(Page);
  writing.editor?.view.dispatch({ selection: { anchor: 3, head: 10 } });
  press(new KeyboardEvent("keydown", { key: "m", code: "KeyM", ctrlKey: true, altKey: true }));
  const field = (await soon(() => at("comment-new"))) as HTMLTextAreaElement;
  expect(marked()).toEqual(["gates"]);
  // What is typed meanwhile moves it along.
  writing.editor?.view.dispatch({ changes: { from: 0, insert: "All " }, userEvent: "input.type" });
  await fireEvent.input(field, { target: { value: "Which gates?" } });
  await fireEvent.keyDown(field, { key: "Enter", ctrlKey: true });
  await soon(() => expect(at("comment").textContent).toContain("Which gates?"));
  expect(maybe("comment-new")).toBeNull();
  expect(marked()).toEqual(["gates"]);
  await fireEvent.click(at("comment-go"));
  expect(writing.editor?.selection()).toEqual({ from: 8, to: 13 });
  await soon(() => expect(comments.current).toBe("comment-1"));

  await fireEvent.click(at("comment-resolve"));
  await soon(() => expect(all("comment")).toHaveLength(0));
  expect(marked()).toEqual([]);
  await fireEvent.click(at("comments-resolved"));
  await fireEvent.click(at("comment-resolve"));
  await soon(() => expect(marked()).toEqual(["gates"]));

  await fireEvent.click(at("comment-delete"));
  await soon(() => expect(all("comment")).toHaveLength(0));
  const note = notices.list.find((one) => one.kind === "note");
  if (note?.kind !== "note") throw new Error("no way back");
  note.back?.();
  await soon(() => expect(marked()).toEqual(["gates"]));
});
