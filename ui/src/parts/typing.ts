/** Whoever pressed a key no longer ago is typing. */
export const TYPING_MS = 600;
/** How long what can wait does so at most. */
export const GAP_MS = 150;
/** What a page that has drawn a key needs to hand it on. */
const HANDS_ON_MS = 10;
/** How long behind a key there is still time before the next. */
const LASTS_MS = 20;

let pressed = Number.NEGATIVE_INFINITY;
let drawn = Number.NEGATIVE_INFINITY;
const waiting = new Set<() => void>();

window.addEventListener(
  "keydown",
  () => {
    pressed = performance.now();
    // The first timer comes behind the drawing, however long that takes.
    requestAnimationFrame(() => setTimeout(() => setTimeout(isDrawn, HANDS_ON_MS), 0));
  },
  { capture: true, passive: true },
);

function isDrawn() {
  drawn = performance.now();
  for (const go of waiting) go();
  waiting.clear();
}

/** For how many more milliseconds somebody counts as typing; 0 where nobody does. */
export const typesFor = () => Math.max(0, pressed + TYPING_MS - performance.now());

export const isTyping = () => typesFor() > 0;

/**
 * While somebody types, the time right behind the drawing of a key, when the next one is furthest
 * off: what the page does then makes no key wait. Nobody waits for longer than `GAP_MS`.
 */
export async function behindKey(): Promise<void> {
  if (!isTyping() || (drawn > pressed && performance.now() < drawn + LASTS_MS)) return;
  await new Promise<void>((resolve) => {
    waiting.add(resolve);
    setTimeout(() => {
      waiting.delete(resolve);
      resolve();
    }, GAP_MS);
  });
}
