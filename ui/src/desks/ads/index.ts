import { later } from "../../parts/later.svelte";
import type { Desk } from "..";

export const ads: Desk = {
  Brief: later(async () => (await import("./Brief.svelte")).default),
  Beneath: later(async () => (await import("./AdGrid.svelte")).default),
  ending: "txt",
  need: {
    field: "product",
    say: "desk.need_product",
    missing: (brief) => "product" in brief && brief.product.trim() === "",
  },
  main: () => ({ task: "draft" }),
};
