import { call } from "../../host";
import type { InterviewDto, ScreenplayBrief, TakeDto } from "../../wire/bindings";
import { isOver } from "../../wire/takes";
import { attempt, notices } from "../notices/notices.svelte";
import { budget } from "../switch/budget.svelte";
import { takes } from "../takes/takes.svelte";
import { views } from "../writing/views.svelte";
import { writing } from "../writing/writing.svelte";

/** Conversations with the people of the open script. */
class Interview {
  /** Who is talked to. */
  character = $state("");
  all = $state<InterviewDto[]>([]);
  /** Id of the conversation that is open; none before the first question. */
  id = $state<string | null>(null);
  asking = $state(false);

  current = $derived(this.all.find(({ id }) => id === this.id));
  past = $derived(this.all.filter(({ character }) => character === this.character));
  writing = $derived(
    (this.current?.turns ?? []).some(({ status }) => status === "waiting" || status === "writing"),
  );

  async open(character: string) {
    takes.onAnswer = (take) => this.hear(take);
    this.character = character;
    this.id = null;
    views.show("interview");
    await this.reload();
    // What was begun goes on.
    this.id = this.past[0]?.id ?? null;
  }

  async reload() {
    const id = writing.draftId;
    if (!id || writing.document?.kind !== "screenplay" || !this.character) return;
    await attempt(async () => {
      const found = await call("interviews", { id });
      if (writing.draftId === id) this.all = found;
    });
  }

  private put(one: InterviewDto) {
    this.all = [one, ...this.all.filter(({ id }) => id !== one.id)];
    this.id = one.id;
  }

  private hear(take: TakeDto) {
    for (const one of this.all)
      for (const turn of one.turns)
        if (turn.take_id === take.id && !(isOver(turn.status) && !isOver(take.status)))
          Object.assign(turn, { answer: take.text, status: take.status, error: take.error });
  }

  /** Asks; `again` asks the last question anew. */
  async ask(question: string, again = false): Promise<boolean> {
    const draft_id = writing.draftId;
    if (!draft_id || this.asking || this.writing || !(await writing.flush())) return false;
    this.asking = true;
    const asked = await attempt(async () => {
      const id =
        this.id ?? (await call("start_interview", { draft_id, character: this.character })).id;
      const until = writing.selection.to;
      const put = await budget.spend((over_budget) =>
        call("ask_character", { id, question, until, again, over_budget }),
      );
      if (put) this.put(put);
    });
    this.asking = false;
    return asked;
  }

  async stop() {
    const turn = this.current?.turns.find(({ status }) => !isOver(status));
    if (turn) await takes.stop(turn.take_id);
  }

  /** Keeps an answer among the notes of the page. */
  async keep(turnId: string) {
    const one = this.current;
    const turn = one?.turns.find(({ id }) => id === turnId);
    const brief = writing.brief as ScreenplayBrief | null;
    if (!one || !turn || !brief || turn.kept) return;
    const name = this.character.trim().toLowerCase();
    const page = brief.characters.find((c) =>
      [c.name, ...c.aliases].some((known) => known.trim().toLowerCase() === name),
    );
    if (!page) return;
    page.notes = [...page.notes, turn.answer];
    writing.briefChanged();
    await attempt(async () => {
      this.put(await call("keep_answer", { interview_id: one.id, turn_id: turnId, kept: true }));
    });
  }

  async remove() {
    const { id } = this;
    if (!id) return;
    await attempt(async () => {
      await call("delete_interview", { id });
      this.id = null;
      await this.reload();
      notices.note("interview.deleted", {}, () =>
        attempt(async () => {
          await call("restore_interview", { id });
          await this.reload();
          this.id = id;
        }),
      );
    });
  }
}

export const interview = new Interview();
