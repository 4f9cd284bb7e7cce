import { later } from "../../parts/later.svelte";
import type { Desk } from "..";

export const news: Desk = {
  Brief: later(async () => (await import("./Brief.svelte")).default),
  ending: "md",
  need: {
    field: "topic",
    say: "desk.need_topic",
    missing: (brief) => "topic" in brief && brief.topic.trim() === "",
  },
  main: () => ({ task: "draft" }),
};
