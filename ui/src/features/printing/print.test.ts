import { afterEach, expect, it, vi } from "vitest";
import { press } from "../../views/actions";
import { pages } from "../pages/pages.svelte";
import { closedAfterEach, opened } from "../writing/opened";
import { laid, printDraft } from "./print";

closedAfterEach();
afterEach(() => vi.restoreAllMocks());

const key = () => press(new KeyboardEvent("keydown", { key: "p", code: "KeyP", ctrlKey: true }));
const sheets = () => document.querySelectorAll(".ink-print");

it("lays the document out for paper, prints it, and takes it away again", async () => {
  opened({ kind: "news", body: "Rain & wind." });
  const printed = vi.fn(() => sheets().length);
  vi.stubGlobal("print", printed);
  key();
  await vi.waitFor(() => expect(printed).toHaveReturnedWith(1));
  expect(sheets()[0]?.shadowRoot?.textContent).toContain("Rain & wind.");
  window.dispatchEvent(new Event("afterprint"));
  expect(sheets()).toHaveLength(0);
});

it("prints a script by its pages", async () => {
  opened({ kind: "screenplay", body: "INT. HARBOUR - DAY" });
  const printed = vi.fn();
  vi.stubGlobal("print", printed);
  await printDraft();
  expect(pages.open).toBe(true);
  expect(printed).not.toHaveBeenCalled();
  pages.open = false;
});

it("brings along nothing that runs or fetches", () => {
  const sheet = laid(
    "<!doctype html><html lang='zh-CN'><head><style>body { color: red }</style></head>" +
      "<body><p>\u6f6e</p><script>alert(1)</script><base href='x'><meta name='x'></body></html>",
  );
  expect(sheet.lang).toBe("zh-CN");
  expect(sheet.shadowRoot?.querySelectorAll("script, base, meta")).toHaveLength(0);
  expect(sheet.shadowRoot?.querySelector("style")?.textContent).toBe(":host { color: red }");
  sheet.remove();
});
