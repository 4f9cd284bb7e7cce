export interface Mark {
  from: number;
  to: number;
  name: string;
}

const AD_LABEL =
  /^\s*(?:[-*]\s+)?(?:channel|headline|description|primary text|call to action|渠道|标题|描述|正文|行动号召)\s*[:：]/i;

/** The look of a whole line, and of the signs at its head. */
export function lineMark(
  text: string,
  at: { ads: boolean; number: number; after: string },
): { line: string | null; marks: Mark[] } {
  const heading = /^(#{1,6})\s+/.exec(text);
  if (heading) {
    const level = Math.min(heading[1]?.length ?? 1, 4);
    return {
      line: `ink-md-h ink-md-h${level}`,
      marks: [{ from: 0, to: heading[0].length, name: "ink-md-sign" }],
    };
  }
  if (at.ads) {
    const label = AD_LABEL.exec(text);
    if (label)
      return {
        line: "ink-ad-line",
        marks: [{ from: 0, to: label[0].length, name: "ink-ad-label" }],
      };
  }
  if (/^\*[^*\s].*[^*\s]\*\s*$/.test(text) && /^#\s/.test(at.after))
    return { line: "ink-md-dek", marks: [] };
  const quote = /^>\s?/.exec(text);
  if (quote)
    return {
      line: "ink-md-quote",
      marks: [{ from: 0, to: quote[0].length, name: "ink-md-sign" }],
    };
  const list = /^\s*(?:[-*+]|\d{1,3}[.)])\s+/.exec(text);
  if (list)
    return {
      line: "ink-md-list",
      marks: [{ from: 0, to: list[0].length, name: "ink-md-sign" }],
    };
  if (/^(?:-{3,}|\*{3,}|_{3,})\s*$/.test(text)) return { line: "ink-md-rule", marks: [] };
  return { line: null, marks: [] };
}

const INLINE =
  /(\*\*|__)(?=\S)([^*_\n]{1,800}?\S|\S)\1|(\*|_)(?=[^\s*_])([^*_\n]{0,800}?[^\s*_])\3|`([^`\n]{1,400})`|\[([^\]\n]{1,400})\]\(([^()\s]{1,400})\)/g;

/** Emphasis and links within a line. */
export function inlineMarks(text: string): Mark[] {
  const marks: Mark[] = [];
  for (const found of text.matchAll(INLINE)) {
    const from = found.index;
    const to = from + found[0].length;
    const [, strong, , emphasis, , code, label] = found;
    if (emphasis === "_" && /\w/.test(text[from - 1] ?? "")) continue;
    const sign = strong ? 2 : 1;
    if (label !== undefined) {
      marks.push({ from: from + 1, to: from + 1 + label.length, name: "ink-md-link" });
      marks.push({ from, to: from + 1, name: "ink-md-sign" });
      marks.push({ from: from + 1 + label.length, to, name: "ink-md-sign" });
      continue;
    }
    const name = strong ? "ink-md-strong" : code !== undefined ? "ink-md-code" : "ink-md-em";
    marks.push({ from: from + sign, to: to - sign, name });
    marks.push({ from, to: from + sign, name: "ink-md-sign" });
    marks.push({ from: to - sign, to, name: "ink-md-sign" });
  }
  return marks;
}
