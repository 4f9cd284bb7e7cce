/** A stretch of a text. */
export interface Stretch {
  from: number;
  to: number;
}

/** Words before a point that ends no sentence. */
const SHORT = new Set(
  "mr mrs ms dr prof rev hon st mt sr jr vs etc no fig vol ed pp cf gen sen rep gov sgt capt col lt cmdr inc ltd co corp dept est approx jan feb mar apr jun jul aug sep sept oct nov dec".split(
    " ",
  ),
);
const CLOSER = /["'\u2019\u201d)\]\u00bb\u300b\u300d\u300f\u3011\uff09]/;
const HAN_END = /[\u3002\uff01\uff1f\uff0e]/;
const LATIN_END = /[.!?\u2026]/;
const SPACE = /\s/;

/** Whether the point at `at` stands behind a short form or an initial. */
function isShort(text: string, at: number): boolean {
  let from = at;
  while (from > 0 && /[\p{L}.]/u.test(text[from - 1] ?? "")) from--;
  const word = text.slice(from, at);
  if (/^\p{L}$/u.test(word) || /^(?:\p{L}\.)+\p{L}$/u.test(word)) return word !== "I";
  return SHORT.has(word.toLowerCase());
}

/**
 * Where sentences of a paragraph end, the space behind them included, by the rules of both scripts:
 * Latin ones end before white space and no small letter, Chinese ones at their full-width points,
 * quotation marks that close behind them included.
 */
export function sentenceEnds(text: string): number[] {
  const ends: number[] = [];
  let at = 0;
  while (at < text.length) {
    const sign = text[at] ?? "";
    const han = HAN_END.test(sign);
    if (!han && !LATIN_END.test(sign)) {
      at++;
      continue;
    }
    let end = at + 1;
    while (end < text.length && (HAN_END.test(text[end] ?? "") || LATIN_END.test(text[end] ?? "")))
      end++;
    const full = han || HAN_END.test(text.slice(at, end));
    const single = end === at + 1 && sign === ".";
    const before = at;
    while (end < text.length && CLOSER.test(text[end] ?? "")) end++;
    let next = end;
    while (next < text.length && SPACE.test(text[next] ?? "")) next++;
    at = end;
    if (!full) {
      const spaced = next > end || next === text.length;
      if (!spaced || (single && isShort(text, before))) continue;
      if (/\p{Ll}/u.test(text[next] ?? "")) continue;
      // Three points between Han characters are a pause.
      if (sign === "\u2026" && next === end && next < text.length) continue;
    }
    ends.push(next);
    at = next;
  }
  if (ends.at(-1) !== text.length) ends.push(text.length);
  return ends;
}

/** The sentence at a place; behind the last one, that one. Its trailing space is left out. */
export function sentenceAt(text: string, at: number): Stretch {
  let from = 0;
  for (const end of sentenceEnds(text)) {
    if (at < end || end === text.length) {
      let to = end;
      while (to > from && SPACE.test(text[to - 1] ?? "")) to--;
      while (from < to && SPACE.test(text[from] ?? "")) from++;
      return { from, to };
    }
    from = end;
  }
  return { from: 0, to: text.length };
}
