import type { Commands, EditDto, Preferences } from "../../wire/bindings";
import type { StubStudio } from "./studio";

type Names =
  | "texts_in_project"
  | "draft_text"
  | "draft_takes"
  | "replace_across"
  | "preferences"
  | "set_preferences"
  | "check_words"
  | "suggest_words"
  | "check_grammar"
  | "known_names"
  | "read_markup"
  | "write_markup"
  | "printable";
type Bodies = {
  [K in Names]: (input: Commands[K]["input"]) => Commands[K]["output"];
};

/** What nobody has changed. */
const USUAL: Preferences = {
  shortcuts: {},
  smart_punctuation: true,
  chinese_quotes: "curly",
  hide_marks: false,
  look_ahead: false,
  see_prompt: false,
  proofread: true,
  english: "either",
  words: [],
};

/** Replacements across a project, and how a person likes to write. */
export function surfaceCommands(
  studio: StubStudio,
  applied: (body: string, edits: EditDto[]) => string,
): Bodies {
  let kept = USUAL;
  return {
    preferences: () => kept,
    set_preferences: (mine) => {
      kept = structuredClone(mine);
      studio.changed("settings");
      return null;
    },
    read_markup: ({ html }) => ({
      text: html.replace(/<\/?(?:b|strong)>/g, "**").replace(/<[^>]*>/g, ""),
    }),
    write_markup: ({ text }) => ({
      text: `<p>${text.replace(/\*\*(.*?)\*\*/g, "<strong>$1</strong>")}</p>`,
    }),
    // A dictionary of the stub's own: what ends in "zz" is no word.
    check_words: ({ words }) => words.filter((word) => /zz$/.test(word)),
    suggest_words: ({ word }) => [word.replace(/zz$/, "s"), word.replace(/z$/, "")],
    // A grammar of the stub's own: "he go" is wrong.
    check_grammar: ({ paragraphs }) =>
      paragraphs.map((text) =>
        [...text.matchAll(/(?<=\bhe )go\b/gi)].map(({ index }) => ({
          from: index,
          to: index + 2,
          message: "The verb must agree with its subject.",
          fixes: ["goes"],
        })),
      ),
    known_names: ({ id }) => studio.draft(id).title.match(/\p{Lu}[\p{L}'-]+/gu) ?? [],
    printable: ({ id }) =>
      `<!doctype html><html lang="en"><body><p>${studio
        .draft(id)
        .body.replaceAll("&", "&amp;")
        .replaceAll("<", "&lt;")}</p></body></html>`,
    texts_in_project: ({ id }) =>
      studio
        .list((document) => document.dto.project_id === id && !document.deleted)
        .map(({ id: document_id, title, kind, language }) => ({
          draft_id: studio.shown(document_id).id,
          document_id,
          title,
          kind,
          language,
          locked: studio.lockedDrafts.has(studio.shown(document_id).id),
        })),
    draft_text: ({ id }) => ({
      body: studio.draft(id).body,
      revision: studio.draft(id).revision,
    }),
    draft_takes: ({ id }) => studio.view(id).takes,
    replace_across: ({ drafts }) =>
      drafts.map(({ draft_id, revision, edits }) => {
        const draft = studio.draft(draft_id);
        const left = studio.lockedDrafts.has(draft_id)
          ? ("locked" as const)
          : draft.revision !== revision
            ? ("changed" as const)
            : null;
        if (left) return { draft_id, places: 0, revision: null, left };
        studio.write(draft, applied(draft.body, edits));
        return { draft_id, places: edits.length, revision: draft.revision, left: null };
      }),
  };
}
