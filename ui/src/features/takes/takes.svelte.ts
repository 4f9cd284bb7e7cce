import { call } from "../../host";
import { language, t } from "../../locales/index.svelte";
import { errorText } from "../../locales/shared";
import type {
  DraftView,
  EditedPrompt,
  PromptRole,
  StudioEvent,
  TakeDto,
  Task,
} from "../../wire/bindings";
import {
  goesIntoText,
  isOver,
  isPart,
  isPending,
  isSaid,
  isText,
  mergeTake,
  newestFirst,
} from "../../wire/takes";
import { answered } from "../notices/answered";
import { attempt, notices } from "../notices/notices.svelte";
import { beside } from "../switch/beside.svelte";
import { budget } from "../switch/budget.svelte";
import { TEXT, views } from "../writing/views.svelte";
import { writing } from "../writing/writing.svelte";
import { best, judgeOf } from "./best.svelte";
import { messagesOf } from "./record";
import { standing } from "./standing";

interface Place {
  from: number;
  to: number;
}

export interface Shown {
  id: string;
  takes: TakeDto[];
}

/** Tasks that are said by their name alone. */
const WHOLE: ReadonlySet<string> = new Set([
  ...["draft", "continue", "rewrite", "shorten", "expand", "simplify", "correct"],
  ...["alternatives", "beats", "outline", "headline", "dek", "describe"],
]);

/** How old may be what is told of texts that are not shown. */
const UNSHOWN_MS = 500;

class Takes {
  /** Takes of the open draft. */
  private byId = $state<Record<string, TakeDto>>({});
  /** What is being written, for whatever draft. */
  private active = $state<Record<string, TakeDto>>({});
  /** Which take of a batch stands in the text. */
  private chosen = $state<Record<string, string>>({});
  /** Suggestions as the person changed them. */
  edited = $state<Record<string, string>>({});
  /** True between asking for takes and the studio's answer. */
  asking = $state(false);
  /** Where batches stand in drafts that are not open, and in the open one until it is shown. */
  private places = new Map<string, Place>();
  /** What is written for texts that are not shown, newer than in `active`. */
  private unshown = new Map<string, TakeDto>();
  private showing: ReturnType<typeof setTimeout> | undefined;
  private shownAt = Number.NEGATIVE_INFINITY;
  private requests = new Map<string, { task: Task; note: string; prompt?: EditedPrompt }>();

  list = $derived(newestFirst(Object.values(this.byId)));
  writing = $derived(Object.values(this.active));
  speed = $derived(
    this.writing.reduce((sum, take) => sum + (take.tokens_per_second ?? 0), 0) || null,
  );
  busyHere = $derived(this.asking || this.list.some((take) => !isOver(take.status)));
  /** What stands in the text now: batches that wait for a decision and have a place. */
  inPlace = $derived.by<Shown[]>(() =>
    this.pending.filter(({ takes }) => takes[0] !== undefined && isText(takes[0])),
  );
  /** Batches that wait for a decision and would go into the brief. */
  parts = $derived.by<Shown[]>(() =>
    this.pending.filter(({ takes }) => takes[0] !== undefined && isPart(takes[0])),
  );
  private pending = $derived.by<Shown[]>(() => {
    const batches = new Map<string, TakeDto[]>();
    for (const take of this.list) {
      const siblings = batches.get(take.batch_id);
      if (siblings) siblings.push(take);
      else batches.set(take.batch_id, [take]);
    }
    const ads = writing.document?.kind === "ads";
    return [...batches]
      .filter(([, all]) => ads || !all.some((take) => take.decision === "accepted"))
      .map(([id, all]) => ({ id, takes: all.filter(isPending) }))
      .filter(({ takes }) => takes.length > 0)
      .reverse();
  });

  constructor() {
    writing.onShow = (view) => this.load(view);
    writing.onAttach = () => this.sync();
    writing.onLeave = () => {
      for (const { id, from, to } of writing.editor?.anchors() ?? [])
        this.places.set(id, { from, to });
      this.byId = {};
    };
  }

