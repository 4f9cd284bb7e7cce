import { firstWord } from "../../editor/ahead";
import { call } from "../../host";
import { t } from "../../locales/index.svelte";
import type { AheadDto } from "../../wire/bindings";
import { attempt, notices } from "../notices/notices.svelte";
import { preferences } from "../settings/preferences.svelte";
import { takes } from "../takes/takes.svelte";
import { writing } from "../writing/writing.svelte";

/** How long nothing is typed before words come by themselves. */
const PAUSE_MS = 900;

/** A few grey words at the caret. Nothing of them is text until they are taken. */
class Ahead {
  /** What is shown, as far as it was not taken. */
  private shown: AheadDto | null = null;
  /** True while words are being asked for. */
  private asking = false;
  /** True while words are on their way into the text. */
  private taking = false;
  private asked = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;

  /** What the editor tells. */
  readonly ports = {
    onTake: (which: "all" | "word") => void this.take(which),
    onGone: () => {
      if (!this.taking) this.forget();
    },
    onTyped: () => {
      clearTimeout(this.timer);
      if (this.asking) this.forget();
      if (preferences.now.look_ahead) this.timer = setTimeout(() => void this.ask(false), PAUSE_MS);
    },
  };

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
    const { editor } = writing;
    if (!editor?.takesWords() || takes.busyHere) return;
    const asked = ++this.asked;
    const { to } = editor.selection();
    const length = editor.length;
    this.asking = true;
    try {
      const found = await writing.refer((draft_id) => call("look_ahead", { draft_id, at: to }));
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
    const { editor } = writing;
    if (!shown || !editor || this.taking) return;
    const language = writing.brief?.language ?? "en";
    const text = which === "all" ? shown.text : firstWord(shown.text, language);
    const rest = shown.text.slice(text.length);
    this.taking = true;
    try {
      const view = await writing.change(
        (draft_id, base_revision) =>
          call("take_ahead", {
            id: shown.id,
            draft_id,
            base_revision,
            at: editor.selection().to,
            text,
          }),
        "end",
      );
      if (view) takes.receiveAll(view);
      this.shown = view && rest.trim() ? { ...shown, text: rest } : null;
      editor.showAhead(this.shown?.text ?? null);
    } finally {
      this.taking = false;
    }
  }

  async setByItself(on: boolean) {
    await attempt(() => preferences.change({ look_ahead: on }));
    if (!on) this.forget();
  }
}

export const ahead = new Ahead();
