import type { EditorState, Extension } from "@codemirror/state";
import { EditorView } from "@codemirror/view";
import { kindFacet } from "./layout";

export interface MarkupPorts {
  /** Formatted text was pasted; `plain` is the same without its formats. */
  onFormatted(html: string, plain: string): void;
}

/** What a text says beyond its words. */
const FORMATTED =
  /<(?:h[1-6]|b|strong|i|em|a|li|blockquote|table|s|del|code)\b|font-weight:\s*(?:bold|[6-9]00)|font-style:\s*italic/i;
/** Code of a program, whose colours say nothing to a reader. */
const VERBATIM = /^(?:\s|<(?:meta|html|head|body|!--)[^>]*>)*<(?:pre|div)\b[^>]*monospace/i;
/** A text of this window, which has its marks already. */
const OWN = /\bclass="[^"]*\b(?:ink|cm)-/;
/** More than this is read as plain text. */
const LONGEST = 8_000_000;

/** Whether formats of a pasted text are worth keeping. */
export const isFormatted = (html: string): boolean =>
  html.length <= LONGEST &&
  FORMATTED.test(html) &&
  !VERBATIM.test(html.slice(0, 4000)) &&
  !OWN.test(html);

const isArticle = (state: EditorState) => state.facet(kindFacet) === "news";

/** Lets formatted text come into an article as Markdown. */
export const markup = (ports: MarkupPorts): Extension =>
  EditorView.domEventHandlers({
    paste(event, view) {
      const data = event.clipboardData;
      if (!data || !isArticle(view.state) || view.state.readOnly) return false;
      const [html, plain] = [data.getData("text/html"), data.getData("text/plain")];
      if (!plain.trim() || !isFormatted(html)) return false;
      ports.onFormatted(html, plain);
      event.preventDefault();
      return true;
    },
  });
