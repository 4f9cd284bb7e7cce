import { later } from "../../parts/later.svelte";

/** Read when it is first shown. */
export const PagesDialog = later(async () => (await import("./PagesDialog.svelte")).default);
