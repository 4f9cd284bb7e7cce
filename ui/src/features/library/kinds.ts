import Clapperboard from "@lucide/svelte/icons/clapperboard";
import Megaphone from "@lucide/svelte/icons/megaphone";
import Newspaper from "@lucide/svelte/icons/newspaper";
import type { DocumentKind } from "../../wire/bindings";

export const KIND_ICONS: Record<DocumentKind, typeof Newspaper> = {
  news: Newspaper,
  ads: Megaphone,
  screenplay: Clapperboard,
};
