import { call } from "../../host";
import { t } from "../../locales/index.svelte";
import type {
  AssistantTurnDto,
  ConversationDto,
  DialogueRules,
  ErrorDto,
  PlannedDto,
  TakeDto,
} from "../../wire/bindings";
import { isOver } from "../../wire/takes";
import { attempt, notices } from "../notices/notices.svelte";
import { budget } from "../switch/budget.svelte";
import { takes } from "../takes/takes.svelte";
import { writing } from "../writing/writing.svelte";

const LATER = 250;

/** Conversations with the assistant beside the open document. */
class Assistant {
  all = $state<ConversationDto[]>([]);
  id = $state<string | null>(null);
  question = $state("");
  /** What the question would be sent with. */
  planned = $state.raw<PlannedDto | null>(null);
  /** Why it could not be sent. */
  problem = $state.raw<ErrorDto | null>(null);
  asking = $state(false);
  /** The turn that is asked otherwise. */
  editing = $state<string | null>(null);
  /** Id of the take that sums up, while it does. */
  summing = $state<string | null>(null);
  private draft: string | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;

  current = $derived(this.all.find(({ id }) => id === this.id));
  path = $derived.by<AssistantTurnDto[]>(() => way(this.current, this.current?.head_id ?? null));
  writing = $derived(this.path.some(({ status }) => !isOver(status)));
  /** The turn that the next question follows. */
  private after = $derived.by<string | null>(() => {
    const edited = this.path.find(({ id }) => id === this.editing);
    return edited ? edited.parent_id : (this.path.at(-1)?.id ?? null);
  });

  async open() {
    takes.onSaid = (take) => this.hear(take);
    const draft = writing.draftId;
    if (!draft) return;
    if (this.draft !== draft) {
      this.id = null;
      this.all = [];
      this.editing = null;
      this.draft = draft;
    }
    await this.reload();
    if (!this.current) this.id = this.all[0]?.id ?? null;
    if (!this.id) await this.begin();
  }

  /** Shows one conversation of the open document. */
  async go(id: string) {
    await this.open();
    if (this.all.some((one) => one.id === id)) this.id = id;
  }

  async reload() {
    const id = writing.draftId;
    if (!id || this.draft !== id) return;
    await attempt(async () => {
      const found = await call("conversations", { id });
      if (writing.draftId === id) this.all = found;
    });
  }

  private put(one: ConversationDto) {
    this.all = [one, ...this.all.filter(({ id }) => id !== one.id)];
    this.id = one.id;
  }

  private hear(take: TakeDto) {
    if (take.task === "summary") {
      this.summing = isOver(take.status) ? null : take.id;
      return;
    }
    for (const one of this.all)
      for (const turn of one.turns)
        if (turn.take_id === take.id && !(isOver(turn.status) && !isOver(take.status)))
          Object.assign(turn, { answer: take.text, status: take.status, error: take.error });
  }

  /** Begins a conversation; one in which nothing was asked yet will do. */
  async begin() {
    const id = writing.draftId;
    const unused = this.all.find(({ turns }) => turns.length === 0);
    this.editing = null;
    if (unused) this.id = unused.id;
    else if (id) await attempt(async () => this.put(await call("start_conversation", { id })));
  }

  private input(question: string, after: string | null, over_budget = false) {
    const { from, to } = writing.selection;
    const draft_id = writing.draftId ?? "";
    return { conversation_id: this.id ?? "", draft_id, after, question, from, to, over_budget };
  }

