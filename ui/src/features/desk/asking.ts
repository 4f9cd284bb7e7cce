import { tick } from "svelte";
import { DESKS } from "../../desks";
import { t } from "../../locales/index.svelte";
import type { Task } from "../../wire/bindings";
import { models } from "../models/models.svelte";
import { notices } from "../notices/notices.svelte";
import { takes } from "../takes/takes.svelte";
import { writing } from "../writing/writing.svelte";
import { desk } from "./desk.svelte";

/** Tasks that change what is selected; they need no brief. */
const CHANGES: readonly Task["task"][] = [
  ...(["rewrite", "shorten", "expand", "tone", "simplify", "correct", "translate"] as const),
  "alternatives",
];

/** Why a task cannot be asked for now, as its button says it. */
export function blocked(task: Task["task"]): string | null {
  if (models.chosen?.beyond.includes(task)) return t("desk.needs_larger");
  if (takes.busyHere) return t("desk.busy");
  const { from, to } = writing.selection;
  return CHANGES.includes(task) && from === to ? t("desk.select_first") : null;
}

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
  const free = task.task === "continue" || CHANGES.includes(task.task);
  if (!free && need.missing(brief)) {
    desk.tab = "brief";
    refuse(t(need.say));
    await tick();
    document.querySelector<HTMLElement>(`[data-testid="brief-${need.field}"]`)?.focus();
    return false;
  }
  const asked = await takes.generate(task, desk.note.trim());
  if (!asked) return false;
  desk.note = "";
  desk.onAsked();
  return true;
}

/** The step that the desk takes next. */
export async function askMain(): Promise<boolean> {
  const kind = writing.document?.kind;
  return kind ? ask(DESKS[kind].main()) : false;
}

export const askContinue = () => ask({ task: "continue" });
