import type { Commands, DocumentKind, EditDto, TakeDto, TreeNode } from "../../wire/bindings";
import { actionCommands } from "./actions";
import { archiveCommands } from "./archive";
import { assistantCommands } from "./assistant";
import { boardCommands } from "./board";
import { changeCommands } from "./changes";
import { commentCommands } from "./comments";
import { compare, count } from "./compare";
import { depotCommands } from "./depot";
import { fail, STARTER } from "./given";
import { importCommands } from "./importing";
import { keyCommands } from "./keys";
import { ledgerCommands } from "./ledger";
import { breaks, preview, usualSetup } from "./pages";
import { pictureCommands } from "./pictures";
import { placeCommands } from "./place";
import { storyCommands } from "./story";
import type { StubNode, StubStudio } from "./studio";
import { surfaceCommands } from "./surface";
import { switchCommands, withinBudget } from "./switch";
import { tallyCommands } from "./tally";
import { traced } from "./traced";

export type Bodies = {
  [K in keyof Commands]: (
    input: Commands[K]["input"],
  ) => Commands[K]["output"] | Promise<Commands[K]["output"]>;
};

/** A node as it goes over the wire. */
const treeNode = ({ text: _, title: _t, brief: _b, at: _at, ...node }: StubNode): TreeNode => node;

