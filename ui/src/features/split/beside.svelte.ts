import type { ChangeSet } from "@codemirror/state";
import { tick } from "svelte";
import { smallestChange } from "../../editor/change";
import {
  type Editor,
  type EditorPorts,
  type LeftPage,
  LONGEST_TEXT,
  type Page,
} from "../../editor/create";
import { changeOf, EditQueue } from "../../editor/queue";
import { call } from "../../host";
import { number, t } from "../../locales/index.svelte";
import type { DocumentDto, DraftView, EditCause, ErrorDto } from "../../wire/bindings";
import { library } from "../library/library.svelte";
import { notices } from "../notices/notices.svelte";
import { place } from "../place/place.svelte";
import type { cards } from "../writing/cards";
import { TEXT, views } from "../writing/views.svelte";
import { writing } from "../writing/writing.svelte";

const KEPT = "inkstone.beside";
/** Places in texts that were left, so that they are found again. */
const MOST_KEPT = 8;

const oneLineEnd = (text: string) => text.replace(/\r\n?/g, "\n");
const nothing = () => () => undefined;

/**
 * A second text beside the first: another document, with its own way to the library, or another
 * place of the same one. Of one text there is one way only: what is written in its second view goes
 * through the first.
 */
class Beside {
  /** Whether it is there. */
  shown = $state(false);
  /** The draft it shows. */
  draftId = $state<string | null>(null);
  document = $state<DocumentDto | null>(null);
  editor: Editor | null = null;
  private queue: EditQueue | null = null;
  /** It shows what the first one shows. */
  same = $state(false);
  /** The draft that stands here with its own way to the library; `null` where none does. */
  apart = $state<string | null>(null);
  selection = $state({ from: 0, to: 0 });
  /** Counts up whenever the text is another one, or the library has a new text of it. */
  edition = $state(0);
  /** True while one view takes over what was written in the other. */
  private passing = false;
  /** True while the first one takes in what was asked for here: the caret here goes behind it. */
  private asking = false;
  /** What was written in a text while its way to the library was made. */
  private early: { id: string; changes: ChangeSet } | null = null;
  /** The draft whose text stands in the editor. */
  private stands: string | null = null;
  private asked = 0;
  private loading: Promise<void> = Promise.resolve();
  private kept = new Map<string, LeftPage>();

  constructor() {
    const editor = () => this.editor;
    writing.beside = {
      get editor() {
        return editor();
      },
      flush: () => this.flush(),
      opening: (id) => this.opening(id),
      composing: () => this.composing(),
      composed: async () => this.editor?.composed(),
      into: () => this,
    };
  }

  /** Splits the page, or makes it one again. */
  async toggle() {
    if (this.shown) return this.close();
    const { draftId } = writing;
    if (!draftId) return;
    if (views.now !== TEXT) views.show(TEXT);
    this.shown = true;
    this.draftId = this.remembered() ?? draftId;
    await tick();
    await this.loading;
    this.editor?.focus();
  }

  /** The draft that stood here last, if it is still in the project. */
  private remembered(): string | null {
    try {
      const id = localStorage.getItem(KEPT);
      return id && this.find(id) ? id : null;
    } catch {
      return null;
    }
  }

  private find(id: string): DocumentDto | undefined {
    return library.documents.find(({ drafts }) => drafts.some((draft) => draft.id === id));
  }

  async close() {
    if (!(await this.flush())) {
      notices.note("notices.not_saved_leave");
      return;
    }
    this.leave();
    this.shown = false;
    this.draftId = null;
    this.document = null;
    writing.editor?.focus();
  }

  /** Goes from one text to the other. */
  go() {
    if (!this.shown) return void this.toggle();
    const here = this.editor?.view.dom.contains(document.activeElement);
    if (here) writing.editor?.focus();
    else this.editor?.focus();
  }

  /** Shows another draft here. */
  async choose(id: string) {
    if (id === this.draftId || !(await this.flush())) return;
    this.leave();
    this.draftId = id;
    try {
      localStorage.setItem(KEPT, id);
    } catch {
      // A window without storage: it is not remembered.
    }
    await this.load();
  }

