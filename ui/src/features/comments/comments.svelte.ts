import { tick } from "svelte";
import { NEW_REMARK, type Remark, remarkField, setRemarks } from "../../editor/comments";
import { call } from "../../host";
import { t } from "../../locales/index.svelte";
import type { CommentDto } from "../../wire/bindings";
import { attempt, notices } from "../notices/notices.svelte";
import { TEXT, views } from "../writing/views.svelte";
import { writing } from "../writing/writing.svelte";

const KEPT = "inkstone.comments";
/** After a change of the text the library is asked where everything stands, once it is quiet. */
const PAUSE_MS = 1_200;
/** Of a word at the caret that is commented on without a selection. */
const AROUND = 80;

/** Comments on places of the open text; the library keeps them beside it. */
class Comments {
  /** Whether the rail stands beside the text. */
  shown = $state(false);
  list = $state.raw<CommentDto[]>([]);
  /** Whether resolved ones are listed. */
  resolved = $state(false);
  /** The words of the comment that is being written. */
  quote = $state<string | null>(null);
  private draftId: string | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    try {
      this.shown = localStorage.getItem(KEPT) === "true";
    } catch {
      // A window without storage: the default is fine.
    }
  }

  get open(): CommentDto[] {
    return this.list.filter((one) => !one.resolved);
  }

  get listed(): CommentDto[] {
    return this.resolved ? this.list : this.open;
  }

  /** The open comment in which the caret stands. */
  get current(): string | null {
    const { from } = writing.selection;
    const here = this.places().filter((one) => one.from <= from && from <= one.to);
    // The shortest one is meant.
    here.sort((a, b) => a.to - a.from - (b.to - b.from));
    return here.find((one) => one.id !== NEW_REMARK && !one.resolved)?.id ?? null;
  }

  private get view() {
    return writing.editor?.view;
  }

  private places(): readonly Remark[] {
    return this.view?.state.field(remarkField, false)?.list ?? [];
  }

  show(on: boolean) {
    this.shown = on;
    try {
      localStorage.setItem(KEPT, String(on));
    } catch {
      // See above.
    }
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
    const { draftId } = this;
    if (!draftId) return;
    const found = await writing
      .refer((id) => call("comments", { id }))
      .catch((reason: unknown) => {
        notices.report(reason);
        return null;
      });
    if (!found || draftId !== this.draftId || draftId !== writing.draftId) return;
    this.list = found.answer.map((one) => ({
      ...one,
      from: found.moved(one.from),
      to: found.moved(one.to),
    }));
    this.draw();
  }

  private draw() {
    const fresh = this.places().filter(({ id }) => id === NEW_REMARK);
    const all = this.list.map(({ id, from, to, resolved }) => ({ id, from, to, resolved }));
    this.view?.dispatch({ effects: setRemarks.of([...all, ...fresh]) });
  }

  /** Begins a comment on what is selected, else on the word at the caret. */
  async begin() {
    const { view } = this;
    if (!view || !writing.draftId || view.state.readOnly) return;
    if (views.now !== TEXT) {
      views.show(TEXT);
      await tick();
    }
    let { from, to } = view.state.selection.main;
    const text = view.state.sliceDoc(from, to);
    // White space at the edges of a selection is not meant.
    from += text.length - text.trimStart().length;
    to -= text.trim() === "" ? 0 : text.length - text.trimEnd().length;
    if (from >= to) {
      const word = view.state.wordAt(view.state.selection.main.head);
      if (!word) return notices.say(t("comments.nowhere"));
      ({ from, to } = word);
    }
    const words = view.state.sliceDoc(from, Math.min(to, from + AROUND));
    this.quote = words.length < to - from ? `${words}…` : words;
    const others = this.places().filter(({ id }) => id !== NEW_REMARK);
    const fresh = { id: NEW_REMARK, from, to, resolved: false };
    view.dispatch({ effects: setRemarks.of([...others, fresh]) });
    this.show(true);
    await tick();
    document.querySelector<HTMLElement>("[data-testid='comment-new']")?.focus();
  }

  /** Leaves the comment that is being written. */
  drop() {
    this.quote = null;
    const others = this.places().filter(({ id }) => id !== NEW_REMARK);
    this.view?.dispatch({ effects: setRemarks.of(others) });
    writing.editor?.focus();
  }

  /** Keeps the comment that is being written. */
  async save(note: string): Promise<boolean> {
    if (note.trim() === "") return false;
    const added = await writing
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
    writing.editor?.reveal(place.from, place.to);
    writing.editor?.focus();
  }

  stop() {
    clearTimeout(this.timer);
  }
}

export const comments = new Comments();
