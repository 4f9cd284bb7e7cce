import { t } from "../../locales/index.svelte";
import type { TakeDto } from "../../wire/bindings";

/** How a take stands, in a few words: what a server is waited for, how it ended. */
export function standing(take: TakeDto): string {
  const { waiting, finish_reason: end } = take;
  if (waiting) {
    return t(`takes.waits_${waiting.why}`, {
      seconds: String(waiting.seconds),
      attempt: String(waiting.attempt),
    });
  }
  if (take.status === "incomplete" && (end === "incomplete" || end === "content_filter")) {
    return t(`takes.end_${end}`);
  }
  return t(`takes.status_${take.status}`);
}