  /** What stands here goes to the other side, and what stands there comes here. */
  async swap() {
    const [here, there] = [this.draftId, writing.draftId];
    if (!here || !there || here === there || !(await this.flush())) return;
    const document = this.find(here);
    if (!document || !(await library.openDraft(here, document.project_id))) return;
    await this.choose(there);
  }

  /** True while an input method composes here. */
  composing(): boolean {
    return this.editor?.composing() ?? false;
  }

  async flush(): Promise<boolean> {
    return (await this.queue?.flush()) ?? true;
  }

  attach(editor: Editor) {
    this.editor = editor;
    // The page was gone for a moment, as between two texts.
    if (this.draftId) this.loading = this.load();
  }

  detach(editor: Editor) {
    if (this.editor !== editor) return;
    this.leave();
    writing.inSecond = false;
    this.editor = null;
  }

  /** The first text is about to be this one: there is one way to the library only. */
  private async opening(id: string): Promise<boolean> {
    if (!this.shown || id !== this.draftId || this.same) return true;
    this.editor?.lock(true);
    if (await this.flush()) {
      this.leave();
      return true;
    }
    this.editor?.lock(place.reading);
    return false;
  }

  /** Another text stands in the first place. */
  async follow() {
    if (!this.shown || !writing.draftId) return;
    const same = this.draftId === writing.draftId;
    if (same !== this.same || (same && !this.mirrors())) {
      this.leave();
      await this.load();
    }
  }

  private mirrors(): boolean {
    return this.editor?.text() === writing.editor?.text();
  }

  private leave() {
    const { editor, draftId } = this;
    this.asked++;
    this.queue?.close();
    this.queue = null;
    this.early = null;
    if (writing.editor) writing.editor.onText = null;
    this.same = false;
    this.apart = null;
    if (!editor || !draftId) return;
    this.kept.delete(draftId);
    this.kept.set(draftId, editor.left());
    for (const oldest of this.kept.keys()) {
      if (this.kept.size <= MOST_KEPT) break;
      this.kept.delete(oldest);
    }
  }

  private page(document: DocumentDto, text: string): Page {
    return { text, ...this.words(document) };
  }

  private words(document: DocumentDto) {
    return { ...writing.words(document), label: t("split.label") };
  }

  /** After a change of the window's language, or of how one likes to write. */
  speak() {
    if (this.document) this.editor?.speak(this.words(this.document));
  }

  /** Shows the draft that is wanted. */
  private async load() {
    const { editor, draftId } = this;
    if (!editor || !draftId) return;
    const asked = ++this.asked;
    if (draftId === writing.draftId && writing.editor && writing.document) {
      this.same = true;
      this.document = writing.document;
      this.open(editor, this.page(writing.document, writing.editor.text()), draftId);
      writing.editor.onText = (changes) => this.mirror(changes);
      this.edition++;
      return;
    }
    try {
      const document = this.find(draftId);
      const { body, revision } = await call("draft_text", { id: draftId });
      if (asked !== this.asked) return;
      if (!document) return void this.close();
      const text = oneLineEnd(body);
      this.document = document;
      this.queue = this.queueOf(draftId, revision);
      if (text !== body) this.queue.markAstray();
      this.open(editor, this.page(document, text), draftId);
      this.apart = draftId;
      this.edition++;
    } catch (reason) {
      notices.report(reason);
    }
  }

  private open(editor: Editor, page: Page, draftId: string) {
    const { early } = this;
    this.early = null;
    editor.open(page, this.kept.get(draftId));
    editor.lock(place.reading);
    this.stands = draftId;
    if (early?.id === draftId && early.changes.length === editor.length)
      editor.take(early.changes, "typing");
  }

  /** Keeps what is written in a text that has no way to the library yet. */
  private wait(changes: ChangeSet) {
    const { early, stands } = this;
    if (early?.changes.newLength === changes.length)
      this.early = { ...early, changes: early.changes.compose(changes) };
    else if (stands) this.early = { id: stands, changes };
  }

  private queueOf(draft_id: string, revision: number): EditQueue {
    return new EditQueue(
      {
        apply: (base_revision, edits, cause) =>
          call("apply_edits", { draft_id, base_revision, edits, cause }),
        replace: (text, cause) => call("replace_text", { draft_id, text, cause }),
        text: () => this.editor?.text() ?? "",
        composing: () => this.composing(),
        composed: async () => this.editor?.composed(),
        onState: () => undefined,
        onSaved: () => {
          if (this.draftId === draft_id) this.edition++;
        },
        onError: (error: ErrorDto) => notices.report(error),
      },
      revision,
    );
  }

