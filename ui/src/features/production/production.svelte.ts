import { call } from "../../host";
import type { DraftView, ProductionDto } from "../../wire/bindings";
import { attempt } from "../notices/notices.svelte";
import { writing } from "../writing/writing.svelte";

/** A pause in typing before the marks are counted again. */
const QUIET_MS = 700;

class Production {
  state = $state<ProductionDto | null>(null);
  busy = $state(false);
  private draftId: string | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private asked = 0;

  /** Looks again soon: the text has changed, or another one is open. */
  look(draftId: string | null, screenplay: boolean) {
    clearTimeout(this.timer);
    const next = screenplay ? draftId : null;
    const other = next !== this.draftId;
    if (other) this.state = null;
    this.draftId = next;
    if (next) this.timer = setTimeout(() => void this.load(), other ? 0 : QUIET_MS);
  }

  private async load() {
    const id = this.draftId;
    const asked = ++this.asked;
    if (!id) return;
    const found = await writing
      .refer((draft) => call("production", { id: draft }))
      .catch(() => null);
    if (!found || asked !== this.asked || id !== this.draftId) return;
    this.state = found.answer;
    const { sets, marks } = found.answer;
    writing.editor?.showRevisions(
      marks.map(({ from, to, set }) => ({
        from: found.moved(from),
        to: found.moved(to),
        color: sets[set]?.color ?? "blue",
        title: sets[set]?.title ?? "",
      })),
    );
  }

  private async run(work: () => Promise<unknown>) {
    if (!this.draftId || this.busy) return;
    this.busy = true;
    const done = await attempt(work);
    this.busy = false;
    if (done) await this.load();
  }

  private change = (run: (id: string) => Promise<DraftView>) => writing.change(run, "keep");

  /** Numbers the scenes, keeps a version, locks scenes and pages. */
  lock = () => this.run(() => this.change((id) => call("lock_script", { id })));

  unlock = () =>
    this.run(async () => {
      if (this.draftId) await call("unlock_script", { id: this.draftId });
    });

  /** Puts in the numbers that new scenes get, and what is left of scenes that are gone. */
  number = () => this.run(() => this.change((id) => call("number_scenes", { id })));

  /** Begins the set whose colour is next. */
  start = (date: string) =>
    this.run(async () => {
      const { state, draftId } = this;
      if (!state || !draftId || !(await writing.flush())) return;
      const { next_color: color, next_round: round } = state;
      await call("start_revision", { draft_id: draftId, color, round, date });
    });
}

export const production = new Production();
