import { number } from "../../locales/index.svelte";
import type { CostDto } from "../../wire/bindings";

/** A sum with its currency: cents, and more places for what is less than one. */
export function money({ amount, currency }: CostDto): string {
  const places = amount > 0 && amount < 0.01 ? 4 : 2;
  return `${number(amount, places)} ${currency}`;
}
