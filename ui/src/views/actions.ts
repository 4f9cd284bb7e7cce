import { flushSync, tick } from "svelte";
import { composition } from "../editor/composition";
import { actionMenu } from "../features/actions/menu.svelte";
import { offered, runOffer } from "../features/actions/offered";
import { ahead } from "../features/ahead/ahead.svelte";
import { comments } from "../features/comments/comments.svelte";
import { compare } from "../features/compare/compare.svelte";
import { askContinue, askMain } from "../features/desk/asking";
import { desk } from "../features/desk/desk.svelte";
import { across } from "../features/find/across.svelte";
import { find } from "../features/find/find.svelte";
import { library } from "../features/library/library.svelte";
import { merge } from "../features/merge/merge.svelte";
import { attempt, notices } from "../features/notices/notices.svelte";
import { outline } from "../features/outline/outline.svelte";
import { printDraft } from "../features/printing/print";
import { promptFirst } from "../features/prompt/prompt.svelte";
import { proof } from "../features/proof/proof.svelte";
import { provenance } from "../features/provenance/provenance.svelte";
import { settings } from "../features/settings/settings.svelte";
import { aheadBeside } from "../features/split/ahead";
import { beside } from "../features/split/beside.svelte";
import { waiting } from "../features/split/waiting.svelte";
import { surface } from "../features/surface/surface.svelte";
import { changes } from "../features/takes/changes.svelte";
import { takes } from "../features/takes/takes.svelte";
import { footnote } from "../features/writing/footnotes";
import { writing } from "../features/writing/writing.svelte";
import { zoom } from "../features/zoom/zoom.svelte";
import { newWindow } from "../host";
import { t, time } from "../locales/index.svelte";
import type { TakeDto } from "../wire/bindings";
import { isOver } from "../wire/takes";
import { frame } from "./frame.svelte";
import { palette } from "./palette.svelte";
import { type Action, actionOf, type NamedAction } from "./shortcuts";

async function accept() {
  const other = writing.inSecond && beside.apart ? waiting.nearest() : undefined;
  if (other) {
    if (!(await waiting.accept(other))) notices.say(t("takes.while_writing"));
    return;
  }
  const take = takes.nearest();
  if (!take) return;
  if (!(await changes.acceptAll(take))) notices.say(t("takes.while_writing"));
}

/** Runs something on the changes of the suggestion that is nearest to the caret. */
async function onChange(run: (take: TakeDto) => unknown) {
  const take = takes.nearest();
  if (!take) return notices.say(t("takes.change_nowhere"));
  if (!isOver(take.status)) return notices.say(t("takes.while_writing"));
  // Of an insertion that is shown as a text, the first press shows the changes.
  if (!changes.shows(take)) changes.show(take, true);
  await changes.follow(take);
  await run(take);
}

/** Brings the focus to the field of the search. */
function search() {
  void frame.show("library", false);
  // At once: what is typed next belongs to the search.
  flushSync();
  const field = document.querySelector<HTMLInputElement>("[data-testid='search']");
  field?.focus();
  field?.select();
}

/** The editor cannot be searched while something lies over it. */
function inText(open: () => unknown) {
  if (!compare.shown && !merge.shown) return open();
}

/** Shows the outline and goes there; from there back to the text, and away. */
async function toOutline() {
  const inside = document.activeElement?.closest("[data-testid='outline']");
  if (inside || !writing.draftId) {
    surface.showOutline(false);
    return frame.go("text");
  }
  surface.showOutline(true);
  // It has its rows before it has the focus.
  outline.now();
  await tick();
  document
    .querySelector<HTMLElement>(
      "[data-testid='outline'] [aria-current='true'], [data-testid='outline'] [data-row]",
    )
    ?.focus();
  if (!document.activeElement?.closest("[data-testid='outline']"))
    document.querySelector<HTMLElement>("[data-testid='outline-close']")?.focus();
}

