import type { Slip } from "../../editor/slips";
import { t } from "../../locales/index.svelte";
import { notices } from "../notices/notices.svelte";
import { preferences } from "../settings/preferences.svelte";
import { writing } from "../writing/writing.svelte";
import { right } from "./right.svelte";

/** Spelling, grammar and punctuation, as far as they are sure. */
class Proof {
  /** True where the menu was opened with the keyboard, and takes the focus. */
  byKeys = false;

  /** Opens what can be done about the slip at the caret, or the next one. */
  async open() {
    this.byKeys = true;
    if (!(await writing.current?.openSlip())) notices.say(t("proof.none"));
    this.byKeys = false;
  }

  close() {
    writing.current?.closeSlip();
    writing.current?.focus();
  }

  /** Puts something else there, as typing would. */
  fix(slip: Slip, fix: string) {
    writing.current?.replace(slip.from, slip.to, fix);
    this.close();
  }

  ignore(words: string) {
    right.ignored = new Set([...right.ignored, words]);
    this.close();
  }

  /** Puts a word into the dictionary of the library. */
  add(words: string) {
    if (!preferences.now.words.includes(words))
      void preferences.change({ words: [...preferences.now.words, words] });
    this.close();
  }

  remove(word: string) {
    void preferences.change({ words: preferences.now.words.filter((one) => one !== word) });
  }
}

export const proof = new Proof();
