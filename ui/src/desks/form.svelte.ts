import { listIsFull, MOST_ITEMS } from "../features/desk/caps";
import { writing } from "../features/writing/writing.svelte";
import { t } from "../locales/index.svelte";
import type { Language } from "../wire/bindings";

/** What was changed in a form is saved soon. */
export const changed = () => writing.briefChanged();

export function setLanguage(language: Language) {
  if (!writing.brief || writing.brief.language === language) return;
  writing.brief.language = language;
  changed();
}

/** In the words of the window: who reads it knows them. */
export const LANGUAGES: { value: Language; label: () => string; testid: string }[] = [
  { value: "en", label: () => t("desk.language_en"), testid: "brief-language-en" },
  { value: "zh-CN", label: () => t("desk.language_zh"), testid: "brief-language-zh-CN" },
];

/** What all lists of a brief share. */
export const listOf = (label: string) => ({
  label,
  most: MOST_ITEMS,
  onMost: listIsFull,
  onchange: changed,
  words: {
    add: t("desk.add_entry"),
    remove: (number: number) => t("desk.remove_entry", { number }),
    entry: (number: number) => t("desk.entry", { label, number }),
  },
});