/** Shows the comments and goes there; from there back to the text, and away. */
async function toComments() {
  const inside = document.activeElement?.closest("[data-testid='comments']");
  if (inside || !writing.draftId) {
    comments.show(false);
    return frame.go("text");
  }
  comments.show(true);
  await tick();
  const rail = document.querySelector<HTMLElement>("[data-testid='comments']");
  const first =
    rail?.querySelector<HTMLElement>("textarea, [data-row][tabindex='0'], [data-row]") ??
    rail?.querySelector<HTMLElement>("[data-testid='comments-close']");
  first?.focus();
}

/** Shows the assistant and goes to its question. */
async function toAssistant() {
  if (!writing.draftId) return;
  desk.tab = "assistant";
  await frame.show("desk", false);
  await tick();
  document.querySelector<HTMLElement>("[data-testid='assistant-ask']")?.focus();
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

/** Opens the field of a tone at the desk, wherever the person is. */
async function toTone() {
  if (!writing.draftId) return;
  desk.tab = "brief";
  await frame.show("desk", false);
  await tick();
  document.querySelector<HTMLElement>("[data-testid='action-tone']")?.click();
}

/** Runs a task of the desk, where this kind of document has it. */
const task = (action: Action) => () => runOffer(action);

const RUN: Record<NamedAction, () => unknown> = {
  rewrite: task("rewrite"),
  shorten: task("shorten"),
  expand: task("expand"),
  simplify: task("simplify"),
  correct: task("correct"),
  translate_en: task("translate_en"),
  translate_zh: task("translate_zh"),
  describe: task("describe"),
  headline: task("headline"),
  dek: task("dek"),
  tone: toTone,
  actions_menu: () => {
    if (writing.draftId && offered().length) actionMenu.show();
  },
  see_prompt: () => promptFirst.arm(),
  library: () => frame.go("library"),
  text: () => frame.go("text"),
  desk: () => frame.go("desk"),
  assistant: toAssistant,
  next_region: () => frame.cycle(1),
  previous_region: () => frame.cycle(-1),
  toggle_library: () => frame.toggle("library"),
  toggle_desk: () => frame.toggle("desk"),
  generate: askMain,
  continue: askContinue,
  accept,
  change_next: () => onChange((take) => changes.step(take, 1)),
  change_previous: () => onChange((take) => changes.step(take, -1)),
  change_accept: () => onChange((take) => changes.accept(take, false)),
  change_refuse: () => onChange((take) => changes.refuse(take, false)),
  sentence_accept: () => onChange((take) => changes.accept(take, true)),
  sentence_refuse: () => onChange((take) => changes.refuse(take, true)),
  look_ahead: () => (writing.inSecond && beside.shown ? aheadBeside : ahead).ask(true),
  slip: () => inText(() => proof.open()),
  palette: () => {
    palette.open = true;
    flushSync();
  },
  find: () => inText(() => find.open(false)),
  replace: () => inText(() => find.open(true)),
  find_next: () => inText(() => find.step(1)),
  find_previous: () => inText(() => find.step(-1)),
  find_across: () => across.open(),
  outline: toOutline,
  print: printDraft,
  split: () => inText(() => beside.toggle()),
  split_switch: () => inText(() => beside.go()),
  footnote: () => inText(footnote),
  comment: () => inText(() => comments.begin()),
  comments: () => inText(toComments),
  typewriter: () => surface.setTypewriter(!surface.typewriter),
  focus_mode: () => surface.nextFocus(),
  full_screen: () => surface.setFull(!surface.full),
  new_window: () => attempt(newWindow),
  zoom_in: zoom.in,
  zoom_out: zoom.out,
  zoom_reset: zoom.reset,
  stop: () => {
    // What lies on top goes first.
    if (!frame.closeDrawer() && !find.close()) void takes.stopAll();
  },
  new: begin,
  version,
  search,
  settings: () => settings.show(),
  origins: () => provenance.toggle(),
  origin_card: () => provenance.cardAtCaret(),
};

/** Runs an action. */
export const run = (action: Action) =>
  action.startsWith("own:") ? runOffer(action) : RUN[action as NamedAction]();

/** Runs what a press asks for; true when it asked for something. */
export function press(event: KeyboardEvent): boolean {
  const action = actionOf(event);
  if (!action || composition.going()) return false;
  void run(action);
  // Escape also means something to fields and to the editor.
  if (action !== "stop") event.preventDefault();
  return true;
}
