import { writing } from "./writing.svelte";

/** Puts addresses that were dropped from outside where they fell, if that is in a text. */
export function dropLinks(links: readonly string[], x: number, y: number) {
  if (!links.length) return;
  for (const editor of [writing.editor, writing.beside?.editor]) {
    const at = editor?.placeAt(x, y) ?? null;
    if (at !== null) return editor?.drop(at, links.join("\n"));
  }
}
