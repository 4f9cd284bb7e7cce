import { type Focus, type Modes, PLAIN } from "../../editor/modes";
import { fullScreen } from "../../host";
import { t } from "../../locales/index.svelte";
import { attempt, notices } from "../notices/notices.svelte";
import { preferences } from "../settings/preferences.svelte";

const KEPT = "inkstone.surface";
export const FOCUSES: readonly Focus[] = ["off", "sentence", "paragraph"];

/**
 * How the page behaves. Typewriter and focus are the same in all windows; what stands beside the
 * text is each window's own. Remembered where the windows are, not in the library.
 */
class Surface {
  typewriter = $state(false);
  focus = $state<Focus>("off");
  /** Whether the outline stands beside the text. */
  outline = $state(false);
  /** Whether the window fills the screen. It begins as the system shows it. */
  full = $state(false);

  constructor() {
    try {
      this.outline = this.take(localStorage.getItem(KEPT)).outline === true;
    } catch {
      // A window without storage, or something else's entry: the default is fine.
    }
  }

  private take(entry: string | null) {
    const kept = JSON.parse(entry ?? "{}") ?? {};
    this.typewriter = kept.typewriter === true;
    if (FOCUSES.includes(kept.focus)) this.focus = kept.focus;
    return kept;
  }

  /** Another window keeps how the page is; the one that keeps it is not told. */
  follow({ key, newValue }: StorageEvent) {
    if (key !== KEPT) return;
    try {
      this.take(newValue);
    } catch {
      // See above.
    }
  }

  get modes(): Modes {
    return {
      ...PLAIN,
      typewriter: this.typewriter,
      focus: this.focus,
      hideMarks: preferences.now.hide_marks,
    };
  }

  private keep() {
    try {
      const { typewriter, focus, outline } = this;
      localStorage.setItem(KEPT, JSON.stringify({ typewriter, focus, outline }));
    } catch {
      // See above.
    }
  }

  setTypewriter(on: boolean) {
    this.typewriter = on;
    this.keep();
    notices.say(t(on ? "surface.typewriter_on" : "surface.typewriter_off"));
  }

  setFocus(focus: Focus) {
    this.focus = focus;
    this.keep();
    notices.say(t(`surface.focus_${focus}_said`));
  }

  /** Off, by sentence, by paragraph, and round again. */
  nextFocus() {
    this.setFocus(FOCUSES[(FOCUSES.indexOf(this.focus) + 1) % FOCUSES.length] ?? "off");
  }

  showOutline(on: boolean) {
    this.outline = on;
    this.keep();
  }

  async setFull(on: boolean) {
    if (await attempt(() => fullScreen(on))) this.full = on;
  }
}

export const surface = new Surface();
