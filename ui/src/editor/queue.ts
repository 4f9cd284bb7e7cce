import { ChangeSet, Text } from "@codemirror/state";
import { behindKey } from "../parts/typing";
import type { EditCause, EditDto, ErrorDto, Saved } from "../wire/bindings";
import { smallestChange, toEdits } from "./change";

/** Saved this long after the last key ... */
export const QUIET_MS = 400;
/** ... and about so long after the first, behind a key that is drawn. */
export const LONGEST_WAIT_MS = 800;
const FIRST_RETRY_MS = 2000;
const LAST_RETRY_MS = 30_000;

export type SaveState = "saved" | "unsaved" | "saving";

/** What the queue needs of the world. */
export interface QueuePorts {
  apply(base: number, edits: EditDto[], cause: EditCause): Promise<Saved>;
  replace(text: string, cause: EditCause): Promise<Saved>;
  /** The text as it stands in the editor. */
  text(): string;
  /** True while an input method composes: what stands there is not written yet. */
  composing(): boolean;
  /** Waits until it does not. */
  composed(): Promise<void>;
  /**
   * The library's text as it is now. With it, what another window has written is taken in; without
   * it, the text of the editor is the one that counts.
   */
  fetch?(): Promise<{ text: string; revision: number }>;
  /** Another window's edits, as they apply to the editor's text. */
  onCaught?(changes: ChangeSet): void;
  onState(state: SaveState): void;
  onSaved(saved: Saved): void;
  onError(error: ErrorDto): void;
}

interface Group {
  cause: EditCause;
  changes: ChangeSet;
}

/** Codes after which edits are given up for the whole text. */
const MISMATCH = new Set(["conflict", "bad_request"]);

/** Brings the edits of one draft to the library, in order, one call at a time. */
export class EditQueue {
  /** Not sent yet; oldest first. */
  private waiting: Group[] = [];
  private sending: Promise<boolean> | null = null;
  private held: Promise<unknown> | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private firstAt = 0;
  private failures = 0;
  /** The library's text is known to differ: only a whole text can mend it. */
  private astray = false;
  private closed = false;
  /** What the library had at `revision`, as far as that is known. */
  private base: Text | null;

  constructor(
    private readonly ports: QueuePorts,
    public revision: number,
    text = "",
  ) {
    this.base = lines(text);
  }

  get clean(): boolean {
    return this.waiting.length === 0 && !this.sending && !this.astray;
  }

  /** `began`: the change begins a step of undo, so that the library's steps begin there too. */
  push(changes: ChangeSet, cause: EditCause, began = false) {
    if (changes.empty) return;
    const last = this.waiting.at(-1);
    if (last && last.cause === cause && !began) last.changes = last.changes.compose(changes);
    else this.waiting.push({ cause, changes });
    this.ports.onState("unsaved");
    this.scheduleNext();
  }

  /** The library's text differs from the editor's (line ends, say); the next save sends it whole. */
  markAstray() {
    this.astray = true;
    this.ports.onState("unsaved");
    this.schedule();
  }

  /** More may be typed to the last step; one before it waits for nothing. */
  private scheduleNext() {
    this.schedule(this.waiting.length > 1 ? 0 : QUIET_MS);
  }

  private schedule(after = QUIET_MS) {
    if (this.closed || this.held) return;
    const now = Date.now();
    if (this.timer === undefined) this.firstAt = now;
    else clearTimeout(this.timer);
    const wait = this.failures
      ? after
      : Math.max(0, Math.min(after, this.firstAt + LONGEST_WAIT_MS - now));
    this.timer = setTimeout(() => void behindKey().then(() => this.due()), wait);
  }

  /** The time to send has come; a key that came while it was waited for goes along. */
  private due() {
    if (this.closed) return;
    clearTimeout(this.timer);
    this.timer = undefined;
    if (this.ports.composing()) this.schedule(QUIET_MS);
    else void this.send();
  }

  /** Waits until nothing is composed: what is composed is neither sent nor changed around. */
  async composed(): Promise<void> {
    while (this.ports.composing()) await this.ports.composed();
  }

  /** Sends what waits, once it is written. True when the library has everything. */
  async flush(): Promise<boolean> {
    for (;;) {
      if (this.held) await this.held;
      else if (!this.clean && this.ports.composing()) await this.composed();
      else if (this.sending) {
        if (!(await this.sending)) return false;
      } else if (this.waiting.length || this.astray) {
        if (!(await this.send())) return false;
      } else return true;
    }
  }

  private send(): Promise<boolean> {
    if (this.sending) return this.sending;
    clearTimeout(this.timer);
    this.timer = undefined;
    if (this.held || (!this.waiting.length && !this.astray)) return Promise.resolve(true);
    this.sending = this.sendFirst().finally(() => {
      this.sending = null;
    });
    void this.sending.then((sent) => {
      if (!sent) {
        this.failures++;
        this.schedule(Math.min(FIRST_RETRY_MS * 2 ** (this.failures - 1), LAST_RETRY_MS));
        return;
      }
      this.failures = 0;
      if (this.clean) this.ports.onState("saved");
      else this.scheduleNext();
    });
    return this.sending;
  }

