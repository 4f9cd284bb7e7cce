import { SearchQuery } from "@codemirror/search";
import type { EditorState, Text } from "@codemirror/state";
import { runsAway } from "./runaway";

/** What is looked for, and how. */
export interface Wanted {
  search: string;
  replace: string;
  caseSensitive: boolean;
  wholeWord: boolean;
  regexp: boolean;
}

/** What is wrong with an expression. */
export type Fault =
  | "group_open"
  | "group_closed"
  | "class_open"
  | "nothing_to_repeat"
  | "escape_at_end"
  | "runs_away"
  | "other";

const WORD = /[\p{L}\p{N}_]/u;
const HAN = /\p{Script=Han}/u;

/** A word ends between Han characters wherever one looks: Chinese writes no spaces. */
const parted = (a: string, b: string) =>
  !WORD.test(a) || !WORD.test(b) || HAN.test(a) || HAN.test(b);

const characterBefore = (text: string) => Array.from(text.slice(-2)).at(-1) ?? "";
const characterAfter = (text: string) => Array.from(text.slice(0, 2))[0] ?? "";

/** Whether a match stands alone as a word; one function, so that queries can be told to be equal. */
export function standsAlone(match: string, state: EditorState, from: number, to: number): boolean {
  if (match === "") return true;
  const before = characterBefore(state.sliceDoc(Math.max(0, from - 2), from));
  const after = characterAfter(state.sliceDoc(to, to + 2));
  return parted(before, characterAfter(match)) && parted(characterBefore(match), after);
}

/** The query for the editor's search. What is not an expression is taken as it stands. */
export const queryOf = (wanted: Wanted): SearchQuery =>
  new SearchQuery({
    search: wanted.regexp ? wanted.search : wanted.search.replace(/\r\n?/g, "\n"),
    replace: wanted.replace,
    caseSensitive: wanted.caseSensitive,
    literal: !wanted.regexp,
    regexp: wanted.regexp,
    test: wanted.wholeWord ? standsAlone : undefined,
  });

/** What is wrong with an expression; none if it can be looked for. */
export function faultOf({
  search,
  regexp,
  caseSensitive = true,
}: Pick<Wanted, "search" | "regexp"> & Partial<Wanted>): Fault | null {
  if (!regexp || search === "") return null;
  const found = shape(search);
  if (found) return found;
  try {
    new RegExp(search, "gmu");
    return runsAway(search, caseSensitive ? "u" : "iu") ? "runs_away" : null;
  } catch {
    return "other";
  }
}

/** Looks through an expression for what people get wrong, and for what could run for hours. */
function shape(search: string): Fault | null {
  const groups: { repeats: boolean }[] = [];
  let inClass = false;
  /** What stands before can be repeated; and is repeated without end already. */
  let [something, endless] = [false, false];
  for (let at = 0; at < search.length; at++) {
    const c = search[at] ?? "";
    if (c === "\\") {
      if (at + 1 >= search.length) return "escape_at_end";
      at++;
      [something, endless] = [true, false];
    } else if (inClass) {
      if (c === "]") {
        inClass = false;
        [something, endless] = [true, false];
      }
    } else if (c === "[") inClass = true;
    else if (c === "(") {
      groups.push({ repeats: false });
      const head = /^\?(?:[:=!]|<[=!]|<\w+>)/.exec(search.slice(at + 1, at + 60));
      if (head) at += head[0].length;
      [something, endless] = [false, false];
    } else if (c === ")") {
      if (!groups.pop()) return "group_closed";
      // `(a+)` ends in what is repeated without end: to repeat it again could go on for hours.
      [something, endless] = [true, endless];
    } else if (c === "*" || c === "+" || c === "?" || /^\{\d+(?:,\d*)?\}/.test(search.slice(at))) {
      if (!something) return "nothing_to_repeat";
      const length = c === "{" ? search.indexOf("}", at) - at + 1 : 1;
      const again =
        c === "*" || c === "+" || (c === "{" && search.slice(at, at + length).endsWith(",}"));
      if (again && endless && search[at - 1] === ")") return "runs_away";
      at += length - 1;
      if (search[at + 1] === "?") at++;
      [something, endless] = [true, again];
    } else [something, endless] = [c !== "|" && c !== "^", false];
  }
  if (inClass) return "class_open";
  return groups.length ? "group_open" : null;
}

/** A place that was found, with what is put there. */
export interface Place {
  from: number;
  to: number;
  insert: string;
}

/**
 * The places of a text that are meant, at most `most`. A match of nothing is none: replacing it
 * would put something between all letters.
 */
export function placesIn(state: EditorState, wanted: Wanted, most: number): Place[] {
  if (wanted.search === "" || faultOf(wanted)) return [];
  const found: Place[] = [];
  const cursor = queryOf(wanted).getCursor(state) as Iterator<{
    from: number;
    to: number;
    match?: RegExpExecArray;
  }>;
  for (let next = cursor.next(); !(next as { done?: boolean }).done; next = cursor.next()) {
    const { from, to, match } = (next as { value: Place & { match?: RegExpExecArray } }).value;
    if (from === to) continue;
    found.push({ from, to, insert: match ? filled(wanted.replace, match) : wanted.replace });
    if (found.length >= most) break;
  }
  return found;
}

/** The replacement of a match of an expression, as the editor's own search fills it. */
export function filled(replace: string, match: RegExpExecArray): string {
  return replace
    .replace(/\\([nrt\\])/g, (_, c: string) =>
      c === "n" ? "\n" : c === "r" ? "\r" : c === "t" ? "\t" : "\\",
    )
    .replace(/\$([$&]|\d+)/g, (whole, name: string) => {
      if (name === "&") return match[0];
      if (name === "$") return "$";
      for (let length = name.length; length > 0; length--) {
        const n = Number(name.slice(0, length));
        if (n > 0 && n < match.length) return (match[n] ?? "") + name.slice(length);
      }
      return whole;
    });
}

/** How many places there are, up to `most`, and the number of the one that is selected. */
export function counted(state: EditorState, wanted: Wanted, most: number) {
  const places = placesIn(state, wanted, most + 1);
  const { from, to } = state.selection.main;
  const at = places.findIndex((place) => place.from === from && place.to === to);
  return {
    count: Math.min(places.length, most),
    more: places.length > most,
    at: at < 0 ? null : at + 1,
  };
}

/** The text of a selection that is worth looking for: one line, not too long. */
export function wordsToFind(doc: Text, from: number, to: number): string {
  if (from === to || to - from > 200) return "";
  const text = doc.sliceString(from, to);
  return text.includes("\n") ? "" : text;
}
