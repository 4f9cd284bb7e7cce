import { t } from "../../locales/index.svelte";
import { notices } from "../notices/notices.svelte";
import { writing } from "./writing.svelte";

/** Goes between a footnote and its reference, or puts a new one at the caret. */
export function footnote() {
  const { editor, document } = writing;
  if (!editor || !document) return;
  if (document.kind !== "news") return notices.say(t("editor.note_articles"));
  const done = editor.footnote();
  if (done === "missing") notices.say(t("editor.note_missing"));
  else if (done === "new") notices.say(t("editor.note_added"));
  editor.focus();
}

export function renumberNotes() {
  notices.say(t(writing.editor?.renumber() ? "editor.notes_numbered" : "editor.notes_in_order"));
}
