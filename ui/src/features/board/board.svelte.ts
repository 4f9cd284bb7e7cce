import type { Text } from "@codemirror/state";
import { tick } from "svelte";
import { call } from "../../host";
import { t } from "../../locales/index.svelte";
import type {
  BeatSheetsDto,
  BoardChange,
  BoardChanged,
  BoardDto,
  CardDto,
  CutDto,
} from "../../wire/bindings";
import { attempt, notices } from "../notices/notices.svelte";
import { TEXT, views } from "../writing/views.svelte";
import { writing } from "../writing/writing.svelte";
import { type Slot, slotOf } from "./slots";

/** Cards that are being moved, and where they would go. */
export interface Carried {
  cards: number[];
  slot: Slot;
  /** Whether the keyboard moves them. */
  keys: boolean;
}

/** The board of the open screenplay. */
class Board {
  data = $state.raw<BoardDto | null>(null);
  busy = $state(false);
  chosen = $state<number[]>([]);
  /** The card that the keyboard stands on. */
  current = $state(0);
  carried = $state<Carried | null>(null);
  sheets = $state.raw<BeatSheetsDto | null>(null);
  cuts = $state.raw<{ card: CardDto; at: CutDto[] } | null>(null);
  /** The text that the places of `data` belong to. */
  private doc: Text | null = null;
  private draft: string | null = null;

  private get now(): Text | null {
    return writing.editor?.view.state.doc ?? null;
  }

  get cards(): CardDto[] {
    return this.data?.cards ?? [];
  }

  /** Reads the cards anew; what was typed meanwhile makes the answer void. */
  async load() {
    const id = writing.draftId;
    if (id !== this.draft) {
      this.draft = id;
      this.forget();
    }
    if (!id || this.busy || this.carried || writing.document?.kind !== "screenplay") return;
    if (!(await writing.flush())) return;
    const doc = this.now;
    await attempt(async () => {
      const data = await call("board", { id });
      if (writing.draftId === id && this.now === doc && !this.busy) this.take(data);
    });
  }

  private forget() {
    this.data = null;
    this.chosen = [];
    this.current = 0;
    this.carried = null;
    this.sheets = null;
    this.cuts = null;
  }

  private take(data: BoardDto) {
    this.data = data;
    this.doc = this.now;
    const last = data.cards.length - 1;
    this.chosen = this.chosen.filter((card) => card <= last);
    this.current = Math.max(0, Math.min(this.current, last));
  }

  /** Runs something that changes the text, and takes the new board in. */
  private async run(
    work: (draft_id: string, revision: number) => Promise<BoardChanged>,
  ): Promise<BoardChanged | null> {
    const { data } = this;
    if (!data || this.busy) return null;
    this.busy = true;
    let answer: BoardChanged | undefined;
    const view = await writing.change(async (id) => {
      answer = await work(id, data.revision);
      return answer.view;
    }, "keep");
    this.busy = false;
    if (!view || !answer) {
      // The text has moved on, most likely: the board shows where it is.
      await this.load();
      return null;
    }
    this.take(answer.board);
    return answer;
  }

  async change(change: BoardChange): Promise<BoardChanged | null> {
    const answer = await this.run((draft_id, revision) =>
      call("change_board", { draft_id, revision, change }),
    );
    const [first] = answer?.cards ?? [];
    if (answer && first !== undefined) {
      this.current = first;
      this.chosen = answer.cards.length > 1 ? answer.cards : [];
    }
    return answer;
  }

  /** The cards that something done to one is done to: all that are chosen, if it is one of them. */
  with(card: number): number[] {
    return this.chosen.includes(card) ? [...this.chosen] : [card];
  }

  choose(card: number, how: "only" | "also" | "upto") {
    if (how === "also") {
      const has = this.chosen.includes(card);
      this.chosen = has ? this.chosen.filter((other) => other !== card) : [...this.chosen, card];
    } else if (how === "upto") {
      const from = this.chosen[0] ?? this.current;
      const [low, high] = [Math.min(from, card), Math.max(from, card)];
      const rest = Array.from({ length: high - low + 1 }, (_, n) => low + n);
      this.chosen = [from, ...rest.filter((other) => other !== from)];
    } else this.chosen = [];
    this.current = card;
  }

  /** Puts the carried cards down. */
  async drop() {
    const { carried, data } = this;
    this.carried = null;
    if (!carried || !data) return;
    const answer = await this.change({
      what: "move",
      cards: carried.cards,
      to: slotOf(data, carried.slot),
    });
    if (!answer) return;
    const at = answer.board.cards[this.current];
    if (!answer.changed || !at) notices.say(t("board.said_stays"));
    else notices.say(t("board.said_dropped", this.whereabouts(answer.board, at)));
  }

  /** Where a card stands, to be said. */
  whereabouts(data: BoardDto, card: CardDto) {
    const column = data.columns[card.column];
    return {
      card: this.nameOf(card),
      column: this.titleOf(card.column),
      place: card.id - (column?.first ?? 0) + 1,
      of: column?.count ?? 0,
    };
  }

  nameOf(card: CardDto): string {
    return card.kind === "beat" ? card.synopsis : card.heading || t("board.omitted");
  }

  titleOf(column: number): string {
    return this.data?.columns[column]?.title || t("board.untitled");
  }

  /** A step of the text, back or forth; the board follows. */
  async step(which: "undo" | "redo") {
    const { editor } = writing;
    if (!editor || this.busy) return;
    editor[which]();
    await writing.settled();
    await this.load();
  }

  /** Shows a card in the script. */
  async show(card: CardDto) {
    if (this.now !== this.doc) await this.load();
    const at = this.cards[card.id]?.from ?? card.from;
    views.show(TEXT);
    await tick();
    writing.editor?.reveal(at, at);
    writing.editor?.focus();
  }

  async loadSheets(pages: number | null) {
    const draft_id = writing.draftId;
    if (!draft_id || !(await writing.flush())) return;
    await attempt(async () => {
      const sheets = await call("beat_sheets", { draft_id, pages });
      if (writing.draftId === draft_id) this.sheets = sheets;
    });
  }

  async apply(sheet: string): Promise<boolean> {
    if (!this.data) await this.load();
    const answer = await this.run((draft_id, revision) =>
      call("apply_beat_sheet", { draft_id, revision, sheet }),
    );
    if (!answer) return false;
    this.current = answer.cards[0] ?? this.current;
    notices.note(answer.changed ? "board.sheet_done" : "board.sheet_there");
    return true;
  }

  /** Asks where a scene can be cut in two. */
  async askCuts(card: CardDto) {
    const { data, draft } = this;
    if (!data || !draft) return;
    await attempt(async () => {
      const { revision } = data;
      const at = await call("scene_cuts", { draft_id: draft, revision, card: card.id });
      this.cuts = { card, at };
    });
  }
}

export const board = new Board();
