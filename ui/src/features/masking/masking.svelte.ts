import { call } from "../../host";
import type { MaskingDto, MaskRules } from "../../wire/bindings";
import { notices } from "../notices/notices.svelte";

/** What is masked in the open project. */
class Masking {
  now = $state.raw<MaskingDto | null>(null);

  async load(project_id: string, draft_id: string | null) {
    try {
      this.now = await call("masking", { project_id, draft_id });
    } catch (reason) {
      notices.report(reason);
    }
  }

  async set(project_id: string, draft_id: string | null, rules: MaskRules) {
    try {
      await call("set_masking", { project_id, rules });
      await this.load(project_id, draft_id);
    } catch (reason) {
      notices.report(reason);
    }
  }
}

export const masking = new Masking();
