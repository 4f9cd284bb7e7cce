import { call } from "../../host";
import type { ChainsDto } from "../../wire/bindings";
import { library } from "../library/library.svelte";
import { attempt } from "../notices/notices.svelte";

/** Which models the open project asks one after the other. */
class Chains {
  /** Of which project they are. */
  private of = $state<string | null>(null);
  private loaded = $state.raw<ChainsDto | null>(null);

  get now(): ChainsDto | null {
    return this.of === library.project?.id ? this.loaded : null;
  }

  async load() {
    const id = library.project?.id;
    if (!id) return;
    await attempt(async () => {
      const found = await call("chains", { id });
      this.of = id;
      this.loaded = found;
    });
  }

  /** Another window may have chosen others. */
  async reload() {
    if (this.now) await this.load();
  }

  /** The models of a task; `null` is all tasks without models of their own. */
  models(task: string | null): string[] {
    if (!this.now) return [];
    return task === null
      ? this.now.usual
      : (this.now.tasks.find((own) => own.task === task)?.models ?? []);
  }

  async set(task: string | null, models: string[]) {
    const project_id = library.project?.id;
    if (!project_id) return;
    await attempt(async () => {
      library.put(await call("set_chain", { project_id, task, models }));
    });
    await this.load();
  }
}

export const chains = new Chains();