  /** Runs something that the library answers with a new text, and takes that in as one step of undo. */
  async change(
    run: (draftId: string, revision: number) => Promise<DraftView>,
  ): Promise<DraftView | null> {
    if (this.same) return this.changeBoth(run);
    const { queue, editor, draftId } = this;
    if (!queue || !editor || !draftId) return null;
    try {
      return await queue.hold(async () => {
        const before = editor.text();
        const view = await run(draftId, queue.revision);
        await queue.composed();
        if (this.queue !== queue) return view;
        const text = oneLineEnd(view.body);
        const change = changeOf(before.length, smallestChange(before, text));
        editor.adopt(queue.adopt(change, view.revision), "end");
        if (text !== view.body) queue.markAstray();
        this.edition++;
        return view;
      });
    } catch (reason) {
      notices.report(reason);
      return null;
    }
  }

  private async changeBoth(run: (draftId: string, revision: number) => Promise<DraftView>) {
    this.asking = true;
    try {
      return await writing.change(run, "keep");
    } finally {
      this.asking = false;
    }
  }

  /** As that of the first text. */
  async refer<T>(
    run: (draftId: string, revision: number) => Promise<T>,
  ): Promise<{ answer: T; moved: (at: number) => number } | null> {
    if (this.same) return writing.refer(run);
    const { queue, draftId } = this;
    if (!queue || !draftId) return null;
    return queue.hold(async () => {
      const answer = await run(draftId, queue.revision);
      const since = queue.since();
      return { answer, moved: (at: number) => since?.mapPos(at, 1) ?? at };
    });
  }

  /** The text of a draft was edited, in another window unless here. */
  async heard(draftId: string) {
    if (draftId === this.draftId && this.queue?.clean) await this.refresh();
  }

  /** The library has other texts: this one is shown as it is now. */
  async refresh() {
    const { queue, editor, draftId } = this;
    if (!queue || !editor || !draftId) return;
    await queue
      .hold(async () => {
        const { body, revision } = await call("draft_text", { id: draftId });
        await queue.composed();
        if (revision === queue.revision || this.queue !== queue) return;
        const before = editor.text();
        const change = changeOf(before.length, smallestChange(before, oneLineEnd(body)));
        editor.adopt(queue.adopt(change, revision), "keep");
        this.edition++;
      })
      .catch(() => undefined);
  }

  /** Takes over what was written in the first view. */
  private mirror(changes: ChangeSet) {
    if (this.passing || !this.editor) return;
    // It followed all along; should it not have, it begins anew.
    if (changes.length !== this.editor.length)
      return void Promise.resolve().then(() => this.load());
    this.passing = true;
    this.editor.mirror(changes, this.asking ? "end" : "keep");
    this.passing = false;
  }

  /** What the editor tells. */
  readonly ports: Omit<
    EditorPorts,
    keyof typeof cards | "ahead" | "markup" | "pictures" | "showSuggestion"
  > = {
    onChange: (changes: ChangeSet, cause: EditCause, began: boolean) => {
      if (!this.same)
        return this.queue ? this.queue.push(changes, cause, began) : this.wait(changes);
      const first = writing.editor;
      if (this.passing || !first || first.length !== changes.length) return;
      this.passing = true;
      first.take(changes, cause);
      this.passing = false;
    },
    onStep: (step) => {
      if (!this.same) return false;
      if (step === "undo") writing.editor?.undo();
      else writing.editor?.redo();
      return true;
    },
    onBeyond: (step) => notices.say(t(`editor.no_${step}`)),
    onSelection: (from, to) => {
      if (this.selection.from !== from || this.selection.to !== to) this.selection = { from, to };
    },
    onBlur: () => void this.queue?.flush(),
    onFocus: () => {
      writing.inSecond = true;
    },
    onTooLong: () => notices.note("notices.text_too_long", { limit: number(LONGEST_TEXT) }),
    showOrigin: nothing,
  };
}

export const beside = new Beside();
