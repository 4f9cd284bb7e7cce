import { t } from "../../locales/index.svelte";
import { models } from "../models/models.svelte";
import { takes } from "../takes/takes.svelte";

/** What a model is doing now, in a sentence. */
export function progress(): string {
  const all = takes.writing;
  const wanted = all[0]?.model_name ?? "";
  const known = models.list.find(({ name }) => name === wanted);
  const model = known ? models.nameOf(known) : wanted;
  if (all.some(({ status }) => status === "writing")) return t("status.writing", { model });
  const loading = models.list.find(({ state }) => state.state === "loading");
  if (loading) return t("status.loading", { model: models.nameOf(loading) });
  return t("status.waiting");
}
