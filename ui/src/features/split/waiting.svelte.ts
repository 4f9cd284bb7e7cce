import { call } from "../../host";
import { t } from "../../locales/index.svelte";
import type { DraftView, TakeDto } from "../../wire/bindings";
import { isOver, isPending, isText, mergeTake, newestFirst } from "../../wire/takes";
import { attempt, notices } from "../notices/notices.svelte";
import { beside } from "./beside.svelte";

interface Batch {
  id: string;
  takes: TakeDto[];
}

/**
 * Suggestions that wait in the text beside the first one. They are read and decided here; what
 * needs the desk (to go on, to try again, to change them word by word) is done in the first text.
 */
class Waiting {
  private byId = $state<Record<string, TakeDto>>({});
  private chosen = $state<Record<string, string>>({});
  private draftId: string | null = null;

  batches = $derived.by<Batch[]>(() => {
    const all = new Map<string, TakeDto[]>();
    for (const take of newestFirst(Object.values(this.byId)).filter(isText))
      all.set(take.batch_id, [...(all.get(take.batch_id) ?? []), take]);
    const ads = beside.document?.kind === "ads";
    return [...all]
      .filter(([, takes]) => ads || !takes.some(({ decision }) => decision === "accepted"))
      .map(([id, takes]) => ({ id, takes: takes.filter(isPending) }))
      .filter(({ takes }) => takes.length > 0);
  });

  /** True while a model writes into it. */
  busy = $derived(Object.values(this.byId).some((take) => !isOver(take.status)));

  batch = (id: string): Batch | undefined => this.batches.find((one) => one.id === id);

  /** The take of a batch that is shown. */
  current(id: string): TakeDto | undefined {
    const takes = this.batch(id)?.takes;
    return takes?.find((take) => take.id === this.chosen[id]) ?? takes?.[0];
  }

  step(id: string, by: 1 | -1) {
    const takes = this.batch(id)?.takes ?? [];
    const at = takes.findIndex((take) => take.id === this.current(id)?.id);
    const next = takes[(at + by + takes.length) % takes.length];
    if (next) this.chosen[id] = next.id;
  }

  /** Another text stands there; `null` where none has a way of its own. */
  look(draftId: string | null) {
    if (draftId === this.draftId) return;
    this.draftId = draftId;
    this.byId = {};
    if (draftId) void attempt(() => this.load(draftId));
  }

  private async load(id: string) {
    const takes = await call("draft_takes", { id });
    if (id !== this.draftId) return;
    const draft = beside.document?.drafts.find((one) => one.id === id);
    // A place of before holds only while the text is as it was then; an insertion harms nothing.
    const stands = (take: TakeDto) =>
      take.from === take.to || (draft !== undefined && draft.updated_at <= take.created_at);
    const shown = takes.filter((take) => isPending(take) && isText(take) && stands(take));
    this.byId = Object.fromEntries(takes.map((take) => [take.id, take]));
    this.place(shown.filter(({ text, status }) => text !== "" || !isOver(status)));
  }

  /** Puts what has no place yet where it was asked for, and takes away what is decided. */
  private place(fresh: TakeDto[]) {
    const { editor } = beside;
    if (!editor) return;
    const known = new Map(editor.anchors().map((anchor) => [anchor.id, anchor]));
    const next = this.batches.flatMap(({ id }) => {
      const place = known.get(id) ?? fresh.find(({ batch_id }) => batch_id === id);
      if (!place) return [];
      const to = Math.min(place.to, editor.length);
      return [{ id, from: Math.min(place.from, to), to }];
    });
    editor.setAnchors(next);
  }

  onEvent(take: TakeDto) {
    if (take.draft_id === this.draftId) this.put([take]);
  }

  private put(takes: TakeDto[]) {
    const fresh = takes.filter(({ id }) => !this.byId[id]);
    for (const take of takes) this.byId[take.id] = mergeTake(this.byId[take.id], take);
    this.place(fresh);
  }

  async accept(take: TakeDto): Promise<boolean> {
    const anchor = () => beside.editor?.anchor(take.batch_id);
    if (!isOver(take.status) || !take.text || !anchor()) return false;
    const view = await beside.change((draft_id, base_revision): Promise<DraftView> => {
      const { from, to } = anchor() ?? take;
      const { text } = take;
      return call("accept_take", { take_id: take.id, draft_id, base_revision, from, to, text });
    });
    if (!view) return false;
    this.put(view.takes);
    notices.say(t("status.said_accepted"));
    beside.editor?.focus();
    return true;
  }

  async discard(take: TakeDto) {
    await attempt(async () => {
      this.put([await call("discard_take", { id: take.id })]);
      notices.say(t("status.said_discarded"));
    });
  }

  /** The one whose place is nearest to the caret. */
  nearest(): TakeDto | undefined {
    const caret = beside.selection.to;
    const [first] = (beside.editor?.anchors() ?? [])
      .slice()
      .sort((a, b) => Math.abs(a.to - caret) - Math.abs(b.to - caret));
    return first && this.current(first.id);
  }
}

export const waiting = new Waiting();
