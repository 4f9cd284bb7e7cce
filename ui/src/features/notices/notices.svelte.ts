import { asError } from "../../host";
import { type Key, language, t } from "../../locales/index.svelte";
import { errorText } from "../../locales/shared";
import type { ErrorDto } from "../../wire/bindings";

export type Notice =
  | { id: number; kind: "error"; error: ErrorDto }
  | {
      id: number;
      kind: "note";
      key: Key;
      holes: Record<string, string | number>;
      /** Takes back what was done. */
      back?: () => void;
    };

/** More than this is noise; the oldest go. */
const MOST = 3;
const NOTE_MS = 8000;

class Notices {
  list = $state<Notice[]>([]);
  /** What a screen reader is told, once per event. */
  said = $state("");
  private last = 0;

  /** Shows what went wrong, quietly. */
  report(reason: unknown) {
    const error = asError(reason);
    this.add({ id: ++this.last, kind: "error", error });
    this.say(errorText(error, language()).message);
  }

  /** Says something that is no fault. With a way back it stays until it is answered. */
  note(key: Key, holes: Record<string, string | number> = {}, back?: () => void) {
    const id = ++this.last;
    this.add({ id, kind: "note", key, holes, back });
    this.say(t(key, holes));
    if (!back) setTimeout(() => this.dismiss(id), NOTE_MS);
  }

  private add(notice: Notice) {
    const same = (other: Notice) =>
      notice.kind === "error"
        ? other.kind === "error" && other.error.code === notice.error.code
        : other.kind === "note" && other.key === notice.key;
    this.list = [...this.list.filter((other) => !same(other)), notice].slice(-MOST);
  }

  dismiss(id: number) {
    this.list = this.list.filter((notice) => notice.id !== id);
  }

  clear(code: string) {
    this.list = this.list.filter((n) => n.kind !== "error" || n.error.code !== code);
  }

  say(sentence: string) {
    // The same again is a change all the same, or it would not be said.
    this.said = sentence === this.said ? `${sentence}\u00a0` : sentence;
  }
}

export const notices = new Notices();

/** Runs something for its effect; a failure becomes a notice. True when it went well. */
export async function attempt(run: () => Promise<unknown>): Promise<boolean> {
  try {
    await run();
    return true;
  } catch (reason) {
    notices.report(reason);
    return false;
  }
}