  batch(id: string): Shown | undefined {
    return this.pending.find((shown) => shown.id === id);
  }

  /** The take of a batch that stands in the text. */
  current(batchId: string): TakeDto | undefined {
    const shown = this.batch(batchId);
    return shown?.takes.find(({ id }) => id === this.chosen[batchId]) ?? shown?.takes[0];
  }

  choose(take: TakeDto) {
    this.chosen[take.batch_id] = take.id;
  }

  step(batchId: string, by: 1 | -1) {
    const takes = this.batch(batchId)?.takes ?? [];
    const at = takes.findIndex(({ id }) => id === this.current(batchId)?.id);
    const next = takes[(at + by + takes.length) % takes.length];
    if (next) this.choose(next);
  }

  private load(view: DraftView) {
    this.byId = Object.fromEntries(view.takes.map((take) => [take.id, take]));
    const own = view.document.drafts.find(({ id }) => id === view.draft_id);
    for (const take of view.takes) {
      if (this.places.has(take.batch_id)) continue;
      // A place from an earlier session holds only while the text is as it was then. An insertion
      // can stand anywhere without harm.
      const unchanged = own !== undefined && own.updated_at <= take.created_at;
      const nothing = isOver(take.status) && take.text === "";
      if (!nothing && (take.from === take.to || unchanged))
        this.places.set(take.batch_id, { from: take.from, to: take.to });
    }
    this.sync();
  }

  /** Brings the editor's anchors in line with what waits for a decision. */
  private sync() {
    const { editor } = writing;
    if (!editor) return;
    const known = new Map(editor.anchors().map((anchor) => [anchor.id, anchor]));
    const next = this.inPlace.flatMap(({ id }) => {
      const place = known.get(id) ?? this.places.get(id);
      if (!place) return [];
      const to = Math.min(place.to, editor.length);
      return [{ id, from: Math.min(place.from, to), to }];
    });
    const same = next.length === known.size && next.every(({ id }) => known.has(id));
    if (!same) editor.setAnchors(next);
  }

  hasPlace(batchId: string): boolean {
    return writing.editor?.anchor(batchId) !== undefined;
  }

  onEvent(event: Extract<StudioEvent, { event: "take" }>) {
    this.put(event.take);
  }

  private put(next: TakeDto) {
    const known = this.byId[next.id] ?? this.unshown.get(next.id) ?? this.active[next.id];
    const take = mergeTake(known, next);
    if (take.task === "interview") this.onAnswer(take);
    else if (isSaid(take)) this.onSaid(take);
    const here = take.draft_id === writing.draftId;
    this.unshown.delete(take.id);
    if (isOver(take.status)) delete this.active[take.id];
    else if (here || this.active[take.id]?.status !== take.status) this.active[take.id] = take;
    else this.showLater(take);
    if (here && !isSaid(take)) {
      if (!this.places.has(take.batch_id))
        this.places.set(take.batch_id, { from: take.from, to: take.to });
      this.byId[take.id] = take;
      this.sync();
    }
    if (take.waiting && known?.waiting?.why !== take.waiting.why) notices.say(standing(take));
    if (known && !isOver(known.status) && isOver(take.status)) this.announce(take);
  }

  /** A frame of its own for each word that nobody sees would be one less for who types. */
  private showLater(take: TakeDto) {
    this.unshown.set(take.id, take);
    const rest = this.shownAt + UNSHOWN_MS - performance.now();
    if (rest <= 0) this.showUnshown();
    else this.showing ??= setTimeout(() => this.showUnshown(), rest);
  }

  private showUnshown() {
    clearTimeout(this.showing);
    this.showing = undefined;
    this.shownAt = performance.now();
    for (const [id, latest] of this.unshown) if (this.active[id]) this.active[id] = latest;
    this.unshown.clear();
  }

  /** Told of what the assistant says, and of what is said on its way. */
  onSaid: (take: TakeDto) => void = () => undefined;

