import type { Proofing } from "../../editor/proofing";
import { preferences } from "../settings/preferences.svelte";
import { grammarOf } from "./grammar";
import { spelling } from "./spelling.svelte";

/** What is right although it looks like a slip. */
class Right {
  /** Until the window closes. */
  ignored = $state.raw<ReadonlySet<string>>(new Set());
  now = $derived<Omit<Proofing, "language">>({
    on: preferences.now.proofread,
    right: new Set([...preferences.now.words, ...this.ignored]),
    spell: spelling.of(preferences.now.english),
    grammar: grammarOf(preferences.now.english),
  });
}

export const right = new Right();
