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

type Note = Extract<Notice, { kind: "note" }>;

/** More than this is noise; the oldest go. */
const MOST = 3;
const NOTE_MS = 8000;
/** What offers a way back stays longer; once gone, the palette still has the way. */
const BACK_MS = 60_000;

class Notices {
  list = $state<Notice[]>([]);
  /** What a screen reader is told, once per event. */
  said = $state("");
  /** Ways back whose notices went by themselves, the last one first. */
  gone = $state.raw<Note[]>([]);
  private last = 0;
  private clocks = new Map<number, ReturnType<typeof setTimeout>>();
  private held = false;

  /** Shows what went wrong, quietly. */
  report(reason: unknown) {
    const error = asError(reason);
    this.add({ id: ++this.last, kind: "error", error });
    this.say(errorText(error, language()).message);
  }

  /** Says something that is no fault. With a way back it stays for longer. */
  note(key: Key, holes: Record<string, string | number> = {}, back?: () => void) {
    const note: Note = { id: ++this.last, kind: "note", key, holes, back };
    this.gone = this.gone.filter((other) => other.key !== key);
    this.add(note);
    this.say(t(key, holes));
    if (!this.held) this.wind(note);
  }

  /** Nothing goes by itself while somebody is at the notices, or looks elsewhere. */
  hold(on: boolean) {
    this.held = on;
    for (const clock of this.clocks.values()) clearTimeout(clock);
    this.clocks.clear();
    if (!on) for (const notice of this.list) if (notice.kind === "note") this.wind(notice);
  }

  private wind(note: Note) {
    const lapse = () => {
      this.clocks.delete(note.id);
      if (!this.list.some(({ id }) => id === note.id)) return;
      this.dismiss(note.id);
      if (note.back) this.gone = [note, ...this.gone].slice(0, MOST);
    };
    this.clocks.set(note.id, setTimeout(lapse, note.back ? BACK_MS : NOTE_MS));
  }

  /** Goes a way back. */
  goBack(note: Note) {
    this.gone = this.gone.filter(({ id }) => id !== note.id);
    this.dismiss(note.id);
    note.back?.();
  }

  /** A way back leads nowhere any more. */
  outdate(key: Key) {
    this.gone = this.gone.filter((note) => note.key !== key);
    this.list = this.list.filter((one) => one.kind !== "note" || one.key !== key || !one.back);
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
