import { firstWord } from "../../editor/ahead";
import type { Editor } from "../../editor/create";
import { call } from "../../host";
import { t } from "../../locales/index.svelte";
import type { AheadDto, DraftView, Language } from "../../wire/bindings";
import { attempt, notices } from "../notices/notices.svelte";
import { preferences } from "../settings/preferences.svelte";
import { takes } from "../takes/takes.svelte";
import { writing } from "../writing/writing.svelte";

/** How long nothing is typed before words come by themselves. */
const PAUSE_MS = 900;

/** The text at whose caret words are shown. */
export interface AheadText {
  readonly editor: Editor | null;
  readonly language: Language;
  /** True while a model writes into it, or is asked to. */
  readonly busy: boolean;
  refer<T>(run: (draftId: string, revision: number) => Promise<T>): Promise<{ answer: T } | null>;
  /** Takes in the text that the library answers with; the caret goes behind what came. */
  change(run: (draftId: string, revision: number) => Promise<DraftView>): Promise<DraftView | null>;
}

/** A few grey words at the caret. Nothing of them is text until they are taken. */
export class Ahead {
  /** What is shown, as far as it was not taken. */
  private shown: AheadDto | null = null;
  /** True while words are being asked for. */
  private asking = false;
  /** True while words are on their way into the text. */
  private taking = false;
  private asked = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly text: AheadText) {}

  /** What the editor tells. */
  readonly ports = {
    onTake: (which: "all" | "word") => void this.take(which),
    onGone: () => {
      if (!this.taking) this.forget();
    },
    onTyped: () => {
      clearTimeout(this.timer);
      if (this.asking) this.forget();
      if (preferences.now.look_ahead) this.timer = setTimeout(() => this.paused(), PAUSE_MS);
    },
  };

  private paused() {
    // It may have been switched off meanwhile.
    if (preferences.now.look_ahead) void this.ask(false);
  }

  /** Nothing is shown or asked for any more. */
  private forget() {
    clearTimeout(this.timer);
    this.asked++;
    if (!this.asking && !this.shown) return;
    this.shown = null;
    this.asking = false;
    // Whoever does not hear it ends with the next guess.
    void call("drop_ahead", {}).catch(() => undefined);
  }

  /** Asks for words; `aloud` says what came, or why nothing did. */
  async ask(aloud: boolean): Promise<void> {
    const { editor, busy } = this.text;
    if (!editor?.takesWords() || busy) return;
    const asked = ++this.asked;
    const { to } = editor.selection();
    const length = editor.length;
    this.asking = true;
    try {
      const found = await this.text.refer((draft_id) => call("look_ahead", { draft_id, at: to }));
      if (asked !== this.asked) return;
      const guess = found?.answer ?? null;
      // The caret may have gone on: then the words are for another place.
      const here = editor.length === length && editor.selection().to === to;
      if (!guess || !here || !editor.takesWords()) {
        if (aloud) notices.say(t("surface.ahead_none"));
        return;
      }
      this.shown = guess;
      editor.showAhead(guess.text);
      if (aloud) notices.say(t("surface.ahead_said", { text: guess.text.trim() }));
    } catch (reason) {
      // Who only paused asked for nothing, and is not told why nothing came.
      if (asked === this.asked && aloud) notices.report(reason);
    } finally {
      if (asked === this.asked) this.asking = false;
    }
  }

  private async take(which: "all" | "word") {
    const { shown } = this;
    const { editor, language } = this.text;
    if (!shown || !editor || this.taking) return;
    const text = which === "all" ? shown.text : firstWord(shown.text, language);
    const rest = shown.text.slice(text.length);
    this.taking = true;
    try {
      const view = await this.text.change((draft_id, base_revision) => {
        const at = editor.selection().to;
        return call("take_ahead", { id: shown.id, draft_id, base_revision, at, text });
      });
      this.shown = view && rest.trim() ? { ...shown, text: rest } : null;
      editor.showAhead(this.shown?.text ?? null);
    } finally {
      this.taking = false;
    }
  }

  /** They come by themselves, or only when they are asked for. */
  async setByItself(on: boolean) {
    await attempt(() => preferences.change({ look_ahead: on }));
    if (!on) this.forget();
  }
}

export const ahead = new Ahead({
  get editor() {
    return writing.editor;
  },
  get language() {
    return writing.brief?.language ?? "en";
  },
  get busy() {
    return takes.busyHere;
  },
  refer: (run) => writing.refer(run),
  async change(run) {
    const view = await writing.change(run, "end");
    if (view) takes.receiveAll(view);
    return view;
  },
});
