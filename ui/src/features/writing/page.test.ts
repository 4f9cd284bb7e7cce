import { fireEvent, render } from "@testing-library/svelte";
import { tick } from "svelte";
import { beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { Editor } from "../../editor/create";
import { speak } from "../../locales/index.svelte";
import { everything } from "../../parts/later.svelte";
import { press } from "../../views/actions";
import { ask, askMain } from "../desk/asking";
import { desk } from "../desk/desk.svelte";
import { notices } from "../notices/notices.svelte";
import { takes } from "../takes/takes.svelte";
import { fileName } from "./export";
import { all, at, closedAfterEach, maybe, opened } from "./opened";
import Page from "./Page.svelte";
import { writing } from "./writing.svelte";

closedAfterEach();

// happy-dom tells of a changed selection in the midst of the change, which no browser does; an
// editor without the focus does not listen.
beforeAll(everything);

beforeEach(() => {
  vi.spyOn(Editor.prototype, "focus").mockImplementation(() => undefined);
});

const over = () => vi.waitFor(() => expect(takes.busyHere).toBe(false), { timeout: 4000 });
const text = () => writing.editor?.text();
const select = (from: number, to: number) =>
  writing.editor?.view.dispatch({ selection: { anchor: from, head: to } });

describe("the text", () => {
  it("is shown, and what is typed reaches the library", async () => {
    const { draft } = opened({ kind: "news", body: "One.\n" });
    render(Page);
    expect(text()).toBe("One.\n");
    writing.editor?.view.dispatch({ changes: { from: 4, insert: " Two." } });
    expect(writing.saved).toBe("unsaved");
    expect(await writing.flush()).toBe(true);
    expect(draft.body).toBe("One. Two.\n");
  });

  it("speaks its own language, and its hint the window's", async () => {
    opened({ kind: "news", language: "zh-CN" });
    render(Page);
    expect(at("editor").lang).toBe("zh-CN");
    expect(at("editor").textContent).toContain("Begin writing");
    speak("zh-CN");
    await tick();
    expect(at("editor").textContent).toContain("直接动笔");
  });

  it("keeps its undo history while another draft is open", async () => {
    const { studio, draft } = opened({ kind: "news", body: "One." });
    render(Page);
    writing.editor?.view.dispatch({ changes: { from: 4, insert: " Two." } });
    const other = studio.addDraft(draft.document_id, "other", "Else.");
    await writing.open(other.id);
    expect(text()).toBe("Else.");
    await writing.open(draft.id);
    expect(text()).toBe("One. Two.");
  });

  it("is undone beyond what was typed since it was opened, and done again", async () => {
    const { studio, draft } = opened({ kind: "news", body: "One." });
    studio.write(draft, "One. Two.");
    await writing.close();
    writing.show(studio.view(draft.id));
    render(Page);
    const press = (key: string, shiftKey = false) =>
      fireEvent.keyDown(writing.editor?.view.contentDOM ?? document.body, {
        key,
        ctrlKey: true,
        shiftKey,
      });
    writing.editor?.view.dispatch({ changes: { from: 9, insert: " Three." } });
    await writing.flush();
    await press("z");
    expect(text()).toBe("One. Two.");
    await press("z");
    await vi.waitFor(() => expect(text()).toBe("One. Two. Three."));
    expect(studio.called.filter((name) => name === "undo")).toHaveLength(1);
    // The studio in memory takes the editor's undo for a step of its own; the real one does not.
    for (const expected of ["One. Two.", "One."]) {
      await press("z");
      await vi.waitFor(() => expect(text()).toBe(expected));
    }
    await press("z");
    await vi.waitFor(() => expect(notices.said).toBe("Nothing is left to undo."));
    expect(text()).toBe("One.");
    expect(draft.body).toBe("One.");
    for (const expected of ["One. Two.", "One. Two. Three."]) {
      await press("y");
      await vi.waitFor(() => expect(text()).toBe(expected));
    }
    expect(draft.body).toBe("One. Two. Three.");
  });

  it("is not saved in the middle of a composition, whatever happens around it", async () => {
    const { studio, draft } = opened({ kind: "news", body: "One." });
    render(Page);
    const dom = at("editor");
    await fireEvent.compositionStart(dom);
    writing.editor?.view.dispatch({ changes: { from: 4, insert: "你" }, userEvent: "input.type" });
    // The window is left, a shortcut pressed, a change of the library asked for.
    await fireEvent.blur(dom);
    expect(press(new KeyboardEvent("keydown", { key: "Enter", ctrlKey: true }))).toBe(false);
    const asked = writing.change(async (id) => studio.view(id), "keep");
    await new Promise((resolve) => setTimeout(resolve, 1500));
    expect(draft.body).toBe("One.");
    await fireEvent.compositionEnd(dom);
    await asked;
    expect(draft.body).toBe("One.你");
  });

  it("does not change under a composition that began after the change was asked for", async () => {
    const { studio, draft } = opened({ kind: "news", body: "One." });
    render(Page);
    const dom = at("editor");
    const asked = writing.change(async (id) => {
      await fireEvent.compositionStart(dom);
      studio.write(draft, "Zero. One.");
      return studio.view(id);
    }, "keep");
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(text()).toBe("One.");
    writing.editor?.view.dispatch({ changes: { from: 4, insert: "你" }, userEvent: "input.type" });
    await fireEvent.compositionEnd(dom);
    await asked;
    expect(text()).toBe("Zero. One.你");
    expect(await writing.flush()).toBe(true);
    expect(draft.body).toBe("Zero. One.你");
  });

  it("stays open when it cannot be saved", async () => {
    const { studio, draft } = opened({ kind: "news", body: "One." });
    render(Page);
    writing.editor?.view.dispatch({ changes: { from: 4, insert: " Two." } });
    studio.broken = {
      apply_edits: { code: "disk_full", values: {}, detail: null },
      replace_text: { code: "disk_full", values: {}, detail: null },
    };
    const other = studio.addDraft(draft.document_id, "other", "");
    await writing.open(other.id);
    expect(writing.draftId).toBe(draft.id);
    expect(text()).toBe("One. Two.");
    studio.broken = {};
    expect(await writing.flush()).toBe(true);
    expect(draft.body).toBe("One. Two.");
  });
});

describe("the title", () => {
  it("is not saved while it is composed", async () => {
    const { studio, draft } = opened({ kind: "news" });
    render(Page);
    await fireEvent.compositionStart(at("title"));
    await fireEvent.input(at("title"), { target: { value: "du" } });
    await new Promise((resolve) => setTimeout(resolve, 900));
    expect(studio.dto(draft.document_id).title).toBe("");
    await fireEvent.input(at("title"), { target: { value: "渡" } });
    await fireEvent.compositionEnd(at("title"));
    await vi.waitFor(() => expect(studio.dto(draft.document_id).title).toBe("渡"));
  });

  it("is saved soon, and at once when the field is left", async () => {
    const { studio, draft } = opened({ kind: "news" });
    render(Page);
    await fireEvent.input(at("title"), { target: { value: "Ferry" } });
    await fireEvent.blur(at("title"));
    await vi.waitFor(() => expect(studio.dto(draft.document_id).title).toBe("Ferry"));
    expect(writing.document?.title).toBe("Ferry");
  });

  it("belongs to the document it was typed for", async () => {
    const { studio, draft } = opened({ kind: "news" });
    render(Page);
    const other = studio.addDocument(studio.projects[0]?.id ?? "", "news", "en", "Other");
    await fireEvent.input(at("title"), { target: { value: "Ferry" } });
    await writing.open(other.id);
    await vi.waitFor(() => expect(studio.dto(draft.document_id).title).toBe("Ferry"));
    expect(studio.dto(other.document_id).title).toBe("Other");
    expect((at("title") as HTMLInputElement).value).toBe("Other");
  });
});

describe("a suggestion in the text", () => {
  async function suggested() {
    const given = opened({ kind: "news", body: "One.\n\nTwo.\n", brief: { topic: "Ferry" } });
    render(Page);
    select(0, 4);
    await ask({ task: "rewrite" });
    await over();
    await tick();
    return given;
  }

  it("stands there without changing the text", async () => {
    const { draft } = await suggested();
    expect(at("take-1").textContent).toContain("Put another way: One.");
    expect(text()).toBe("One.\n\nTwo.\n");
    expect(draft.body).toBe("One.\n\nTwo.\n");
    expect(document.querySelector(".ink-replaced")?.textContent).toBe("One.");
  });

  it("is taken in as one step of undo", async () => {
    const { draft } = await suggested();
    await fireEvent.click(at("take-accept"));
    await vi.waitFor(() => expect(text()).toBe("Put another way: One.\n\nTwo.\n"));
    await vi.waitFor(() => expect(maybe("take-1")).toBeNull());
    expect(draft.body).toBe("Put another way: One.\n\nTwo.\n");
    expect(maybe("take-1")).toBeNull();
    const { undo } = await import("@codemirror/commands");
    if (writing.editor) undo(writing.editor.view);
    await writing.flush();
    expect(draft.body).toBe("One.\n\nTwo.\n");
  });

  it("is taken in where its place has moved to", async () => {
    const { draft } = await suggested();
    writing.editor?.view.dispatch({ changes: { from: 0, insert: "Zero. " } });
    await fireEvent.click(at("take-accept"));
    await vi.waitFor(() => expect(text()).toBe("Zero. Put another way: One.\n\nTwo.\n"));
    await writing.flush();
    expect(draft.body).toBe(text());
  });

  it("can be edited first", async () => {
    const { draft } = await suggested();
    await fireEvent.click(at("take-edit"));
    await fireEvent.input(at("take-edit-field"), { target: { value: "First." } });
    await fireEvent.click(at("take-accept"));
    await vi.waitFor(() => expect(draft.body).toBe("First.\n\nTwo.\n"));
  });

  it("that was edited can be put back", async () => {
    await suggested();
    await fireEvent.click(at("take-edit"));
    await fireEvent.input(at("take-edit-field"), { target: { value: "First." } });
    await fireEvent.keyDown(at("take-edit-field"), { key: "Escape" });
    await vi.waitFor(() => expect(at("take-1").textContent).toContain("First"));
    await fireEvent.click(at("take-revert"));
    await vi.waitFor(() => expect(at("take-1").textContent).toContain("Put another way"));
  });

  it("goes when it is thrown away", async () => {
    const { draft } = await suggested();
    await fireEvent.click(at("take-discard"));
    await vi.waitFor(() => expect(maybe("take-1")).toBeNull());
    expect(document.querySelector(".ink-replaced")).toBeNull();
    expect(draft.body).toBe("One.\n\nTwo.\n");
  });

  it("is tried again at the same place", async () => {
    await suggested();
    await fireEvent.click(at("take-retry"));
    await tick();
    await fireEvent.click(at("again-go"));
    await vi.waitFor(() => expect(takes.list).toHaveLength(2));
    await over();
    expect(takes.inPlace).toHaveLength(1);
    expect(document.querySelector(".ink-replaced")?.textContent).toBe("One.");
  });

  it("stops, and offers what was written", async () => {
    const { studio } = opened({ kind: "news", brief: { topic: "Ferry" } });
    studio.pace = 15;
    render(Page);
    await ask({ task: "draft" });
    await vi.waitFor(() => expect(at("take-1").textContent).not.toBe(""), { timeout: 4000 });
    expect(maybe("take-accept")).toBeNull();
    await fireEvent.click(at("take-stop"));
    await over();
    await tick();
    expect(at("suggestion-1").dataset.status).toBe("stopped");
    expect(maybe("take-accept")).not.toBeNull();
  });

  it("comes back with its draft", async () => {
    const { studio, draft } = await suggested();
    const other = studio.addDraft(draft.document_id, "other", "");
    await writing.open(other.id);
    expect(maybe("take-1")).toBeNull();
    await writing.open(draft.id);
    await tick();
    expect(at("take-1").textContent).toContain("Put another way");
  });

  it("that failed says why", async () => {
    const { studio } = opened({ kind: "news", brief: { topic: "Ferry" } });
    render(Page);
    studio.pace = 15;
    await ask({ task: "draft" });
    const [one] = takes.list;
    if (!one) throw new Error("no take");
    const error = { code: "nobody_knows_this", values: {}, detail: null };
    takes.onEvent({ event: "take", take: { ...one, status: "failed", tokens: 9, error } });
    await tick();
    expect(at("suggestion-1").textContent).toContain("Something went wrong.");
    expect(maybe("take-retry")).not.toBeNull();
    expect(maybe("take-accept")).toBeNull();
  });
});

describe("the ads of a set", () => {
  it("turn in place, are taken one by one or all, and stand in the grid", async () => {
    const { draft } = opened({ kind: "ads", brief: { product: "Bread", variants: 3 } });
    render(Page);
    await askMain();
    await over();
    await tick();
    const first = at("take-1").textContent;
    await fireEvent.click(at("take-next"));
    expect(at("take-1").textContent).not.toBe(first);
    await fireEvent.click(at("take-accept"));
    await vi.waitFor(() => expect(draft.body).toContain("Still warm"));
    await fireEvent.click(at("take-accept-all"));
    await vi.waitFor(() => expect(takes.inPlace).toHaveLength(0));
    expect(draft.body).toContain("Bread at seven");
    expect(draft.body).toContain("One loaf");
    await vi.waitFor(() => expect(all("ad-grid-item").length).toBeGreaterThan(0), {
      timeout: 4000,
    });
    expect(at("ad-grid").textContent).toMatch(/\d+\/30/);
  });
});

describe("the ads of a set that are not wanted", () => {
  it("go at once, and stay in the takes", async () => {
    const { draft } = opened({ kind: "ads", brief: { product: "Bread", variants: 3 } });
    render(Page);
    await askMain();
    await over();
    await tick();
    expect(all("take-variant")).toHaveLength(3);
    await fireEvent.click(all("take-variant")[1] as HTMLElement);
    expect(at("take-1").textContent).toContain("Still warm");
    await fireEvent.click(at("take-discard-all"));
    await vi.waitFor(() => expect(takes.inPlace).toHaveLength(0));
    expect(takes.list.map(({ decision }) => decision)).toEqual(Array(3).fill("discarded"));
    expect(draft.body).toBe("");
  });
});

describe("asking", () => {
  it("without a topic says so and goes there, and asks nothing", async () => {
    const { studio } = opened({ kind: "news" });
    render(Page);
    desk.tab = "history";
    expect(await askMain()).toBe(false);
    expect(desk.tab).toBe("brief");
    expect(desk.hint).toContain("topic");
    expect(notices.said).toContain("topic");
    expect(studio.called).not.toContain("generate");
  });

  it("for a change needs a selection and no brief", async () => {
    const { studio } = opened({ kind: "news", body: "One." });
    render(Page);
    expect(await ask({ task: "shorten" })).toBe(false);
    select(0, 4);
    expect(await ask({ task: "shorten" })).toBe(true);
    await over();
    expect(studio.called.filter((name) => name === "generate")).toHaveLength(1);
  });

  it("sends the note along, once", async () => {
    const { studio } = opened({ kind: "news", brief: { topic: "Ferry" } });
    render(Page);
    const call = vi.spyOn(studio, "call");
    desk.note = "no metaphors";
    await askMain();
    expect(call).toHaveBeenCalledWith(
      "generate",
      expect.objectContaining({ note: "no metaphors" }),
    );
    expect(desk.note).toBe("");
    await over();
  });

  it("saves the text and the brief before", async () => {
    const { studio } = opened({ kind: "news", body: "One." });
    render(Page);
    writing.editor?.view.dispatch({ changes: { from: 4, insert: " Two." } });
    if (writing.brief && "topic" in writing.brief) writing.brief.topic = "Ferry";
    writing.briefChanged();
    await askMain();
    const order = studio.called.filter((name) =>
      ["set_brief", "apply_edits", "generate"].includes(name),
    );
    expect(order.slice(0, 3).sort()).toEqual(["apply_edits", "generate", "set_brief"]);
    expect(order.at(-1)).toBe("generate");
    await over();
  });

  it("takes a screenplay from beats to an outline to its scenes", async () => {
    opened({ kind: "screenplay", brief: { logline: "A keeper" } });
    render(Page);
    const { DESKS } = await import("../../desks");
    expect(DESKS.screenplay.main()).toEqual({ task: "beats" });
    writing.editor?.view.dispatch({ changes: { from: 0, insert: "= She leaves.\n" } });
    expect(DESKS.screenplay.main()).toEqual({ task: "outline" });
    writing.editor?.view.dispatch({ changes: { from: 14, insert: "\nINT. ROOM - DAY\n" } });
    desk.scene = 2;
    expect(DESKS.screenplay.main()).toEqual({ task: "scene", number: 2 });
  });
});

describe("a file's name", () => {
  it.each([
    ["The ferry", "The ferry.md"],
    ["a/b\\c:d*e?", "a b c d e.md"],
    ["渡轮明日复航", "渡轮明日复航.md"],
    ["", "inkstone.md"],
    ["  ..  ", "inkstone.md"],
    ["x".repeat(300), `${"x".repeat(80)}.md`],
  ])("of %j", (title, name) => {
    expect(fileName(title, "md")).toBe(name);
  });
});
