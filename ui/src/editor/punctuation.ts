import { isolateHistory } from "@codemirror/commands";
import { type EditorState, type Extension, Facet } from "@codemirror/state";
import { EditorView } from "@codemirror/view";
import type { ChineseQuotes, Language } from "../wire/bindings";
import { kindFacet, lineKinds } from "./layout";
import { inlineMarks } from "./markdown";

/** What is typed becomes what print has. */
export interface Punctuation {
  on: boolean;
  language: Language;
  chineseQuotes: ChineseQuotes;
}

const OFF: Punctuation = { on: false, language: "en", chineseQuotes: "curly" };

export const punctuation = Facet.define<Punctuation, Punctuation>({
  combine: (values) => values[0] ?? OFF,
});

/** How far back a line is looked at. */
const LOOK_BACK = 800;
/** How many lines back the fence of a block of code is looked for. */
const FENCE_LINES = 200;

/** What a sign becomes: so many characters before the caret, the sign included, are replaced. */
export interface Conversion {
  back: number;
  insert: string;
}

const PAIRS = {
  curly: { '"': ["\u201c", "\u201d"], "'": ["\u2018", "\u2019"] },
  corner: { '"': ["\u300c", "\u300d"], "'": ["\u300e", "\u300f"] },
} as const;
const OPENS_BEFORE = /[\s([{<\u2018\u201c\u2014\u2013/\u00a0-]/;
const LETTER = /[\p{L}\p{N}]/u;
const HAN = /\p{Script=Han}/u;
const LATIN = /[\p{Script=Latin}\p{N}]/u;

/** Whether the pair that was opened last in a text is still open. */
function isOpen(before: string, [open, close]: readonly [string, string]): boolean {
  return before.lastIndexOf(open) > before.lastIndexOf(close);
}

/** What a sign becomes behind `before`, which ends where the sign was typed; none if it stays. */
export function conversion(
  sign: string,
  before: string,
  { language, chineseQuotes }: Punctuation,
): Conversion | null {
  const last = before.at(-1) ?? "";
  const chinese = language === "zh-CN";
  if (sign === '"' || sign === "'") {
    // An apostrophe stands within or behind a Latin word.
    if (sign === "'" && LATIN.test(last) && !isOpen(before, PAIRS.curly["'"]))
      return { back: 1, insert: "\u2019" };
    if (chinese) {
      const pair = PAIRS[chineseQuotes][sign];
      return { back: 1, insert: isOpen(before, pair) ? pair[1] : pair[0] };
    }
    const pair = PAIRS.curly[sign];
    const opens =
      last === "" || OPENS_BEFORE.test(last) || (HAN.test(last) && !isOpen(before, pair));
    return { back: 1, insert: opens ? pair[0] : pair[1] };
  }
  // Chinese input methods write curly quotes by themselves.
  if (chinese && chineseQuotes === "corner") {
    const at = "\u201c\u201d\u2018\u2019".indexOf(sign);
    if (at >= 0 && !(sign === "\u2019" && LATIN.test(last)))
      return { back: 1, insert: "\u300c\u300d\u300e\u300f"[at] ?? sign };
  }
  if (sign === "-") {
    // A line of hyphens is a rule, and the frame of what stands before a text.
    if (/^\s*[-|:\s]*$/.test(before) || before.endsWith("--") || before.endsWith("<!-"))
      return null;
    if (last === "-") return { back: 2, insert: chinese ? "\u2014\u2014" : "\u2013" };
    if (last === "\u2013" && !chinese) return { back: 2, insert: "\u2014" };
  }
  if (sign === "." && before.endsWith("..") && !before.endsWith("..."))
    return { back: 3, insert: chinese ? "\u2026\u2026" : "\u2026" };
  if (chinese && sign === "<" && last === "<") return { back: 2, insert: "\u300a" };
  if (chinese && sign === ">" && last === ">") return { back: 2, insert: "\u300b" };
  // '90s
  if (/\d/.test(sign) && last === "\u2018" && !chinese && !LETTER.test(before.at(-2) ?? ""))
    return { back: 2, insert: `\u2019${sign}` };
  return null;
}

/** Whether a place within a line is code, an address or a tag, which are left as they are. */
export function isVerbatim(before: string): boolean {
  const word = /\S*$/.exec(before)?.[0] ?? "";
  if (/^[<(["'\u201c]*(?:https?:|www\.|mailto:|file:|[\w.-]+@)/i.test(word)) return true;
  if (/\]\([^)]*$/.test(before)) return true;
  if (/<[a-z/!][^<>]*$/i.test(before)) return true;
  if (/^(?: {4}|\t)/.test(before)) return true;
  // A run of ticks that nothing has closed yet.
  const open = before.replace(/`+/g, (ticks) => ticks[0] ?? "");
  const closed = inlineMarks(before).filter(({ name }) => name === "ink-md-code").length;
  return (open.split("`").length - 1) % 2 === 1 && closed * 2 < open.split("`").length;
}

function inFence(state: EditorState, number: number): boolean {
  let fences = 0;
  for (let n = number - 1; n >= Math.max(1, number - FENCE_LINES); n--) {
    const { from, to } = state.doc.line(n);
    if (/^\s{0,3}(?:```|~~~)/.test(state.sliceDoc(from, Math.min(to, from + 10)))) fences++;
  }
  return fences % 2 === 1;
}

/** Lines of a script in which a sign may be another one without meaning something else. */
const SPOKEN = new Set(["action", "dialogue", "lyric", "parenthetical", "synopsis", "centered"]);

function wanted(view: EditorView, sign: string, at: number): Conversion | null {
  const { state } = view;
  const set = state.facet(punctuation);
  const line = state.doc.lineAt(at);
  const before = state.sliceDoc(Math.max(line.from, at - LOOK_BACK), at);
  const found = conversion(sign, before, set);
  if (!found) return null;
  if (state.facet(kindFacet) === "screenplay") {
    const kind = lineKinds(view)?.[line.number - 1] ?? "blank";
    // Two hyphens and three points are what the trade types; a first point makes a heading.
    if (!SPOKEN.has(kind) && !(kind === "blank" && /^["'\u201c\u201d\u2018\u2019]$/.test(sign)))
      return null;
    if ((sign === "-" || sign === ".") && set.language !== "zh-CN") return null;
    if (before.trim().replace(/[.\-<>]/g, "") === "" && /[.\-<>]/.test(sign)) return null;
    return before.lastIndexOf("[[") > before.lastIndexOf("]]") ? null : found;
  }
  return isVerbatim(before) || inFence(state, line.number) ? null : found;
}

/**
 * Turns what is typed into what print has. The sign is typed first and becomes another one in a
 * step of its own, so that one undo brings back what was typed.
 */
export const smartPunctuation: Extension = EditorView.inputHandler.of(
  (view, from, to, text, insert) => {
    if (text.length !== 1 || from !== to || !view.state.facet(punctuation).on) return false;
    if (view.composing || view.compositionStarted || view.state.readOnly) return false;
    if (view.state.selection.ranges.length > 1) return false;
    const found = wanted(view, text, from);
    if (!found) return false;
    view.dispatch(insert());
    const end = view.state.selection.main.head;
    // A filter may have kept the sign out.
    if (view.state.sliceDoc(end - 1, end) !== text) return true;
    view.dispatch({
      changes: { from: end - found.back, to: end, insert: found.insert },
      selection: { anchor: end - found.back + found.insert.length },
      annotations: isolateHistory.of("full"),
      userEvent: "input.punctuation",
      scrollIntoView: true,
    });
    return true;
  },
);
