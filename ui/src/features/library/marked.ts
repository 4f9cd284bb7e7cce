export interface Piece {
  text: string;
  hit: boolean;
}

/** Parts a snippet where the words of a search stand in it. */
export function marked(snippet: string, query: string): Piece[] {
  const words = query.trim().split(/\s+/).filter(Boolean);
  if (!words.length) return [{ text: snippet, hit: false }];
  const quoted = words.map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  // A split by a group gives what lies between and the group by turns.
  return snippet
    .split(new RegExp(`(${quoted.join("|")})`, "giu"))
    .map((text, n) => ({ text, hit: n % 2 === 1 }))
    .filter(({ text }) => text);
}
