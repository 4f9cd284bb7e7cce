import { own } from "../features/actions/own.svelte";
import { preferences } from "../features/settings/preferences.svelte";
import { type Key, t } from "../locales/index.svelte";

/** Tasks that have keys of their own. */
export const TASK_ACTIONS = [
  ...(["rewrite", "shorten", "expand", "simplify", "correct"] as const),
  ...(["translate_zh", "translate_en", "tone", "describe", "headline", "dek"] as const),
] as const;
export type TaskAction = (typeof TASK_ACTIONS)[number];

/** A person's own action, by the name of its file. */
export type OwnKey = `own:${string}`;

export type Action = NamedAction | OwnKey;

export type NamedAction =
  | TaskAction
  | "actions_menu"
  | "see_prompt"
  | "palette"
  | "library"
  | "text"
  | "desk"
  | "assistant"
  | "next_region"
  | "previous_region"
  | "toggle_library"
  | "toggle_desk"
  | "generate"
  | "continue"
  | "accept"
  | "change_next"
  | "change_previous"
  | "change_accept"
  | "change_refuse"
  | "sentence_accept"
  | "sentence_refuse"
  | "look_ahead"
  | "slip"
  | "stop"
  | "new"
  | "version"
  | "search"
  | "find"
  | "replace"
  | "find_next"
  | "find_previous"
  | "find_across"
  | "outline"
  | "print"
  | "split"
  | "split_switch"
  | "footnote"
  | "comment"
  | "comments"
  | "typewriter"
  | "focus_mode"
  | "full_screen"
  | "new_window"
  | "zoom_in"
  | "zoom_out"
  | "zoom_reset"
  | "settings"
  | "origins"
  | "origin_card";

export interface Shortcut {
  action: Action;
  /** The first is the one that is shown. `Ctrl` is also the command key. */
  keys: string[];
  label: Key;
  /** What it is called, where a person named it. */
  name?: string;
}

/**
 * All keys of the window, as they are by themselves. What the editor and single parts do with keys
 * stands with them.
 */
