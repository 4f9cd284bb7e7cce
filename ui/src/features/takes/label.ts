import { type Key, t } from "../../locales/index.svelte";
import type { TakeDto } from "../../wire/bindings";
import { own } from "../actions/own.svelte";
import { writing } from "../writing/writing.svelte";

/** What a take was asked for, in a word or two. */
export function taskLabel({ task, facts }: TakeDto): string {
  if (facts.own) return own.named(facts.own.id) ?? facts.own.name;
  if (task === "dek" && writing.document?.kind === "ads") return t("actions.description");
  return t(`desk.action_${task}` as Key);
}
