import type { DocumentKind } from "../wire/bindings";
import { classify } from "./fountain";
import { inlineMarks, lineMark, type Mark } from "./markdown";

/** Text that is not edited, laid out as the editor would. */
export interface StillLine {
  class: string;
  runs: { text: string; class: string }[];
}

/** Beyond this a text is shown as it is: it is read while it streams, again and again. */
const LONGEST_LAID_OUT = 60_000;

function runs(text: string, marks: Mark[]): StillLine["runs"] {
  const borders = new Set([0, text.length]);
  for (const { from, to } of marks) borders.add(from).add(to);
  const at = [...borders].sort((a, b) => a - b);
  const found: StillLine["runs"] = [];
  for (let i = 0; i + 1 < at.length; i++) {
    const from = at[i] ?? 0;
    const to = at[i + 1] ?? 0;
    const names = marks.filter((m) => m.from <= from && to <= m.to).map(({ name }) => name);
    found.push({ text: text.slice(from, to), class: names.join(" ") });
  }
  return found;
}

/** The lines of a text with the looks that they have in the editor. */
export function still(text: string, kind: DocumentKind): StillLine[] {
  const lines = text.split("\n");
  if (text.length > LONGEST_LAID_OUT) return lines.map((t) => ({ class: "", runs: runs(t, []) }));
  if (kind === "screenplay") {
    const kinds = classify(lines, { atStart: false });
    return lines.map((t, n) => ({ class: `ink-fn ink-fn-${kinds[n]}`, runs: runs(t, []) }));
  }
  let above = "";
  return lines.map((t, n) => {
    const own = lineMark(t, { ads: kind === "ads", number: n + 1, after: above });
    if (t) above = t.slice(0, 8);
    return { class: own.line ?? "", runs: runs(t, [...own.marks, ...inlineMarks(t)]) };
  });
}
