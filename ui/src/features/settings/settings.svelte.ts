import { call } from "../../host";
import { language, speak, systemLanguage } from "../../locales/index.svelte";
import type { AppState, Language, Theme } from "../../wire/bindings";
import { attempt } from "../notices/notices.svelte";

/** The pages of the settings, in their order. */
export const PAGES = [
  "general",
  "writing",
  "place",
  "rules",
  "actions",
  "keys",
  "usage",
  "ledger",
  "shortcuts",
] as const;
export type SettingsPage = (typeof PAGES)[number];

const KEPT = "inkstone.look";
const THEMES: readonly unknown[] = ["system", "light", "sepia", "dark"] satisfies Theme[];
const LANGUAGES: readonly unknown[] = ["en", "zh-CN"] satisfies Language[];

class Settings {
  version = $state("");
  libraryPath = $state("");
  theme = $state<Theme>("system");
  open = $state(false);
  page = $state<SettingsPage>("general");

  /**
   * Looks and speaks as it did last time, until the library has said how: no flash of white in a
   * dark room, and a library that cannot be opened says so in the person's language.
   */
  async recall() {
    let kept: { theme?: unknown; language?: unknown } = {};
    try {
      kept = JSON.parse(localStorage.getItem(KEPT) ?? "{}") ?? {};
    } catch {
      // A window without storage begins as the system does.
    }
    if (THEMES.includes(kept.theme)) this.paint(kept.theme as Theme);
    await speak(LANGUAGES.includes(kept.language) ? (kept.language as Language) : systemLanguage());
  }

  /** Another window may have chosen otherwise. */
  async follow() {
    await attempt(async () => {
      const { theme, language: chosen } = await call("app_state", {});
      if (theme !== this.theme) this.paint(theme);
      if (chosen && chosen !== language()) await speak(chosen);
    });
  }

  private remember() {
    try {
      localStorage.setItem(KEPT, JSON.stringify({ theme: this.theme, language: language() }));
    } catch {
      // See above.
    }
  }

  async load(state: AppState) {
    this.version = state.version;
    this.libraryPath = state.library_path;
    this.paint(state.theme);
    const language = state.language ?? systemLanguage();
    await speak(language);
    this.remember();
    if (!state.language) void attempt(() => call("set_language", { language }));
  }

  async setLanguage(language: Language) {
    await speak(language);
    this.remember();
    await attempt(() => call("set_language", { language }));
  }

  async setTheme(theme: Theme) {
    this.paint(theme);
    this.remember();
    await attempt(() => call("set_theme", { theme }));
  }

  private paint(theme: Theme) {
    this.theme = theme;
    const root = document.documentElement;
    if (theme === "system") delete root.dataset.theme;
    else root.dataset.theme = theme;
  }

  show(page: SettingsPage = "general") {
    this.page = page;
    this.open = true;
  }
}

export const settings = new Settings();
