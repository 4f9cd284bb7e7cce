import type { Desk } from "..";
import Along from "./Along.svelte";
import Board from "./Board.svelte";
import Brief from "./Brief.svelte";
import Interview from "./Interview.svelte";
import More from "./More.svelte";
import { nextStep } from "./next";
import Readers from "./Readers.svelte";
import Reports from "./Reports.svelte";
import SceneList from "./SceneList.svelte";
import Steps from "./Steps.svelte";
import Story from "./Story.svelte";
import Timeline from "./Timeline.svelte";

export const screenplay: Desk = {
  Brief,
  Steps,
  Along,
  More,
  Readers,
  Parts: SceneList,
  views: [
    { id: "story", label: "story.view", View: Story },
    { id: "board", label: "board.view", View: Board },
    { id: "timeline", label: "tally.timeline", View: Timeline },
    { id: "reports", label: "tally.reports", View: Reports },
    { id: "interview", label: "interview.title", View: Interview, within: "story" },
  ],
  ending: "fountain",
  need: {
    field: "logline",
    say: "desk.need_logline",
    missing: (brief) => "logline" in brief && brief.logline.trim() === "",
  },
  main: nextStep,
};
