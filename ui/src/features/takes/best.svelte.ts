import { models } from "../models/models.svelte";

/** As many as a person reads through. */
export const MOST = 10;
const FEWEST = 2;

/** Stands among the judges for the models that the project has in a row. */
export const ROW = "row";

/** Who judges, as the studio is told: one model, the project's row, or (empty) the checks alone. */
export const judgeOf = (id: string | null) =>
  id === ROW ? { judge: null, by_chain: true } : { judge: id || null };

/** Several texts are written for one wish, and the best is offered first; until that is taken back. */
class Best {
  /** How many; 1 while it is off. */
  number = $state(1);
  /** Id of the model that judges, or {@link ROW}; empty for the checks alone. */
  judge = $state("");

  on = $derived(this.number >= FEWEST);
  /** Models that can judge. */
  able = $derived(
    models.list.filter(
      ({ source, beyond }) => source.kind !== "search" && !beyond.includes("judge"),
    ),
  );
  /** Who judges, while that model is on the shelf. */
  by = $derived(
    this.judge === ROW && this.able.length
      ? ROW
      : (this.able.find(({ id }) => id === this.judge)?.id ?? null),
  );

  /** Begins with three and, where there is one, the project's model as the judge. */
  begin() {
    if (this.on) return;
    this.number = 3;
    const own = models.chosen?.id;
    if (!this.judge && own && this.able.some(({ id }) => id === own)) this.judge = own;
  }

  step(by: 1 | -1) {
    this.number = Math.min(MOST, Math.max(FEWEST, this.number + by));
  }

  clear() {
    this.number = 1;
  }
}

export const best = new Best();
