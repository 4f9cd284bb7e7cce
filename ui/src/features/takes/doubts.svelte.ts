import { call } from "../../host";
import { t } from "../../locales/index.svelte";
import type { Doubt, TakeDto } from "../../wire/bindings";
import { isOver, isText } from "../../wire/takes";
import { answered } from "../notices/answered";
import { notices } from "../notices/notices.svelte";
import { takes } from "./takes.svelte";

interface Found {
  /** The text that the places are of. */
  text: string;
  words: Doubt[];
}

/** A stretch of a text: an unsure word, or what stands between two of them. */
export interface Stretch {
  text: string;
  /** The word's number; none for what stands between. */
  word: number | null;
}

/** A text cut at its unsure words. */
export function stretches({ text, words }: Found): Stretch[] {
  const all: Stretch[] = [];
  let at = 0;
  words.forEach(({ from, to }, word) => {
    if (from > at) all.push({ text: text.slice(at, from), word: null });
    all.push({ text: text.slice(from, to), word });
    at = to;
  });
  if (at < text.length) all.push({ text: text.slice(at), word: null });
  return all;
}

/** What is left when a word has given way to another: that one is the person's choice. */
export function replaced({ text, words }: Found, nth: number, by: string): Found {
  const word = words[nth];
  if (!word) return { text, words };
  const more = by.length - (word.to - word.from);
  return {
    text: text.slice(0, word.from) + by + text.slice(word.to),
    words: words
      .filter((_, n) => n !== nth)
      .map((one) =>
        one.from < word.from ? one : { ...one, from: one.from + more, to: one.to + more },
      ),
  };
}

/** Words of suggestions that their model was not sure of. Nothing is asked until somebody wants it. */
class Doubts {
  /** As the model told it. */
  private told = $state.raw<Record<string, Found>>({});
  /** What is left of that after the person's choices. */
  private left = $state.raw<Record<string, Found>>({});
  private on = $state<Record<string, boolean>>({});
  busy = $state<Record<string, boolean>>({});

  /** Whether a take can be asked about: what this machine wrote comes again as it was. */
  offered(take: TakeDto): boolean {
    const own = isOver(take.status) && take.text !== "" && isText(take) && !take.host;
    const edited = takes.edited[take.id] ?? take.text;
    return own && !take.facts.resumes && (edited === take.text || this.of(take) !== undefined);
  }

  /** What is known of a take's text as it stands; nothing where it is not to be shown. */
  of(take: TakeDto): Found | undefined {
    if (!this.on[take.id]) return undefined;
    const text = takes.edited[take.id] ?? take.text;
    return [this.left[take.id], this.told[take.id]].find((found) => found?.text === text);
  }

  shows = (take: TakeDto): boolean => this.busy[take.id] === true || this.of(take) !== undefined;

  async show(take: TakeDto, on: boolean) {
    this.on[take.id] = on;
    if (this.busy[take.id]) {
      if (!on) await call("stop_replay", { id: take.id }).catch(() => undefined);
      return;
    }
    if (!on || this.of(take)) return;
    this.busy[take.id] = true;
    const doubts = await answered(() => call("doubts", { id: take.id }));
    delete this.busy[take.id];
    if (!this.on[take.id]) return;
    if (!doubts?.same) {
      this.on[take.id] = false;
      if (doubts) notices.say(t("takes.doubts_gone"));
      return;
    }
    this.told = { ...this.told, [take.id]: doubts };
    const count = doubts.words.length;
    notices.say(count ? t("takes.doubts_found", { count }) : t("takes.doubts_none"));
  }

  /** Puts another word into the suggestion. */
  replace(take: TakeDto, nth: number, by: string) {
    const found = this.of(take);
    const word = found?.words[nth];
    if (!found || !word) return;
    const was = found.text.slice(word.from, word.to);
    const next = replaced(found, nth, by);
    takes.edited[take.id] = next.text;
    this.left = { ...this.left, [take.id]: next };
    notices.say(t("takes.doubt_replaced", { was, now: by }));
  }
}

export const doubts = new Doubts();
