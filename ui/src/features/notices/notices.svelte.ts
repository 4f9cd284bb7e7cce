import { asError } from "../../host";
import type { Key } from "../../locales/index.svelte";
import type { ErrorDto } from "../../wire/bindings";

export type Notice =
  | { id: number; kind: "error"; error: ErrorDto }
  | { id: number; kind: "note"; key: Key; holes: Record<string, string | number> };

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
  }

  note(key: Key, holes: Record<string, string | number> = {}) {
    const id = ++this.last;
    this.add({ id, kind: "note", key, holes });
    setTimeout(() => this.dismiss(id), NOTE_MS);
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
    this.said = sentence;
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
