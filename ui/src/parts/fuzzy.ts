/** A query that was found in a text: how well, and which characters it met. */
export interface Match {
  score: number;
  at: number[];
}

/**
 * The first Han characters, in the order of pinyin, of each initial letter. No syllable begins with
 * i, u or v.
 */
const BORDERS =
  "\u963f\u516b\u5693\u54d2\u59b8\u53d1\u65ee\u54c8\u8ba5\u5494\u5783\u75f3\u62cf\u5662\u5991\u4e03\u5465\u6268\u5b83\u7a75\u5915\u4e2b\u5e00";
const INITIALS = "abcdefghjklmnopqrstwxyz";
const HAN = /\p{Script=Han}/u;

let made: Intl.Collator | null | undefined;

/** The order of pinyin, or null where it is not known. To make it takes longer than a window has. */
function collator(): Intl.Collator | null {
  if (made === undefined) {
    const order = new Intl.Collator("zh-CN-u-co-pinyin");
    const [a, b, z] = [BORDERS[0] ?? "", BORDERS[1] ?? "", BORDERS.at(-1) ?? ""];
    made = order.compare(a, b) < 0 && order.compare(b, z) < 0 ? order : null;
  }
  return made;
}

const known = new Map<string, string>();

/** The initial of a Han character in pinyin; the character itself where it is not known. */
export function initialOf(han: string): string {
  const before = known.get(han);
  if (before !== undefined) return before;
  let letter = han;
  const order = HAN.test(han) ? collator() : null;
  if (order) {
    let n = -1;
    for (const border of BORDERS) if (order.compare(border, han) <= 0) n++;
    letter = INITIALS[n] ?? han;
  }
  if (known.size < 5_000) known.set(han, letter);
  return letter;
}

const isStart = (text: string[], at: number) =>
  at === 0 || !/[\p{L}\p{N}]/u.test(text[at - 1] ?? "") || HAN.test(text[at] ?? "");

/**
 * Finds the characters of a query in a text, in their order: beginnings of words and runs count
 * more. Letters also meet the pinyin initials of Han characters.
 */
export function fuzzy(query: string, text: string): Match | null {
  const wanted = Array.from(query.toLowerCase().replace(/\s+/g, ""));
  if (!wanted.length) return { score: 0, at: [] };
  const shown = Array.from(text);
  const meets = shown.map((c) => [c.toLowerCase(), HAN.test(c) ? initialOf(c) : ""]);
  const whole = text.toLowerCase().indexOf(query.trim().toLowerCase());
  if (whole >= 0) {
    const from = Array.from(text.slice(0, whole)).length;
    const at = Array.from(query.trim()).map((_, n) => from + n);
    return { score: 100 + (isStart(shown, from) ? 40 : 0) - from * 0.5, at };
  }
  // The best way to meet each character, the one before it having been met at each place.
  let best: (Match | null)[] = [];
  for (const [n, c] of wanted.entries()) {
    const next: (Match | null)[] = [];
    let before: Match | null = n === 0 ? { score: 0, at: [] } : null;
    for (let at = 0; at < shown.length; at++) {
      if (n > 0) {
        const earlier = best[at - 1] ?? null;
        if (earlier && (!before || earlier.score > before.score)) before = earlier;
      }
      if (!before || !meets[at]?.includes(c)) {
        next.push(null);
        continue;
      }
      const run = n > 0 ? best[at - 1] : null;
      const start = isStart(shown, at) ? 8 : 0;
      const plain = { score: before.score + 1 + start, at: [...before.at, at] };
      next.push(
        run && run.score + 6 >= plain.score ? { score: run.score + 6, at: [...run.at, at] } : plain,
      );
    }
    best = next;
  }
  let found: Match | null = null;
  for (const one of best) if (one && (!found || one.score > found.score)) found = one;
  if (!found) return null;
  // Letters strewn over a long text are no match.
  const spread = (found.at.at(-1) ?? 0) - (found.at[0] ?? 0) - wanted.length;
  const score = found.score - spread * 0.3 - (found.at[0] ?? 0) * 0.2;
  return score < wanted.length * 1.5 ? null : { score, at: found.at };
}