  /** What became of takes with a step that took more than one of them in. */
  settle(view: DraftView) {
    for (const next of view.takes) this.put(next);
    this.sync();
  }

  /** A suggestion that was made of something else than a request for takes. */
  receive(take: TakeDto) {
    this.put(take);
    this.show(take.batch_id);
  }

  /** Takes of the open draft as the library has them after a change of its text. */
  receiveAll(view: DraftView) {
    if (view.draft_id !== writing.draftId) return;
    for (const next of view.takes) this.put(next);
    this.sync();
  }

  /** Whether the person has chosen among the takes of a batch. */
  hasChosen = (batchId: string) => this.chosen[batchId] !== undefined;

  /** Told of answers of an interview as they come; they stand in their conversation. */
  onAnswer: (take: TakeDto) => void = () => undefined;

  private announce(take: TakeDto) {
    const model = take.model_name;
    // Another model writes it now; that one is told of.
    if (take.decision === "discarded") return;
    if (take.status === "stopped") notices.say(t("status.said_stopped"));
    else if (take.error) {
      const reason = errorText(take.error, language()).message;
      notices.say(t("status.said_failed", { model, reason }));
    } else notices.say(t("status.said_done", { model }));
  }

  /** Asks for takes at the selection or the caret. */
  async generate(task: Task, note = "", at?: Place, prompt?: EditedPrompt): Promise<boolean> {
    if (this.asking) return false;
    const { from, to } = at ?? writing.selection;
    this.asking = true;
    try {
      const asked = await writing.refer((draft_id) =>
        budget.spend((over_budget) => {
          const models = beside.ids;
          const several = best.on && goesIntoText(task.task);
          const variants = several ? best.number : 0;
          const input = { draft_id, task, from, to, note, variants, seed: null, over_budget };
          const of = {
            ...input,
            ...(models.length ? { models } : {}),
            ...(prompt ? { prompt } : {}),
          };
          return several
            ? call("generate_best", { of, ...judgeOf(best.by) })
            : call("generate", of);
        }),
      );
      if (!asked?.answer) return false;
      const { batch_id, takes } = asked.answer;
      this.requests.set(batch_id, prompt ? { task, note, prompt } : { task, note });
      const first = takes[0];
      if (first) {
        this.places.set(batch_id, { from: asked.moved(first.from), to: asked.moved(first.to) });
      }
      for (const take of takes) this.put(take);
      notices.say(t("status.said_writing"));
      this.show(batch_id);
      return true;
    } catch (reason) {
      notices.report(reason);
      return false;
    } finally {
      this.asking = false;
    }
  }

  /** Goes on with a take that was cut off, in a take that holds both texts. */
  async resume(take: TakeDto) {
    await attempt(async () => {
      const more = await budget.spend((over_budget) =>
        call("resume_take", { take_id: take.id, over_budget }),
      );
      if (!more) return;
      this.put(more);
      this.choose(more);
      notices.say(t("status.said_writing"));
    });
  }

  /** What was asked for; of an earlier session, where the task says it all. */
  private request(take: TakeDto): { task: Task; note: string; prompt?: EditedPrompt } | undefined {
    const known = this.requests.get(take.batch_id);
    const { own } = take.facts;
    if (!known && own) return { task: { task: "own", id: own.id }, note: "" };
    if (known || !WHOLE.has(take.task)) return known;
    return { task: { task: take.task } as Task, note: "" };
  }

  canRetry = (take: TakeDto) => this.request(take) !== undefined;

  /** The same again, at the place where the first stands now; with a wish beside those of before. */
  async retry(take: TakeDto, wish = "") {
    const request = this.request(take);
    const place = writing.editor?.anchor(take.batch_id);
    if (!request || !place) return;
    const note = [request.note, wish.trim()].filter(Boolean).join("\n");
    const prompt = request.prompt ?? (take.facts.edited ? await this.editedOf(take) : undefined);
    if (take.facts.edited && !prompt) return;
    const again = prompt && {
      ...prompt,
      wish: [prompt.wish, wish.trim()].filter(Boolean).join("\n"),
    };
    await this.discard(take);
    await this.generate(request.task, note, { from: place.from, to: place.to }, again);
  }

