import { type Focus, type Modes, PLAIN } from "../../editor/modes";
import { fullScreen } from "../../host";
import { t } from "../../locales/index.svelte";
import { attempt, notices } from "../notices/notices.svelte";
import { preferences } from "../settings/preferences.svelte";

const KEPT = "inkstone.surface";
export const FOCUSES: readonly Focus[] = ["off", "sentence", "paragraph"];

/** How the page of this window behaves; remembered for the window. */
class Surface {
  typewriter = $state(false);
  focus = $state<Focus>("off");
  /** Whether the outline stands beside the text. */
  outline = $state(false);
  /** Whether the window fills the screen. It begins as the system shows it. */
  full = $state(false);

  constructor() {
    try {
      const kept = JSON.parse(localStorage.getItem(KEPT) ?? "{}") ?? {};
      this.typewriter = kept.typewriter === true;
      this.outline = kept.outline === true;
      if (FOCUSES.includes(kept.focus)) this.focus = kept.focus;
    } catch {
      // A window without storage, or something else's entry: the default is fine.
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
