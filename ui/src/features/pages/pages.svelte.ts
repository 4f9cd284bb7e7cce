import type { PageStart } from "../../editor/pages";
import { call } from "../../host";
import type { PageBreaks, PageSetup } from "../../wire/bindings";
import { notices } from "../notices/notices.svelte";
import { writing } from "../writing/writing.svelte";

/** How long nobody types before the pages are laid out again. */
const QUIET_MS = 500;

/** A length as the trade writes it: `23 4/8`. */
export function inEighths(eighths: number): string {
  const whole = Math.floor(eighths / 8);
  const rest = eighths % 8;
  if (rest === 0) return String(whole);
  return whole === 0 ? `${rest}/8` : `${whole} ${rest}/8`;
}

class PagesStore {
  /** The setup of the open screenplay. */
  setup = $state<PageSetup | null>(null);
  breaks = $state<PageBreaks | null>(null);
  /** True while the dialog is open. */
  open = $state(false);

  private timer: ReturnType<typeof setTimeout> | undefined;
  private asked = 0;
  private documentId: string | null = null;
  private draftId: string | null = null;

  /** A draft was opened, left or saved. */
  follow(documentId: string | null, draftId: string | null) {
    clearTimeout(this.timer);
    this.asked++;
    if (documentId !== this.documentId) {
      this.documentId = documentId;
      this.setup = null;
      this.breaks = null;
    }
    this.draftId = draftId;
    if (!documentId || !draftId) return;
    const soon = this.breaks === null ? 0 : QUIET_MS;
    this.timer = setTimeout(() => void this.lay(draftId), soon);
  }

  /** Lays the pages out and shows where they begin. Typing goes on meanwhile. */
  private async lay(draftId: string) {
    const asked = this.asked;
    try {
      if (!this.setup) {
        const setup = await call("page_setup", { id: draftId });
        if (asked !== this.asked) return;
        this.setup = setup;
      }
      const told = await writing.refer((id) => call("page_breaks", { id }));
      if (!told || asked !== this.asked) return;
      this.breaks = told.answer;
      const shown: PageStart[] = this.setup.shown
        ? told.answer.breaks.map(({ at, label }) => ({ at: told.moved(at), label }))
        : [];
      writing.editor?.showPageStarts(shown);
    } catch (reason) {
      notices.report(reason);
    }
  }

  /** Keeps a setup with the document. */
  async keep(setup: PageSetup) {
    const documentId = this.documentId;
    if (!documentId) return;
    this.setup = setup;
    try {
      await call("set_page_setup", { document_id: documentId, setup });
    } catch (reason) {
      notices.report(reason);
    }
    if (documentId === this.documentId && this.draftId) {
      this.asked++;
      await this.lay(this.draftId);
    }
  }
}

export const pages = new PagesStore();
