import { call } from "../../host";
import { speak, systemLanguage } from "../../locales/index.svelte";
import type { AppState, Language, LedgerEntryDto, Theme } from "../../wire/bindings";
import { attempt, notices } from "../notices/notices.svelte";

export type SettingsPage = "general" | "rules" | "ledger" | "shortcuts";

class Settings {
  version = $state("");
  libraryPath = $state("");
  theme = $state<Theme>("system");
  ledger = $state<LedgerEntryDto[] | null>(null);
  open = $state(false);
  page = $state<SettingsPage>("general");

  load(state: AppState) {
    this.version = state.version;
    this.libraryPath = state.library_path;
    this.paint(state.theme);
    if (state.language) speak(state.language);
    else void this.setLanguage(systemLanguage());
  }

  async setLanguage(language: Language) {
    speak(language);
    await attempt(() => call("set_language", { language }));
  }

  async setTheme(theme: Theme) {
    this.paint(theme);
    await attempt(() => call("set_theme", { theme }));
  }

  private paint(theme: Theme) {
    this.theme = theme;
    const root = document.documentElement;
    if (theme === "system") delete root.dataset.theme;
    else root.dataset.theme = theme;
  }

  async loadLedger() {
    try {
      this.ledger = await call("ledger", {});
    } catch (reason) {
      notices.report(reason);
    }
  }

  show(page: SettingsPage = "general") {
    this.page = page;
    this.open = true;
  }
}

export const settings = new Settings();
