import type { Language } from "../wire/bindings";
import { type Key, type Messages, read, type Sentences, sentences } from "./messages";

export type { Key } from "./messages";

const english = sentences("en") as Sentences;

export type Holes = Record<string, string | number | undefined>;

let current = $state<Language>("en");
/** What is wanted last, and the sentences of which may still be on their way. */
let wanted: Language = "en";

/** The language of the window. */
export const language = (): Language => current;

/** Speaks a language: at once where its sentences are there, else as soon as they are. */
export async function speak(next: Language): Promise<void> {
  wanted = next;
  if (!sentences(next)) await read(next);
  if (wanted !== next) return;
  current = next;
  document.documentElement.lang = next;
}

/** Fills the `{holes}` of a sentence. A hole without a value stays empty. */
export function fill(sentence: string, holes: Holes = {}): string {
  return sentence.replace(/\{(\w+)\}/g, (_, name: string) => String(holes[name] ?? ""));
}

/**
 * The sentence of a key in the language of the window. With a `count` of one, the sentence
 * `<key>_one` is taken where the language has it.
 */
export function t(key: Key, holes?: Holes): string {
  const own: Messages = (sentences(current) ?? english).messages;
  let sentence = own[key];
  if (holes && "count" in holes) {
    const one = new Intl.PluralRules(current).select(Number(holes.count)) === "one";
    const singular = (own as Record<string, string>)[`${key}_one`];
    if (one && singular !== undefined) sentence = singular;
  }
  return holes ? fill(sentence, holes) : sentence;
}

/** A number as the language writes it. */
export const number = (value: number, digits = 0) =>
  new Intl.NumberFormat(current, { maximumFractionDigits: digits }).format(value);

/** A time: of today only the hour, else the day too. */
export function time(ms: number): string {
  const date = new Date(ms);
  const today = date.toDateString() === new Date().toDateString();
  const format: Intl.DateTimeFormatOptions = today
    ? { hour: "2-digit", minute: "2-digit" }
    : { month: "short", day: "numeric", hour: "2-digit", minute: "2-digit" };
  return new Intl.DateTimeFormat(current, format).format(date);
}

/** The language that fits the system. */
export function systemLanguage(): Language {
  const wanted = navigator.languages?.[0] ?? navigator.language ?? "en";
  return wanted.toLowerCase().startsWith("zh") ? "zh-CN" : "en";
}
