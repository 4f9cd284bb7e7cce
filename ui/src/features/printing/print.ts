import { call, hush } from "../../host";
import { t } from "../../locales/index.svelte";
import { attempt, notices } from "../notices/notices.svelte";
import { pages } from "../pages/pages.svelte";
import { writing } from "../writing/writing.svelte";

const SHEET = "ink-print";
/** After the dialog; by then it is over even if nothing says so. */
const LONGEST_MS = 5000;

/** Takes away what was printed last. */
function clear() {
  for (const old of document.querySelectorAll(`.${SHEET}`)) old.remove();
}

/**
 * Puts a page of the program's own into the window, where only paper sees it. In a tree of its own,
 * its style is its own too; what could run in it does not come along.
 */
export function laid(page: string): HTMLElement {
  clear();
  const read = new DOMParser().parseFromString(page, "text/html");
  for (const one of read.querySelectorAll("script, iframe, object, embed, link, meta, base"))
    one.remove();
  const sheet = document.createElement("div");
  sheet.className = SHEET;
  sheet.lang = read.documentElement.lang;
  const style = document.createElement("style");
  style.textContent = [...read.querySelectorAll("style")]
    .map((one) => one.textContent ?? "")
    .join("\n")
    .replaceAll(/(^|[\s{}])body(?=\s*\{)/g, "$1:host");
  sheet.attachShadow({ mode: "open" }).append(style, ...read.body.childNodes);
  document.body.append(sheet);
  return sheet;
}

const images = (sheet: HTMLElement) => [...(sheet.shadowRoot?.querySelectorAll("img") ?? [])];

/** Prints the open document. A script is printed by its pages, which are a file first. */
export async function printDraft() {
  const { document: open, draftId } = writing;
  if (!open || !draftId || !(await writing.flush())) return;
  if (open.kind === "screenplay") {
    pages.open = true;
    notices.say(t("editor.print_pages"));
    return;
  }
  await attempt(async () => {
    const sheet = laid(await call("printable", { id: draftId }));
    // Letters that are not loaded yet would be others on paper.
    await document.fonts?.ready;
    // So would pictures that are not decoded yet.
    await Promise.allSettled(images(sheet).map((image) => image.decode()));
    const listenAgain = await hush();
    const over = () => {
      clear();
      listenAgain();
    };
    window.addEventListener("afterprint", over, { once: true });
    window.print();
    setTimeout(listenAgain, LONGEST_MS);
  });
}
