import { fireEvent, render } from "@testing-library/svelte";
import { tick } from "svelte";
import { beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { Editor } from "../../editor/create";
import { speak } from "../../locales/index.svelte";
import { everything } from "../../parts/later.svelte";
import type { FindingDto, TreeNode } from "../../wire/bindings";
import { compare } from "../compare/compare.svelte";
import { takes } from "../takes/takes.svelte";
import { all, at, closedAfterEach, maybe, opened } from "../writing/opened";
import Page from "../writing/Page.svelte";
import { writing } from "../writing/writing.svelte";
import DeskPanel from "./DeskPanel.svelte";
import { desk } from "./desk.svelte";
import { treeOf } from "./tree";

closedAfterEach();

beforeAll(everything);

beforeEach(() => {
  // See the page's tests.
  vi.spyOn(Editor.prototype, "focus").mockImplementation(() => undefined);
  desk.tab = "brief";
});

function both(given: Parameters<typeof opened>[0]) {
  const made = opened(given);
  render(Page);
  render(DeskPanel);
  return made;
}
const over = () => vi.waitFor(() => expect(takes.busyHere).toBe(false), { timeout: 4000 });

describe("the tabs of the desk", () => {
  it("turn with the arrow keys, and only the open one is in the tab order", async () => {
    both({ kind: "news" });
    const open = () =>
      document.querySelector<HTMLElement>("[role='tab'][aria-selected='true']")?.dataset.testid;
    await fireEvent.keyDown(at("tab-brief"), { key: "ArrowRight" });
    expect(open()).toBe("tab-assistant");
    expect(document.activeElement).toBe(at("tab-assistant"));
    expect(at("tab-assistant").tabIndex).toBe(0);
    expect(at("tab-brief").tabIndex).toBe(-1);
    await fireEvent.keyDown(at("tab-assistant"), { key: "End" });
    expect(open()).toBe("tab-history");
    await fireEvent.keyDown(at("tab-history"), { key: "ArrowRight" });
    expect(open()).toBe("tab-brief");
    await fireEvent.keyDown(at("tab-brief"), { key: "ArrowLeft" });
    expect(open()).toBe("tab-history");
    expect(at("panel-history").getAttribute("aria-labelledby")).toBe(at("tab-history").id);
  });

  it("speak the language of the window", async () => {
    both({ kind: "news" });
    expect(at("tab-brief").textContent?.trim()).toBe("Brief");
    speak("zh-CN");
    await tick();
    expect(at("tab-brief").textContent?.trim()).toBe("要求");
    expect(at("action-draft").textContent?.trim()).toBe("起草");
  });
});

describe("the actions of the desk", () => {
  it.each([
    ["news", ["draft"]],
    ["ads", ["draft"]],
    ["screenplay", ["beats", "outline", "scene", "draft"]],
  ] as const)("of %s", (kind, own) => {
    both({ kind });
    for (const task of [...own, "continue", "rewrite", "shorten", "expand", "tone"])
      expect(maybe(`action-${task}`), task).not.toBeNull();
    expect(maybe("action-beats") !== null).toBe(kind === "screenplay");
  });

  it("that change a selection wait for one", async () => {
    both({ kind: "news", body: "One." });
    expect(at("action-rewrite").getAttribute("aria-disabled")).toBe("true");
    writing.editor?.view.dispatch({ selection: { anchor: 0, head: 4 } });
    await tick();
    expect(at("action-rewrite").getAttribute("aria-disabled")).toBeNull();
  });

  it("ask for a tone before they change it", async () => {
    const { studio } = both({ kind: "news", body: "One." });
    const call = vi.spyOn(studio, "call");
    writing.editor?.view.dispatch({ selection: { anchor: 0, head: 4 } });
    await tick();
    await fireEvent.click(at("action-tone"));
    await fireEvent.click(at("tone-apply"));
    expect(at("action-hint").textContent).not.toBe("");
    await fireEvent.input(at("tone"), { target: { value: "warmer" } });
    await fireEvent.keyDown(at("tone"), { key: "Enter", keyCode: 229 });
    expect(call).not.toHaveBeenCalledWith("generate", expect.anything());
    await fireEvent.keyDown(at("tone"), { key: "Enter" });
    await vi.waitFor(() =>
      expect(call).toHaveBeenCalledWith(
        "generate",
        expect.objectContaining({ task: { task: "tone", tone: "warmer" }, from: 0, to: 4 }),
      ),
    );
    await over();
  });

  it("ask for the scene of that number", async () => {
    const { studio } = both({ kind: "screenplay", brief: { logline: "A keeper" } });
    const call = vi.spyOn(studio, "call");
    await fireEvent.input(at("scene-number"), { target: { value: "3" } });
    await fireEvent.click(at("action-scene"));
    await vi.waitFor(() =>
      expect(call).toHaveBeenCalledWith(
        "generate",
        expect.objectContaining({ task: { task: "scene", number: 3 } }),
      ),
    );
    await over();
  });
});

describe("the takes", () => {
  it("stand in the list with their state, also when they are decided", async () => {
    both({ kind: "news", brief: { topic: "Ferry" } });
    expect(await takes.generate({ task: "draft" })).toBe(true);
    await over();
    await fireEvent.click(at("tab-takes"));
    expect(all("takes-item")).toHaveLength(1);
    expect(at("takes-item").textContent).toContain("Inkstone Starter");
    expect(at("takes-item").textContent).toContain("seed 41");
    await fireEvent.click(at("takes-discard"));
    await vi.waitFor(() => expect(at("takes-item").dataset.decision).toBe("discarded"));
    await fireEvent.click(at("takes-insert"));
    await vi.waitFor(() => expect(writing.editor?.text()).toContain("Ferry"));
    await vi.waitFor(() => expect(at("takes-item").dataset.decision).toBe("accepted"));
  });

  it("show their whole record", async () => {
    both({ kind: "news", brief: { topic: "Ferry" } });
    await takes.generate({ task: "draft" });
    await over();
    await fireEvent.click(at("tab-takes"));
    await fireEvent.click(at("takes-record"));
    await vi.waitFor(() => expect(maybe("record-seed")).not.toBeNull());
    const { textContent } = at("record");
    for (const part of ["9f2c9f2c", "candle", "You are an editor.", "news/draft.en", "max_tokens"])
      expect(textContent, part).toContain(part);
  });
});

describe("the checks", () => {
  it("are listed and lead to their place", async () => {
    const { studio } = both({ kind: "news", body: "It cost 40 euros." });
    const finding: FindingDto = {
      rule: "news.unsourced_number",
      severity: "warning",
      from: 8,
      to: 10,
      values: { number: "40" },
    };
    const call = studio.call.bind(studio);
    vi.spyOn(studio, "call").mockImplementation((name, input) =>
      name === "check" ? (Promise.resolve([finding]) as never) : call(name, input),
    );
    await fireEvent.click(at("tab-checks"));
    await vi.waitFor(() => expect(all("check-item")).toHaveLength(1));
    expect(at("check-item").dataset.rule).toBe("news.unsourced_number");
    await fireEvent.click(at("check-show"));
    expect(writing.selection).toEqual({ from: 8, to: 10 });
  });

  it("say that there is nothing to remark", async () => {
    both({ kind: "screenplay", body: "INT. ROOM - DAY\n" });
    await fireEvent.click(at("tab-checks"));
    await vi.waitFor(() => expect(maybe("checks-none")).not.toBeNull());
  });
});

describe("the history", () => {
  it("keeps a named version, compares and brings back after a question", async () => {
    const { draft } = both({ kind: "news", body: "The first text." });
    await fireEvent.click(at("tab-history"));
    await fireEvent.input(at("version-name"), { target: { value: "First" } });
    await fireEvent.click(at("version-save"));
    await vi.waitFor(() => expect(all("history-item")).toHaveLength(1));
    expect(at("history-item").textContent).toContain("First");
    await fireEvent.click(at("history-row"));
    writing.editor?.view.dispatch({ changes: { from: 4, to: 9, insert: "second" } });
    await writing.flush();

    await fireEvent.click(at("history-compare"));
    await vi.waitFor(() => expect(compare.found).not.toBeNull());
    expect(
      compare.found?.parts.filter(({ kind }) => kind !== "equal").map(({ text }) => text),
    ).toEqual(["first ", "second "]);
    expect(compare.takes).toBe(true);
    compare.close();

    await fireEvent.click(at("history-restore"));
    expect(draft.body).toBe("The second text.");
    await fireEvent.click(at("restore-confirm"));
    await vi.waitFor(() => expect(writing.editor?.text()).toBe("The first text."));
    expect(draft.body).toBe("The first text.");
    const { undo } = await import("@codemirror/commands");
    if (writing.editor) undo(writing.editor.view);
    expect(writing.editor?.text()).toBe("The second text.");
  });
});

describe("the tree of the history", () => {
  const node = (id: string, draft_id: string, parent_id: string | null): TreeNode => ({
    ...{ id, draft_id, parent_id, merged_from: null, version: false, name: null },
    ...{ label: "autosave", characters: 1, created_at: 0, hidden: false },
    written: { typed: 1, pasted: 0, imported: 0, models: [], removed: 0 },
  });

  it("has a line for each draft, which leads to the node that it grew out of", () => {
    const nodes = [
      node("b2", "b", "b1"),
      node("a3", "a", "a2"),
      node("b1", "b", "a2"),
      node("a2", "a", "a1"),
      node("a1", "a", null),
    ];
    const { rows, lanes } = treeOf(nodes, "a");
    expect(lanes).toBe(2);
    expect(rows.map(({ lane }) => lane)).toEqual([1, 0, 1, 0, 0]);
    expect(rows.map(({ up, down }) => [up, down])).toEqual([
      [false, true],
      [false, true],
      [true, true],
      [true, true],
      [true, false],
    ]);
    expect(rows.map(({ through }) => through)).toEqual([[], [1], [0], [], []]);
    expect(rows.map(({ from }) => from)).toEqual([[], [], [], [1], []]);
  });

  it("runs on to the end where the rest is not loaded", () => {
    const { rows } = treeOf([node("b1", "b", "a9"), node("c1", "c", null)], null);
    expect(rows[1]?.through).toEqual([0]);
    expect(treeOf([], "a")).toEqual({ rows: [], lanes: 1 });
  });

  it("is quick with many nodes", () => {
    const nodes = Array.from({ length: 1000 }, (_, n) =>
      node(`n${n}`, `d${n % 7}`, n + 7 < 1000 ? `n${n + 7}` : null),
    );
    const { rows, lanes } = treeOf(nodes, "d3");
    expect(rows).toHaveLength(1000);
    expect(lanes).toBe(7);
    expect(rows[500]?.through).toHaveLength(6);
  });

  it("says who wrote, names, hides, and starts a draft anywhere", async () => {
    const { studio, draft } = both({ kind: "news", body: "One." });
    studio.node(draft, "autosave");
    studio.write(draft, "One. Two.");
    studio.node(draft, "accepted");
    await fireEvent.click(at("tab-history"));
    await vi.waitFor(() => expect(all("history-item")).toHaveLength(2));
    expect(all("history-item")[0]?.textContent).toContain("Inkstone Starter 5");
    expect(all("history-item")[1]?.textContent).toContain("You 4");
    const rows = () => all("history-row");
    const [, old] = rows();
    if (!old) throw new Error("no row");
    await fireEvent.click(old);
    expect(old.getAttribute("aria-expanded")).toBe("true");
    await fireEvent.keyDown(old, { key: "ArrowUp" });
    await fireEvent.click(at("history-name"));
    const field = at("history-name-field");
    await fireEvent.input(field, { target: { value: "The first" } });
    await fireEvent.keyDown(field, { key: "Enter" });
    await vi.waitFor(() => expect(rows()[1]?.textContent).toContain("The first"));
    await fireEvent.click(at("history-hide"));
    await vi.waitFor(() => expect(all("history-item")).toHaveLength(1));
    await fireEvent.click(at("history-hidden"));
    await vi.waitFor(() => expect(all("history-item")).toHaveLength(2));

    await fireEvent.click(at("history-branch"));
    await fireEvent.input(at("branch-name"), { target: { value: "Shorter" } });
    await fireEvent.keyDown(at("branch-name"), { key: "Enter" });
    await vi.waitFor(() => expect(writing.document?.drafts).toHaveLength(2));
    expect(writing.document?.drafts.map((d) => d.name)).toEqual(["main", "Shorter"]);
    expect(studio.draft(writing.draftId ?? "").body).toBe("One.");
    await vi.waitFor(() => expect(all("history-item")[0]?.dataset.label).toBe("branch"));
    expect(all("history-item").map(({ dataset }) => dataset.lane)).toEqual(["0", "1", "1"]);
  });
});
