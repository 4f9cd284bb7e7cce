import type { Commands } from "../wire/bindings";

declare global {
  interface Window {
    /** What the program laid ready before the page began: answers by command and input. */
    __INKSTONE_EARLY__?: { answers: Map<string, unknown> };
  }
}

/** The answer to what the program knew would be asked; each is taken once. */
export function takeEarly<K extends keyof Commands>(
  name: K,
  input: Commands[K]["input"],
): Commands[K]["output"] | undefined {
  const answers = window.__INKSTONE_EARLY__?.answers;
  const key = JSON.stringify([name, input]);
  const answer = answers?.get(key) as Commands[K]["output"] | undefined;
  answers?.delete(key);
  return answer;
}

/** Whether answers lie ready. */
export const isEarly = () => (window.__INKSTONE_EARLY__?.answers.size ?? 0) > 0;

/** The page has what it came up with: from now on all is asked anew. */
export function endEarly() {
  delete window.__INKSTONE_EARLY__;
}
