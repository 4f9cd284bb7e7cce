import { call } from "../../host";
import { t } from "../../locales/index.svelte";
import type { EditedPrompt, PromptDto, Task } from "../../wire/bindings";
import { notices } from "../notices/notices.svelte";
import { preferences } from "../settings/preferences.svelte";
import { beside } from "../switch/beside.svelte";
import { best } from "../takes/best.svelte";
import { writing } from "../writing/writing.svelte";

/** A prompt that is looked at before it is sent. */
export interface Shown {
  task: Task;
  note: string;
  prompt: PromptDto;
}

/** The exact prompt of a task, seen and changed before it is sent. */
class PromptFirst {
  shown = $state.raw<Shown | null>(null);
  /** The next task shows its prompt first. */
  armed = $state(false);
  /** Alt was held at the last click. */
  private held = false;
  /** Sends a task with its note; the desk says how. */
  send: (task: Task, note: string, prompt?: EditedPrompt) => Promise<boolean> = () =>
    Promise.resolve(false);

  constructor() {
    const note = (event: MouseEvent) => {
      this.held = event.altKey;
    };
    window.addEventListener("click", note, true);
    window.addEventListener(
      "keydown",
      () => {
        this.held = false;
      },
      true,
    );
  }

  arm() {
    this.armed = !this.armed;
    notices.say(t(this.armed ? "actions.see_prompt_armed" : "actions.see_prompt_off"));
  }

  /** Whether the task that is asked for now shows its prompt first. */
  wanted(): boolean {
    const wanted = this.armed || this.held || preferences.now.see_prompt;
    this.armed = false;
    this.held = false;
    return wanted;
  }

  /** Shows the prompt of a task; nothing is sent. */
  async show(task: Task, note: string): Promise<boolean> {
    const { from, to } = writing.selection;
    try {
      const found = await writing.refer((draft_id) => {
        const variants = best.on ? best.number : 0;
        const input = { draft_id, task, from, to, note, variants, seed: null };
        const models = beside.ids;
        return call("preview_prompt", models.length ? { ...input, models } : input);
      });
      if (!found) return false;
      this.shown = { task, note, prompt: found.answer };
      return true;
    } catch (reason) {
      notices.report(reason);
      return false;
    }
  }

  close() {
    this.shown = null;
    writing.editor?.focus();
  }
}

export const promptFirst = new PromptFirst();
