import { chineseSlips } from "./slipsChinese";
import { englishSlips } from "./slipsEnglish";

/** Why a place is underlined; each has its sentence in the locale files `proof`. */
export type SlipRule =
  | "repeated"
  | "spelling"
  | "unknown"
  | "confused"
  | "article"
  | "capital"
  | "spacing"
  | "width"
  | "doubled"
  | "ellipsis"
  | "dash"
  | "unmatched"
  | "particle"
  | "grammar";

/** A place that looks like a slip. */
export interface Slip {
  from: number;
  to: number;
  rule: SlipRule;
  /** What could stand there, the likeliest first. */
  fixes: string[];
  /** Why, in English, where a rule of grammar says more than its name. */
  message?: string;
}

const HAN = /\p{Script=Han}/u;
/** Code, addresses and tags are left as they are. */
const VERBATIM =
  /`[^`]*`|\b(?:https?:\/\/|www\.|mailto:)\S+|[\w.+-]{1,64}@[\w.-]+|<[a-z/!][^<>]*>|\]\([^)]*\)|\[\^[^\]\s]{1,60}\]/giu;

/** What is left as it is: from, to. */
export const verbatimIn = (text: string) =>
  [...text.matchAll(VERBATIM)].map((m) => [m.index, m.index + m[0].length] as const);

const PAIRS: [string, string][] = [
  ["\u201c", "\u201d"],
  ["\u300a", "\u300b"],
  ["\u300c", "\u300d"],
  ["\u300e", "\u300f"],
  ["\uff08", "\uff09"],
  ["\u3010", "\u3011"],
];

/** Signs that open and never close in a paragraph, or close what nothing opened. */
function unmatched(text: string): Slip[] {
  const slips: Slip[] = [];
  for (const [open, close] of PAIRS) {
    if (!text.includes(open) && !text.includes(close)) continue;
    const opened: number[] = [];
    for (let at = 0; at < text.length; at++) {
      if (text[at] === open) opened.push(at);
      else if (text[at] === close && opened.pop() === undefined)
        slips.push({ from: at, to: at + 1, rule: "unmatched", fixes: [] });
    }
    // A quotation that goes on in the next paragraph is opened again there and closed once.
    const first = opened[0];
    if (
      first !== undefined &&
      (open !== "\u201c" || opened.length > 1 || !/^\s*$/.test(text.slice(0, first)))
    )
      for (const at of opened) slips.push({ from: at, to: at + 1, rule: "unmatched", fixes: [] });
  }
  return slips;
}

/** The slips of a paragraph, in order, none over another. */
export function slipsOf(text: string, script: boolean): Slip[] {
  if (text.trim() === "") return [];
  const verbatim = verbatimIn(text);
  const found = [
    ...(HAN.test(text) ? chineseSlips(text, script) : []),
    ...englishSlips(text),
    ...unmatched(text),
  ]
    .filter(({ from, to }) => !verbatim.some(([start, end]) => from < end && to > start))
    .sort((a, b) => a.from - b.from || b.to - a.to);
  let end = 0;
  return found.filter((slip) => {
    if (slip.from < end) return false;
    end = slip.to;
    return true;
  });
}
