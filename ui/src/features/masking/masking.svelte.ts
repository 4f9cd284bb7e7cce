import { call } from "../../host";
import type { MaskingDto, MaskRules } from "../../wire/bindings";
import { notices } from "../notices/notices.svelte";

/** What is masked in the project that is shown. */
class Masking {
  now = $state.raw<MaskingDto | null>(null);
  private shown: { project_id: string; draft_id: string | null } | null = null;

  /** Shows it, until `leave`. */
  async load(project_id: string, draft_id: string | null) {
    if (this.shown?.project_id !== project_id) this.now = null;
    this.shown = { project_id, draft_id };
    await this.follow();
  }

  leave() {
    this.shown = null;
  }

  /** Another window may have changed it. */
  async follow() {
    const of = this.shown;
    if (!of) return;
    try {
      const now = await call("masking", of);
      if (this.shown === of) this.now = now;
    } catch (reason) {
      notices.report(reason);
    }
  }

  async set(project_id: string, rules: MaskRules) {
    try {
      await call("set_masking", { project_id, rules });
    } catch (reason) {
      notices.report(reason);
    }
  }
}

export const masking = new Masking();
