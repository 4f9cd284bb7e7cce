import { notices } from "./notices.svelte";

/** Runs something and gives its answer; an error becomes a notice, and there is no answer. */
export async function answered<T>(run: () => Promise<T>): Promise<T | null> {
  try {
    return await run();
  } catch (reason) {
    notices.report(reason);
    return null;
  }
}
