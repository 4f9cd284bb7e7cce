import { tick } from "svelte";
import { DESKS } from "../../desks";
import { t } from "../../locales/index.svelte";
import type { EditedPrompt, Task } from "../../wire/bindings";
import { models } from "../models/models.svelte";
import { notices } from "../notices/notices.svelte";
import { promptFirst } from "../prompt/prompt.svelte";
import { takes } from "../takes/takes.svelte";
import { writing } from "../writing/writing.svelte";
import { desk } from "./desk.svelte";

/** Tasks that change what is selected; they need no brief. */
const CHANGES: readonly Task["task"][] = [
  ...(["rewrite", "shorten", "expand", "tone", "simplify", "correct", "translate"] as const),
  "alternatives",
  "describe",
];
/** Tasks that write for a text that is there; a brief without a subject does for them. */
const FOR_TEXT: readonly Task["task"][] = ["continue", "headline", "dek", "own"];

/** Why a task cannot be asked for now, as its button says it. */
export function blocked(task: Task["task"]): string | null {
  if (models.chosen?.beyond.includes(task)) return t("desk.needs_larger");
  if (takes.busyHere) return t("desk.busy");
  return CHANGES.includes(task) && nothingSelected() ? t("desk.select_first") : null;
}

export const nothingSelected = () => writing.selection.from === writing.selection.to;

function refuse(reason: string) {
  desk.hint = reason;
  notices.say(reason);
}

/** Asks for takes, with the note; where something is missing, says what and goes there. */
export async function ask(task: Task): Promise<boolean> {
  const kind = writing.document?.kind;
  const { brief } = writing;
  if (!kind || !brief) return false;
  desk.hint = null;
  const reason = blocked(task.task);
  if (reason) {
    refuse(reason);
    return false;
  }
  const { need } = DESKS[kind];
  const free = !writing.empty && (FOR_TEXT.includes(task.task) || CHANGES.includes(task.task));
  if (!free && need.missing(brief)) {
    desk.tab = "brief";
    refuse(t(need.say));
    await tick();
    document.querySelector<HTMLElement>(`[data-testid="brief-${need.field}"]`)?.focus();
    return false;
  }
  const note = desk.note.trim();
  if (promptFirst.wanted()) return promptFirst.show(task, note);
  return send(task, note);
}

/** Sends a task; `prompt` is what the person made of it. */
async function send(task: Task, note: string, prompt?: EditedPrompt): Promise<boolean> {
  const asked = await takes.generate(task, note, undefined, prompt);
  if (!asked) return false;
  desk.note = "";
  desk.onAsked();
  return true;
}

promptFirst.send = send;

/** The step that the desk takes next. */
export async function askMain(): Promise<boolean> {
  const kind = writing.document?.kind;
  return kind ? ask(DESKS[kind].main()) : false;
}

export const askContinue = () => ask({ task: "continue" });
