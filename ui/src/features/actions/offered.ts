import { t } from "../../locales/index.svelte";
import type { Action, TaskAction } from "../../views/shortcuts";
import type { DocumentKind, ScreenplayBrief, Task } from "../../wire/bindings";
import { ask, blocked, nothingSelected } from "../desk/asking";
import { writing } from "../writing/writing.svelte";
import { own } from "./own.svelte";

/** Something that the desk can be asked for in the open text. */
export interface Offer {
  id: string;
  label: string;
  /** The action that has keys for it. */
  action: Action | null;
  /** The person wrote it. */
  own: boolean;
  /** Why it can't be asked for now. */
  blocked: () => string | null;
  run: () => unknown;
}

const CHANGES: readonly TaskAction[] = ["rewrite", "shorten", "expand", "simplify", "correct"];
/** What single kinds of document have beside the changes of a selection. */
export const TASKS_OF: Record<DocumentKind, readonly TaskAction[]> = {
  news: ["headline", "dek", "describe"],
  ads: ["headline", "dek"],
  screenplay: ["describe"],
};

const TASKS: Partial<Record<TaskAction, Task>> = {
  translate_en: { task: "translate", into: "en" },
  translate_zh: { task: "translate", into: "zh-CN" },
};

/** The task of an action; a tone is asked for at the desk, where it is typed. */
const taskOf = (action: TaskAction): Task => TASKS[action] ?? ({ task: action } as Task);

export function labelOf(action: TaskAction): string {
  switch (action) {
    case "translate_en":
      return t("desk.translate_en");
    case "translate_zh":
      return t("desk.translate_zh");
    case "dek":
      return writing.document?.kind === "ads" ? t("actions.description") : t("desk.action_dek");
    default:
      return t(`desk.action_${action}`);
  }
}

/** Why an action of the person's own can't be asked for now. */
export const ownBlocked = (needs: string) =>
  blocked("own") ?? (needs === "selection" && nothingSelected() ? t("desk.select_first") : null);

/** All that the open document can be asked for. */
export function offered(): Offer[] {
  const kind = writing.document?.kind;
  if (!kind) return [];
  const tasks: TaskAction[] = [...CHANGES, "translate_en", "translate_zh", ...TASKS_OF[kind]];
  const ours = tasks.map((action): Offer => {
    const task = taskOf(action);
    return {
      id: action,
      label: labelOf(action),
      action,
      own: false,
      blocked: () => blocked(task.task),
      run: () => ask(task),
    };
  });
  const tone: Offer = {
    id: "tone",
    label: labelOf("tone"),
    action: "tone",
    own: false,
    blocked: () => blocked("tone"),
    run: () => undefined,
  };
  const spoken =
    kind === "screenplay"
      ? (writing.brief as ScreenplayBrief).characters
          .map(({ name }) => name.trim())
          .filter(Boolean)
          .map(
            (character): Offer => ({
              id: `dialogue-${character}`,
              label: t("actions.speak_as", { name: character }),
              action: null,
              own: false,
              blocked: () => blocked("dialogue"),
              run: () => ask({ task: "dialogue", character }),
            }),
          )
      : [];
  const mine = own.here.map(
    (action): Offer => ({
      id: `own:${action.id}`,
      label: own.nameOf(action),
      action: `own:${action.id}`,
      own: true,
      blocked: () => ownBlocked(action.needs),
      run: () => askOwn(action.id, action.needs),
    }),
  );
  return [...ours, tone, ...spoken, ...mine];
}

export async function askOwn(id: string, needs: string): Promise<boolean> {
  if (needs === "selection" && nothingSelected()) {
    // Said as for the tasks that ship.
    return ask({ task: "rewrite" });
  }
  return ask({ task: "own", id });
}

/** Runs what has these keys, where the open document has it. */
export function runOffer(action: Action): unknown {
  return offered()
    .find((offer) => offer.action === action)
    ?.run();
}
