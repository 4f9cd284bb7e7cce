import { later } from "../../parts/later.svelte";

/** What stands in or beside a text only now and then, each read when it is first shown. */
export const InText = later(async () => (await import("../takes/InText.svelte")).default);
export const OriginCard = later(
  async () => (await import("../provenance/OriginCard.svelte")).default,
);
