import { later } from "../../parts/later.svelte";

/** The models to choose from, read when they are first shown. */
export const Shelf = later<{ onchosen: () => void }>(
  async () => (await import("./Shelf.svelte")).default,
);
