import { call } from "../../host";
import { t } from "../../locales/index.svelte";
import type { SuggestedChangesDto, SuggestedPiece, TakeDto } from "../../wire/bindings";
import { isOver, isPart, isText } from "../../wire/takes";
import { notices } from "../notices/notices.svelte";
import { writing } from "../writing/writing.svelte";
import { takes } from "./takes.svelte";

/** A piece that can be decided about. */
export type Change = SuggestedPiece & { change: number };

const isChange = (piece: SuggestedPiece): piece is Change => piece.change !== null;

/**
 * Suggestions by their changes. What is taken is in the text at once, what is refused is in the
 * suggestion no more; what is left is the difference between the two.
 */
class Changes {
  private seen = $state.raw<Record<string, SuggestedChangesDto>>({});
  /** The change that the keyboard means, by its number. */
  private current = $state<Record<string, number>>({});
  /** Whether a suggestion is shown by its changes, where somebody said so. */
  private chosen = $state<Record<string, boolean>>({});
  /** What is still wanted of a suggestion, and the text that it was when that was decided. */
  private left = new Map<string, { base: string; wanted: string }>();
  /** Suggestions of which something is in the text. */
  private taken = new Set<string>();
  /** One decision after the other. */
  private steps: Promise<unknown> = Promise.resolve();
  /** What is being looked at, by take: one look after the other. */
  private looks = new Map<string, Promise<void>>();

  of = (take: TakeDto): SuggestedChangesDto | undefined => this.seen[take.id];
  changes = (take: TakeDto): Change[] => (this.seen[take.id]?.pieces ?? []).filter(isChange);
  at = (take: TakeDto): number =>
    Math.min(this.current[take.id] ?? 0, Math.max(0, this.changes(take).length - 1));

  /** Whether the card shows the changes: of itself, where something stands there already. */
  shows(take: TakeDto): boolean {
    if (!isOver(take.status) || !take.text || !isText(take) || isPart(take)) return false;
    return this.chosen[take.id] ?? this.replaces(take);
  }

  /** Whether something stands there already, of which what is alike stays as it is. */
  private replaces(take: TakeDto): boolean {
    const place = writing.editor?.anchor(take.batch_id);
    return place !== undefined && place.from < place.to;
  }

  show(take: TakeDto, on: boolean) {
    this.chosen[take.id] = on;
  }

  /** Looks again what a suggestion would change. */
  look(take: TakeDto): Promise<void> {
    const next = (this.looks.get(take.id) ?? Promise.resolve()).then(() => this.read(take));
    this.looks.set(take.id, next);
    return next;
  }

  private async read(take: TakeDto): Promise<void> {
    const base = takes.edited[take.id] ?? take.text;
    const left = this.left.get(take.id);
    const joined = left?.base === base;
    const text = joined ? left.wanted : base;
    try {
      const found = await writing.refer((draft_id) => {
        const place = writing.editor?.anchor(take.batch_id);
        if (!place) return Promise.resolve(null);
        const { from, to } = place;
        return call("suggested_changes", { draft_id, from, to, text, joined });
      });
      if (!found?.answer) return;
      this.left.set(take.id, { base, wanted: found.answer.wanted });
      this.seen = { ...this.seen, [take.id]: found.answer };
    } catch (reason) {
      notices.report(reason);
    }
  }

  /** Looks again where the text has become another one. */
  async follow(take: TakeDto): Promise<void> {
    await this.looks.get(take.id);
    const place = writing.editor?.anchor(take.batch_id);
    const seen = this.seen[take.id];
    const base = takes.edited[take.id] ?? take.text;
    const same =
      seen &&
      place &&
      writing.editor?.slice(place.from, place.to) === seen.of &&
      this.left.get(take.id)?.base === base;
    if (!same) await this.look(take);
  }

  choose(take: TakeDto, number: number) {
    this.current[take.id] = number;
  }

  step(take: TakeDto, by: 1 | -1) {
    const changes = this.changes(take);
    if (!changes.length) return;
    const next = (this.at(take) + by + changes.length) % changes.length;
    this.current[take.id] = next;
    this.say(take);
  }

  /** Reads the change out that the keyboard means. */
  private say(take: TakeDto) {
    const change = this.changes(take)[this.at(take)];
    if (change) notices.say(this.label(take, change));
  }

  /** A change in words. */
  label(take: TakeDto, { change, removed, added }: Change): string {
    const place = { n: change + 1, all: this.changes(take).length };
    if (!removed.trim()) return t("takes.change_added", { ...place, added: added.trim() });
    if (!added.trim()) return t("takes.change_removed", { ...place, removed: removed.trim() });
    return t("takes.change_became", { ...place, removed: removed.trim(), added: added.trim() });
  }

