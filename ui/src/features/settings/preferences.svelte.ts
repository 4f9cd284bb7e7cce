import { call } from "../../host";
import type { Preferences } from "../../wire/bindings";
import { attempt, notices } from "../notices/notices.svelte";

/** What nobody has changed. */
export const USUAL: Preferences = {
  shortcuts: {},
  smart_punctuation: true,
  chinese_quotes: "curly",
  hide_marks: false,
  look_ahead: false,
  see_prompt: false,
  proofread: true,
  english: "either",
  words: [],
};

const found = async (): Promise<Preferences> => ({ ...USUAL, ...(await call("preferences", {})) });

/** How the person likes to write; kept in the library, and the same in all windows. */
class Chosen {
  now = $state.raw<Preferences>(USUAL);
  /** Changes go one after the other: the last one chosen is the one that is kept. */
  private sent: Promise<unknown> = Promise.resolve();
  private underway = 0;
  /** Something was changed while changes from here were on their way. */
  private stale = false;

  async load() {
    try {
      this.now = await found();
    } catch (reason) {
      notices.report(reason);
    }
  }

  /** Another window may have chosen otherwise. */
  async follow() {
    this.stale = true;
    // What is chosen here is not taken back by what was read before it was kept.
    if (this.underway > 0) return;
    this.stale = false;
    await attempt(async () => {
      const theirs = await found();
      if (this.underway > 0) this.stale = true;
      else if (JSON.stringify(theirs) !== JSON.stringify(this.now)) this.now = theirs;
    });
  }

  async change(change: Partial<Preferences>) {
    const chosen = { ...this.now, ...change };
    this.now = chosen;
    this.underway++;
    const sent = this.sent.then(() => attempt(() => call("set_preferences", chosen)));
    this.sent = sent;
    await sent;
    this.underway--;
    if (this.stale) await this.follow();
  }
}

export const preferences = new Chosen();
