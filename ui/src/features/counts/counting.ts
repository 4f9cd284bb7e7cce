import { sentenceEnds } from "../../editor/sentences";

/** What a text is long. */
export interface Length {
  /** Words; each Han character counts as one, as the library counts. */
  words: number;
  han: number;
  /** Characters as a person sees them, without line breaks. */
  characters: number;
  withoutSpaces: number;
  sentences: number;
  paragraphs: number;
}

/** Words and Han characters that an adult reads in a minute, silently. */
export const WORDS_A_MINUTE = 240;
export const HAN_A_MINUTE = 400;

const HAN = /[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u3005\u3007\u{20000}-\u{323af}]/gu;
/** A word goes on over signs within it (`don't`, `well-known`), not over dashes and full stops of Chinese. */
const WORD =
  /[\p{Alphabetic}\p{N}](?:(?!--)[^\s\u2013-\u2015\u2026\u3000-\u3004\u3008-\u3020\u30fb\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65])*/gu;

let segmenter: Intl.Segmenter | undefined;

/** Counts a text as the library does. */
export function lengthOf(text: string): Length {
  const han = text.match(HAN)?.length ?? 0;
  // Han characters stand for themselves; what is left between them are words.
  const words = text.replace(HAN, " ").match(WORD)?.length ?? 0;
  let characters = 0;
  let spaces = 0;
  if (/^[\u0020-\u007e\n\u3000-\u9fff\uff00-\uffef\u2010-\u2027]*$/.test(text)) {
    // No character of these is made of two.
    for (const c of text) {
      if (c === "\n") continue;
      characters++;
      if (c === " " || c === "\u3000") spaces++;
    }
  } else {
    segmenter ??= new Intl.Segmenter();
    for (const { segment } of segmenter.segment(text)) {
      if (segment[0] === "\n" || segment[0] === "\r") continue;
      characters++;
      if (/^\s/.test(segment)) spaces++;
    }
  }
  let sentences = 0;
  let paragraphs = 0;
  for (const paragraph of text.split(/\n[^\S\n]*\n\s*/)) {
    if (paragraph.trim() === "") continue;
    paragraphs++;
    let from = 0;
    for (const end of sentenceEnds(paragraph)) {
      if (/[\p{L}\p{N}]/u.test(paragraph.slice(from, end))) sentences++;
      from = end;
    }
  }
  return {
    words: words + han,
    han,
    characters,
    withoutSpaces: characters - spaces,
    sentences,
    paragraphs,
  };
}

/** How long reading takes, in minutes. */
export const minutesOf = ({ words, han }: Pick<Length, "words" | "han">) =>
  (words - han) / WORDS_A_MINUTE + han / HAN_A_MINUTE;
