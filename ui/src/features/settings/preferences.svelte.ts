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

/** How the person likes to write; kept in the library. */
class Chosen {
  now = $state.raw<Preferences>(USUAL);

  async load() {
    try {
      this.now = { ...USUAL, ...(await call("preferences", {})) };
    } catch (reason) {
      notices.report(reason);
    }
  }

  async change(change: Partial<Preferences>) {
    this.now = { ...this.now, ...change };
    await attempt(() => call("set_preferences", this.now));
  }
}

export const preferences = new Chosen();