  /** Plans the question a moment later. */
  replan() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.plan(), LATER);
  }

  private async plan() {
    if (!this.id || !writing.draftId || this.writing || this.asking) return;
    if (!(await writing.flush())) return;
    const { id } = this;
    try {
      const planned = await call("plan_question", this.input(this.question.trim(), this.after));
      if (this.id !== id) return;
      this.planned = planned;
      this.problem = null;
    } catch (reason) {
      this.planned = null;
      this.problem = reason as ErrorDto;
    }
  }

  async ask(): Promise<boolean> {
    const question = this.question.trim();
    if (!question || !(await this.send(question, this.after))) return false;
    this.question = "";
    this.editing = null;
    return true;
  }

  /** The same question once more, beside the first answer. */
  again = (turn: AssistantTurnDto) => this.send(turn.question, turn.parent_id);

  private async send(question: string, after: string | null): Promise<boolean> {
    if (!this.id || this.asking || this.writing || !(await writing.flush())) return false;
    this.asking = true;
    let sent = false;
    const asked = await attempt(async () => {
      const answer = await budget.spend((over) =>
        call("ask_assistant", this.input(question, after, over)),
      );
      if (answer) this.put(answer);
      sent = answer !== null;
    });
    this.asking = false;
    this.summing = null;
    if (!asked) await this.reload();
    return asked && sent;
  }

  async stop() {
    const turn = this.path.find(({ status }) => !isOver(status));
    const id = this.summing ?? turn?.take_id;
    if (id) await takes.stop(id);
  }

  siblings(turn: AssistantTurnDto) {
    return this.current?.turns.filter(({ parent_id }) => parent_id === turn.parent_id) ?? [];
  }

  /** Shows the branch beside the one that a turn is on. */
  async step(turn: AssistantTurnDto, by: 1 | -1) {
    const all = this.siblings(turn);
    const next = all[(all.findIndex(({ id }) => id === turn.id) + by + all.length) % all.length];
    const conversation_id = this.id;
    if (!next || !conversation_id || next.id === turn.id) return;
    await attempt(async () =>
      this.put(await call("show_turn", { conversation_id, turn_id: next.id })),
    );
  }

  edit(turn: AssistantTurnDto) {
    this.editing = turn.id;
    this.question = turn.question;
  }

  async rule(change: Partial<DialogueRules>) {
    const one = this.current;
    if (!one) return;
    await attempt(async () =>
      this.put(await call("rule_conversation", { id: one.id, rules: { ...one.rules, ...change } })),
    );
    this.replan();
  }

  async rename(name: string) {
    const { id } = this;
    if (id) await attempt(async () => this.put(await call("rename_conversation", { id, name })));
  }

  async summary(turn: AssistantTurnDto, text: string, deleted: boolean) {
    const conversation_id = this.id;
    if (!conversation_id) return;
    await attempt(async () =>
      this.put(await call("edit_summary", { conversation_id, turn_id: turn.id, text, deleted })),
    );
    this.replan();
  }

  async remove() {
    const { id } = this;
    if (!id) return;
    await attempt(async () => {
      await call("delete_conversation", { id });
      await this.reload();
      this.id = this.all[0]?.id ?? null;
      if (!this.id) await this.begin();
      notices.note("assistant.deleted", {}, () =>
        attempt(async () => {
          await call("restore_conversation", { id });
          await this.reload();
          this.id = id;
        }),
      );
    });
  }

  /** Makes a suggestion of an answer or of a part of it. */
  async hand(turn: AssistantTurnDto, text: string, how: "insert" | "replace") {
    const { from, to } = writing.selection;
    const at = how === "replace" ? from : to;
    await attempt(async () => {
      const asked = await writing.refer((draft_id) =>
        call("hand_over", { take_id: turn.take_id, draft_id, from: at, to, text }),
      );
      if (!asked) return;
      takes.receive(asked.answer);
      notices.say(t("assistant.handed"));
    });
  }
}

/** The turns that lead to one, oldest first. */
export function way(of: ConversationDto | undefined, to: string | null): AssistantTurnDto[] {
  const path: AssistantTurnDto[] = [];
  let turn = of?.turns.find(({ id }) => id === to);
  while (turn && path.length <= (of?.turns.length ?? 0)) {
    path.unshift(turn);
    const { parent_id } = turn;
    turn = of?.turns.find(({ id }) => id === parent_id);
  }
  return path;
}

export interface Piece {
  block: boolean;
  text: string;
}

/** An answer as talk and blocks that are meant for the text; a block that is still open counts. */
export function pieces(answer: string): Piece[] {
  const found: Piece[] = [];
  let open: Piece = { block: false, text: "" };
  for (const line of answer.split("\n")) {
    if (/^\s*```/.test(line)) {
      if (open.text.trim()) found.push(open);
      open = { block: !open.block, text: "" };
    } else open.text += `${open.text ? "\n" : ""}${line}`;
  }
  if (open.text.trim()) found.push(open);
  return found.map(({ block, text }) => ({ block, text: text.replace(/^\n+|\s+$/g, "") }));
}

export const assistant = new Assistant();