export const SHORTCUTS: Shortcut[] = [
  { action: "palette", keys: ["Ctrl+Shift+P"], label: "settings.key_palette" },
  { action: "generate", keys: ["Ctrl+Enter"], label: "settings.key_generate" },
  { action: "continue", keys: ["Ctrl+J"], label: "settings.key_continue" },
  { action: "accept", keys: ["Ctrl+Shift+Enter"], label: "settings.key_accept" },
  { action: "change_next", keys: ["Alt+."], label: "settings.key_change_next" },
  { action: "change_previous", keys: ["Alt+,"], label: "settings.key_change_previous" },
  { action: "change_accept", keys: ["Alt+Enter"], label: "settings.key_change_accept" },
  { action: "change_refuse", keys: ["Alt+Delete"], label: "settings.key_change_refuse" },
  { action: "sentence_accept", keys: ["Alt+Shift+Enter"], label: "settings.key_sentence_accept" },
  { action: "sentence_refuse", keys: ["Alt+Shift+Delete"], label: "settings.key_sentence_refuse" },
  { action: "look_ahead", keys: ["Alt+\\"], label: "settings.key_look_ahead" },
  { action: "actions_menu", keys: ["Alt+Shift+A"], label: "actions.menu" },
  { action: "see_prompt", keys: ["Alt+Shift+V"], label: "actions.see_prompt" },
  { action: "rewrite", keys: ["Alt+Shift+R"], label: "desk.action_rewrite" },
  { action: "shorten", keys: ["Alt+Shift+S"], label: "desk.action_shorten" },
  { action: "expand", keys: ["Alt+Shift+E"], label: "desk.action_expand" },
  { action: "simplify", keys: ["Alt+Shift+P"], label: "desk.action_simplify" },
  { action: "correct", keys: ["Alt+Shift+G"], label: "desk.action_correct" },
  { action: "tone", keys: ["Alt+Shift+T"], label: "desk.action_tone" },
  { action: "translate_en", keys: [], label: "desk.translate_en" },
  { action: "translate_zh", keys: [], label: "desk.translate_zh" },
  { action: "describe", keys: ["Alt+Shift+D"], label: "desk.action_describe" },
  { action: "headline", keys: ["Alt+Shift+H"], label: "desk.action_headline" },
  { action: "dek", keys: [], label: "desk.action_dek" },
  { action: "slip", keys: ["Ctrl+."], label: "settings.key_slip" },
  { action: "stop", keys: ["Escape"], label: "settings.key_stop" },
  { action: "new", keys: ["Ctrl+N"], label: "settings.key_new" },
  { action: "version", keys: ["Ctrl+S"], label: "settings.key_version" },
  { action: "search", keys: ["Ctrl+K", "Ctrl+Shift+F"], label: "settings.key_search" },
  { action: "find", keys: ["Ctrl+F"], label: "settings.key_find" },
  { action: "replace", keys: ["Ctrl+H"], label: "settings.key_replace" },
  { action: "find_next", keys: ["F3"], label: "settings.key_find_next" },
  { action: "find_previous", keys: ["Shift+F3"], label: "settings.key_find_previous" },
  { action: "find_across", keys: ["Ctrl+Shift+H"], label: "settings.key_find_across" },
  { action: "outline", keys: ["Ctrl+Shift+O"], label: "settings.key_outline" },
  { action: "split", keys: ["Ctrl+Alt+\\"], label: "settings.key_split" },
  { action: "split_switch", keys: ["F7"], label: "settings.key_split_switch" },
  { action: "print", keys: ["Ctrl+P"], label: "settings.key_print" },
  { action: "footnote", keys: ["Ctrl+Alt+F"], label: "settings.key_footnote" },
  { action: "comment", keys: ["Ctrl+Alt+M"], label: "settings.key_comment" },
  { action: "comments", keys: ["Ctrl+Shift+M"], label: "settings.key_comments" },
  { action: "typewriter", keys: ["F9"], label: "settings.key_typewriter" },
  { action: "focus_mode", keys: ["Shift+F9"], label: "settings.key_focus_mode" },
  { action: "full_screen", keys: ["F11"], label: "settings.key_full_screen" },
  { action: "new_window", keys: ["Ctrl+Shift+N"], label: "settings.key_new_window" },
  { action: "zoom_in", keys: ["Ctrl+=", "Ctrl+Shift+="], label: "settings.key_zoom_in" },
  { action: "zoom_out", keys: ["Ctrl+-"], label: "settings.key_zoom_out" },
  { action: "zoom_reset", keys: ["Ctrl+0"], label: "settings.key_zoom_reset" },
  { action: "library", keys: ["Ctrl+1"], label: "settings.key_library" },
  { action: "text", keys: ["Ctrl+2"], label: "settings.key_editor" },
  { action: "desk", keys: ["Ctrl+3"], label: "settings.key_desk" },
  { action: "assistant", keys: ["Ctrl+4"], label: "settings.key_assistant" },
  { action: "next_region", keys: ["F6"], label: "settings.key_next" },
  { action: "previous_region", keys: ["Shift+F6"], label: "settings.key_previous" },
  { action: "toggle_library", keys: ["Ctrl+\\"], label: "settings.key_toggle_library" },
  { action: "toggle_desk", keys: ["Ctrl+Shift+\\"], label: "settings.key_toggle_desk" },
  { action: "settings", keys: ["Ctrl+,"], label: "settings.key_settings" },
  { action: "origins", keys: ["F8"], label: "settings.key_origins" },
  { action: "origin_card", keys: ["Shift+F8"], label: "settings.key_origin_card" },
];

/** All that can have keys, a person's own actions as well. */
export const listedShortcuts = (): Shortcut[] => [
  ...SHORTCUTS,
  ...own.usable.map((action) => ({
    action: `own:${action.id}` as const,
    keys: [],
    label: "actions.own" as const,
    name: own.nameOf(action),
  })),
];

/** What a shortcut does, in words. */
export const shortcutLabel = ({ label, name }: Shortcut): string => name ?? t(label);

/** What only Escape may do: it is the way out of everything. */
export const FIXED: ReadonlySet<Action> = new Set(["stop"]);

/** Keys that writing itself needs. */
const WRITING: ReadonlySet<string> = new Set([
  ..."ACVXZY".split("").map((letter) => `Ctrl+${letter}`),
  "Ctrl+Shift+Z",
  "Ctrl+Shift+V",
  ...["", "Ctrl+", "Shift+", "Ctrl+Shift+"].flatMap((before) =>
    ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Home", "End", "Backspace", "Delete"].map(
      (key) => before + key,
    ),
  ),
  ...["Tab", "Shift+Tab", "Enter", "Shift+Enter", "Escape", "PageUp", "PageDown"],
]);

