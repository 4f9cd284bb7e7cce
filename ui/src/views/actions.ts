import { askContinue, askMain } from "../features/desk/asking";
import { library } from "../features/library/library.svelte";
import { notices } from "../features/notices/notices.svelte";
import { provenance } from "../features/provenance/provenance.svelte";
import { settings } from "../features/settings/settings.svelte";
import { takes } from "../features/takes/takes.svelte";
import { writing } from "../features/writing/writing.svelte";
import { t, time } from "../locales/index.svelte";
import { frame } from "./frame.svelte";
import { type Action, actionOf } from "./shortcuts";

async function accept() {
  const take = takes.nearest();
  if (!take) return;
  if (!(await takes.accept(take))) notices.say(t("takes.while_writing"));
}

/** Brings the focus to the field of the search. */
async function search() {
  await frame.show("library", false);
  requestAnimationFrame(() =>
    document.querySelector<HTMLInputElement>("[data-testid='search']")?.select(),
  );
}

async function begin() {
  if (!library.project) return frame.go("text");
  await frame.show("library", false);
  frame.beginning = true;
}

async function version() {
  const name = t("editor.version_default", { time: time(Date.now()) });
  if (await writing.saveVersion(name)) notices.note("editor.version_saved");
}

const RUN: Record<Action, () => unknown> = {
  library: () => frame.go("library"),
  text: () => frame.go("text"),
  desk: () => frame.go("desk"),
  next_region: () => frame.cycle(1),
  previous_region: () => frame.cycle(-1),
  toggle_library: () => frame.toggle("library"),
  toggle_desk: () => frame.toggle("desk"),
  generate: askMain,
  continue: askContinue,
  accept,
  stop: () => {
    // What lies on top goes first.
    if (!frame.closeDrawer()) void takes.stopAll();
  },
  new: begin,
  version,
  search,
  settings: () => settings.show(),
  origins: () => provenance.toggle(),
  origin_card: () => provenance.cardAtCaret(),
};

/** Runs what a press asks for; true when it asked for something. */
export function press(event: KeyboardEvent): boolean {
  const action = actionOf(event);
  if (!action || writing.editor?.composing()) return false;
  void RUN[action]();
  // Escape also means something to fields and to the editor.
  if (action !== "stop") event.preventDefault();
  return true;
}
