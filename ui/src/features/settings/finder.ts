import { type Key, language, t } from "../../locales/index.svelte";
import { sentences } from "../../locales/messages";
import { fuzzy } from "../../parts/fuzzy";
import { SHORTCUTS } from "../../views/shortcuts";
import type { SettingsPage } from "./settings.svelte";

/** A setting, with what one goes to. */
interface Place {
  page: SettingsPage;
  label: Key;
  testid?: string;
}

const PLACES: Place[] = [
  { page: "general", label: "settings.language", testid: "language-en" },
  { page: "general", label: "settings.theme", testid: "theme-system" },
  { page: "general", label: "status.privacy" },
  { page: "general", label: "settings.license", testid: "version" },
  { page: "writing", label: "settings.punctuation", testid: "punctuation" },
  { page: "writing", label: "settings.chinese_quotes", testid: "quotes-curly" },
  { page: "writing", label: "surface.hide_marks", testid: "hide-marks" },
  { page: "writing", label: "surface.typewriter", testid: "typewriter" },
  { page: "writing", label: "surface.focus", testid: "focus-off" },
  { page: "place", label: "settings.place" },
  { page: "rules", label: "settings.rules", testid: "house-rules" },
  { page: "rules", label: "actions.voice", testid: "voice-text" },
  { page: "actions", label: "settings.actions", testid: "action-new" },
  { page: "writing", label: "actions.see_prompt_always", testid: "see-prompt" },
  { page: "ledger", label: "settings.ledger" },
  ...SHORTCUTS.map(({ action, label }) => ({
    page: "shortcuts" as const,
    label,
    testid: `shortcut-${action}`,
  })),
];

export interface Setting extends Place {
  name: string;
}

/** Settings that are called so, in either language, best first. */
export function findSettings(query: string): Setting[] {
  const other = sentences(language() === "en" ? "zh-CN" : "en")?.messages;
  return PLACES.map((place) => ({
    ...place,
    name: t(place.label),
    match: fuzzy(query, t(place.label)) ?? fuzzy(query, other?.[place.label] ?? ""),
  }))
    .filter(({ match }) => match !== null)
    .sort((a, b) => (b.match?.score ?? 0) - (a.match?.score ?? 0))
    .slice(0, 20);
}
