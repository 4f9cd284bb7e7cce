import { ChangeSet, Text } from "@codemirror/state";
import { smallestChange } from "../../editor/change";
import { composition } from "../../editor/composition";
import type { Editor, LeftPage, Page } from "../../editor/create";
import { LONGEST_TEXT } from "../../editor/create";
import { changeOf, EditQueue, type SaveState } from "../../editor/queue";
import { call } from "../../host";
import { number, t } from "../../locales/index.svelte";
import type {
  Brief,
  CountsDto,
  DocumentDto,
  DraftView,
  EditCause,
  ErrorDto,
} from "../../wire/bindings";
import { notices } from "../notices/notices.svelte";
import { right } from "../proof/right.svelte";
import { preferences } from "../settings/preferences.svelte";
import { surface } from "../surface/surface.svelte";

const SNAPSHOT_AFTER_MS = 30_000;
const BRIEF_QUIET_MS = 500;
/** Undo histories kept of drafts that were left. */
const MOST_KEPT_STATES = 8;

const applied = (text: string, changes: ChangeSet) =>
  changes.apply(Text.of(text.split("\n"))).toString();

/** CodeMirror knows one kind of line end. */
const oneLineEnd = (text: string) => text.replace(/\r\n?/g, "\n");

class Writing {
  document = $state<DocumentDto | null>(null);
  draftId = $state<string | null>(null);
  brief = $state<Brief | null>(null);
  counts = $state<CountsDto>({ words: 0, characters: 0 });
  saved = $state<SaveState>("saved");
  briefSaved = $state(true);
  selection = $state({ from: 0, to: 0 });
  /** Counts up whenever the library has a new text of the open draft. */
  edition = $state(0);
  /** True while the text has nothing in it. */
  empty = $state(true);

  /** Told when a draft was opened, and before it is left. */
  onShow: (view: DraftView) => void = () => undefined;
  onLeave: () => void = () => undefined;
  /** Told when an editor has come that shows the open draft. */
  onAttach: () => void = () => undefined;

  /** What stands beside the open draft is saved with it, and told before another one is opened. */
  beside: {
    flush(): Promise<boolean>;
    opening(id: string): Promise<boolean>;
    composing(): boolean;
    composed(): Promise<void>;
    into(): { editor: Editor | null; document: DocumentDto | null; draftId: string | null };
    readonly editor: Editor | null;
  } | null = null;
  /** The second text was the last one to have the keyboard. */
  inSecond = $state(false);

  editor: Editor | null = null;
  private queue: EditQueue | null = null;
  private page: Page | null = null;
  private kept = new Map<string, LeftPage>();
  private briefTimer: ReturnType<typeof setTimeout> | undefined;
  private briefSending: Promise<boolean> | null = null;
  private snapshotTimer: ReturnType<typeof setTimeout> | undefined;
  private changed = false;
  private opening = 0;
  /** Steps beyond what the editor remembers, one after the other. */
  private steps: Promise<void> = Promise.resolve();

  /** The editor that had the keyboard last. */
  get current(): Editor | null {
    return (this.inSecond && this.beside?.editor) || this.editor;
  }

  attach(editor: Editor) {
    this.editor = editor;
    if (!this.page) return;
    editor.open(this.page);
    this.onAttach();
  }

  /** The editor goes; what stands in it stays the text of the draft. */
  detach(editor: Editor) {
    if (this.editor !== editor) return;
    if (this.page) this.page = { ...this.page, text: editor.text() };
    this.editor = null;
  }

  /** Opens a draft once the one that is open is safe. */
  async open(id: string): Promise<boolean> {
    if (id === this.draftId) return true;
    const asked = ++this.opening;
    try {
      await this.flush();
      if ((await this.beside?.opening(id)) === false) return false;
      const view = await call("open_draft", { id });
      if (asked !== this.opening || !(await this.safe())) return false;
      if (asked !== this.opening) return false;
      // At once: the page is never without a text, and the editor never hidden with the keyboard.
      this.leave();
      this.show(view);
      return true;
    } catch (reason) {
      notices.report(reason);
      return false;
    }
  }

  /** Leaves the open draft for one that the library makes; `null` where it can't be left. */
  async turn(make: () => Promise<DraftView>): Promise<DraftView | null> {
    const asked = ++this.opening;
    if (!(await this.safe())) return null;
    const view = await make();
    if (!(await this.safe()) || asked !== this.opening) return null;
    this.leave();
    this.show(view);
    return view;
  }

