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
      marks: [{ from: 0, to: list[0].length, name: "ink-md-sign ink-md-bullet" }],
    };
  if (/^(?:-{3,}|\*{3,}|_{3,})\s*$/.test(text)) return { line: "ink-md-rule", marks: [] };
  return { line: null, marks: [] };
}

/** More runs of `*` and `_` than this in one line are no emphasis. */
const MOST_RUNS = 400;
const LINK =
  /^\[((?:[^[\]\\\n]|\\.){0,400})\]\(([^()\s]{0,400}(?:\([^()\s]{0,200}\)[^()\s]{0,200})?)\)/;
const FOOTNOTE = /^\[\^[^\]\s]{1,60}\]:?/;
const TICKS = /^`+/;

interface Run {
  sign: string;
  from: number;
  /** Signs that have not found their other end. */
  left: number;
  opens: boolean;
  closes: boolean;
}

/**
 * Emphasis, code, links and the like within a line. What opens and closes is told by white space
 * alone, so that `**强调。**后` is what it looks like.
 */
export function inlineMarks(text: string): Mark[] {
  const marks: Mark[] = [];
  const put = (from: number, to: number, name: string) => {
    if (from < to) marks.push({ from, to, name });
  };
  const runs: Run[] = [];
  for (let at = 0; at < text.length; ) {
    const c = text[at];
    if (c === "\\" && /[!-/:-@[-`{-~]/.test(text[at + 1] ?? "")) {
      put(at, at + 1, "ink-md-sign");
      at += 2;
    } else if (c === "`") {
      const ticks = TICKS.exec(text.slice(at, at + 20))?.[0] ?? "`";
      const close = closing(text, ticks, at + ticks.length);
      if (close > 0) {
        put(at, at + ticks.length, "ink-md-sign");
        put(at + ticks.length, close, "ink-md-code");
        put(close, close + ticks.length, "ink-md-sign");
        at = close + ticks.length;
      } else at += ticks.length;
    } else if (c === "[") {
      const ahead = text.slice(at, at + 1_100);
      const note = FOOTNOTE.exec(ahead);
      const link = note ? null : LINK.exec(ahead);
      if (note) {
        put(at, at + note[0].length, "ink-md-note");
        at += note[0].length;
      } else if (link) {
        const label = at + 1 + (link[1]?.length ?? 0);
        const image = text[at - 1] === "!";
        put(image ? at - 1 : at, at + 1, "ink-md-sign");
        put(at + 1, label, "ink-md-link");
        put(label, at + link[0].length, "ink-md-sign");
        at += link[0].length;
      } else at++;
    } else if ((c === "*" || c === "_" || c === "~") && runs.length < MOST_RUNS) {
      let end = at + 1;
      while (text[end] === c) end++;
      const [before, after] = [text[at - 1] ?? " ", text[end] ?? " "];
      const inWord = c === "_" && /\w/.test(before) && /\w/.test(after);
      const run = {
        sign: c,
        from: at,
        left: end - at,
        opens: !/\s/.test(after) && !(c === "_" && (inWord || /\w/.test(before))),
        closes: !/\s/.test(before) && !(c === "_" && (inWord || /\w/.test(after))),
      };
      // What strikes through are two.
      if (c !== "~" || run.left === 2) meet(runs, run, put);
      at = end;
    } else at++;
  }
  return marks;
}

/** Where the same number of ticks stands again. */
function closing(text: string, ticks: string, from: number): number {
  for (let at = text.indexOf(ticks, from); at > 0; at = text.indexOf(ticks, at)) {
    let end = at;
    while (text[end] === "`") end++;
    if (end - at === ticks.length && at - from <= 400) return at;
    at = end;
  }
  return -1;
}

/** Closes what stands open with the signs of a run; the rest of it may open. */
function meet(runs: Run[], run: Run, put: (from: number, to: number, name: string) => void) {
  let from = run.from;
  while (run.closes && run.left > 0) {
    const at = runs.findLastIndex((one) => one.sign === run.sign && one.opens && one.left > 0);
    const open = runs[at];
    if (!open) break;
    const two = open.left >= 2 && run.left >= 2;
    const length = two ? 2 : 1;
    const start = open.from + open.left;
    if (start >= from || (run.sign === "~" && !two)) break;
    put(start, from, run.sign === "~" ? "ink-md-struck" : two ? "ink-md-strong" : "ink-md-em");
    put(start - length, start, "ink-md-sign");
    put(from, from + length, "ink-md-sign");
    open.left -= length;
    run.left -= length;
    from += length;
    // What opened between the two has no other end.
    runs.length = at + 1;
  }
  run.from = from;
  if (run.opens && run.left > 0) runs.push(run);
}
