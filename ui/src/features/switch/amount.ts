/** A sum as it is typed, with a point or a comma; `null` for what is none. */
export function amountOf(text: string): number | null {
  const plain = text.trim().replace(/[，,]/g, ".").replace("．", ".");
  if (!/^\d{1,9}(\.\d{0,9})?$/.test(plain)) return null;
  return Number(plain);
}