  show(view: DraftView) {
    const id = view.draft_id;
    const text = oneLineEnd(view.body);
    this.document = view.document;
    this.draftId = id;
    this.brief = view.brief;
    this.briefSaved = true;
    this.counts = view.counts;
    this.saved = "saved";
    this.changed = false;
    this.empty = text.trim() === "";
    this.queue = new EditQueue(
      {
        apply: (base_revision, edits, cause) =>
          call("apply_edits", { draft_id: id, base_revision, edits, cause }),
        replace: (whole, cause) => call("replace_text", { draft_id: id, text: whole, cause }),
        text: () => this.editor?.text() ?? this.page?.text ?? text,
        composing: () => (this.editor?.composing() || this.beside?.composing()) ?? false,
        composed: async () => {
          await this.editor?.composed();
          await this.beside?.composed();
        },
        fetch: async () => {
          const { body, revision } = await call("draft_text", { id });
          return { text: oneLineEnd(body), revision };
        },
        onCaught: (changes) => {
          if (this.draftId !== id) return;
          if (this.editor) this.editor.mirror(changes);
          else if (this.page) this.page = { ...this.page, text: applied(this.page.text, changes) };
          this.edition++;
        },
        onState: (state) => {
          if (this.draftId === id) this.saved = state;
        },
        onSaved: ({ counts }) => {
          if (this.draftId !== id) return;
          this.counts = counts;
          this.edition++;
        },
        onError: (error: ErrorDto) => notices.report(error),
      },
      view.revision,
      text,
    );
    if (text !== view.body) this.queue.markAstray();
    this.page = { text, ...this.words(view.document) };
    this.editor?.open(this.page, this.kept.get(id));
    this.onShow(view);
  }

  /** What stands around the text of a document. */
  words(document: DocumentDto) {
    const own = document.id === this.document?.id ? this.brief?.language : null;
    const language = own ?? document.language;
    return {
      kind: document.kind,
      language,
      label: t("editor.label"),
      hint: t(`editor.hint_${document.kind}`),
      // What the editor's own search says to a screen reader.
      phrases: {
        "current match": t("find.said_current"),
        "replaced $ matches": t("find.said_replaced"),
        "replaced match on line $": t("find.said_replaced_one"),
        "on line": t("find.said_line"),
        "no such note": t("editor.note_missing"),
      },
      modes: surface.modes,
      proofing: { ...right.now, language },
      punctuation: {
        on: preferences.now.smart_punctuation,
        chineseQuotes: preferences.now.chinese_quotes,
      },
    };
  }

  /** After a change of the window's language, of the text's, or of how one likes to write. */
  speak() {
    if (this.document) this.editor?.speak(this.words(this.document));
  }

  /** Saves and leaves the open draft. False when it could not be saved: then it stays. */
  async close(): Promise<boolean> {
    const id = this.draftId;
    if (!(await this.safe())) return false;
    if (this.draftId !== id) return true;
    this.leave();
    this.page = null;
    this.document = null;
    this.draftId = null;
    this.brief = null;
    return true;
  }

  /** Saves the open draft, or says that it may not be left. */
  private async safe(): Promise<boolean> {
    if (!this.draftId || (await this.flush())) return true;
    notices.note("notices.not_saved_leave");
    return false;
  }

  /** Puts away what is open. */
  private leave() {
    const id = this.draftId;
    if (!id) return;
    this.onLeave();
    this.queue?.close();
    this.queue = null;
    clearTimeout(this.snapshotTimer);
    if (this.changed) void call("snapshot", { id }).catch(() => undefined);
    if (this.editor) {
      this.kept.delete(id);
      this.kept.set(id, this.editor.left());
      for (const oldest of this.kept.keys()) {
        if (this.kept.size <= MOST_KEPT_STATES) break;
        this.kept.delete(oldest);
      }
    }
  }

  /** Brings everything to the library now. */
  async flush(): Promise<boolean> {
    const brief = await this.flushBrief();
    const text = (await this.queue?.flush()) ?? true;
    const other = (await this.beside?.flush()) ?? true;
    return brief && text && other;
  }

  /** A text has another revision: in another window, unless it was this one. */
  heard(draftId: string, revision: number) {
    if (draftId === this.draftId) void this.queue?.heard(revision);
  }

  /** Texts have changed, no one says which. */
  hearAll() {
    void this.queue?.heard(Number.POSITIVE_INFINITY);
  }

  /** Waits for the steps that the library takes, and for the text to be saved. */
  async settled(): Promise<void> {
    await this.steps;
    await this.flush();
  }

  /** What the editor tells. */
  readonly ports = {
    onChange: (changes: ChangeSet, cause: EditCause, began: boolean) => {
      this.queue?.push(changes, cause, began);
      this.touched();
    },
    onBeyond: (step: "undo" | "redo") => {
      this.steps = this.steps.then(() => this.step(step));
    },
    onSelection: (from: number, to: number) => {
      if (this.selection.from !== from || this.selection.to !== to) this.selection = { from, to };
    },
    onBlur: () => {
      void this.queue?.flush();
    },
    onFocus: () => {
      this.inSecond = false;
    },
    onTooLong: () => notices.note("notices.text_too_long", { limit: number(LONGEST_TEXT) }),
  };

