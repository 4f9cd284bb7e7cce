import { later } from "../../parts/later.svelte";
import type { Desk } from "..";
import { nextStep } from "./next";

type Panel = typeof import("./panel");
const panel = (part: keyof Panel) => later(async () => (await import("./panel"))[part]);

export const screenplay: Desk = {
  Brief: panel("Brief"),
  Steps: panel("Steps"),
  Along: panel("Along"),
  More: panel("More"),
  Readers: panel("Readers"),
  Parts: panel("SceneList"),
  views: [
    {
      id: "story",
      label: "story.view",
      View: later(async () => (await import("./Story.svelte")).default),
    },
    {
      id: "board",
      label: "board.view",
      View: later(async () => (await import("./Board.svelte")).default),
    },
    {
      id: "timeline",
      label: "tally.timeline",
      View: later(async () => (await import("./Timeline.svelte")).default),
    },
    {
      id: "reports",
      label: "tally.reports",
      View: later(async () => (await import("./Reports.svelte")).default),
    },
    {
      id: "interview",
      label: "interview.title",
      View: later(async () => (await import("./Interview.svelte")).default),
      within: "story",
    },
  ],
  ending: "fountain",
  need: {
    field: "logline",
    say: "desk.need_logline",
    missing: (brief) => "logline" in brief && brief.logline.trim() === "",
  },
  main: nextStep,
};
