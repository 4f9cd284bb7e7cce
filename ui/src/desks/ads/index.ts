import type { Desk } from "..";
import AdGrid from "./AdGrid.svelte";
import Brief from "./Brief.svelte";

export const ads: Desk = {
  Brief,
  Beneath: AdGrid,
  ending: "txt",
  need: {
    field: "product",
    say: "desk.need_product",
    missing: (brief) => "product" in brief && brief.product.trim() === "",
  },
  main: () => ({ task: "draft" }),
};
