import { Ahead } from "../ahead/ahead.svelte";
import { takes } from "../takes/takes.svelte";
import { writing } from "../writing/writing.svelte";
import { beside } from "./beside.svelte";
import { waiting } from "./waiting.svelte";

/** Grey words at the caret of the text beside the first one. */
export const aheadBeside = new Ahead({
  get editor() {
    return beside.editor;
  },
  get language() {
    return (beside.same ? writing.brief : beside.document)?.language ?? "en";
  },
  get busy() {
    return beside.same ? takes.busyHere : waiting.busy;
  },
  refer: (run) => beside.refer(run),
  async change(run) {
    const view = await beside.change(run);
    if (view) takes.receiveAll(view);
    return view;
  },
});
