import { type Key, t } from "../../locales/index.svelte";
import { messages } from "../../locales/messages";
import type { LedgerEntryDto } from "../../wire/bindings";

/** A task is called what its button is called; anything else is shown as it stands. */
export function purpose(name: string): string {
  const own = `settings.purpose_${name}`;
  if (own in messages.en) return t(own as Key);
  const key = `desk.action_${name}`;
  return key in messages.en ? t(key as Key) : name;
}

/** How a request ended, in a word. */
export function outcome({ state, status, bytes_in }: LedgerEntryDto): string {
  switch (state) {
    case "refused":
      return t("ledger.refused", { status: status ?? "" });
    case "failed":
      return bytes_in > 0 ? t("ledger.cut") : t("ledger.failed");
    case "stopped":
      return t("ledger.stopped");
    case "sent":
      return t("ledger.no_answer");
    case "done":
      return t("ledger.answered");
  }
}
