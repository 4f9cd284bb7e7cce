import type { Proofing } from "../../editor/proofing";
import { preferences } from "../settings/preferences.svelte";

/** What is right although it looks like a slip. */
class Right {
  /** Until the window closes. */
  ignored = $state.raw<ReadonlySet<string>>(new Set());
  now = $derived<Proofing>({
    on: preferences.now.proofread,
    right: new Set([...preferences.now.words, ...this.ignored]),
  });
}

export const right = new Right();
