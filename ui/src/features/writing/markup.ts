import type { Editor } from "../../editor/create";
import type { MarkupPorts } from "../../editor/markup";
import { call } from "../../host";
import { t } from "../../locales/index.svelte";
import { notices } from "../notices/notices.svelte";
import { writing } from "./writing.svelte";

/** Browsers bind the words beside a format with spaces that nobody wrote. */
const unbound = (text: string, plain: string) =>
  plain.includes("\u00a0") ? text : text.replaceAll("\u00a0", " ");

/** Brings formatted text into an editor as Markdown; without its formats where it can't be read. */
export const markupPorts = (editor: () => Editor | null): MarkupPorts => ({
  onFormatted: (html, plain) => {
    const come = call("read_markup", { html }).then(
      ({ text }) => unbound(text, plain) || plain,
      () => plain,
    );
    void editor()?.paste(come);
  },
});

/** Copies what is selected, or all of the text, with its formats. */
export async function copyFormatted(): Promise<void> {
  const { current, document } = writing;
  if (!current || !document) return;
  const { from, to } = current.selection();
  const text = from === to ? current.text() : current.slice(from, to);
  // Asked for within the press of a key, as the clipboard wants it; the text may come later.
  const html = call("write_markup", { text, language: document.language }).then(
    ({ text }) => new Blob([text], { type: "text/html" }),
  );
  const plain = new Blob([text], { type: "text/plain" });
  try {
    await navigator.clipboard.write([
      new ClipboardItem({ "text/html": html, "text/plain": plain }),
    ]);
    notices.say(t("editor.copied_formatted"));
  } catch (reason) {
    notices.report(reason);
  }
}
