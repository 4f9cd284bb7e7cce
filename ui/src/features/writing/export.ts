import { DESKS } from "../../desks";
import { call, saveFile } from "../../host";
import { t } from "../../locales/index.svelte";
import { attempt, notices } from "../notices/notices.svelte";
import { writing } from "./writing.svelte";

/** A title as a file's name: what no file system likes is left out. */
export function fileName(title: string, ending: string): string {
  const name = title
    .replace(/[\\/:*?"<>|\p{Cc}]+/gu, " ")
    .replace(/\s+/g, " ")
    .replace(/^[. ]+|[. ]+$/g, "")
    .slice(0, 80)
    .trim();
  return `${name || "inkstone"}.${ending}`;
}

export type Format = "text" | "text-comments" | "docx-comments" | "csv" | "fdx" | "html" | "docx";

/** What the dialog and the notice say of each format. */
const SAID = {
  text: { title: "editor.export_text", filter: "editor.text_filter", done: "editor.exported" },
  "text-comments": {
    title: "editor.export_comments",
    filter: "editor.text_filter",
    done: "editor.exported",
  },
  "docx-comments": {
    title: "editor.export_docx_comments",
    filter: "editor.docx_filter",
    done: "editor.exported",
  },
  csv: { title: "ads.export_title", filter: "ads.csv_filter", done: "ads.exported" },
  html: { title: "editor.export_html", filter: "editor.html_filter", done: "editor.exported" },
  docx: { title: "editor.export_docx", filter: "editor.docx_filter", done: "editor.exported" },
  fdx: { title: "editor.export_fdx", filter: "editor.fdx_filter", done: "editor.exported" },
} as const;

/** Asks where to, and writes the draft there. */
export async function exportDraft(format: Format): Promise<void> {
  const { document, draftId } = writing;
  if (!document || !draftId || !(await writing.flush())) return;
  const said = SAID[format];
  const plain = format.replace("-comments", "");
  const ending = plain === "text" ? DESKS[document.kind].ending : plain;
  await attempt(async () => {
    const path = await saveFile({
      title: t(said.title),
      filter: { name: t(said.filter), endings: [ending] },
      name: fileName(document.title, ending),
    });
    if (!path) return;
    const { left_out, folder } = await call("export", { draft_id: draftId, path, format });
    notices.note(said.done, { path });
    if (folder) notices.note("pictures.beside", { folder });
    if (left_out.length)
      notices.note("pictures.left_out", { count: left_out.length, names: left_out.join(", ") });
  });
}
