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

/** Where a run of lines begins: what is still open from the lines above it. */
export interface Before {
  /** The first line of the text is among them. */
  atStart: boolean;
  inBoneyard: boolean;
}

const HEADING = /^(?:INT|EXT|EST|INT\.?\/EXT|I\/E)(?:\.|\s)/i;
const CHINESE_HEADING = /^(?:内景|外景|内外景|内\/外景|内|外)[\s.。、，,：:]/;
const TITLE_KEY = /^[\p{L}][\p{L} ]*[:：]/u;
const CUE = /^[^\p{Ll}]*\p{Lu}[^\p{Ll}]*$/u;

function isCue(text: string): boolean {
  if (text.startsWith("@")) return text.length > 1;
  // An extension such as (cont'd) may be in lower case.
  const name = text
    .replace(/\^\s*$/, "")
    .replace(/\([^()]*\)\s*$/, "")
    .trim();
  return name.length > 0 && CUE.test(name);
}

/**
 * Says what each line is. Light: good enough to lay a script out while it is typed; what a file
 * means is the studio's to say.
 */
export function classify(lines: readonly string[], before: Before): LineKind[] {
  const kinds: LineKind[] = [];
  let boneyard = before.inBoneyard;
  let title = before.atStart;
  let note = false;
  let previous: LineKind = "blank";
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i] ?? "";
    const text = line.trim();
    const kind = kindOf(line, text, i);
    kinds.push(kind);
    previous = kind;
  }
  return kinds;

  function kindOf(line: string, text: string, i: number): LineKind {
    if (boneyard || text.startsWith("/*")) {
      boneyard = !text.includes("*/");
      return "boneyard";
    }
    if (note) {
      if (text === "" && line === "") note = false;
      else {
        if (text.endsWith("]]")) note = false;
        return "note";
      }
    }
    // Two spaces keep a speech going over an empty line.
    if (text === "") {
      if (line.length >= 2 && (previous === "dialogue" || previous === "parenthetical"))
        return "dialogue";
      title = false;
      return "blank";
    }
    if (title) {
      if (TITLE_KEY.test(text) || (previous === "title" && /^(?: {3,}|\t)/.test(line)))
        return "title";
      title = false;
    }
    if (previous === "character" || previous === "parenthetical" || previous === "dialogue") {
      if (/^[(（]/.test(text) && /[)）]$/.test(text)) return "parenthetical";
      if (!text.startsWith("[[")) return text.startsWith("~") ? "lyric" : "dialogue";
    }
    if (text.startsWith("[[")) {
      note = !text.endsWith("]]");
      return "note";
    }
    if (/^={3,}$/.test(text)) return "page";
    if (text.startsWith("=")) return "synopsis";
    if (/^#{1,6}/.test(text)) return "section";
    if (text.startsWith("~")) return "lyric";
    if (text.startsWith("!")) return "action";
    if (text.startsWith(">")) return text.endsWith("<") ? "centered" : "transition";
    if (/^\.[^.\s]/.test(text)) return "heading";
    const afterBlank = previous === "blank" || kinds.length === 0;
    if (afterBlank && (HEADING.test(text) || CHINESE_HEADING.test(text))) return "heading";
    const next = lines[i + 1];
    const lastOfBlock = next === undefined || next.trim() === "";
    if (afterBlank && lastOfBlock && /TO:$/.test(text) && CUE.test(text)) return "transition";
    if (afterBlank && !lastOfBlock && isCue(text)) return "character";
    return "action";
  }
}
