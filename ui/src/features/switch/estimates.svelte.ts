import { DESKS } from "../../desks";
import { call } from "../../host";
import { number, t } from "../../locales/index.svelte";
import { money } from "../../locales/money";
import type { EstimateDto } from "../../wire/bindings";
import { desk } from "../desk/desk.svelte";
import { library } from "../library/library.svelte";
import { hostOf, models } from "../models/models.svelte";
import { best } from "../takes/best.svelte";
import { writing } from "../writing/writing.svelte";
import { beside } from "./beside.svelte";

const QUIET_MS = 600;

/** What the desk's next step would cost, while it would leave the machine. */
class Estimates {
  private now = $state.raw<EstimateDto | null>(null);

  /** The draft that it is about. */
  private of: string | null = null;

  /** What is asked for would leave the machine: the sentence has a place, if no words yet. */
  remote = $derived.by(() => {
    const { ids } = beside;
    const asked = ids.length ? ids.map((id) => models.get(id)) : [models.chosen];
    return asked.some((model) => hostOf(model) !== null);
  });

  sentence = $derived.by(() => {
    const { now } = this;
    if (!now?.host) return "";
    const tokens = { prompt: number(now.prompt_tokens), most: number(now.most_tokens) };
    return now.cost
      ? t("switch.estimate_cost", { ...tokens, cost: money(now.cost) })
      : t("switch.estimate", tokens);
  });

  /** Follows what the person does, a moment behind; to be run in an effect. */
  follow() {
    void [writing.edition, writing.selection.to, desk.note, library.project?.privacy, best.number];
    const draft_id = writing.draftId;
    const kind = writing.document?.kind;
    const ids = beside.ids;
    if (!draft_id || !this.remote || draft_id !== this.of) this.now = null;
    this.of = draft_id;
    // While the brief is typed, what was said last stands.
    if (!draft_id || !kind || !this.remote || !writing.briefSaved) return;
    const timer = setTimeout(() => void this.load(draft_id, ids), QUIET_MS);
    return () => clearTimeout(timer);
  }

  private async load(draft_id: string, ids: string[]) {
    const kind = writing.document?.kind;
    if (!kind) return;
    const { from, to } = writing.selection;
    const task = DESKS[kind].main();
    try {
      const variants = best.on ? best.number : 0;
      const input = { draft_id, task, from, to, note: desk.note.trim(), variants, models: ids };
      const found = await call("estimate", input);
      if (writing.draftId === draft_id) this.now = found;
    } catch {
      // A brief that is not fit to write from yet, or a text that has moved on: nothing to say.
      this.now = null;
    }
  }
}

export const estimates = new Estimates();
