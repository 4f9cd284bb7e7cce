import type { ErrorDto, FindingDto, Language } from "../wire/bindings";
import { fill, type Holes, type Key, t, time } from "./index.svelte";
import { type ErrorSentence, sentences } from "./messages";
import { money } from "./money";

/** Fields of a brief that an error names. */
const FIELDS: Record<string, Key> = {
  topic: "news.topic",
  product: "ads.product",
  logline: "screenplay.logline",
};

/** Sums of money that an error names. */
const SUMS = ["budget", "spent", "estimate"];

/** What an error says to a person, in their language. */
export function errorText(error: ErrorDto, language: Language): ErrorSentence {
  const found = sentences(language)?.errors[error.code];
  if (!found) return { message: t("notices.unknown"), hint: t("notices.unknown_hint") };
  const holes: Holes = { ...error.values };
  // Fields of a brief are called as the window calls them.
  const field = FIELDS[String(holes.field)];
  if (field && error.code.startsWith("brief_")) holes.field = t(field);
  // A time comes as ms since 1970, and everybody shows it in his own way.
  if (holes.since !== undefined) holes.since = time(Number(holes.since));
  // A sum names its currency.
  const { currency } = error.values;
  if (currency)
    for (const sum of SUMS)
      if (holes[sum] !== undefined)
        holes[sum] = money({ amount: Number(holes[sum]), currency }, language);
  return { message: fill(found.message, holes), hint: fill(found.hint, holes) };
}

/** What a finding says. */
export function findingText(finding: FindingDto, language: Language): string {
  const found = sentences(language)?.checks[finding.rule];
  return found ? fill(found, finding.values as Holes) : finding.rule;
}
