import { render } from "@testing-library/svelte";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { Editor } from "../../editor/create";
import { PIXEL } from "../../host/stub/pictures";
import { commands } from "../../views/commands";
import { notices } from "../notices/notices.svelte";
import { all, at, closedAfterEach, maybe, opened } from "../writing/opened";
import Page from "../writing/Page.svelte";
import { writing } from "../writing/writing.svelte";
import { altOf, pictures } from "./pictures.svelte";

closedAfterEach();
const soon = <T>(check: () => T) => vi.waitFor(check, { timeout: 8000 });

beforeEach(() => {
  vi.spyOn(Editor.prototype, "focus").mockImplementation(() => undefined);
  vi.stubGlobal(
    "URL",
    Object.assign(URL, { createObjectURL: () => "blob:x", revokeObjectURL: () => undefined }),
  );
});

const bytes = () => Uint8Array.from(atob(PIXEL), (letter) => letter.charCodeAt(0));
const file = (name: string, type: string, content: BlobPart = bytes()) =>
  new File([content], name, { type });

/** A paste or a drop, as the window would tell of it. */
function give(kind: "paste" | "drop", files: File[], text = "") {
  const data = { files, items: [], types: ["Files"], getData: () => text };
  const event = new Event(kind, { bubbles: true, cancelable: true });
  Object.assign(event, { clipboardData: data, dataTransfer: data, clientX: 1, clientY: 1 });
  writing.editor?.view.contentDOM.dispatchEvent(event);
  return event.defaultPrevented;
}

const text = () => writing.editor?.text() ?? "";

describe("a picture in an article", () => {
  it("is pasted as one step of undo, shown, and described", async () => {
    const { draft } = opened({ kind: "news", body: "Noon." });
    render(Page);
    writing.editor?.reveal(5);
    expect(give("paste", [file("image.png", "image/png")])).toBe(true);
    await soon(() => expect(text()).toMatch(/^Noon\.\n\n!\[\]\(asset:0{63}1\)$/));
    await soon(() =>
      expect(at("picture").querySelector("img")?.getAttribute("src")).toBe("blob:x"),
    );
    expect(at("picture-describe").textContent).toBeTruthy();
    // What is typed next are its words; the picture stays where it is.
    const shown = at("picture");
    const { main } = writing.editor?.view.state.selection ?? { main: { from: 0, to: 0 } };
    expect([main.from, main.to]).toEqual([9, 9]);
    writing.editor?.view.dispatch({
      changes: { from: 9, insert: "Tide" },
      userEvent: "input.type",
    });
    await soon(() => expect(at("picture").querySelector("img")?.alt).toBe("Tide"));
    expect(at("picture")).toBe(shown);
    await writing.flush();
    expect(draft.body).toContain("![Tide](asset:");
    writing.editor?.undo();
    expect(text()).toContain("![](asset:");
    writing.editor?.undo();
    expect(text()).toBe("Noon.");
    expect(maybe("picture")).toBeNull();
  });

  it("keeps what is good and says what is not", async () => {
    opened({ kind: "news" });
    render(Page);
    const svg = file("tide.png", "image/png", "<svg><script>alert(1)</script></svg>");
    expect(give("drop", [svg, file("Low_tide.gif", "image/gif")])).toBe(true);
    await soon(() => expect(text()).toBe(`![Low tide](asset:${"1".padStart(64, "0")})`));
    expect(notices.list.map((one) => one.kind === "error" && one.error.code)).toEqual([
      "picture_unknown",
    ]);
  });

  it("is nothing but a text where one is pasted with it, and goes into articles only", () => {
    opened({ kind: "news" });
    render(Page);
    give("paste", [file("image.png", "image/png")], "Words");
    expect(text()).not.toContain("asset:");
    give("drop", [file("a.txt", "text/plain", "x")]);
    expect(text()).not.toContain("asset:");
  });

  it("is chosen from a list of commands", async () => {
    opened({ kind: "news" });
    render(Page);
    commands()
      .find(({ id }) => id === "picture")
      ?.run();
    await soon(() => expect(text()).toContain("](asset:"));
  });

  it("comes in where it is dropped from outside, and other files go their way", async () => {
    opened({ kind: "news", body: "Noon." });
    render(Page);
    vi.spyOn(Editor.prototype, "placeAt").mockReturnValue(0);
    expect(pictures.wanted(["/a/Tide.JPG"])).toBe(true);
    expect(pictures.wanted(["/a/Tide.JPG", "/a/b.docx"])).toBe(false);
    expect(pictures.dropped(["/a/Tide.JPG", "/a/b.docx"], 5, 5)).toEqual(["/a/b.docx"]);
    await soon(() => expect(text()).toMatch(/^!\[Tide\]\(asset:.*\n\nNoon\.$/));
    vi.spyOn(Editor.prototype, "placeAt").mockReturnValue(null);
    expect(pictures.dropped(["/a/Tide.JPG"], 5, 5)).toEqual(["/a/Tide.JPG"]);
  });

  it("of a stranger is not asked for", async () => {
    const fetched = vi.spyOn(globalThis, "fetch");
    const id = "b".repeat(64);
    opened({
      kind: "news",
      body: `![gone](asset:${id}) ![far](https://example.org/p.png) ![near](../p.png)`,
    });
    render(Page);
    await soon(() => expect(all("picture-instead")).toHaveLength(3));
    const [gone, far, near] = all("picture-instead").map((one) => one.textContent ?? "");
    expect(gone).toContain("gone");
    expect(far).toContain("example.org");
    expect(near).toContain("../p.png");
    expect(document.querySelector("img[src]")).toBeNull();
    expect(fetched).not.toHaveBeenCalled();
  });

  it("is none in a block of code, until the block ends above it", async () => {
    opened({ kind: "news", body: "```\n![no](https://x.org/)\n```" });
    render(Page);
    await soon(() => expect(text()).toContain("x.org"));
    expect(all("picture-instead")).toHaveLength(0);
    writing.editor?.replace(0, 3, "");
    await soon(() => expect(all("picture-instead")).toHaveLength(1));
    writing.editor?.replace(0, 0, "~~~");
    await soon(() => expect(all("picture-instead")).toHaveLength(0));
  });
});

it("a file's name says what a picture shows, unless a program gave it", () => {
  expect(altOf("Low_tide at noon.jpeg")).toBe("Low tide at noon");
  for (const name of ["image.png", "image 2.png", "Untitled.gif", "12.webp", ""])
    expect(altOf(name)).toBe("");
});
