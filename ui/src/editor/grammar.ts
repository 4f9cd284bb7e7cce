import type { Text } from "@codemirror/state";
import type { LineKind } from "./fountain";

/** A place of a paragraph that is wrong. */
export interface Wrong {
  from: number;
  to: number;
  /** Why, in English. */
  message: string;
  fixes: string[];
}

/** Knows what is wrong in English paragraphs; asked off the typing path. */
export interface Grammar {
  /** What is wrong in a paragraph; none where nobody has asked yet. */
  in(paragraph: string): readonly Wrong[] | undefined;
  /** Looks at paragraphs; afterwards `in` knows them. False where they can't be looked at now. */
  ask(paragraphs: string[], markdown: boolean): Promise<boolean>;
}

/** What can be looked at as a whole. */
export interface Paragraph {
  from: number;
  to: number;
  /** None where it is no English. */
  text: string | null;
}

/** The longest that is looked at. */
const LONGEST = 20_000;
/** As many lines are one paragraph at most. */
const MOST_LINES = 200;
/** Fewer words are no sentence. In a Chinese text a short line of English is a name or a heading. */
const LEAST_WORDS = 3;
const LEAST_IN_CHINESE = 6;

/** Lines that begin a block of Markdown. */
const BEGINS = /^\s*(?:#{1,6}\s|[-*+]\s|\d+[.)]\s|>|!\[|\[\^[^\]]+\]:)/;
const HEADING = /^\s*#{1,6}\s/;
/** Rows of tables, rules and fences are no sentences. */
const NO_TEXT = /^\s*(?:\||```|~~~|(?:[-*_]\s*){3,}$)/;

const isEnglish = (text: string, chinese: boolean) =>
  text.length <= LONGEST &&
  !/\p{Script=Han}/u.test(text) &&
  (text.match(/\p{Script=Latin}{2,}/gu)?.length ?? 0) >= (chinese ? LEAST_IN_CHINESE : LEAST_WORDS);

/** Whether a line goes on with the paragraph of the line before. */
const goesOn = (before: string, line: string) =>
  line.trim() !== "" &&
  before.trim() !== "" &&
  !BEGINS.test(line) &&
  !NO_TEXT.test(line) &&
  !NO_TEXT.test(before) &&
  !HEADING.test(before);

/** The paragraph of Markdown in which a line stands: its first line, and its last. */
function around(doc: Text, number: number): [number, number] {
  let first = number;
  let last = number;
  while (first > 1 && number - first < MOST_LINES) {
    if (!goesOn(doc.line(first - 1).text, doc.line(first).text)) break;
    first--;
  }
  while (last < doc.lines && last - first < MOST_LINES) {
    if (!goesOn(doc.line(last).text, doc.line(last + 1).text)) break;
    last++;
  }
  return [first, last];
}

/** The paragraph of a text in which this line stands; in a script, what happens there. */
export function paragraphAt(
  doc: Text,
  number: number,
  chinese: boolean,
  kinds?: readonly LineKind[],
): Paragraph {
  const line = doc.line(number);
  // People in a script speak as they like.
  const speaks = kinds && kinds[number - 1] !== "action";
  if (speaks || NO_TEXT.test(line.text)) return { from: line.from, to: line.to, text: null };
  const [first, last] = kinds ? [number, number] : around(doc, number);
  const { from } = doc.line(first);
  const { to } = doc.line(last);
  const text = doc.sliceString(from, to);
  return { from, to, text: isEnglish(text, chinese) ? text : null };
}

/** Whether a sentence ends between two places that are not far from each other. */
export const isFinished = (doc: Text, from: number, to: number) =>
  to - from > 1000 || /[.!?\u2026]["'\u201d\u2019)*_]*\s|\n\s*\n/.test(doc.sliceString(from, to));
