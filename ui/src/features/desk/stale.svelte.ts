import { untrack } from "svelte";
import { writing } from "../writing/writing.svelte";

const QUIET_MS = 500;

/**
 * Reads something again once the library has a new text or brief of the open draft and the person
 * pauses; at once for another draft. To be called while a component is made.
 */
export function whenStale(load: () => unknown) {
  let draft: string | null = null;
  $effect(() => {
    const now = writing.draftId;
    void writing.edition;
    const brief = writing.briefSaved;
    if (!now || !brief) return;
    const first = now !== draft;
    draft = now;
    const timer = setTimeout(() => untrack(load), first ? 0 : QUIET_MS);
    return () => clearTimeout(timer);
  });
}
