import { tick } from "svelte";
import { NEW_REMARK, type Remark, remarkField, setRemarks } from "../../editor/comments";
import type { Editor } from "../../editor/create";
import { call } from "../../host";
import { t } from "../../locales/index.svelte";
import type { CommentDto } from "../../wire/bindings";
import { attempt, notices } from "../notices/notices.svelte";
import { TEXT, views } from "../writing/views.svelte";

/** After a change of the text the library is asked where everything stands, once it is quiet. */
const PAUSE_MS = 1_200;
/** Of a word at the caret that is commented on without a selection. */
const AROUND = 80;

/** A text that can be commented on. */
export interface Commented {
  readonly draftId: string | null;
  /** The views that show it; the first one keeps the places. */
  readonly editors: readonly Editor[];
  /** The view that the keyboard is in. */
  readonly editor: Editor | null;
  readonly selection: { from: number; to: number };
  refer<T>(
    run: (draftId: string, revision: number) => Promise<T>,
  ): Promise<{ answer: T; moved: (at: number) => number } | null>;
}

/** Comments on places of one text; the library keeps them beside it. */
export class Remarks {
  list = $state.raw<CommentDto[]>([]);
  /** The words of the comment that is being written. */
  quote = $state<string | null>(null);
  private draftId: string | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly text: Commented,
    private readonly show: () => void,
  ) {}

  get open(): CommentDto[] {
    return this.list.filter((one) => !one.resolved);
  }

  /** The open comment in which the caret stands. */
  get current(): string | null {
    const { from } = this.text.selection;
    const here = this.places().filter((one) => one.from <= from && from <= one.to);
    // The shortest one is meant.
    here.sort((a, b) => a.to - a.from - (b.to - b.from));
    return here.find((one) => one.id !== NEW_REMARK && !one.resolved)?.id ?? null;
  }

  private places(): readonly Remark[] {
    return this.text.editors[0]?.view.state.field(remarkField, false)?.list ?? [];
  }

  private place(all: Remark[]) {
    for (const { view } of this.text.editors) view.dispatch({ effects: setRemarks.of(all) });
  }

  /** Another draft is open, or its text is another one: soon, or at once. */
  look(draftId: string | null) {
    clearTimeout(this.timer);
    if (draftId !== this.draftId) {
      this.draftId = draftId;
      this.list = [];
      this.quote = null;
      if (draftId) void this.load();
    } else if (this.list.length) this.timer = setTimeout(() => void this.load(), PAUSE_MS);
  }

  /** Asks the library what there is, and where it stands. */
  async load() {
    const { draftId, text } = this;
    if (!draftId) return;
    const found = await text
      .refer((id) => call("comments", { id }))
      .catch((reason: unknown) => {
        notices.report(reason);
        return null;
      });
    if (!found || draftId !== this.draftId || draftId !== text.draftId) return;
    this.list = found.answer.map((one) => ({
      ...one,
      from: found.moved(one.from),
      to: found.moved(one.to),
    }));
    this.draw();
  }

  /** Marks the places in the text. */
  draw() {
    const fresh = this.places().filter(({ id }) => id === NEW_REMARK);
    const all = this.list.map(({ id, from, to, resolved }) => ({ id, from, to, resolved }));
    this.place([...all, ...fresh]);
  }

  /** Begins a comment on what is selected, else on the word at the caret. */
  async begin() {
    const { text } = this;
    if (!text.editor || !text.draftId || text.editor.view.state.readOnly) return;
    if (views.now !== TEXT) {
      views.show(TEXT);
      await tick();
    }
    const { state } = text.editor.view;
    let { from, to } = state.selection.main;
    const chosen = state.sliceDoc(from, to);
    // White space at the edges of a selection is not meant.
    from += chosen.length - chosen.trimStart().length;
    to -= chosen.trim() === "" ? 0 : chosen.length - chosen.trimEnd().length;
    if (from >= to) {
      const word = state.wordAt(state.selection.main.head);
      if (!word) return notices.say(t("comments.nowhere"));
      ({ from, to } = word);
    }
    const words = state.sliceDoc(from, Math.min(to, from + AROUND));
    this.quote = words.length < to - from ? `${words}…` : words;
    const others = this.places().filter(({ id }) => id !== NEW_REMARK);
    this.place([...others, { id: NEW_REMARK, from, to, resolved: false }]);
    this.show();
    await tick();
    document.querySelector<HTMLElement>("[data-testid='comment-new']")?.focus();
  }

  /** Leaves the comment that is being written. */
  drop() {
    this.quote = null;
    this.place(this.places().filter(({ id }) => id !== NEW_REMARK));
    this.text.editor?.focus();
  }

  /** Keeps the comment that is being written. */
  async save(note: string): Promise<boolean> {
    if (note.trim() === "") return false;
    const added = await this.text
      .refer((draft_id, revision) => {
        const place = this.places().find(({ id }) => id === NEW_REMARK);
        if (!place) return Promise.resolve(null);
        const { from, to } = place;
        return call("add_comment", { draft_id, revision, from, to, note });
      })
      .catch((reason: unknown) => {
        notices.report(reason);
        return null;
      });
    if (!added?.answer) {
      // Its words were deleted meanwhile: what was written of them stays in the field.
      if (added) notices.say(t("comments.nowhere"));
      return false;
    }
    this.drop();
    notices.say(t("comments.added"));
    await this.load();
    return true;
  }

  async edit(id: string, note: string): Promise<boolean> {
    if (note.trim() === "" || !(await attempt(() => call("edit_comment", { id, note }))))
      return false;
    await this.load();
    return true;
  }

  async resolve({ id, resolved }: CommentDto) {
    if (!(await attempt(() => call("resolve_comment", { id, resolved: !resolved })))) return;
    notices.say(t(resolved ? "comments.reopened" : "comments.resolved"));
    await this.load();
  }

  async remove({ id }: CommentDto) {
    if (!(await attempt(() => call("delete_comment", { id })))) return;
    await this.load();
    notices.note("comments.deleted", {}, () => {
      void attempt(() => call("restore_comment", { id })).then(() => this.load());
    });
  }

  /** Goes to the words of a comment. */
  go(id: string) {
    const place = this.places().find((one) => one.id === id);
    if (!place) return;
    this.text.editor?.reveal(place.from, place.to);
    this.text.editor?.focus();
  }

  stop() {
    clearTimeout(this.timer);
  }
}
