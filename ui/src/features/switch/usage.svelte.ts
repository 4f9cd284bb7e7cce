import { call, saveFile } from "../../host";
import { language, t } from "../../locales/index.svelte";
import type { BudgetDto, UsageDto } from "../../wire/bindings";
import { library } from "../library/library.svelte";
import { attempt, notices } from "../notices/notices.svelte";

/** How far the person's clock is before UTC. */
export const offsetNow = () => -new Date().getTimezoneOffset();

/** What models used and cost, as the settings show it. */
class Usage {
  /** Of the open project alone. */
  own = $state(false);
  now = $state.raw<UsageDto | null>(null);

  private get input() {
    const project_id = this.own ? (library.project?.id ?? null) : null;
    return { project_id, offset_minutes: offsetNow() };
  }

  async load() {
    const { input } = this;
    await attempt(async () => {
      // The budgets are shown whatever is listed.
      const project = library.project?.id ?? null;
      const found = await call("usage", input);
      const both = input.project_id
        ? found
        : { ...(await call("usage", { ...input, project_id: project })), used: found.used };
      this.now = both;
    });
  }

  async setBudget(project_id: string | null, budget: BudgetDto | null) {
    await attempt(async () => {
      await call("set_budget", { project_id, budget });
    });
    await this.load();
  }

  async export() {
    await attempt(async () => {
      const path = await saveFile({
        title: t("usage.export"),
        name: `${t("usage.file")}.csv`,
        filter: { name: "CSV", endings: ["csv"] },
      });
      if (path === null) return;
      await call("export_usage", { ...this.input, path, language: language() });
      notices.say(t("usage.exported"));
    });
  }
}

export const usage = new Usage();
