import type { Key } from "../locales/index.svelte";

export type Action =
  | "library"
  | "text"
  | "desk"
  | "next_region"
  | "previous_region"
  | "toggle_library"
  | "toggle_desk"
  | "generate"
  | "continue"
  | "accept"
  | "stop"
  | "new"
  | "version"
  | "search"
  | "settings"
  | "origins"
  | "origin_card";

export interface Shortcut {
  action: Action;
  /** The first is the one that is shown. `Ctrl` is also the command key. */
  keys: string[];
  label: Key;
}

/** All keys of the window. What the editor and single parts do with keys stands with them. */
export const SHORTCUTS: Shortcut[] = [
  { action: "generate", keys: ["Ctrl+Enter"], label: "settings.key_generate" },
  { action: "continue", keys: ["Ctrl+J"], label: "settings.key_continue" },
  { action: "accept", keys: ["Ctrl+Shift+Enter"], label: "settings.key_accept" },
  { action: "stop", keys: ["Escape"], label: "settings.key_stop" },
  { action: "new", keys: ["Ctrl+N"], label: "settings.key_new" },
  { action: "version", keys: ["Ctrl+S"], label: "settings.key_version" },
  { action: "search", keys: ["Ctrl+K", "Ctrl+Shift+F"], label: "settings.key_search" },
  { action: "library", keys: ["Ctrl+1"], label: "settings.key_library" },
  { action: "text", keys: ["Ctrl+2"], label: "settings.key_editor" },
  { action: "desk", keys: ["Ctrl+3"], label: "settings.key_desk" },
  { action: "next_region", keys: ["F6"], label: "settings.key_next" },
  { action: "previous_region", keys: ["Shift+F6"], label: "settings.key_previous" },
  { action: "toggle_library", keys: ["Ctrl+\\"], label: "settings.key_toggle_library" },
  { action: "toggle_desk", keys: ["Ctrl+Shift+\\"], label: "settings.key_toggle_desk" },
  { action: "settings", keys: ["Ctrl+,"], label: "settings.key_settings" },
  { action: "origins", keys: ["F8"], label: "settings.key_origins" },
  { action: "origin_card", keys: ["Shift+F8"], label: "settings.key_origin_card" },
];

type Press = Pick<KeyboardEvent, "key" | "code" | "ctrlKey" | "metaKey" | "shiftKey" | "altKey">;

/** Where a key sits, for those whose sign changes with Shift or with the layout. */
const CODES: Record<string, string> = { "\\": "Backslash", ",": "Comma" };

function meets(chord: string, press: Press): boolean {
  const parts = chord.split("+");
  const key = parts.pop() ?? "";
  if ((press.ctrlKey || press.metaKey) !== parts.includes("Ctrl")) return false;
  if (press.shiftKey !== parts.includes("Shift") || press.altKey) return false;
  if (press.key.toLowerCase() === key.toLowerCase()) return true;
  if (CODES[key]) return press.code === CODES[key];
  // Layouts that write no Latin letters still have the keys.
  const latin = /^[\x20-\x7e]$/.test(press.key);
  if (/^[A-Z]$/.test(key)) return !latin && press.code === `Key${key}`;
  return /^\d$/.test(key) && press.code === `Digit${key}`;
}

/** What a press of a key asks for. Nothing, while an input method composes. */
export function actionOf(event: KeyboardEvent): Action | null {
  // 229 is what some input methods send for the key that ends a composition.
  if (event.isComposing || event.keyCode === 229) return null;
  return SHORTCUTS.find(({ keys }) => keys.some((chord) => meets(chord, event)))?.action ?? null;
}
