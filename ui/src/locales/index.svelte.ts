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

/** What is made once for each key: a format takes longer to make than all that it ever writes. */
function once<K extends string, T>(make: (key: K) => T): (key: K) => T {
  const made = new Map<K, T>();
  return (key) => {
    const known = made.get(key);
    if (known) return known;
    const fresh = make(key);
    made.set(key, fresh);
    return fresh;
  };
}

const plural = once((of: Language) => new Intl.PluralRules(of));
const numbers = once((of: `${Language} ${number}`) => {
  const [language, digits] = of.split(" ");
  return new Intl.NumberFormat(language, { maximumFractionDigits: Number(digits) });
});
const times = once((of: `${Language} ${"hour" | "day"}`) => {
  const [language, from] = of.split(" ");
  const hour: Intl.DateTimeFormatOptions = { hour: "2-digit", minute: "2-digit" };
  const day: Intl.DateTimeFormatOptions = { month: "short", day: "numeric", ...hour };
  return new Intl.DateTimeFormat(language, from === "hour" ? hour : day);
});

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
    const one = plural(current).select(Number(holes.count)) === "one";
    const singular = (own as Record<string, string>)[`${key}_one`];
    if (one && singular !== undefined) sentence = singular;
  }
  return holes ? fill(sentence, holes) : sentence;
}

/** A number as the language writes it. */
export const number = (value: number, digits = 0) => numbers(`${current} ${digits}`).format(value);

/** A time: of today only the hour, else the day too. */
export function time(ms: number): string {
  const date = new Date(ms);
  const today = date.toDateString() === new Date().toDateString();
  return times(`${current} ${today ? "hour" : "day"}`).format(date);
}

/** The language that fits the system. */
export function systemLanguage(): Language {
  const wanted = navigator.languages?.[0] ?? navigator.language ?? "en";
  return wanted.toLowerCase().startsWith("zh") ? "zh-CN" : "en";
}