/** The keys of an action now. */
export const keysOf = (action: Action): readonly string[] =>
  preferences.now.shortcuts[action] ??
  SHORTCUTS.find((shortcut) => shortcut.action === action)?.keys ??
  [];

/** The keys of an action as they are shown; nothing where it has none. */
export const shownKeys = (action: Action): string => keysOf(action)[0] ?? "";

/** What something is called, with the keys that do it, where there are some. */
export function withKeys(label: string, action: Action): string {
  const keys = shownKeys(action);
  return keys ? t("window.with_keys", { label, keys }) : label;
}

/** Whether the keys of an action were changed. */
export const isChanged = (action: Action): boolean => action in preferences.now.shortcuts;

type Press = Pick<KeyboardEvent, "key" | "code" | "ctrlKey" | "metaKey" | "shiftKey" | "altKey">;

/** Where a key sits, for those whose sign changes with Shift or with the layout. */
const CODES: Record<string, string> = {
  "\\": "Backslash",
  ",": "Comma",
  ".": "Period",
  "/": "Slash",
  ";": "Semicolon",
  "'": "Quote",
  "[": "BracketLeft",
  "]": "BracketRight",
  "`": "Backquote",
  "-": "Minus",
  "=": "Equal",
};
const SIGNS = Object.fromEntries(Object.entries(CODES).map(([sign, code]) => [code, sign]));

function meets(chord: string, press: Press): boolean {
  const parts = chord.split("+");
  const key = parts.pop() ?? "";
  if ((press.ctrlKey || press.metaKey) !== parts.includes("Ctrl")) return false;
  if (press.shiftKey !== parts.includes("Shift")) return false;
  if (press.altKey !== parts.includes("Alt")) return false;
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
  return (
    listedShortcuts().find(({ action }) => keysOf(action).some((chord) => meets(chord, event)))
      ?.action ?? null
  );
}

/** The chord of a press, as it is kept and shown; none for a key that only holds another. */
export function chordOf(press: Press): string | null {
  const { key, code } = press;
  if (/^(?:Control|Shift|Alt|AltGraph|Meta|Dead|Process|Unidentified|CapsLock|Fn)$/.test(key))
    return null;
  const letter = /^Key([A-Z])$/.exec(code)?.[1];
  const digit = /^Digit(\d)$/.exec(code)?.[1];
  const name =
    (/^[a-z]$/i.test(key) ? key.toUpperCase() : letter) ??
    digit ??
    SIGNS[code] ??
    (key === " " ? "Space" : key);
  return [
    press.ctrlKey || press.metaKey ? "Ctrl" : "",
    press.altKey ? "Alt" : "",
    press.shiftKey ? "Shift" : "",
    name,
  ]
    .filter(Boolean)
    .join("+");
}

/** Why a chord cannot be the one of an action. */
export type Conflict =
  | { why: "taken"; by: Action }
  /** Writing needs it. */
  | { why: "writing" }
  /** It writes a character. */
  | { why: "types" };

/** What stands against a chord for an action; none if nothing does. */
export function conflictOf(action: Action, chord: string): Conflict | null {
  if (WRITING.has(chord)) return { why: "writing" };
  const key = chord.split("+").at(-1) ?? "";
  const held = /(?:^|\+)(?:Ctrl|Alt)\+/.test(chord);
  if (!held && !/^F\d{1,2}$/.test(key)) return { why: "types" };
  const by = listedShortcuts().find(
    (other) => other.action !== action && keysOf(other.action).includes(chord),
  );
  return by ? { why: "taken", by: by.action } : null;
}

/** Gives an action other keys; the same as by itself are kept as no change. */
export async function setKeys(changes: [Action, readonly string[]][]) {
  const shortcuts = { ...preferences.now.shortcuts };
  for (const [action, keys] of changes) {
    const usual = SHORTCUTS.find((one) => one.action === action)?.keys ?? [];
    if (usual.join(" ") === keys.join(" ")) delete shortcuts[action];
    else shortcuts[action] = [...keys];
  }
  await preferences.change({ shortcuts });
}

/** All keys as they are by themselves. */
export const resetKeys = () => preferences.change({ shortcuts: {} });