  private touched() {
    this.changed = true;
    const length = this.editor?.length ?? 0;
    // Only a short text can be blank; a long one is not read for it.
    this.empty = length < 200 && (this.editor?.text() ?? "").trim() === "";
    clearTimeout(this.snapshotTimer);
    this.snapshotTimer = setTimeout(() => void this.snapshot(), SNAPSHOT_AFTER_MS);
  }

  private async snapshot() {
    const id = this.draftId;
    if (!id || !this.changed || !(await this.flush())) return;
    this.changed = false;
    await call("snapshot", { id }).catch(() => undefined);
  }

  /**
   * Runs something that the library answers with a new text of the open draft, and takes that text
   * in as one step of undo. Errors become notices.
   */
  async change(
    run: (draftId: string, revision: number) => Promise<DraftView>,
    select: "end" | "keep",
  ): Promise<DraftView | null> {
    const { queue, editor, draftId } = this;
    if (!queue || !editor || !draftId || !(await this.flushBrief())) return null;
    try {
      return await queue.hold(async () => {
        const before = editor.text();
        const view = await run(draftId, queue.revision);
        await queue.composed();
        if (this.draftId !== draftId) return view;
        const text = oneLineEnd(view.body);
        const moved = queue.adopt(
          changeOf(before.length, smallestChange(before, text)),
          view.revision,
        );
        if (text !== view.body) queue.markAstray();
        editor.adopt(moved, select);
        this.document = view.document;
        this.describe(view.title, view.brief);
        this.counts = view.counts;
        this.touched();
        this.edition++;
        return view;
      });
    } catch (reason) {
      notices.report(reason);
      return null;
    }
  }

  /** Takes a step back or forth on the way that the library remembers. */
  private async step(which: "undo" | "redo"): Promise<void> {
    const { queue, editor, draftId } = this;
    if (!queue || !editor || !draftId || !(await this.flushBrief())) return;
    try {
      await queue.hold(async () => {
        const answer = await call(which, { draft_id: draftId, base_revision: queue.revision });
        await queue.composed();
        if (this.draftId !== draftId) return;
        if (!answer.done) {
          notices.say(t(`editor.no_${which}`));
          return;
        }
        const since = queue.since();
        const before = since ? since.length : editor.length;
        const edits = answer.edits.map((edit) => ({ ...edit, insert: oneLineEnd(edit.insert) }));
        editor.travel(queue.adopt(ChangeSet.of(edits, before), answer.revision));
        if (answer.described) this.describe(answer.title, answer.brief);
        this.counts = answer.counts;
        this.touched();
        this.edition++;
      });
    } catch (reason) {
      notices.report(reason);
    }
  }

  /** Title and brief are others now. */
  private describe(title: string, brief: Brief) {
    if (this.document && this.document.title !== title) this.document = { ...this.document, title };
    if (JSON.stringify($state.snapshot(this.brief)) !== JSON.stringify(brief)) this.brief = brief;
  }

  /**
   * Runs something that refers to places in the saved text. `moved` brings such a place to where it
   * stands after what was typed meanwhile.
   */
  async refer<T>(
    run: (draftId: string, revision: number) => Promise<T>,
  ): Promise<{ answer: T; moved: (at: number) => number } | null> {
    const { queue, draftId } = this;
    if (!queue || !draftId || !(await this.flushBrief())) return null;
    return queue.hold(async () => {
      const answer = await run(draftId, queue.revision);
      const since = queue.since();
      return { answer, moved: (at: number) => since?.mapPos(at, 1) ?? at };
    });
  }

  /** The library has another brief of the open draft. */
  rebrief(brief: Brief) {
    this.brief = brief;
    this.briefSaved = true;
  }

  renamed(document: DocumentDto) {
    if (this.document?.id === document.id) this.document = document;
  }

  /** The brief was changed in place. */
  briefChanged() {
    this.briefSaved = false;
    clearTimeout(this.briefTimer);
    this.briefTimer = setTimeout(() => void this.flushBrief(), BRIEF_QUIET_MS);
  }

  private async flushBrief(): Promise<boolean> {
    clearTimeout(this.briefTimer);
    if (!this.briefSaved) await composition.over();
    if (this.briefSending && !(await this.briefSending)) return false;
    const { draftId, brief } = this;
    if (this.briefSaved || !draftId || !brief) return true;
    this.briefSaved = true;
    this.briefSending = call("set_brief", {
      draft_id: draftId,
      brief: $state.snapshot(brief) as Brief,
    })
      .then(() => true)
      .catch((reason: unknown) => {
        if (this.draftId === draftId) this.briefSaved = false;
        notices.report(reason);
        return false;
      });
    const sent = await this.briefSending;
    this.briefSending = null;
    return sent;
  }

  async saveVersion(name: string): Promise<boolean> {
    const id = this.draftId;
    if (!id || !(await this.flush())) return false;
    try {
      await call("save_version", { id, name });
      this.changed = false;
      notices.say(t("editor.version_saved"));
      return true;
    } catch (reason) {
      notices.report(reason);
      return false;
    }
  }
}

export const writing = new Writing();
