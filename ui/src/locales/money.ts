import type { CostDto, Language } from "../wire/bindings";
import { language } from "./index.svelte";

/** Whether a currency is one of the codes that have a sign of their own in each language. */
function isCode(currency: string): boolean {
  try {
    return Intl.supportedValuesOf("currency").includes(currency);
  } catch {
    return /^[A-Z]{3}$/.test(currency);
  }
}

/**
 * A sum with its currency, as the language writes it: `$0.04`, in Chinese `US$0.04`. What a person
 * calls a currency is kept: a sign stands where signs stand, a word after the number. Cents, and
 * more places for what is less than one.
 */
export function money({ amount, currency }: CostDto, spoken: Language = language()): string {
  const places = amount > 0 && amount < 0.01 ? 4 : 2;
  const figures = { minimumFractionDigits: places, maximumFractionDigits: places };
  const sign = /\p{Sc}/u.test(currency);
  if (!sign && !isCode(currency))
    return `${new Intl.NumberFormat(spoken, figures).format(amount)} ${currency}`;
  const known = { ...figures, style: "currency", currency: sign ? "USD" : currency } as const;
  return new Intl.NumberFormat(spoken, known)
    .formatToParts(amount)
    .map(({ type, value }) => (sign && type === "currency" ? currency : value))
    .join("");
}
