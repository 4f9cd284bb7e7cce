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

/** Asks where to, and writes the draft there. */
export async function exportDraft(format: "text" | "csv"): Promise<void> {
  const { document, draftId } = writing;
  if (!document || !draftId || !(await writing.flush())) return;
  const csv = format === "csv";
  const ending = csv ? "csv" : DESKS[document.kind].ending;
  await attempt(async () => {
    const path = await saveFile({
      title: t(csv ? "ads.export_title" : "editor.export_text"),
      filter: { name: t(csv ? "ads.csv_filter" : "editor.text_filter"), endings: [ending] },
      name: fileName(document.title, ending),
    });
    if (!path) return;
    await call("export", { draft_id: draftId, path, format });
    notices.note(csv ? "ads.exported" : "editor.exported", { path });
  });
}