/** What each command does to the studio in memory. */
export function commands(studio: StubStudio): Bodies {
  return {
    ...placeCommands(studio),
    ...actionCommands(studio),
    ...importCommands(studio),
    ...boardCommands(studio),
    ...storyCommands(studio),
    ...assistantCommands(studio),
    ...tallyCommands(studio),
    ...archiveCommands(studio),
    ...depotCommands(studio),
    ...switchCommands(studio),
    ...keyCommands(studio),
    ...ledgerCommands(studio),
    ...surfaceCommands(studio, applied),
    ...changeCommands(studio),
    ...commentCommands(studio),
    ...pictureCommands(),
    app_state: () => ({
      version: "0.1.0",
      language: studio.language,
      theme: studio.theme,
      library_path: "/home/ada/.local/share/inkstone/library.inkstone",
      projects: studio.projects.filter(({ deleted }) => !deleted),
      models: studio.models,
      last_open: studio.last,
    }),
    set_language: ({ language }) => {
      studio.language = language;
      return null;
    },
    set_theme: ({ theme }) => {
      studio.theme = theme;
      return null;
    },
    set_last_open: ({ last_open }) => {
      studio.last = last_open;
      return null;
    },
    create_project: ({ name, language }) => studio.addProject(name, language),
    sample_project: ({ name, language }) => {
      const project = studio.addProject(name, language);
      const of = (kind: DocumentKind, title: string) =>
        studio.addDocument(project.id, kind, language, title).id;
      return {
        project,
        to_write: [of("news", "The night ferry")],
        start: of("news", "Start here"),
      };
    },
    rename_project: ({ id, name }) => Object.assign(studio.project(id), { name }),
    delete_project: ({ id }) => {
      studio.project(id).deleted = true;
      return null;
    },
    restore_project: ({ id }) => Object.assign(studio.project(id), { deleted: false }),
    set_privacy: ({ project_id, privacy }) =>
      Object.assign(studio.project(project_id), { privacy }),
    choose_model: ({ project_id, model_id }) => {
      const project = studio.project(project_id);
      const model = studio.models.find(({ id }) => id === model_id);
      if (!model) throw fail("not_found");
      if (model.source.kind === "server" && project.privacy === "local_only")
        throw fail("remote_not_allowed", { host: model.source.host });
      return Object.assign(project, { model_id });
    },
    set_house_rules: ({ project_id, house_rules }) =>
      Object.assign(studio.project(project_id), { house_rules }),
    list_documents: ({ id }) => studio.list((d) => d.dto.project_id === id && !d.deleted),
    create_document: ({ project_id, kind, title, language }) =>
      studio.view(studio.addDocument(studio.project(project_id).id, kind, language, title).id),
    rename_document: ({ id, name }) => {
      studio.retitle(studio.shown(id), name);
      return studio.dto(id);
    },
    delete_document: ({ id }) => {
      studio.document(id).deleted = true;
      return null;
    },
    restore_document: ({ id }) => {
      studio.document(id).deleted = false;
      return studio.dto(id);
    },
    set_brief: ({ draft_id, brief }) => {
      studio.draft(draft_id).brief = brief;
      return null;
    },
    open_draft: ({ id }) => {
      studio.show(studio.draft(id));
      return studio.view(id);
    },
    branch_draft: ({ id, name }) => {
      const from = studio.draft(id);
      const draft = studio.addDraft(from.document_id, name, from.body);
      Object.assign(draft, { title: from.title, brief: structuredClone(from.brief) });
      studio.show(draft);
      studio.node(draft, "branch", null, from.nodes.at(-1)?.id ?? null);
      return studio.view(draft.id);
    },
    rename_draft: ({ id, name }) => {
      studio.draft(id).name = name;
      return null;
    },
    delete_draft: ({ id }) => {
      if (studio.dto(studio.draft(id).document_id).drafts.length < 2) throw fail("last_draft");
      studio.draft(id).deleted = true;
      return null;
    },
    apply_edits: ({ draft_id, base_revision, edits }) => {
      const draft = studio.draft(draft_id);
      if (base_revision !== draft.revision) throw fail("conflict");
      studio.write(draft, applied(draft.body, edits));
      return studio.saved(draft);
    },
    replace_text: ({ draft_id, text }) => {
      const draft = studio.draft(draft_id);
      studio.write(draft, text);
      return studio.saved(draft);
    },
    snapshot: ({ id }) => {
      const draft = studio.draft(id);
      if (draft.nodes.at(-1)?.text !== draft.body) studio.node(draft, "autosave");
      return null;
    },
    save_version: ({ id, name }) => studio.node(studio.draft(id), "named", name),
    undo: ({ draft_id, base_revision }) => studio.step(draft_id, base_revision, "past", "future"),
    redo: ({ draft_id, base_revision }) => studio.step(draft_id, base_revision, "future", "past"),
    document_history: ({ document_id, versions_only, hidden, before, most }) => {
      const all = [...studio.drafts.values()]
        .filter((draft) => draft.document_id === document_id)
        .flatMap((draft) => draft.nodes)
        .sort((a, b) => b.at - a.at)
        .filter((node) => !versions_only || node.version || node.label === "branch")
        .filter((node) => hidden || !node.hidden);
      const from = before === null ? 0 : all.findIndex(({ id }) => id === before) + 1;
      const nodes = all.slice(from, from + most).map(treeNode);
      return { nodes, more: all.length > from + most };
    },
    node_view: ({ id }) => {
      const { text, title, brief } = studio.findNode(id);
      return { title, brief, body: text, counts: count(text) };
    },
    name_node: ({ id, name }) => {
      const node = studio.findNode(id);
      node.name = name.trim() || null;
      node.version ||= node.name !== null;
      return null;
    },
    hide_node: ({ id, hidden }) => {
      studio.findNode(id).hidden = hidden;
      return null;
    },
    branch_node: ({ id, name }) => {
      const node = studio.findNode(id);
      const from = studio.draft(node.draft_id);
      const draft = studio.addDraft(from.document_id, name, node.text);
      Object.assign(draft, { title: node.title, brief: structuredClone(node.brief) });
      studio.node(draft, "branch", null, node.id);
      studio.show(draft);
      return studio.view(draft.id);
    },
    bin: () => studio.bin(),
    restore_draft: ({ id }) => {
      studio.draft(id).deleted = false;
      return null;
    },
    empty_bin: () => studio.emptyBin(),
    history: ({ id }) =>
      studio
        .draft(id)
        .nodes.map(({ id, parent_id, version, name, label, characters, created_at }) => ({
          id,
          parent_id,
          version,
          name,
          label,
          characters,
          created_at,
        }))
        .reverse(),
    node_text: ({ id }) => studio.findNode(id).text,
    compare: ({ draft_id, node_id }) =>
      compare(studio.findNode(node_id).text, studio.draft(draft_id).body),
    restore_node: ({ draft_id, node_id }) => {
      const draft = studio.draft(draft_id);
      studio.node(draft, "before_restore");
      studio.write(draft, studio.findNode(node_id).text);
      studio.node(draft, "restored");
      return studio.view(draft_id);
    },
    models: () => studio.models,
    add_file: ({ path }) => {
      if (!path.endsWith(".gguf")) throw fail("model_broken", { path });
      const name = path.replace(/^.*[/\\]/, "").replace(/\.gguf$/, "");
      const file = { ...starterFile(), architecture: "qwen3", parameters_millions: 1720 };
      const source = { kind: "file" as const, path, file };
      return studio.addModel({
        id: studio.id("model"),
        name,
        source,
        state: { state: "idle" },
        beyond: [],
        price: null,
      });
    },
    add_server: ({ name, base_url, api_key, model, api = "chat" }) => {
      const host = hostOf(base_url);
      const source = {
        kind: "server" as const,
        base_url,
        host,
        model,
        key: api_key ? ("session" as const) : null,
        needs_key: false,
        api,
      };
      const shown = name.trim() || model;
      return studio.addModel({
        id: studio.id("model"),
        name: shown,
        source,
        state: { state: "ready" },
        beyond: [],
        price: null,
      });
    },
    remove_model: ({ id }) => {
      studio.models = studio.models.filter((model) => model.id !== id);
      for (const project of studio.projects)
        if (project.model_id === id) project.model_id = "starter";
      studio.changed("models", "projects");
      return null;
    },
    load_model: ({ id }) => {
      const model = studio.models.find((m) => m.id === id);
      if (model) void studio.load(model);
      return null;
    },
    list_server_models: ({ base_url }) => {
      hostOf(base_url);
      return ["qwen3:8b", "llama3.3:70b", "mistral-small:24b"];
    },
    generate: ({ draft_id, task, from, to, seed, models, over_budget, prompt }) => {
      const draft = studio.draft(draft_id);
      if (!over_budget) withinBudget(studio);
      const takes = studio.ask(draft, task, from, to, seed, models);
      for (const take of takes) take.facts.edited = prompt !== undefined;
      return { batch_id: takes[0]?.batch_id ?? "", takes };
    },
    stop: ({ id }) => {
      studio.stopped.add(id);
      return null;
    },
    accept_take: ({ take_id, draft_id, base_revision, from, to, text }) => {
      const draft = studio.draft(draft_id);
      if (base_revision !== draft.revision) throw fail("conflict");
      const take = studio.take(take_id);
      studio.write(draft, applied(draft.body, [{ from, to, insert: text }]));
      studio.node(draft, "accepted");
      studio.takes.set(take_id, { ...take, decision: "accepted" });
      if (!draft.title && take.title) studio.retitle(draft, take.title);
      studio.changed("history", "documents");
      return studio.view(draft_id);
    },
    discard_take: ({ id }) => {
      const take: TakeDto = { ...studio.take(id), decision: "discarded" };
      studio.takes.set(id, take);
      return take;
    },
    generation_record: ({ id }) => {
      const take = studio.take(id);
      return {
        take,
        model_id: "starter",
        model_sha256: take.host ? null : "9f2c".repeat(16),
        engine: take.host ? "openai 0.1.0" : "candle 0.11.1",
        template_sha256: "51ab".repeat(16),
        request: JSON.stringify({
          messages: [
            { role: "system", content: "You are an editor." },
            { role: "user", content: "Write." },
          ],
          sampling: { temperature: 0.8, top_p: 0.95 },
          max_tokens: 512,
        }),
        output: take.text,
        prompt_tokens: 212,
        completion_tokens: take.tokens,
        first_token_ms: 140,
        total_ms: 3210,
      };
    },
    ...traced(studio),
    replay_changes: ({ id }) =>
      studio.take(id).template.includes("compact")
        ? [{ subject: "engine", was: "candle 0.11.1", now: "candle 0.11.2" }]
        : [],
    replay: ({ id }) => ({
      outcome: "identical",
      changes: [],
      characters: [...studio.take(id).text].length,
      difference: null,
      finish_then: "stop",
      finish_now: "stop",
      total_ms: 2,
    }),
    stop_replay: () => null,
    doubts: ({ id }) => ({ same: true, text: studio.take(id).text, words: [] }),
    check: ({ id }) => {
      const draft = studio.draft(id);
      const brief = studio.brief(draft);
      const rules = studio
        .project(studio.document(draft.document_id).dto.project_id)
        .house_rules.split("\n");
      const banned = rules
        .filter((phrase) => phrase.trim() && draft.body.includes(phrase))
        .map((phrase) => {
          const from = draft.body.indexOf(phrase);
          const values = { word: phrase };
          const at = { from, to: from + phrase.length };
          return { rule: "ads.banned_word", severity: "error" as const, ...at, values };
        });
      const { words } = count(draft.body);
      if (!("topic" in brief) || !words || Math.abs(words - brief.words) < brief.words / 5)
        return banned;
      const values = { want: String(brief.words), have: String(words) };
      const off = {
        rule: "news.words",
        severity: "warning" as const,
        from: null,
        to: null,
        values,
      };
      return [...banned, off];
    },
    ad_grid: ({ id }) => {
      const draft = studio.draft(id);
      const brief = studio.brief(draft);
      const found = [
        ...draft.body.matchAll(/^(?:Headline: |标题：)(.*)\n(?:Description: |描述：)(.*)/gm),
      ];
      return {
        channel: "channel" in brief ? brief.channel : "google_rsa",
        ads: found.map((match) => ({
          from: match.index,
          to: match.index + match[0].length,
          fields: [
            adField("headline", match[1] ?? "", 30),
            adField("description", match[2] ?? "", 90),
          ],
        })),
      };
    },
    production: ({ id }) => studio.production(id),
    lock_script: ({ id }) => {
      studio.production(id).locked_at = Date.now();
      return studio.view(id);
    },
    unlock_script: ({ id }) => Object.assign(studio.production(id), { locked_at: null }),
    start_revision: ({ draft_id, color, round, date }) => {
      const production = studio.production(draft_id);
      production.sets.push({ color, round, date, title: `${color} ${date}` });
      return production;
    },
    number_scenes: ({ id }) => studio.view(id),
    export: () => ({ folder: null, left_out: [] }),
    page_setup: ({ id }) => {
      const { document_id } = studio.draft(id);
      return studio.setups.get(document_id) ?? usualSetup(studio.dto(document_id).language);
    },
    set_page_setup: ({ document_id, setup }) => {
      studio.setups.set(document_id, setup);
      return null;
    },
    page_breaks: ({ id }) => breaks(studio.draft(id)),
    preview_pages: ({ draft_id, setup, first }) =>
      preview(studio.draft(draft_id).body, setup, first),
    page_fonts: ({ draft_id }) => ({
      fallbacks: [],
      missing: [...new Set(studio.draft(draft_id).body.match(/\p{Extended_Pictographic}/gu))],
    }),
    export_pdf: ({ draft_id }) => ({
      pages: breaks(studio.draft(draft_id)).pages,
      missing: [],
      fonts: [],
    }),
    search: (asked) => studio.search(asked),
    search_meaning: () => studio.meanings,
  };
}

const starterFile = () => {
  if (STARTER.source.kind !== "starter") throw fail("internal");
  return STARTER.source.file;
};

const adField = (field: string, text: string, limit: number) => ({
  field,
  text,
  size: text.length,
  limit,
  hard: true,
});

function hostOf(base_url: string): string {
  try {
    return new URL(base_url).host;
  } catch {
    throw fail("bad_address", { url: base_url });
  }
}

function applied(text: string, edits: EditDto[]): string {
  let moved = 0;
  let next = text;
  for (const { from, to, insert } of edits.slice().sort((a, b) => a.from - b.from)) {
    if (from > to || to > text.length) throw fail("bad_request");
    next = next.slice(0, from + moved) + insert + next.slice(to + moved);
    moved += insert.length - (to - from);
  }
  return next;
}
