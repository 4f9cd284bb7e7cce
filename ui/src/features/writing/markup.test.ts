import { render } from "@testing-library/svelte";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { Editor } from "../../editor/create";
import { isFormatted } from "../../editor/markup";
import * as host from "../../host";
import { commands } from "../../views/commands";
import { closedAfterEach, opened } from "./opened";
import Page from "./Page.svelte";
import { writing } from "./writing.svelte";

closedAfterEach();
const soon = <T>(check: () => T) => vi.waitFor(check, { timeout: 8000 });

beforeEach(() => {
  vi.spyOn(Editor.prototype, "focus").mockImplementation(() => undefined);
});

/** A paste, as the window would tell of it. */
function paste(html: string, plain: string) {
  const types: Record<string, string> = { "text/html": html, "text/plain": plain };
  const data = { files: [], items: [], getData: (type: string) => types[type] ?? "" };
  const event = new Event("paste", { bubbles: true, cancelable: true });
  Object.assign(event, { clipboardData: data });
  writing.editor?.view.contentDOM.dispatchEvent(event);
}

const text = () => writing.editor?.text() ?? "";
const select = (anchor: number, head = anchor) =>
  writing.editor?.view.dispatch({ selection: { anchor, head } });

describe("formatted text from another program", () => {
  it("comes into an article as Markdown, as one step of undo", async () => {
    const { draft } = opened({ kind: "news", body: "Noon. And on." });
    render(Page);
    select(0, 5);
    paste("<meta charset='utf-8'><p>The <b>night</b>.</p>", "The night.");
    await soon(() => expect(text()).toBe("The **night**. And on."));
    expect(writing.editor?.selection()).toEqual({ from: 14, to: 14 });
    await writing.flush();
    expect(draft.body).toBe("The **night**. And on.");
    writing.editor?.undo();
    expect(text()).toBe("Noon. And on.");
  });

  it("has the spaces that its plain text has", async () => {
    opened({ kind: "news", body: "" });
    render(Page);
    paste("at\u00a0<b>nine</b>", "at nine");
    await soon(() => expect(text()).toBe("at **nine**"));
    paste(" 10\u00a0<b>km</b>", " 10\u00a0km");
    await soon(() => expect(text()).toBe("at **nine** 10\u00a0**km**"));
  });

  it("goes where it was pasted, whatever is typed meanwhile", async () => {
    opened({ kind: "news", body: "One. Two." });
    render(Page);
    select(4);
    paste("<b>x</b>", "x");
    writing.editor?.view.dispatch({
      changes: { from: 0, insert: "So: " },
      userEvent: "input.type",
    });
    await soon(() => expect(text()).toBe("So: One.**x** Two."));
  });

  it("comes as plain text where it can't be read", async () => {
    opened({ kind: "news", body: "" });
    render(Page);
    const asked = vi.spyOn(host, "call").mockRejectedValueOnce({ code: "internal" });
    paste("<b>x</b>", "x");
    await soon(() => expect(text()).toBe("x"));
    asked.mockRestore();
  });

  it("is a plain text in a script", async () => {
    opened({ kind: "screenplay", body: "" });
    render(Page);
    paste("<b>x</b>", "x");
    await soon(() => expect(text()).toBe("x"));
  });

  it.each<[string, boolean]>([
    ["<p>The <a href='https://example.org'>ferry</a></p>", true],
    ['<span style="font-weight:700">nine</span>', true],
    ["<meta charset='utf-8'><span>plain words</span>", false],
    ['<div style="color:#333;font-family:Menlo,monospace;white-space:pre"><b>fn</b></div>', false],
    ["<pre style='font-family:monospace'><b>fn</b></pre>", false],
    ["<bold>", false],
    // As a word processor on the web gives it, and as this window does.
    ['<b style="font-weight:normal"><p><span style="white-space:pre-wrap">x</span></p></b>', true],
    ['<div class="ink-line ink-h1" style="font-weight:700"><span>#</span> x</div>', false],
  ])("is told from a plain one: %s", (html, formatted) => {
    expect(isFormatted(html)).toBe(formatted);
  });
});

it("what is selected is copied with its formats", async () => {
  opened({ kind: "news", body: "The **night** ferry." });
  render(Page);
  const written: Record<string, Promise<Blob>>[] = [];
  vi.stubGlobal(
    "ClipboardItem",
    class {
      constructor(readonly data: Record<string, Promise<Blob>>) {}
    },
  );
  vi.stubGlobal("navigator", {
    clipboard: {
      write: async ([item]: [{ data: (typeof written)[0] }]) => written.push(item.data),
    },
  });
  select(4, 13);
  const run = () =>
    commands()
      .find(({ id }) => id === "copy-formatted")
      ?.run();
  run();
  await soon(() => expect(written).toHaveLength(1));
  expect(await (await written[0]?.["text/html"])?.text()).toBe("<p><strong>night</strong></p>");
  expect(await (await written[0]?.["text/plain"])?.text()).toBe("**night**");
  // Without a selection, all of it.
  select(0);
  run();
  await soon(() => expect(written).toHaveLength(2));
  expect(await (await written[1]?.["text/plain"])?.text()).toBe("The **night** ferry.");
  vi.unstubAllGlobals();
});
