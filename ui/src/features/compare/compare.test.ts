import { cleanup, fireEvent, render } from "@testing-library/svelte";
import { afterEach, describe, expect, it, vi } from "vitest";
import Merge from "../merge/Merge.svelte";
import { merge } from "../merge/merge.svelte";
import { closedAfterEach, opened } from "../writing/opened";
import Page from "../writing/Page.svelte";
import { writing } from "../writing/writing.svelte";
import Compare from "./Compare.svelte";
import { compare } from "./compare.svelte";

closedAfterEach();
afterEach(() => {
  compare.close();
  merge.close();
  cleanup();
});

const all = (testid: string) => [
  ...document.querySelectorAll<HTMLElement>(`[data-testid="${testid}"]`),
];

describe("comparing", () => {
  it("steps through changes and takes one back in one step of undo", async () => {
    const { studio, draft } = opened({ kind: "news", body: "The first text." });
    render(Page);
    const node = studio.node(studio.draft(draft.id), "named", "First");
    writing.editor?.view.dispatch({ changes: { from: 4, to: 9, insert: "second" } });
    await writing.flush();
    expect(await compare.withDraft(node.id)).toBe(true);
    render(Compare);
    await vi.waitFor(() => expect(all("compare-change")).toHaveLength(1));
    expect(document.querySelector("del")?.textContent).toContain("first");
    const view = all("compared")[0] as HTMLElement;
    await fireEvent.keyDown(view, { key: "F7" });
    expect(document.activeElement).toBe(all("compare-change")[0]);
    await fireEvent.keyDown(all("compare-change")[0] as HTMLElement, { key: "Enter" });
    await vi.waitFor(() => expect(writing.editor?.text()).toBe("The first text."));
    await vi.waitFor(() => expect(all("compared-same")).toHaveLength(1));
    await fireEvent.click(all("compare-sides")[0] as HTMLElement);
    expect(compare.look).toBe("sides");
    await compare.choose("inline");
    await fireEvent.keyDown(view, { key: "Escape" });
    expect(compare.shown).toBe(false);
  });

  it("tells the scenes of a script apart and goes to one", async () => {
    const body = "INT. A - DAY\n\nRain.\n\nINT. B - DAY\n\nSun.\n";
    const { studio, draft } = opened({ kind: "screenplay", body });
    render(Page);
    const node = studio.node(studio.draft(draft.id), "named", "First");
    const at = body.indexOf("Sun");
    writing.editor?.view.dispatch({ changes: { from: at, to: at + 3, insert: "Snow" } });
    await writing.flush();
    expect(await compare.withDraft(node.id)).toBe(true);
    render(Compare);
    await fireEvent.click(all("compare-scenes")[0] as HTMLElement);
    await vi.waitFor(() => expect(all("compare-scene")).toHaveLength(1));
    const scene = all("compare-scene")[0] as HTMLElement;
    expect(scene.dataset.state).toBe("changed");
    expect(scene.querySelector("ins")?.textContent).toContain("Snow");
    await fireEvent.keyDown(scene, { key: "F7" });
    await vi.waitFor(() => expect(document.activeElement).toBe(scene));
    await fireEvent.keyDown(scene, { key: "Enter" });
    await vi.waitFor(() => expect(compare.shown).toBe(false));
    expect(writing.selection.from).toBe(body.indexOf("INT. B"));
    await compare.choose("inline");
  });

  it("refuses to take what was compared with an older text", async () => {
    const { studio, draft } = opened({ kind: "news", body: "The first text." });
    render(Page);
    const node = studio.node(studio.draft(draft.id), "named", "First");
    writing.editor?.view.dispatch({ changes: { from: 4, to: 9, insert: "second" } });
    await writing.flush();
    await compare.withDraft(node.id);
    render(Compare);
    writing.editor?.view.dispatch({ changes: { from: 0, insert: "Now " } });
    await fireEvent.click(all("compare-take")[0] as HTMLElement);
    await writing.flush();
    expect(writing.editor?.text()).toBe("Now The second text.");
  });
});

describe("merging", () => {
  it("asks about what both changed and merges as decided", async () => {
    const { studio, draft } = opened({ kind: "news", body: "Same. Mine here." });
    render(Page);
    const other = studio.addDraft(draft.document_id, "other", "Same. Theirs here.");
    expect(await merge.open(other.id)).toBe(true);
    render(Merge);
    expect(merge.open_conflicts).toBe(1);
    await fireEvent.keyDown(all("merge")[0] as HTMLElement, { key: "2" });
    expect(merge.open_conflicts).toBe(0);
    await fireEvent.click(all("merge-take-edited")[0] as HTMLElement);
    await fireEvent.input(all("merge-edit")[0] as HTMLElement, { target: { value: "Ours " } });
    await fireEvent.click(all("merge-run")[0] as HTMLElement);
    await vi.waitFor(() => expect(writing.editor?.text()).toBe("Same. Ours here."));
    expect(merge.shown).toBe(false);
    expect(studio.draft(draft.id).nodes.at(-1)?.label).toBe("merged");
  });
});
