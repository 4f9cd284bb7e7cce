import { library } from "../features/library/library.svelte";
import { writing } from "../features/writing/writing.svelte";
import type { DocumentKind } from "../wire/bindings";

interface Recent {
  draft_id: string;
  project_id: string;
  title: string;
  kind: DocumentKind;
}

const KEPT = "inkstone.recent";
const MOST = 12;

const isRecent = (one: unknown): one is Recent =>
  typeof one === "object" &&
  one !== null &&
  ["draft_id", "project_id", "title", "kind"].every(
    (name) => typeof (one as Record<string, unknown>)[name] === "string",
  );

/** What was open in this window last, newest first, of all projects. */
class RecentDrafts {
  private kept = $state.raw<Recent[]>([]);

  constructor() {
    try {
      const kept: unknown = JSON.parse(localStorage.getItem(KEPT) ?? "[]");
      if (Array.isArray(kept)) this.kept = kept.filter(isRecent).slice(0, MOST);
    } catch {
      // A window without storage, or something else's entry: nothing is known.
    }
  }

  /** Those that can still be there: projects that are gone have taken theirs with them. */
  get list(): Recent[] {
    const gone = (one: Recent) =>
      !library.projects.some(({ id }) => id === one.project_id) ||
      (one.project_id === library.projectId &&
        !library.documents.some(({ drafts }) => drafts.some(({ id }) => id === one.draft_id)));
    return this.kept.filter((one) => !gone(one));
  }

  /** Remembers what is open. */
  remember() {
    const { draftId, document } = writing;
    if (!draftId || !document) return;
    const { project_id, title, kind } = document;
    const others = this.kept.filter(({ draft_id }) => draft_id !== draftId);
    this.kept = [{ draft_id: draftId, project_id, title, kind }, ...others].slice(0, MOST);
    try {
      localStorage.setItem(KEPT, JSON.stringify(this.kept));
    } catch {
      // See above.
    }
  }
}

export const recent = new RecentDrafts();
