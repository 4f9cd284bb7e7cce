import { verbatimIn } from "./slips";

/** A word of a text that can be looked up. */
export interface Word {
  from: number;
  to: number;
  word: string;
}

/** Knows which words are right; asked off the typing path. */
export interface Spell {
  /** Whether a word is right; none where nobody has asked yet. */
  right(word: string): boolean | undefined;
  /** Looks words up; afterwards `right` knows them. False where they can't be looked up now. */
  ask(words: string[]): Promise<boolean>;
  /** What could be meant, the likeliest first. */
  suggest(word: string): Promise<string[]>;
}

const WORD = /\p{Script=Latin}+(?:['\u2019-]\p{Script=Latin}+)*/gu;
/** Signs of Chinese, which part what is English from what is not. */
const HAN = /[\u3001-\u303f\u3400-\u9fff\uf900-\ufaff\uff01-\uff65\u{20000}-\u{323af}]+/gu;
/** As many words together are English in a Chinese text; fewer are names. */
const A_PHRASE = 4;
const LONGEST_WORD = 40;

/** Whether a word is written as words of a text are: not an abbreviation, not a name of a program. */
const isPlain = (word: string) =>
  word.length > 1 &&
  word.length <= LONGEST_WORD &&
  /\p{Ll}/u.test(word) &&
  !/\p{Ll}\p{Lu}|\p{Lu}{2}\p{Ll}/u.test(word);

/** What stands beside a word of an address, a file or a name of code. */
function isPartOfMore(text: string, from: number, to: number): boolean {
  if (/[\p{N}_@#/\\$&=]/u.test(text[from - 1] ?? "")) return true;
  if (/[\p{N}_@/\\=]/u.test(text[to] ?? "")) return true;
  if (text[to] === "." && /\p{L}/u.test(text[to + 1] ?? "")) return true;
  return text[from - 1] === "." && /\p{L}/u.test(text[from - 2] ?? "");
}

/** The words of a paragraph that can be looked up. `chinese`: only whole phrases are English. */
export function wordsIn(text: string, chinese: boolean): Word[] {
  if (!/\p{Ll}/u.test(text)) return [];
  const verbatim = verbatimIn(text);
  const words: Word[] = [];
  let at = 0;
  const run = (end: number) => {
    const found = [...text.slice(at, end).matchAll(WORD)];
    if (!chinese || found.length >= A_PHRASE)
      for (const { 0: word, index } of found) {
        const from = at + index;
        const to = from + word.length;
        if (!isPlain(word) || isPartOfMore(text, from, to)) continue;
        if (verbatim.some(([start, stop]) => from < stop && to > start)) continue;
        words.push({ from, to, word });
      }
  };
  for (const { 0: han, index } of text.matchAll(HAN)) {
    run(index);
    at = index + han.length;
  }
  run(text.length);
  return words;
}

/** A word without the ending of what belongs to it. */
export const ownerOf = (word: string) => word.replace(/['\u2019]s?$/, "");

/** Whether one of these is the word, at the beginning of a sentence or as an owner too. */
export function isAmong(words: ReadonlySet<string>, word: string): boolean {
  const bare = ownerOf(word);
  const lower = bare.charAt(0).toLowerCase() + bare.slice(1);
  return words.has(word) || words.has(bare) || words.has(lower);
}
