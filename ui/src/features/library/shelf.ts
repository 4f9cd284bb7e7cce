import type { DocumentDto } from "../../wire/bindings";

/** Documents that are drawn together. */
export const STRETCH = 6;

/** A document that is drawn, or room for a stretch of them that nobody has come to yet. */
export type Entry =
  | { document: DocumentDto; at: number }
  | { stretch: number; documents: number; drafts: number; lists: number };

export const stretchOf = (at: number) => Math.floor(at / STRETCH);

/**
 * What stands in the list: documents of the stretches that are `shown`, and room for the others, so
 * that a library of thousands is no slower to show than one of a few.
 */
export function entries(
  documents: readonly DocumentDto[],
  shown: (stretch: number) => boolean,
): Entry[] {
  const list: Entry[] = [];
  for (let from = 0; from < documents.length; from += STRETCH) {
    const stretch = stretchOf(from);
    const these = documents.slice(from, from + STRETCH);
    if (shown(stretch)) {
      list.push(...these.map((document, index) => ({ document, at: from + index })));
      continue;
    }
    const branched = these.filter(({ drafts }) => drafts.length > 1);
    const drafts = branched.reduce((sum, document) => sum + document.drafts.length, 0);
    list.push({ stretch, documents: these.length, drafts, lists: branched.length });
  }
  return list;
}
