/** What a line of a screenplay is. */
export type LineKind =
  | "title"
  | "heading"
  | "action"
  | "character"
  | "parenthetical"
  | "dialogue"
  | "transition"
  | "centered"
  | "lyric"
  | "section"
  | "synopsis"
  | "note"
  | "boneyard"
  | "page"
  | "blank";

/** Lines to read, from 0. */
export interface Lines {
  readonly count: number;
  line(n: number): string;
}

const SPACE = /\p{White_Space}/u;
const HEADING = /^(?:INT\/EXT|I\/E|INT|EXT|EST)[. ]/i;
const FORCED_HEADING = /^\.[\p{Alphabetic}\p{N}]/u;
const PAGE = /^={3,}$/;
const UPPER = /\p{Uppercase}/u;
/** Letters without capitals: small ones, Han, kana ... Modifiers such as an apostrophe don't count. */
const NOT_UPPER = /\p{Lowercase}|(?![\u02b0-\u02ff])(?!\p{Uppercase})\p{Alphabetic}/u;
const KNOWN_KEYS =
  /^(?:title|credit|authors?|source|draft|draft date|date|contact|copyright|notes|revision|format|episode)$/i;

/** The white space that Unicode names, which is not what `String.trim` takes for it. */
function trimStart(text: string): string {
  let at = 0;
  while (at < text.length && SPACE.test(text[at] as string)) at++;
  return text.slice(at);
}

function trimEnd(text: string): string {
  let at = text.length;
  while (at > 0 && SPACE.test(text[at - 1] as string)) at--;
  return text.slice(0, at);
}

const trim = (text: string) => trimEnd(trimStart(text));
const isUpper = (text: string) => UPPER.test(text) && !NOT_UPPER.test(text);

/** Whether a line of white space has the two spaces that keep a note or a speech going. */
function holdsOn(line: string): boolean {
  const first = line.indexOf(" ");
  return first >= 0 && line.indexOf(" ", first + 1) >= 0;
}

/** Whether a line ends notes. */
const isEmptyLine = (line: string) => trim(line) === "" && !holdsOn(line);

/** A cue's name without what stands in parentheses behind it. */
function withoutExtensions(name: string): string {
  let rest = name;
  while (/[)）]$/.test(rest)) {
    let depth = 0;
    let at = rest.length;
    do {
      at--;
      if (")）".includes(rest[at] as string)) depth++;
      else if ("(（".includes(rest[at] as string)) depth--;
    } while (depth > 0 && at > 0);
    if (depth > 0) break;
    rest = trimEnd(rest.slice(0, at));
  }
  return rest;
}

function isCue(text: string): boolean {
  const name = withoutExtensions(trimEnd(text.endsWith("^") ? text.slice(0, -1) : text));
  return isUpper(name) && !name.includes("^") && !HEADING.test(text) && !text.endsWith("TO:");
}

/** One or more lines that are read as one, without their notes and boneyard. */
interface Source {
  first: number;
  last: number;
  visible: string;
  hidden: "" | "note" | "boneyard";
}

const isEmpty = (source: Source) => trim(source.visible) === "";
const isHidden = (source: Source) => source.hidden !== "" && isEmpty(source);
const isJoined = (source: Source) => source.last > source.first;

/** Says line by line what each is, by the rules of the studio's own reader. */
class Reader {
  /** The first line read with a `/*` that nothing closes. */
  unclosed = Number.POSITIVE_INFINITY;
  private at: number;
  private ahead: Source | undefined;
  private speech: LineKind | undefined;
  private free = true;
  private title: Source | undefined;
  /** No `]]` stands in the lines before this one. */
  private noNoteEnd = 0;

  constructor(
    private readonly lines: Lines,
    from: number,
    private readonly top: boolean,
  ) {
    this.at = from;
    this.ahead = this.source();
    if (from > 0 || !top || !this.ahead) return;
    const first = this.ahead;
    const after = this.at;
    const second = this.source();
    if (opensTitlePage(first, second)) {
      this.title = { ...first };
      this.ahead = second;
      while (this.ahead && continuesTitlePage(this.ahead)) {
        this.title.last = this.ahead.last;
        this.ahead = this.source();
      }
    } else {
      this.at = after;
    }
  }

