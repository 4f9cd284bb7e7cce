import { isAmong, type Spell } from "../../editor/spelling";
import { call } from "../../host";
import type { English } from "../../wire/bindings";

/** More words than this are never remembered. */
const MOST_KNOWN = 50_000;
/** The most that the studio looks up at once. */
const AT_ONCE = 2_000;
/** After a failure nothing is asked for a while: what can't be looked up is not underlined. */
const REST_MS = 30_000;
/** The names of a project are read from all its texts: not at every change of a brief. */
const NAMES_MS = 400;

/** English words, looked up off the typing path and remembered. */
class Spelling {
  /** Words that are names in the open draft's project. */
  private names = $state.raw<ReadonlySet<string>>(new Set());
  private known = new Map<string, boolean>();
  private of_: English = "either";
  private restUntil = 0;
  private asked = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;

  /** Looks for the names of the open draft's project, once nothing is changed any more. */
  look(draftId: string | null) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.read(draftId), NAMES_MS);
  }

  private async read(draftId: string | null) {
    const asked = ++this.asked;
    const names = draftId
      ? await call("known_names", { id: draftId }).catch(() => null)
      : ([] as string[]);
    if (asked !== this.asked || !names) return;
    const same = names.length === this.names.size && names.every((name) => this.names.has(name));
    if (!same) this.names = new Set(names);
  }

  /** What knows words of this English. Another one whenever the names are others. */
  of(english: English): Spell {
    if (english !== this.of_) {
      this.known.clear();
      this.of_ = english;
    }
    const { names, known } = this;
    return {
      right: (word) => (isAmong(names, word) ? true : known.get(word)),
      ask: (words) => this.ask(words, english),
      suggest: (word) => call("suggest_words", { word, english }).catch(() => []),
    };
  }

  private async ask(words: string[], english: English): Promise<boolean> {
    if (Date.now() < this.restUntil) return false;
    if (this.known.size > MOST_KNOWN) this.known.clear();
    try {
      for (let at = 0; at < words.length; at += AT_ONCE) {
        const some = words.slice(at, at + AT_ONCE);
        const wrong = new Set(await call("check_words", { words: some, english }));
        if (english !== this.of_) return false;
        for (const word of some) this.known.set(word, !wrong.has(word));
      }
      return true;
    } catch {
      this.restUntil = Date.now() + REST_MS;
      return false;
    }
  }
}

export const spelling = new Spelling();
