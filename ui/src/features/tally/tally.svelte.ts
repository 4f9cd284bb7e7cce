import { tick } from "svelte";
import { call, saveFile } from "../../host";
import { language, t } from "../../locales/index.svelte";
import type { ReportKind, TallyDto } from "../../wire/bindings";
import { attempt, notices } from "../notices/notices.svelte";
import { fileName } from "../writing/export";
import { TEXT, views } from "../writing/views.svelte";
import { writing } from "../writing/writing.svelte";

/** What a report is written as: a table for spreadsheets, with a mark for Excel, or on paper. */
export type Written = "csv" | "excel" | "pdf" | "all";

/** The open script in numbers. */
class Tally {
  data = $state.raw<TallyDto | null>(null);
  /** True until the first answer. */
  waiting = $state(true);
  busy = $state(false);
  private draft: string | null = null;
  private moved: (at: number) => number = (at) => at;
  private asked = 0;

  /** Counts anew; typing goes on meanwhile. */
  async load() {
    const id = writing.draftId;
    if (id !== this.draft) {
      this.data = null;
      this.waiting = true;
      this.draft = id;
    }
    const asked = ++this.asked;
    await attempt(async () => {
      const told = await writing.refer((draft) => call("script_tally", { id: draft }));
      if (!told || asked !== this.asked) return;
      this.data = told.answer;
      this.moved = told.moved;
    });
    if (asked === this.asked) this.waiting = false;
  }

  /** Shows a place of the text. */
  async go(at: number) {
    views.show(TEXT);
    await tick();
    const place = this.moved(at);
    writing.editor?.reveal(place, place);
    writing.editor?.focus();
  }

  async goToScene(ordinal: number) {
    const scene = this.data?.scenes[ordinal - 1];
    if (scene) await this.go(scene.at);
  }

  /** Asks where to, and writes reports there. */
  async write(reports: ReportKind[], written: Written, title: string) {
    const { document, draftId } = writing;
    if (!document || !draftId || this.busy || !(await writing.flush())) return;
    this.busy = true;
    const ending = written === "csv" || written === "excel" ? "csv" : "pdf";
    await attempt(async () => {
      const path = await saveFile({
        title: t("tally.export_title"),
        filter: {
          name: t(ending === "csv" ? "ads.csv_filter" : "pages.filter"),
          endings: [ending],
        },
        name: fileName([document.title, title].filter(Boolean).join(" - "), ending),
      });
      if (!path) return;
      const done = await call("export_tally", {
        draft_id: draftId,
        reports,
        format: ending,
        mark: written === "excel",
        language: language(),
        path,
      });
      notices.note("editor.exported", { path });
      if (done.missing.length)
        notices.note("pages.missing", { characters: done.missing.join(" ") });
      if (done.fonts.length) notices.note("pages.fonts", { fonts: done.fonts.join(", ") });
    });
    this.busy = false;
  }
}

export const tally = new Tally();