  /** The next line: what it is, and up to which it goes. */
  next(): { first: number; last: number; kind: LineKind } | undefined {
    if (this.title) {
      const { first, last } = this.title;
      this.title = undefined;
      return { first, last, kind: "title" };
    }
    const line = this.ahead;
    if (!line) return undefined;
    this.ahead = this.source();
    const kind = this.speech ? spoken(line, this.speech) : unspoken(line, this.ahead, this.free);
    if (kind === "blank" || kind === "page") this.speech = undefined;
    else if (kind === "boneyard" && isJoined(line)) this.speech = undefined;
    else if (kind === "character") this.speech = kind;
    else if (kind !== "note" && kind !== "boneyard" && this.speech) this.speech = kind;
    this.free = FREE.has(kind);
    return { first: line.first, last: line.last, kind };
  }

  private source(): Source | undefined {
    const { lines } = this;
    if (this.at >= lines.count) return undefined;
    const first = this.at;
    let n = first;
    let text = lines.line(n);
    if (n === 0 && this.top) text = text.replace(/^\ufeff+/, "");
    let visible = "";
    let hidden: Source["hidden"] = "";
    let from = 0;
    let look = 0;
    for (;;) {
      const open = mark(text, look);
      if (open < 0) break;
      const end = text[open] === "/" ? this.boneyard(n, open, text) : this.note(n, open, text);
      if (!end) {
        look = open + 1;
        continue;
      }
      const before = text.slice(from, open);
      // `/* cut */ keep`: the space belongs to what was cut.
      if (hidden !== "" || trim(before) !== "") visible += before;
      if (hidden !== "note") hidden = text[open] === "/" ? "boneyard" : "note";
      if (end.line > n) text = lines.line(end.line);
      n = end.line;
      from = end.at;
      look = end.at;
    }
    const rest = text.slice(from);
    visible += hidden !== "" && trim(visible) === "" ? trimStart(rest) : rest;
    this.at = n + 1;
    return { first, last: n, visible, hidden };
  }

  private boneyard(n: number, open: number, text: string) {
    if (this.unclosed <= n) return undefined;
    let at = text.indexOf("*/", open + 2);
    for (let line = n; ; ) {
      if (at >= 0) return { line, at: at + 2 };
      if (++line >= this.lines.count) break;
      at = this.lines.line(line).indexOf("*/");
    }
    this.unclosed = n;
    return undefined;
  }

  private note(n: number, open: number, text: string) {
    let at = text.indexOf("]]", open + 2);
    if (at >= 0) return { line: n, at: at + 2 };
    if (n < this.noNoteEnd) return undefined;
    let line = n + 1;
    for (; line < this.lines.count; line++) {
      const next = this.lines.line(line);
      if (isEmptyLine(next)) break;
      at = next.indexOf("]]");
      if (at >= 0) return { line, at: at + 2 };
    }
    this.noNoteEnd = line;
    return undefined;
  }
}

/** Where the next `/*` or `[[` stands. */
function mark(text: string, from: number): number {
  const boneyard = text.indexOf("/*", from);
  const note = text.indexOf("[[", from);
  if (boneyard < 0 || note < 0) return Math.max(boneyard, note);
  return Math.min(boneyard, note);
}

const FREE: ReadonlySet<LineKind> = new Set([
  "blank",
  "heading",
  "section",
  "synopsis",
  "note",
  "boneyard",
  "page",
]);

/** A line inside a speech, after an element of kind `last`. */
function spoken(line: Source, last: LineKind): LineKind {
  if (isHidden(line)) return line.hidden || "note";
  const text = trim(line.visible);
  if (text === "") return holdsOn(line.visible) ? "dialogue" : "blank";
  if (PAGE.test(text)) return "page";
  if (text.startsWith("~")) return "lyric";
  if (last !== "parenthetical" && /^(?:\(.*\)|（.*）)$/s.test(text)) return "parenthetical";
  return "dialogue";
}

/** A line outside of any speech. */
function unspoken(line: Source, next: Source | undefined, free: boolean): LineKind {
  if (isHidden(line)) return line.hidden || "note";
  const text = trim(line.visible);
  switch (text[0]) {
    case undefined:
      return "blank";
    case "!":
      return "action";
    case "~":
      return "lyric";
    case ">":
      return text.length > 1 && text.endsWith("<") ? "centered" : "transition";
    case "#":
      return "section";
    case "=":
      return PAGE.test(text) ? "page" : "synopsis";
  }
  if (!free) return "action";
  const closed = !next || countsAsBlank(next);
  if (FORCED_HEADING.test(text) || (closed && HEADING.test(text))) return "heading";
  // Nothing may stand behind `TO:`, not even a space.
  if (closed && line.visible.endsWith("TO:") && isUpper(line.visible)) return "transition";
  if (text[0] === "@" && text.length > 1) return "character";
  return next && !separates(next) && isCue(text) ? "character" : "action";
}