  private async sendFirst(): Promise<boolean> {
    this.ports.onState("saving");
    try {
      const group = this.astray ? undefined : this.waiting.shift();
      if (group) {
        try {
          const saved = await this.ports.apply(this.revision, toEdits(group.changes), group.cause);
          this.rebase(group.changes);
          this.saved(saved);
          return true;
        } catch (reason) {
          this.putBack(group);
          const { code } = reason as ErrorDto;
          if (!MISMATCH.has(code)) throw reason;
          await this.composed();
          // Another window was first: what it wrote is taken in, and then this is sent.
          if (code === "conflict" && (await this.catchUp())) return true;
          this.astray = true;
        }
      }
      await this.sendWhole();
      return true;
    } catch (reason) {
      this.ports.onState("unsaved");
      this.ports.onError(reason as ErrorDto);
      return false;
    }
  }

  private async sendWhole() {
    const covered = this.waiting;
    const cause = covered.at(-1)?.cause ?? "typing";
    const text = this.ports.text().toWellFormed();
    this.waiting = [];
    try {
      const saved = await this.ports.replace(text, cause);
      this.base = lines(text);
      this.saved(saved);
      this.astray = false;
    } catch (reason) {
      this.waiting = [...covered, ...this.waiting];
      throw reason;
    }
  }

  /** Another window has written to the draft, up to this revision. */
  async heard(revision: number) {
    while (this.sending || this.held) await (this.sending ?? this.held);
    if (this.closed || revision <= this.revision) return;
    // Where it fails, the next save finds the conflict and says so.
    await this.occupied(this.composed().then(() => this.catchUp()));
  }

  /** Takes in what the library has beyond `base`. False where it has nothing new. */
  private async catchUp(): Promise<boolean> {
    const found = this.base && (await this.ports.fetch?.());
    if (!found || !this.base || this.closed || this.astray || found.revision <= this.revision)
      return false;
    const mine = this.ports.text();
    if (found.text === mine) {
      // It has come all the same.
      this.waiting = [];
      this.base = lines(mine);
      this.revision = found.revision;
      return true;
    }
    const change = smallestChange(this.base.toString(), found.text);
    const moved = this.adopt(changeOf(this.base.length, change), found.revision);
    this.ports.onCaught?.(moved);
    return true;
  }

  private putBack(group: Group) {
    const next = this.waiting[0];
    if (next && next.cause === group.cause) next.changes = group.changes.compose(next.changes);
    else this.waiting.unshift(group);
  }

  private saved(saved: Saved) {
    this.revision = saved.revision;
    this.ports.onSaved(saved);
  }

  /**
   * Runs something that needs the library's text to stand still: saves first, then keeps new edits
   * back until it is done. `null` when saving failed. `run` must not flush or hold itself; before it
   * changes the editor's text it waits for `composed`.
   */
  async hold<T>(run: () => Promise<T>): Promise<T | null> {
    do {
      if (!(await this.flush())) return null;
    } while (this.held || !this.clean);
    const work = run();
    const held = this.occupied(work);
    try {
      return await work;
    } finally {
      await held;
    }
  }

  /** Nothing is sent until some work has come to an end. */
  private occupied(work: Promise<unknown>): Promise<void> {
    const held = work
      .then(
        () => undefined,
        () => undefined,
      )
      .then(() => {
        this.held = null;
        if (this.waiting.length || this.astray) this.schedule();
      });
    this.held = held;
    return held;
  }

  /** Changes made since the last send, as one set; `null` when there are none. */
  since(): ChangeSet | null {
    return this.waiting.reduce<ChangeSet | null>(
      (all, group) => (all ? all.compose(group.changes) : group.changes),
      null,
    );
  }

  /**
   * Takes in a change that the library has made: moves what waits over it, and gives back the
   * change as it applies to the editor's text.
   */
  adopt(change: ChangeSet, revision: number): ChangeSet {
    let moved = change;
    for (const group of this.waiting) {
      const changes = group.changes.map(moved);
      moved = moved.map(group.changes, true);
      group.changes = changes;
    }
    this.rebase(change);
    this.revision = revision;
    return moved;
  }

  private rebase(change: ChangeSet) {
    const known = this.base?.length === change.length;
    this.base = known && this.base ? change.apply(this.base) : null;
  }

  close() {
    this.closed = true;
    clearTimeout(this.timer);
    this.timer = undefined;
  }
}

const lines = (text: string) => Text.of(text.split("\n"));

/** A change set over a text of this length. */
export const changeOf = (
  length: number,
  change: { from: number; to: number; insert: string } | null,
): ChangeSet => ChangeSet.of(change ? [change] : [], length);
