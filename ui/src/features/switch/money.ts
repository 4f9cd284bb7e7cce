import { language } from "../../locales/index.svelte";
import type { CostDto } from "../../wire/bindings";

/** A sum with its currency: cents, and more places for what is less than one. */
export function money({ amount, currency }: CostDto): string {
  const places = amount > 0 && amount < 0.01 ? 4 : 2;
  const figures = { minimumFractionDigits: places, maximumFractionDigits: places };
  return `${new Intl.NumberFormat(language(), figures).format(amount)} ${currency}`;
}
