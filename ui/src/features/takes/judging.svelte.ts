import { call } from "../../host";
import type { EvaluationDto, TakeDto } from "../../wire/bindings";
import { isOver } from "../../wire/takes";
import { attempt } from "../notices/notices.svelte";
import { budget } from "../switch/budget.svelte";
import { writing } from "../writing/writing.svelte";
import { judgeOf } from "./best.svelte";
import { takes } from "./takes.svelte";

/** How takes were judged. */
class Judging {
  byTake = $state<Record<string, EvaluationDto>>({});
  /** Batches that are being judged. */
  busy = $state<Record<string, boolean>>({});
  private draft: string | null = null;

  /** A judge that was asked along with the takes says so by its readings alone. */
  hear(take: TakeDto) {
    if (take.task !== "judge" || take.draft_id !== writing.draftId || isOver(take.status)) return;
    this.busy[take.batch_id] = true;
  }

  async load() {
    const id = writing.draftId;
    if (!id) return;
    await attempt(async () => {
      const found = await call("evaluations", { id });
      if (writing.draftId !== id) return;
      this.draft = id;
      this.byTake = Object.fromEntries(found.map((one) => [one.take_id, one]));
      // The best is offered first, where the person has not chosen.
      for (const { take_id, batch_id, place } of found) {
        delete this.busy[batch_id];
        const take = takes.list.find((one) => one.id === take_id);
        if (place === 1 && take && !takes.hasChosen(batch_id)) takes.choose(take);
      }
    });
  }

  /** Loads what belongs to the open draft, once. */
  async open() {
    if (this.draft !== writing.draftId) await this.load();
  }

  /** Has takes judged; without a judge the checks alone rank. Asks first where that passes a budget. */
  async judge(of: TakeDto[], judge: string | null) {
    const first = of[0];
    if (!first || this.busy[first.batch_id]) return;
    const { batch_id, draft_id } = first;
    this.busy[batch_id] = true;
    await attempt(() =>
      budget.spend((over_budget) =>
        call("judge_takes", { draft_id, batch_id, note: "", ...judgeOf(judge), over_budget }),
      ),
    );
    delete this.busy[batch_id];
    await this.load();
  }
}

export const judging = new Judging();
