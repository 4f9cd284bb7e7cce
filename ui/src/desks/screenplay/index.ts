import type { Desk } from "..";
import Brief from "./Brief.svelte";
import { nextStep } from "./next";
import Steps from "./Steps.svelte";

export const screenplay: Desk = {
  Brief,
  Steps,
  ending: "fountain",
  need: {
    field: "logline",
    say: "desk.need_logline",
    missing: (brief) => "logline" in brief && brief.logline.trim() === "",
  },
  main: nextStep,
};
