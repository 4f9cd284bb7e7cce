import { call } from "../../host";
import type { MeaningPage } from "../../wire/bindings";

/** Words are shown first: this follows when nobody types any more. */
const PAUSE_MS = 320;
const NONE: MeaningPage = { model: null, compared: 0, passages: 0, hits: [] };

/** A few letters mean nothing yet; two characters of Chinese may. */
export function means(query: string): boolean {
  const text = query.trim().replace(/["“”]/g, "");
  return text.length >= 5 || (text.match(/\p{Script=Han}/gu)?.length ?? 0) >= 2;
}

/** Passages that say what was searched for, in whatever words. */
class Meaning {
  page = $state.raw<MeaningPage | null>(null);
  private timer: ReturnType<typeof setTimeout> | undefined;
  private asked = 0;

  /** Asks once the person pauses; passages of an older question stay until then. */
  search(query: string) {
    clearTimeout(this.timer);
    const asked = ++this.asked;
    if (!means(query)) {
      this.page = null;
      return;
    }
    this.timer = setTimeout(async () => {
      // Whoever searches by words is not stopped by a model that fails: it says so on the shelf.
      const page = await call("search_meaning", { query, project_id: null, kind: null }).catch(
        () => NONE,
      );
      if (asked === this.asked) this.page = page;
    }, PAUSE_MS);
  }
}

export const meaning = new Meaning();
