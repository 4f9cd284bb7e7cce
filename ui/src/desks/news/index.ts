import type { Desk } from "..";
import Brief from "./Brief.svelte";

export const news: Desk = {
  Brief,
  ending: "md",
  need: {
    field: "topic",
    say: "desk.need_topic",
    missing: (brief) => "topic" in brief && brief.topic.trim() === "",
  },
  main: () => ({ task: "draft" }),
};