/** Whether a line is blank for the line before it: empty, or nothing of it prints. */
function countsAsBlank(line: Source): boolean {
  return isEmpty(line) || /^[#=]/.test(trimStart(line.visible));
}

/** Whether a line ends the speech before it. */
function separates(line: Source): boolean {
  if (!isEmpty(line)) return false;
  return line.hidden === "" || (line.hidden === "boneyard" && isJoined(line));
}

function keyOf(line: Source): [string, string] | undefined {
  const colon = line.visible.indexOf(":");
  if (colon < 1 || SPACE.test(line.visible[0] as string)) return undefined;
  return [trimEnd(line.visible.slice(0, colon)), line.visible.slice(colon + 1)];
}

function continuesTitlePage(line: Source): boolean {
  return !isEmpty(line) && (/^[ \t]/.test(line.visible) || keyOf(line) !== undefined);
}

function opensTitlePage(line: Source, next: Source | undefined): boolean {
  const entry = keyOf(line);
  if (!entry) return false;
  const [key, value] = entry;
  if (KNOWN_KEYS.test(key)) return true;
  const hasValue =
    trim(value) !== "" || (next !== undefined && !isEmpty(next) && /^[ \t]/.test(next.visible));
  const words = key.split(/\p{White_Space}+/u).filter((word) => word !== "");
  const phrase =
    words.length > 3 || /[.,!?;"“(。，]/.test(key) || /^[@>~#=]/.test(key) || HEADING.test(key);
  const camera = isUpper(key) && / (?:IN|OUT|TO)$/.test(key);
  return hasValue && !phrase && !camera;
}

/** Says what each line is, of a whole text (`atStart`) or of a piece of one. */
export function classify(lines: readonly string[], { atStart }: { atStart: boolean }): LineKind[] {
  return new LiveKinds({ count: lines.length, line: (n) => lines[n] ?? "" }, atStart).kinds;
}

/**
 * The kinds of a text's lines, kept right while it is edited: only what an edit touched is read
 * again, from the blank line before it to the first blank line behind it from which all is as it was.
 */
export class LiveKinds {
  kinds: LineKind[] = [];
  /** How many lines the last edit had read again. */
  read = 0;
  /** No `/*` in a line before this one is without its end. */
  private unclosed = Number.POSITIVE_INFINITY;

  constructor(
    lines: Lines,
    private readonly top = true,
  ) {
    this.edit(lines, 0, 0, lines.count);
  }

  /**
   * Lines `from` up to `to` became those up to `newTo` (both without that line); what stands behind
   * them is as it was.
   */
  edit(lines: Lines, from: number, to: number, newTo: number): void {
    let start = from;
    if (this.unclosed < from) {
      // A new end may close what stood open above.
      for (let n = from; n < newTo; n++) {
        if (lines.line(n).includes("*/")) {
          start = this.unclosed;
          break;
        }
      }
    }
    do start--;
    while (start >= 0 && !(this.kinds[start] === "blank" && isEmptyLine(lines.line(start))));
    start++;
    const found: LineKind[] = [];
    const reader = new Reader(lines, start, this.top);
    const moved = newTo - to;
    let rest = this.kinds.length;
    let end = lines.count;
    for (let line = reader.next(); line; line = reader.next()) {
      for (let n = line.first; n <= line.last; n++) found.push(line.kind);
      if (line.kind === "blank" && line.first >= newTo) {
        const before = line.last + 1 - moved;
        if (this.kinds[before - 1] === "blank") {
          rest = before;
          end = line.last + 1;
          break;
        }
      }
    }
    this.read = found.length;
    if (this.unclosed >= start) {
      const behind = rest < this.kinds.length && this.unclosed < Number.POSITIVE_INFINITY;
      const kept = behind ? Math.max(this.unclosed + moved, end) : Number.POSITIVE_INFINITY;
      this.unclosed = Math.min(reader.unclosed, this.unclosed < rest && behind ? end : kept);
    }
    this.kinds = this.kinds.slice(0, start).concat(found, this.kinds.slice(rest));
  }
}
