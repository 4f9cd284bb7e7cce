import { t } from "../../locales/index.svelte";
import { isKey } from "../../locales/messages";
import type { LedgerEntryDto } from "../../wire/bindings";

/** A task is called what its button is called; anything else is shown as it stands. */
export function purpose(name: string): string {
  const own = `settings.purpose_${name}`;
  if (isKey(own)) return t(own);
  const key = `desk.action_${name}`;
  return isKey(key) ? t(key) : name;
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
