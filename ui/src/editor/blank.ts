import type { DocumentKind } from "../wire/bindings";
import type { Page } from "./create";
import { PLAIN } from "./modes";

/** A text with nothing around it, for tests. */
export const blank = (text: string, kind: DocumentKind = "news"): Page => ({
  text,
  kind,
  language: "en",
  phrases: {},
  modes: PLAIN,
  proofing: { on: false, right: new Set(), language: "en", spell: null, grammar: null },
  punctuation: { on: false, chineseQuotes: "curly" },
  label: "Text",
  hint: "Begin",
});
