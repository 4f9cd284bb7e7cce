import { redo, undo } from "@codemirror/commands";
import { fireEvent, render } from "@testing-library/svelte";
import { tick } from "svelte";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { Editor } from "../../editor/create";
import { library } from "../library/library.svelte";
import { notices } from "../notices/notices.svelte";
import { all, at, closedAfterEach, maybe, opened } from "../writing/opened";
import Page from "../writing/Page.svelte";
import { writing } from "../writing/writing.svelte";
import Across from "./Across.svelte";
import { across, excerptsOf } from "./across.svelte";
import { find } from "./find.svelte";

closedAfterEach();

beforeEach(() => {
  vi.spyOn(Editor.prototype, "focus").mockImplementation(() => undefined);
  vi.spyOn(HTMLDialogElement.prototype, "showModal").mockImplementation(() => undefined);
  find.wanted = {
    search: "",
    replace: "",
    caseSensitive: false,
    wholeWord: false,
    regexp: false,
  };
  find.replacing = false;
});

const text = () => writing.editor?.text();
const view = () => {
  const editor = writing.editor?.view;
  if (!editor) throw new Error("no editor");
  return editor;
};
const said = (sentence: string) =>
  vi.waitFor(() => expect(at("find-said").textContent?.trim()).toBe(sentence));
const fill = (testid: string, value: string) => fireEvent.input(at(testid), { target: { value } });

describe("find and replace in the text", () => {
  it("goes to the first place, counts them, and steps around", async () => {
    opened({ kind: "news", body: "A gull. Two gulls. A GULL." });
    render(Page);
    await find.open(false);
    expect(maybe("replace")).toBeNull();
    await fill("find", "gull");
    await said("1 of 3");
    await fireEvent.keyDown(at("find"), { key: "Enter" });
    await said("2 of 3");
    await fireEvent.keyDown(at("find"), { key: "Enter", shiftKey: true });
    await fireEvent.keyDown(at("find"), { key: "Enter", shiftKey: true });
    await said("3 of 3");
    await fireEvent.keyDown(at("find"), { key: "w", altKey: true });
    await said("2 of 2");
    expect(at("find-wholeWord").getAttribute("aria-pressed")).toBe("true");
    await fireEvent.keyDown(at("find"), { key: "Escape" });
    expect(maybe("find-panel")).toBeNull();
    expect(text()).toBe("A gull. Two gulls. A GULL.");
  });

  it("says what is wrong with an expression, and finds nothing until it is right", async () => {
    opened({ kind: "news", body: "A gull." });
    render(Page);
    await find.open(false);
    await fireEvent.click(at("find-regexp"));
    await fill("find", "(gull");
    await said("A ( is not closed. For the sign itself, write \\(.");
    expect(at("find").getAttribute("aria-invalid")).toBe("true");
    await fill("find", "(g)ull");
    await said("1 of 1");
  });

  it("replaces all in one step of undo, and what was replaced is saved", async () => {
    const { draft } = opened({ kind: "news", body: "A gull. Two gulls." });
    render(Page);
    await find.open(true);
    await fill("find", "gull");
    await fill("replace", "tern");
    await said("1 of 2");
    await fireEvent.click(at("replace-all"));
    expect(text()).toBe("A tern. Two terns.");
    expect(notices.said).toContain("2 places");
    await said("Nothing found");
    undo(view());
    expect(text()).toBe("A gull. Two gulls.");
    redo(view());
    await writing.flush();
    expect(draft.body).toBe("A tern. Two terns.");
  });

  it("leaves what an input method has not finished alone", async () => {
    opened({ kind: "news", body: "\u96e8 yu" });
    render(Page);
    await find.open(false);
    await fireEvent.compositionStart(at("find"));
    await fill("find", "yu");
    expect(view().state.selection.main.empty).toBe(true);
    await fill("find", "\u96e8");
    await fireEvent.compositionEnd(at("find"));
    await said("1 of 1");
  });
});

describe("find and replace across the project", () => {
  function three() {
    const given = opened({ kind: "news", body: "A gull." });
    const { studio, draft } = given;
    const project = studio.dto(draft.document_id).project_id;
    library.projects = studio.projects;
    library.projectId = project;
    const other = studio.addDocument(project, "news", "en", "Two", "Gulls,\r\na gull.");
    const locked = studio.addDocument(project, "screenplay", "en", "Locked", "A gull.");
    studio.lockedDrafts.add(locked.id);
    return { ...given, other, locked };
  }

  it("shows what would change, changes it, and takes it back", async () => {
    const { draft, other, locked } = three();
    render(Page);
    render(Across);
    across.open({ ...find.wanted, search: "gull", replace: "tern" });
    await vi.waitFor(() => expect(all("across-group")).toHaveLength(3));
    expect(at("across-locked").textContent).toContain("locked script");
    await vi.waitFor(() => expect(at("across-replace").textContent?.trim()).toBe("Replace all 3"));
    await fireEvent.click(at("across-replace"));
    await vi.waitFor(() => expect(other.body).toBe("terns,\r\na tern."));
    await vi.waitFor(() => expect(text()).toBe("A tern."));
    expect(draft.body).toBe("A tern.");
    expect(locked.body).toBe("A gull.");
    const note = notices.list.find((one) => one.kind === "note");
    if (note?.kind !== "note") throw new Error("no way back");
    note.back?.();
    await vi.waitFor(() => expect(other.body).toBe("Gulls,\r\na gull."));
    await vi.waitFor(() => expect(text()).toBe("A gull."));
  });

  it("leaves out what is not chosen, and says what has changed meanwhile", async () => {
    const { studio, draft, other } = three();
    render(Page);
    render(Across);
    across.open({ ...find.wanted, search: "gull", replace: "tern" });
    await vi.waitFor(() => expect(across.places).toBe(3));
    const open = across.groups.find((group) => group.draft.draft_id === draft.id);
    if (open) open.chosen = false;
    studio.write(other, "Gulls again.");
    await across.replace();
    await tick();
    expect(draft.body).toBe("A gull.");
    expect(other.body).toBe("Gulls again.");
    expect(at("across-left").textContent).toContain("changed meanwhile");
    across.close();
  });

  it("shows what stands around a place", () => {
    const body = `${"x".repeat(60)} gull\nnext`;
    const [first] = excerptsOf(body, [{ from: 61, to: 65, insert: "tern" }]);
    expect(first).toEqual({
      before: `\u2026${"x".repeat(47)} `,
      match: "gull",
      insert: "tern",
      after: "",
    });
  });
});
