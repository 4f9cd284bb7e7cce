import type { Key } from "../../locales/index.svelte";
import { t } from "../../locales/index.svelte";
import type { DocumentKind } from "../../wire/bindings";

const SHARED: Record<string, Key> = { title: "editor.title", language: "desk.language" };

/** Fields of each kind's brief that have a name of their own in the locale files. */
const OWN: Record<DocumentKind, string[]> = {
  news: ["topic", "angle", "facts", "sources", "audience", "words", "tone"],
  ads: ["product", "audience", "selling_points", "tone", "call_to_action", "channel", "variants"],
  screenplay: ["logline", "genre", "characters", "tone", "scenes"],
};

/** What a person calls a field; its bare name where a newer program wrote it. */
export function fieldName(field: string, kind: DocumentKind): string {
  const shared = SHARED[field];
  if (shared) return t(shared);
  return OWN[kind].includes(field) ? t(`${kind}.${field}` as Key) : field;
}
