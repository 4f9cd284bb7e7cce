import { DESKS } from "../desks";
import { offered } from "../features/actions/offered";
import { PAGES as DEPOT_PAGES, depot } from "../features/depot/depot.svelte";
import { draftName, KINDS, library, titleOf } from "../features/library/library.svelte";
import { notices } from "../features/notices/notices.svelte";
import { pictures } from "../features/pictures/pictures.svelte";
import { place } from "../features/place/place.svelte";
import { PAGES, settings } from "../features/settings/settings.svelte";
import { FOCUSES, surface } from "../features/surface/surface.svelte";
import { exportDraft, type Format } from "../features/writing/export";
import { renumberNotes } from "../features/writing/footnotes";
import { copyFormatted } from "../features/writing/markup";
import { TEXT, views } from "../features/writing/views.svelte";
import { writing } from "../features/writing/writing.svelte";
import { type Key, t } from "../locales/index.svelte";
import type { Theme } from "../wire/bindings";
import { run } from "./actions";
import { frame } from "./frame.svelte";
import { recent } from "./recent.svelte";
import { SHORTCUTS, shownKeys, TASK_ACTIONS } from "./shortcuts";

/** Something that the palette offers. */
export interface Command {
  id: string;
  label: string;
  /** What kind of thing it is. */
  group: Key;
  keys: string;
  run: () => unknown;
}

const FORMATS: [Format, Key][] = [
  ["text", "editor.export_text"],
  ["docx", "editor.export_docx"],
  ["html", "editor.export_html"],
];
const THEMES: Theme[] = ["system", "light", "sepia", "dark"];

/** What only makes sense with a text. */
const OF_TEXT: ReadonlySet<string> = new Set([
  "generate",
  "continue",
  "accept",
  "change_next",
  "change_previous",
  "change_accept",
  "change_refuse",
  "sentence_accept",
  "sentence_refuse",
  "look_ahead",
  "actions_menu",
  "see_prompt",
  "slip",
  "version",
  "find",
  "replace",
  "find_next",
  "find_previous",
  "outline",
  "print",
  "split",
  "split_switch",
  "footnote",
  "comment",
  "comments",
  "origins",
  "origin_card",
  "desk",
  "assistant",
  "toggle_desk",
]);
/** What changes something. */
const WRITES: ReadonlySet<string> = new Set([
  "generate",
  "continue",
  "accept",
  "change_accept",
  "change_refuse",
  "sentence_accept",
  "sentence_refuse",
  "look_ahead",
  "actions_menu",
  "see_prompt",
  "slip",
  "comment",
  "version",
  "new",
  "replace",
]);

const openDraft = (draft: string, project: string) =>
  frame.after(library.openDraft(draft, project), "text");

/** Everything that can be done now. */
export function commands(): Command[] {
  const open = writing.draftId !== null;
  const found: Command[] = [];
  const put = (id: string, label: string, group: Key, action: () => unknown, keys = "") =>
    found.push({ id, label, group, keys, run: action });

  for (const { action, label } of SHORTCUTS) {
    if (action === "palette" || action === "stop") continue;
    // The tasks of the desk are those of the kind that is open.
    if ((TASK_ACTIONS as readonly string[]).includes(action)) continue;
    if ((OF_TEXT.has(action) && !open) || (WRITES.has(action) && place.reading)) continue;
    if (action === "find_across" && !library.projectId) continue;
    put(action, t(label), "palette.action", () => run(action), shownKeys(action));
  }
  if (open && !place.reading)
    for (const offer of offered())
      put(
        offer.id,
        offer.own ? `${t("actions.own")}: ${offer.label}` : offer.label,
        "palette.action",
        offer.action ? () => run(offer.action ?? "text") : offer.run,
        offer.action ? shownKeys(offer.action) : "",
      );
  const kind = writing.document?.kind;
  const seen = kind ? (DESKS[kind].views ?? []).filter(({ within }) => !within) : [];
  if (seen.length && kind) {
    put("view-text", t("palette.view", { name: t("editor.view_text") }), "palette.action", () =>
      views.show(TEXT),
    );
    for (const { id, label } of seen)
      put(`view-${id}`, t("palette.view", { name: t(label) }), "palette.action", () =>
        views.show(id),
      );
  }
  if (!place.reading)
    for (const one of KINDS)
      put(`new-${one}`, t("palette.new", { kind: t(`library.new_${one}`) }), "palette.action", () =>
        frame.after(library.begin(one), "brief"),
      );
  for (const focus of FOCUSES)
    put(
      `focus-${focus}`,
      `${t("surface.focus")}: ${t(`surface.focus_${focus}`)}`,
      "palette.action",
      () => surface.setFocus(focus),
    );
  if (open) {
    for (const [format, label] of FORMATS)
      put(`export-${format}`, t(label), "palette.action", () => exportDraft(format));
    if (kind === "news")
      put("copy-formatted", t("editor.copy_formatted"), "palette.action", copyFormatted);
    if (kind === "news" && !place.reading)
      put("picture", t("pictures.insert"), "palette.action", () => pictures.choose());
    if (kind === "news" && !place.reading)
      put("renumber", t("editor.renumber"), "palette.action", renumberNotes);
    if (kind === "screenplay")
      put("export-fdx", t("editor.export_fdx"), "palette.action", () => exportDraft("fdx"));
  }
  for (const note of notices.gone)
    put(
      `back-${note.id}`,
      `${t("library.put_back")}: ${t(note.key, note.holes)}`,
      "palette.action",
      () => notices.goBack(note),
    );
  for (const theme of THEMES)
    put(
      `theme-${theme}`,
      `${t("settings.theme")}: ${t(`settings.theme_${theme}`)}`,
      "palette.setting",
      () => settings.setTheme(theme),
    );
  put("language-en", t("settings.english"), "palette.setting", () => settings.setLanguage("en"));
  put("language-zh-CN", t("settings.chinese"), "palette.setting", () =>
    settings.setLanguage("zh-CN"),
  );
  for (const page of PAGES)
    put(
      `settings-${page}`,
      `${t("settings.title")}: ${t(`settings.${page}`)}`,
      "palette.setting",
      () => settings.show(page),
    );

  for (const page of DEPOT_PAGES)
    put(
      `models-${page}`,
      `${t("depot.title")}: ${t(`depot.page_${page}`)}`,
      "palette.setting",
      () => depot.show(page),
    );

  const listed = new Set<string>();
  const document = (id: string, draft: string, title: string, project: string, group: Key) => {
    if (listed.has(draft) || draft === writing.draftId) return;
    listed.add(draft);
    put(id, title, group, () => openDraft(draft, project));
  };
  for (const { draft_id, project_id, title, kind: of } of recent.list)
    document(
      `recent-${draft_id}`,
      draft_id,
      titleOf({ title, kind: of }),
      project_id,
      "palette.recent",
    );
  for (const one of library.documents)
    for (const draft of one.drafts) {
      const name = one.drafts.length > 1 ? `${titleOf(one)} · ${draftName(draft)}` : titleOf(one);
      document(`draft-${draft.id}`, draft.id, name, one.project_id, "palette.document");
    }
  for (const project of library.projects)
    if (project.id !== library.projectId)
      put(`project-${project.id}`, project.name, "palette.project", () =>
        library.openProject(project.id),
      );
  return found;
}
