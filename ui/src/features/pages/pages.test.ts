import { fireEvent, render } from "@testing-library/svelte";
import { tick } from "svelte";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { Editor } from "../../editor/create";
import { everything } from "../../parts/later.svelte";
import { at, closedAfterEach, maybe, opened } from "../writing/opened";
import Page from "../writing/Page.svelte";
import { writing } from "../writing/writing.svelte";
import { drawn } from "./glyphs";
import PageCount from "./PageCount.svelte";
import { inEighths, pages } from "./pages.svelte";

closedAfterEach();

/** Sixty lines: a page and a little in the studio in memory. */
const body = `INT. A - DAY\n\n${"Rain.\n\n".repeat(29)}`;
const counted = () => vi.waitFor(() => expect(maybe("status-pages")).not.toBeNull());
// The editor draws what is in sight alone; it is asked what it was told.
const told = vi.spyOn(Editor.prototype, "showPageStarts");
const rules = () => told.mock.lastCall?.[0].length;

beforeAll(everything);

describe("pages", () => {
  it("have the number of a letter in its place, where no font has it", () => {
    const piece = { text: "a😀b", x: [72], y: 100, width: 21.6, size: 12, bold: false };
    const narrow = { ...piece, italic: false, underline: false, wide: false, quiet: false };
    const { text, numbers } = drawn(narrow, new Set(["😀"]));
    expect(text).toBe("a b");
    expect(numbers).toHaveLength(1);
    expect(numbers[0]).toMatchObject({ x: 79.2, y: 100, upper: "1F", lower: "600" });
    const wide = { ...narrow, text: "她😀走", x: [72, 84, 96], wide: true };
    expect(drawn(wide, new Set(["😀"])).text).toBe("她\u3000走");
    expect(drawn(wide, new Set(["😀"])).numbers[0]?.x).toBe(84);
    expect(drawn(wide, new Set()).numbers).toEqual([]);
  });

  it("are counted in eighths", () => {
    expect([0, 3, 8, 188].map(inEighths)).toEqual(["0", "3/8", "1", "23 4/8"]);
  });

  it("are shown in the text of a screenplay, by choice", async () => {
    const { studio, draft } = opened({ kind: "screenplay", body });
    render(Page);
    render(PageCount);
    await counted();
    expect(at("status-pages").textContent).toContain("1 2/8 pp.");
    expect(rules()).toBe(1);
    await fireEvent.click(at("status-pages"));
    await fireEvent.click(at("pages-shown"));
    await fireEvent.click(at("dialog-close"));
    await vi.waitFor(() => expect(rules()).toBe(0));
    expect(studio.setups.get(draft.document_id)?.shown).toBe(false);
  });

  it("are none of an article", async () => {
    const { studio } = opened({ kind: "news", body });
    render(Page);
    render(PageCount);
    await tick();
    expect(maybe("status-pages")).toBeNull();
    expect(studio.called).not.toContain("page_breaks");
  });

  it("say before printing what no font has", async () => {
    opened({ kind: "screenplay", body: `${body}A smile: 😀.\n` });
    render(Page);
    render(PageCount);
    await counted();
    pages.open = true;
    await vi.waitFor(() => expect(maybe("pages-missing")).not.toBeNull());
    expect(at("pages-missing").textContent).toContain("😀 (U+1F600)");
    await fireEvent.click(at("dialog-close"));
  });

  it("can be looked at before they are saved", async () => {
    opened({ kind: "screenplay", body });
    render(Page);
    render(PageCount);
    await counted();
    pages.open = true;
    await vi.waitFor(() => expect(maybe("pages-preview")).not.toBeNull());
    expect(at("pages-at").textContent).toBe("Page 1 of 2");
    await fireEvent.click(at("pages-next"));
    await vi.waitFor(() => expect(at("pages-at").textContent).toBe("Page 2 of 2"));
    await fireEvent.click(at("paper-a4"));
    await vi.waitFor(() => expect(at("pages-preview").getAttribute("viewBox")).toContain("595.3"));
    await fireEvent.click(at("dialog-close"));
    await vi.waitFor(() => expect(pages.setup?.paper).toBe("a4"));
    expect(writing.saved).toBe("saved");
  });
});