  /** The prompt of a take as the person left it, out of its record. */
  private async editedOf(take: TakeDto): Promise<EditedPrompt | undefined> {
    const record = await answered(() => call("generation_record", { id: take.id }));
    if (!record) return undefined;
    const messages = messagesOf(record.request).map(({ role, content }) => ({
      role: role as PromptRole,
      content,
    }));
    return { messages, compact: take.template.endsWith(".compact"), wish: "" };
  }

  /** Brings a suggestion into view. */
  show(batchId: string) {
    const anchor = writing.editor?.anchor(batchId);
    if (anchor) writing.editor?.bringIntoSight(anchor.to);
  }

  async accept(take: TakeDto): Promise<boolean> {
    if (isPart(take)) return this.acceptPart(take);
    return this.take(take, () => writing.editor?.anchor(take.batch_id));
  }

  /** Takes a premise or pages into the brief. */
  private async acceptPart(take: TakeDto): Promise<boolean> {
    if (!isOver(take.status)) return false;
    const text = this.edited[take.id] ?? take.text;
    const view = await writing.change(
      (draft_id) => call("accept_part", { take_id: take.id, draft_id, text }),
      "keep",
    );
    if (!view) return false;
    writing.rebrief(view.brief);
    delete this.edited[take.id];
    for (const next of view.takes) this.put(next);
    notices.say(t("status.said_accepted"));
    return true;
  }

  /** Takes a text in at a place of the person's choice. */
  async acceptAt(take: TakeDto, text: string, at: number): Promise<boolean> {
    this.edited[take.id] = text;
    return this.take(take, () => ({ from: at, to: at }));
  }

  /** Takes a text in at the caret, whatever was decided before. */
  async insert(take: TakeDto): Promise<boolean> {
    return this.take(take, () => {
      const at = writing.selection.to;
      return { from: at, to: at };
    });
  }

  private async take(take: TakeDto, where: () => Place | undefined): Promise<boolean> {
    const place = where();
    if (!isOver(take.status) || !place) return false;
    const text = this.edited[take.id] ?? take.text;
    const view = await writing.change((draft_id, base_revision) => {
      const { from, to } = where() ?? place;
      return call("accept_take", { take_id: take.id, draft_id, base_revision, from, to, text });
    }, "end");
    if (!view) return false;
    delete this.edited[take.id];
    for (const next of view.takes) this.put(next);
    this.sync();
    notices.say(t("status.said_accepted"));
    if (views.now === TEXT) writing.editor?.focus();
    return true;
  }

  async discard(take: TakeDto) {
    await attempt(async () => {
      if (!isOver(take.status)) await this.stop(take.id);
      this.put(await call("discard_take", { id: take.id }));
      delete this.edited[take.id];
      this.sync();
      notices.say(t("status.said_discarded"));
    });
  }

  /** Stops a batch or a take. */
  async stop(id: string) {
    try {
      await call("stop", { id });
    } catch (reason) {
      // It has ended by itself meanwhile.
      if ((reason as { code?: string }).code !== "job_not_found") notices.report(reason);
    }
  }

  /** Stops all that is being written. */
  async stopAll(): Promise<boolean> {
    const batches = new Set(this.writing.map((take) => take.batch_id));
    await Promise.all([...batches].map((id) => this.stop(id)));
    return batches.size > 0;
  }

  /** The suggestion that the keyboard means: the one whose place is nearest to the caret. */
  nearest(): TakeDto | undefined {
    const anchors = writing.editor?.anchors() ?? [];
    const caret = writing.selection.to;
    const nearest = anchors
      .slice()
      .sort((a, b) => Math.abs(a.to - caret) - Math.abs(b.to - caret))[0];
    return nearest && this.current(nearest.id);
  }
}

export const takes = new Takes();
