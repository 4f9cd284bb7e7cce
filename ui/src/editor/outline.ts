import type { Text } from "@codemirror/state";
import type { DocumentKind } from "../wire/bindings";
import type { LineKind } from "./fountain";

/** A heading, a section or a scene. */
export interface Landmark {
  /** Where its line begins. */
  at: number;
  /** 1 is the outermost. */
  level: number;
  text: string;
  what: "heading" | "section" | "scene";
}

/** More than this is no outline. */
export const MOST_LANDMARKS = 5_000;
const LONGEST = 200;

/** A heading of Markdown without its marks. */
const bare = (text: string) =>
  text
    .replace(/\s#+\s*$/, "")
    .replace(/[*_`~]+/g, "")
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, "$1")
    .trim();

/** The landmarks of a text. It is read whole: call it in a pause, not at a key. */
export function outlineOf(doc: Text, kind: DocumentKind, kinds?: readonly LineKind[]): Landmark[] {
  const found: Landmark[] = [];
  let at = 0;
  let n = 0;
  let fenced = false;
  let section = 0;
  for (const lines = doc.iterLines(); !lines.next().done && found.length < MOST_LANDMARKS; n++) {
    const text = lines.value;
    const begin = at;
    at += text.length + 1;
    if (kind === "screenplay") {
      const what = kinds?.[n];
      if (what !== "heading" && what !== "section") continue;
      const short = text.slice(0, LONGEST).trim();
      if (what === "section") {
        section = /^#{1,6}/.exec(short)?.[0].length ?? 1;
        found.push({
          at: begin,
          level: section,
          text: short.replace(/^#{1,6}\s*/, ""),
          what: "section",
        });
      } else {
        const heading = short.replace(/^\.(?!\.)/, "").replace(/\s#[^#\s]+#$/, "");
        found.push({ at: begin, level: section + 1, text: heading, what: "scene" });
      }
      continue;
    }
    if (/^\s{0,3}(?:```|~~~)/.test(text)) fenced = !fenced;
    if (fenced || text[0] !== "#") continue;
    const heading = /^(#{1,6})\s+(\S.*)/.exec(text.slice(0, LONGEST));
    if (!heading) continue;
    found.push({
      at: begin,
      level: heading[1]?.length ?? 1,
      text: bare(heading[2] ?? ""),
      what: "heading",
    });
  }
  return found;
}

/** The number of the landmark that a place belongs to; none before the first. */
export function landmarkAt(landmarks: readonly Landmark[], place: number): number {
  let from = 0;
  let to = landmarks.length;
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((landmarks[middle]?.at ?? 0) <= place) from = middle + 1;
    else to = middle;
  }
  return from - 1;
}