  /** The numbers of one change, or of all in its sentence. */
  private numbers(take: TakeDto, sentence: boolean): number[] {
    const changes = this.changes(take);
    const own = changes[this.at(take)];
    if (!own) return [];
    return changes
      .filter((one) => one === own || (sentence && one.sentence === own.sentence))
      .map(({ change }) => change);
  }

  /** Takes the change at hand, or all of its sentence, into the text. */
  accept(take: TakeDto, sentence: boolean): Promise<void> {
    return this.after(async () => {
      await this.follow(take);
      const numbers = this.numbers(take, sentence);
      if (numbers.length && (await this.put(take, numbers, "keep"))) this.said(take, "taken");
    });
  }

  /** Refuses the change at hand, or all of its sentence. */
  refuse(take: TakeDto, sentence: boolean): Promise<void> {
    return this.after(async () => {
      await this.follow(take);
      const seen = this.seen[take.id];
      const numbers = this.numbers(take, sentence);
      if (!seen || !numbers.length) return;
      const wanted = seen.pieces
        .map(({ change, removed, added }) =>
          change !== null && numbers.includes(change) ? removed : added,
        )
        .join("");
      const base = takes.edited[take.id] ?? take.text;
      this.left.set(take.id, { base, wanted });
      await this.look(take);
      if (!this.changes(take).length) await this.finish(take);
      else this.said(take, "refused");
    });
  }

  /** Takes all that is left. */
  async acceptAll(take: TakeDto): Promise<boolean> {
    if (!this.shows(take) && (isPart(take) || !this.replaces(take))) return takes.accept(take);
    if (!isOver(take.status)) return false;
    let done = false;
    await this.after(async () => {
      await this.follow(take);
      const numbers = this.changes(take).map(({ change }) => change);
      if (!numbers.length) {
        await this.finish(take);
        done = true;
        return;
      }
      done = await this.put(take, numbers, "end");
      if (done) {
        notices.say(t("status.said_accepted"));
        writing.editor?.focus();
      }
    });
    return done;
  }

  /** Throws away what is left. */
  discard(take: TakeDto): Promise<void> {
    return this.after(() => this.finish(take));
  }

  /** Nothing is left to decide. */
  private async finish(take: TakeDto): Promise<void> {
    if (!this.taken.has(take.id)) return takes.discard(take);
    await this.put(take, [], "keep", true);
  }

  private said(take: TakeDto, what: "taken" | "refused") {
    const left = this.changes(take).length;
    notices.say(left ? t(`takes.change_${what}`, { count: left }) : t("status.said_accepted"));
  }

  /** Puts changes into the text; the caret and the view stay where they are, or go to their end. */
  private async put(
    take: TakeDto,
    numbers: number[],
    select: "keep" | "end",
    over = false,
  ): Promise<boolean> {
    const { editor } = writing;
    const seen = this.seen[take.id];
    const before = editor?.anchor(take.batch_id);
    if (!editor || !before || (!seen && !over)) return false;
    const pieces = seen?.pieces ?? [];
    const last = over || this.changes(take).every(({ change }) => numbers.includes(change));
    const there = editor.slice(before.from, before.to);
    const view = await writing.change((draft_id, base_revision) => {
      const { from, to } = editor.anchor(take.batch_id) ?? before;
      return call("accept_changes", {
        take_id: take.id,
        draft_id,
        base_revision,
        from,
        to,
        of: seen?.of ?? there,
        wanted: over ? (seen?.of ?? there) : (seen?.wanted ?? there),
        changes: numbers,
        last,
      });
    }, select);
    if (!view) return false;
    this.taken.add(take.id);
    if (last) {
      this.forget(take);
      takes.receiveAll(view);
      return true;
    }
    // What came in at an edge of the place belongs to it.
    const after = editor.anchor(take.batch_id) ?? before;
    const put = (piece: SuggestedPiece | undefined) =>
      piece && isChange(piece) && numbers.includes(piece.change) && piece.removed === ""
        ? piece.added.length
        : 0;
    const length = pieces.reduce(
      (sum, piece) =>
        sum +
        (piece.change === null || numbers.includes(piece.change) ? piece.added : piece.removed)
          .length,
      0,
    );
    const empty = before.from === before.to;
    const from = empty ? after.from - length : after.from - put(pieces[0]);
    editor.moveAnchor(take.batch_id, from, from + length);
    takes.receiveAll(view);
    await this.look(take);
    return true;
  }

  private forget(take: TakeDto) {
    const { [take.id]: _, ...rest } = this.seen;
    this.seen = rest;
    this.left.delete(take.id);
    this.looks.delete(take.id);
    this.taken.delete(take.id);
    delete this.current[take.id];
    delete takes.edited[take.id];
  }

  private after(run: () => Promise<unknown>): Promise<void> {
    const next = this.steps.then(run).then(() => undefined);
    this.steps = next.catch(() => undefined);
    return next;
  }
}

export const changes = new Changes();
