import { DESKS } from "../../desks";
import { setOriginCard, setOrigins } from "../../editor/origins";
import { call, saveFile } from "../../host";
import { language, t } from "../../locales/index.svelte";
import type { Label, ProvenanceDto, ReportForm, SourceDto, SourceKind } from "../../wire/bindings";
import { attempt, notices } from "../notices/notices.svelte";
import { fileName } from "../writing/export";
import { writing } from "../writing/writing.svelte";

const KEPT = "inkstone.origins";
const QUIET_MS = 300;

/** Kinds in the order in which they are told. */
export const KINDS = [
  "typed",
  "pasted",
  "imported",
  "generated",
  "filled",
  "edited",
] as const satisfies SourceKind[];

const ENDING: Record<ReportForm, string> = { markdown: "md", html: "html", json: "json" };

function kept(): boolean {
  try {
    return localStorage.getItem(KEPT) === "true";
  } catch {
    return false;
  }
}

/** Where the words of the open draft came from. */
class Provenance {
  /** Whether the text is tinted. */
  tinted = $state(kept());
  found = $state.raw<ProvenanceDto | null>(null);
  /** The panel with figures and exports. */
  open = $state(false);
  private timer: ReturnType<typeof setTimeout> | undefined;

  get wanted(): boolean {
    return this.tinted || this.open;
  }

  source(id: string | null): SourceDto | undefined {
    return this.found?.sources.find(({ generation_id }) => generation_id === id);
  }

  /** Reads it anew when the library has a new text. */
  stale() {
    clearTimeout(this.timer);
    if (this.wanted) this.timer = setTimeout(() => void this.load(), QUIET_MS);
  }

  async load() {
    const id = writing.draftId;
    if (!id || !(await writing.flush())) return;
    await attempt(async () => {
      const found = await call("provenance", { id });
      if (writing.draftId !== id) return;
      this.found = found;
      this.draw();
    });
  }

  /** Tints the text that is open, if it is the one that is known. */
  draw() {
    const { found } = this;
    const own = found?.draft_id === writing.draftId;
    const view = writing.editor?.view;
    if (!view) return;
    const spans = this.tinted && own && found ? found.spans : [];
    view.dispatch({ effects: setOrigins.of(spans) });
  }

  async toggle() {
    this.tinted = !this.tinted;
    try {
      localStorage.setItem(KEPT, String(this.tinted));
    } catch {
      // A window without storage forgets.
    }
    if (this.tinted) await this.load();
    else this.draw();
    notices.say(t(this.tinted ? "provenance.tint_on" : "provenance.tint_off"));
  }

  /** The card for the caret; the spans are read first where nobody has asked yet. */
  async cardAtCaret() {
    const view = writing.editor?.view;
    if (!view) return;
    if (!this.tinted) {
      await this.load();
      if (this.found?.draft_id === writing.draftId)
        view.dispatch({ effects: setOrigins.of(this.found.spans) });
    }
    view.dispatch({ effects: setOriginCard.of(true) });
  }

  async exportReport(form: ReportForm) {
    const { document, draftId } = writing;
    if (!document || !draftId || !(await writing.flush())) return;
    const title = t("provenance.report_title");
    await attempt(async () => {
      const path = await saveFile({
        title,
        filter: { name: t(`provenance.form_${form}`), endings: [ENDING[form]] },
        name: fileName(`${document.title || "inkstone"} - ${title}`, ENDING[form]),
      });
      if (!path) return;
      await call("export_provenance", { draft_id: draftId, path, form, language: language() });
      notices.note("editor.exported", { path });
    });
  }

  async exportLabelled(labels: Label[], producer: string, form: "text" | "docx" | "html") {
    const { document, draftId } = writing;
    if (!document || !draftId || !(await writing.flush())) return;
    const ending = form === "text" ? DESKS[document.kind].ending : form;
    await attempt(async () => {
      const path = await saveFile({
        title: t("provenance.labels_export"),
        filter: { name: t(`editor.${form}_filter`), endings: [ending] },
        name: fileName(document.title, ending),
      });
      if (!path) return;
      await call("export_labelled", { draft_id: draftId, path, labels, producer });
      notices.note("editor.exported", { path });
    });
  }
}

export const provenance = new Provenance();
