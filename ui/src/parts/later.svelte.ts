import type { Component } from "svelte";
import Later from "./Later.svelte";

/** A component that is read when it is first shown, and stays. */
export class Source<P extends object> {
  View = $state.raw<Component<P> | null>(null);
  private reading: Promise<void> | null = null;

  constructor(private readonly read: () => Promise<Component<P>>) {}

  load(): Promise<void> {
    this.reading ??= this.read().then(
      (View) => {
        this.View = View;
      },
      (reason: unknown) => {
        // The next time it is shown, it is tried again.
        this.reading = null;
        throw reason;
      },
    );
    return this.reading;
  }
}

const sources: Source<never>[] = [];

/**
 * A component whose code is read when it is first shown: what a window does not need to come up
 * would keep its text waiting.
 */
export function later<P extends object = Record<string, never>>(
  read: () => Promise<Component<P>>,
): Component<P> & { load(): Promise<void> } {
  const from = new Source(read);
  sources.push(from as unknown as Source<never>);
  const component: Component<P> = (internals, given) =>
    (Later as unknown as Component<{ from: Source<P>; given: P }>)(internals, { from, given });
  // What takes the focus when it appears is read before it is shown.
  return Object.assign(component, { load: () => from.load() });
}

/** Reads all that would be read later, for tests that look at once. */
export async function everything(): Promise<void> {
  for (const source of sources) await source.load();
}
