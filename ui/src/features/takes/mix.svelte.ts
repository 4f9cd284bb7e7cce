import { call } from "../../host";
import { t } from "../../locales/index.svelte";
import type { DocumentKind, MixPassage, MixUnit, MixView, TakeDto } from "../../wire/bindings";
import { isOver, isText } from "../../wire/takes";
import { notices } from "../notices/notices.svelte";
import { TEXT, views } from "../writing/views.svelte";
import { writing } from "../writing/writing.svelte";
import { takes } from "./takes.svelte";

export type Side = "left" | "right";

/** A passage that was picked, with the take it is from. */
export interface Picked {
  take: string;
  /** Its number in the take. */
  nth: number;
  passage: MixPassage;
}

const BREAK = /\n[^\S\n]*\n/;
const WIDE = /[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\u3000-\u303f“”‘’…—]/;

const textOf = (passage: MixPassage) => passage.words.map(({ text }) => text).join("");

/**
 * What stands between two picked passages. Neighbours of one take keep what stands there. `flows`
 * says that none of the takes has a second paragraph.
 */
export function gapOf(before: Picked, next: Picked, kind: DocumentKind, flows: boolean): string {
  if (before.take === next.take && next.nth === before.nth + 1) return next.passage.gap;
  if (kind === "ads") return "\n";
  const opens = next.nth === 0 || BREAK.test(next.passage.gap);
  if (kind === "screenplay" || (opens && !flows)) return "\n\n";
  // A heading or an item of a list has its line to itself.
  if (!flows && /\n/.test(next.passage.gap)) return next.passage.gap;
  const [end, start] = [textOf(before.passage).slice(-1), textOf(next.passage).slice(0, 1)];
  return WIDE.test(end) || WIDE.test(start) ? "" : " ";
}

/** Passages of two takes, put together into a text. */
class Mix {
  /** The batch that is open; `null` while none is. */
  batch = $state<string | null>(null);
  sides = $state<Record<Side, string>>({ left: "", right: "" });
  by = $state<MixUnit>("sentence");
  view = $state.raw<MixView | null>(null);
  picked = $state.raw<Picked[]>([]);
  busy = $state(false);

  takes = $derived.by(() => written(this.batch ? (takes.batch(this.batch)?.takes ?? []) : []));
  private kind = $derived(writing.document?.kind ?? "news");
  private flows = $derived.by(() => {
    const all = this.view ? [...this.view.left, ...this.view.right] : [];
    return this.by === "sentence" && !all.some(({ gap }) => BREAK.test(gap));
  });
  /** What is picked, with what stands between. */
  pieces = $derived.by(() =>
    this.picked.map((one, at) => {
      const before = this.picked[at - 1];
      const gap = before ? gapOf(before, one, this.kind, this.flows) : "";
      return { ...one, gap, text: textOf(one.passage) };
    }),
  );

  passages = (side: Side) => this.view?.[side] ?? [];
  take = (side: Side) => this.takes.find(({ id }) => id === this.sides[side]);

  async open(batch: string, first: TakeDto) {
    this.batch = batch;
    const other = this.takes.find(({ id }) => id !== first.id);
    if (!other || !this.takes.some(({ id }) => id === first.id)) {
      this.batch = null;
      return;
    }
    this.sides = { left: first.id, right: other.id };
    this.picked = [];
    await this.load();
  }

  close() {
    this.batch = null;
    this.view = null;
    this.picked = [];
  }

  async load() {
    const { left, right } = this.sides;
    try {
      const found = await call("mix_sides", { left, right, by: this.by });
      if (this.sides.left === left && this.sides.right === right) this.view = found;
    } catch (reason) {
      notices.report(reason);
      this.close();
    }
  }

  /** Lays another take on a side; the two change places where it lies on the other. */
  async choose(side: Side, id: string) {
    const other = side === "left" ? "right" : "left";
    if (this.sides[other] === id) this.sides[other] = this.sides[side];
    this.sides[side] = id;
    await this.load();
  }

  async cutBy(by: MixUnit) {
    this.by = by;
    // Other passages: what was picked is none of them.
    this.picked = [];
    await this.load();
  }

  has = (take: string, nth: number) =>
    this.picked.some((one) => one.take === take && one.nth === nth);

  toggle(side: Side, nth: number) {
    const take = this.sides[side];
    const passage = this.passages(side)[nth];
    if (!passage) return;
    this.picked = this.has(take, nth)
      ? this.picked.filter((one) => one.take !== take || one.nth !== nth)
      : [...this.picked, { take, nth, passage }];
  }

  /** Picks all of a side that is not picked yet. */
  all(side: Side) {
    const take = this.sides[side];
    const rest = this.passages(side).flatMap((passage, nth) =>
      this.has(take, nth) ? [] : [{ take, nth, passage }],
    );
    this.picked = [...this.picked, ...rest];
  }

  move(at: number, by: 1 | -1): boolean {
    const next = this.picked.slice();
    const [one] = next.splice(at, 1);
    if (!one || at + by < 0 || at + by > next.length) return false;
    next.splice(at + by, 0, one);
    this.picked = next;
    return true;
  }

  out(at: number) {
    this.picked = this.picked.filter((_, nth) => nth !== at);
  }

  clear() {
    this.picked = [];
  }

  /** Takes the mix into the text, where the batch stands. */
  async accept(): Promise<boolean> {
    const { batch, pieces } = this;
    if (!batch || pieces.length === 0 || this.busy) return false;
    const place = () => {
      const at = writing.selection.to;
      return writing.editor?.anchor(batch) ?? { from: at, to: at };
    };
    this.busy = true;
    const text = pieces.map((one) => one.gap + one.text).join("");
    const view = await writing.change((draft_id, base_revision) => {
      const { from, to } = place();
      return call("accept_mix", {
        draft_id,
        base_revision,
        from,
        to,
        text,
        pieces: pieces.map(({ take, passage, gap }) => ({
          take_id: take,
          from: passage.from,
          to: passage.to,
          gap,
        })),
      });
    }, "end");
    this.busy = false;
    if (!view) return false;
    takes.settle(view);
    this.close();
    notices.say(t("status.said_accepted"));
    if (views.now === TEXT) writing.editor?.focus();
    return true;
  }
}

/** Takes whose passages can be picked: they are written, and are texts. */
export const written = (all: TakeDto[]) =>
  all.filter((take) => isOver(take.status) && isText(take) && take.text.trim() !== "");

export const mix = new Mix();
