import { smallestChange } from "../../editor/change";
import type {
  BackupDto,
  BinItemDto,
  Brief,
  Commands,
  DocumentDto,
  DocumentKind,
  DraftView,
  ErrorDto,
  FoundServerDto,
  HistoryNodeDto,
  Language,
  LedgerEntryDto,
  MeaningPage,
  ModelDto,
  PageSetup,
  ProductionDto,
  ProjectDto,
  Search,
  SearchGroupDto,
  SearchHitDto,
  SearchPageDto,
  StudioEvent,
  TakeDto,
  Task,
  Theme,
  TreeNode,
} from "../../wire/bindings";
import { answerTo } from "./answers";
import { type Bodies, commands } from "./commands";
import { count } from "./compare";
import { emptyBrief, fail, noFacts, STARTER } from "./given";
import { noMoney } from "./switch";

interface Draft {
  id: string;
  document_id: string;
  name: string;
  title: string;
  brief: Brief;
  body: string;
  revision: number;
  updated_at: number;
  deleted: boolean;
  nodes: StubNode[];
  /** Texts that undo goes back to, and those that redo goes on to. */
  past: string[];
  future: string[];
}

/** A node with what it keeps. */
export interface StubNode extends TreeNode {
  text: string;
  title: string;
  brief: Brief;
  /** Counts the nodes of the studio. */
  at: number;
}

interface Document {
  dto: Omit<DocumentDto, "drafts">;
  shown: string | null;
  deleted: boolean;
}

/**
 * A studio in memory, for tests and a plain browser. It keeps the rules that the window relies on:
 * revisions, soft deletes, takes that stream, the lock of a project, versions on acceptance.
 */
export class StubStudio {
  language: Language | null = null;
  theme: Theme = "system";
  projects: (ProjectDto & { deleted?: boolean })[] = [];
  documents = new Map<string, Document>();
  drafts = new Map<string, Draft>();
  /** Drafts whose scenes and pages are locked. */
  lockedDrafts = new Set<string>();
  takes = new Map<string, TakeDto>();
  models: ModelDto[] = [STARTER];
  private productions = new Map<string, ProductionDto>();
  entries: LedgerEntryDto[] = [];
  /** What a search by meaning finds, whatever is asked. */
  /** What was searched for last. */
  searched: Search | null = null;
  meanings: MeaningPage = { model: null, compared: 0, passages: 0, hits: [] };
  setups = new Map<string, PageSetup>();
  last: { project_id: string; draft_id: string | null } | null = null;
  /** What is found on this machine. */
  localServers: FoundServerDto[] = [];
  /** Models in a row, and what they cost. */
  money = noMoney();
  /** The library as a file. */
  place = {
    path: "",
    folder: null as string | null,
    recent: [] as string[],
    /** Why it is only read. */
    reading: null as ErrorDto | null,
    backups: [] as { dto: BackupDto; texts: Map<string, string> }[],
  };
  /** Commands that fail, and how. */
  broken: Partial<Record<keyof Commands, ErrorDto>> = {};
  /** Names of all commands that were called. */
  called: (keyof Commands)[] = [];
  /** Pause before each piece of a take. */
  pace = 60;
  /** Pause before each answer. */
  latency = 0;
  private listeners = new Set<(event: StudioEvent) => void>();
  readonly stopped = new Set<string>();
  private ids = 0;
  private nodesMade = 0;

  on(listener: (event: StudioEvent) => void) {
    this.listeners.add(listener);
    return () => {
      this.listeners.delete(listener);
    };
  }

  emit(event: StudioEvent) {
    for (const listener of this.listeners) listener(structuredClone(event));
  }

  async call<K extends keyof Commands>(
    name: K,
    input: Commands[K]["input"],
  ): Promise<Commands[K]["output"]> {
    this.called.push(name);
    if (this.latency) await wait(this.latency);
    const error = this.broken[name];
    if (error) throw error;
    // As on the real wire, nothing is shared between the two sides.
    const plain = JSON.parse(JSON.stringify(input)) as Commands[K]["input"];
    return structuredClone(await this.bodies[name](plain));
  }

  id(kind: string) {
    return `${kind}-${++this.ids}`;
  }

  project(id: string) {
    const found = this.projects.find((project) => project.id === id);
    if (!found) throw fail("not_found");
    return found;
  }

  document(id: string) {
    const found = this.documents.get(id);
    if (!found) throw fail("not_found");
    return found;
  }

  draft(id: string) {
    const found = this.drafts.get(id);
    if (!found) throw fail("not_found");
    return found;
  }

  take(id: string) {
    const found = this.takes.get(id);
    if (!found) throw fail("not_found");
    return found;
  }

  dto(id: string): DocumentDto {
    const drafts = [...this.drafts.values()]
      .filter((draft) => draft.document_id === id && !draft.deleted)
      .map(({ id, document_id, name, updated_at }) => ({ id, document_id, name, updated_at }));
    return { ...this.document(id).dto, drafts };
  }

  view(draftId: string): DraftView {
    const draft = this.draft(draftId);
    return {
      document: this.dto(draft.document_id),
      brief: draft.brief,
      draft_id: draft.id,
      title: draft.title,
      body: draft.body,
      revision: draft.revision,
      counts: count(draft.body),
      takes: [...this.takes.values()].filter(({ draft_id }) => draft_id === draftId).reverse(),
    };
  }

  /** How far a script is locked and revised. */
  production(draftId: string): ProductionDto {
    const known = this.productions.get(draftId);
    if (known) return known;
    const fresh: ProductionDto = {
      locked_at: null,
      pages: 1,
      unnumbered: 0,
      changed_pages: [],
      sets: [],
      marks: [],
      next_color: "blue",
      next_round: 1,
    };
    this.productions.set(draftId, fresh);
    return fresh;
  }

  addProject(name: string, language: Language): ProjectDto {
    const project: ProjectDto = {
      id: this.id("project"),
      name,
      language,
      privacy: "local_only",
      model_id: "starter",
      house_rules: "",
      updated_at: Date.now(),
    };
    this.projects.push(project);
    return project;
  }

  addDocument(
    project_id: string,
    kind: DocumentKind,
    language: Language,
    title = "",
    body = "",
  ): Draft {
    const id = this.id("document");
    this.documents.set(id, {
      dto: { id, project_id, kind, language, title, updated_at: Date.now() },
      shown: null,
      deleted: false,
    });
    const draft = this.addDraft(id, "main", body);
    this.show(draft);
    return draft;
  }

  addDraft(document_id: string, name: string, body: string): Draft {
    const { kind, language, title } = this.document(document_id).dto;
    const draft: Draft = {
      id: this.id("draft"),
      document_id,
      name,
      title,
      brief: emptyBrief(kind, language),
      body,
      revision: 0,
      updated_at: Date.now(),
      deleted: false,
      nodes: [],
      past: [],
      future: [],
    };
    this.drafts.set(draft.id, draft);
    return draft;
  }

  brief(draft: Draft): Brief {
    return draft.brief;
  }

  /** The draft that a document is listed by. */
  shown(documentId: string): Draft {
    return this.draft(this.document(documentId).shown ?? "");
  }

  show(draft: Draft) {
    const document = this.document(draft.document_id);
    document.shown = draft.id;
    document.dto.title = draft.title;
  }

  retitle(draft: Draft, title: string) {
    draft.title = title;
    const document = this.document(draft.document_id);
    if (document.shown === draft.id) document.dto.title = title;
  }

  changed(...kinds: string[]) {
    queueMicrotask(() => this.emit({ event: "changed", kinds }));
  }

  write(draft: Draft, body: string) {
    draft.past.push(draft.body);
    draft.future = [];
    draft.body = body;
    draft.revision++;
    draft.updated_at = Date.now();
    this.document(draft.document_id).dto.updated_at = draft.updated_at;
  }

  saved(draft: Draft) {
    return { revision: draft.revision, counts: count(draft.body) };
  }

  /** One step back or forth among the texts that a draft had. */
  step(id: string, base: number, from: "past" | "future", to: "past" | "future") {
    const draft = this.draft(id);
    if (base !== draft.revision) throw fail("conflict");
    const text = draft[from].pop();
    const { title, brief, body } = draft;
    if (text !== undefined) {
      draft[to].push(body);
      draft.body = text;
      draft.revision++;
    }
    const edit = text === undefined ? null : smallestChange(body, text);
    return {
      done: text !== undefined,
      revision: draft.revision,
      edits: edit ? [edit] : [],
      described: false,
      title,
      brief,
      counts: count(draft.body),
    };
  }

  bin(): BinItemDto[] {
    const project = (id: string) => this.project(id).name;
    const projects = this.projects
      .filter(({ deleted }) => deleted)
      .map(({ id, name }) => ({
        ...{ what: "project" as const, id, name, of: null, project_id: id, project: name },
        ...{ kind: null, holds: this.list(({ dto }) => dto.project_id === id).length },
        deleted_at: Date.now(),
      }));
    const documents = [...this.documents.values()]
      .filter(({ deleted }) => deleted)
      .map(({ dto: { id, title, project_id, kind } }) => ({
        ...{ what: "document" as const, id, name: title, of: null, project_id, kind },
        ...{ project: project(project_id), holds: 1, deleted_at: Date.now() },
      }));
    const drafts = [...this.drafts.values()]
      .filter(({ deleted }) => deleted)
      .map(({ id, name, document_id }) => {
        const { title, project_id, kind } = this.document(document_id).dto;
        return {
          ...{ what: "draft" as const, id, name, of: title, project_id, kind },
          ...{ project: project(project_id), holds: 0, deleted_at: Date.now() },
        };
      });
    return [...projects, ...documents, ...drafts];
  }

  emptyBin() {
    const gone = this.bin();
    const of = (what: BinItemDto["what"]) => gone.filter((item) => item.what === what);
    for (const { id } of of("draft")) this.drafts.delete(id);
    for (const { id } of of("document")) this.documents.delete(id);
    this.projects = this.projects.filter(({ deleted }) => !deleted);
    return {
      projects: of("project").length,
      documents: of("document").length,
      drafts: of("draft").length,
    };
  }

  node(
    draft: Draft,
    label: string,
    name: string | null = null,
    parent: string | null = draft.nodes.at(-1)?.id ?? null,
  ): HistoryNodeDto {
    const before = draft.nodes.at(-1)?.text ?? "";
    const node: StubNode = {
      id: this.id("node"),
      draft_id: draft.id,
      parent_id: parent,
      merged_from: null,
      hidden: false,
      written: {
        typed: label === "accepted" ? 0 : Math.max(0, draft.body.length - before.length),
        pasted: 0,
        imported: 0,
        models:
          label === "accepted"
            ? [
                {
                  name: "Inkstone Starter",
                  characters: Math.max(0, draft.body.length - before.length),
                },
              ]
            : [],
        removed: Math.max(0, before.length - draft.body.length),
      },
      at: ++this.nodesMade,
      title: draft.title,
      brief: structuredClone(draft.brief),
      version: label === "named" || label === "accepted" || label === "restored",
      name,
      label,
      characters: count(draft.body).characters,
      created_at: Date.now(),
      text: draft.body,
    };
    draft.nodes.push(node);
    const { id, parent_id, version, characters, created_at } = node;
    return { id, parent_id, version, name, label, characters, created_at };
  }

  findNode(id: string) {
    for (const draft of this.drafts.values()) {
      const node = draft.nodes.find((n) => n.id === id);
      if (node) return node;
    }
    throw fail("not_found");
  }

  private modelOf(draft: Draft): ModelDto {
    const project = this.project(this.document(draft.document_id).dto.project_id);
    const model = this.models.find(({ id }) => id === project.model_id);
    if (!model) throw fail("model_not_chosen", { id: project.model_id });
    return model;
  }

  private set(model: ModelDto, state: ModelDto["state"]) {
    model.state = state;
    this.emit({ event: "model", model_id: model.id, state });
  }

  async load(model: ModelDto) {
    if (model.source.kind === "server" || model.state.state === "ready") return;
    this.set(model, { state: "loading" });
    await wait(this.pace * 8);
    this.set(model, { state: "ready" });
  }

  ask(
    draft: Draft,
    task: Task,
    from: number,
    to: number,
    seed: number | null,
    asked: string[] = [],
  ): TakeDto[] {
    const rivals = this.models.filter(({ id }) => asked.includes(id));
    const model = rivals[0] ?? this.modelOf(draft);
    const all = rivals.length ? rivals : [model];
    const brief = this.brief(draft);
    const several = task.task === "draft" && "variants" in brief ? brief.variants : 1;
    const batch_id = this.id("batch");
    const selects = [
      "rewrite",
      "shorten",
      "expand",
      "tone",
      "simplify",
      "correct",
      "translate",
    ].includes(task.task);
    if (selects && from === to) throw fail("empty_selection");
    const takes = Array.from({ length: several * all.length }, (_, variant): TakeDto => {
      const model = all[Math.floor(variant / several)] ?? STARTER;
      const host = model.source.kind === "server" ? model.source.host : null;
      return {
        id: this.id("take"),
        batch_id,
        variant,
        draft_id: draft.id,
        task: task.task,
        status: "waiting",
        decision: "pending",
        title: null,
        text: "",
        from: selects ? from : to,
        to,
        model_name: model.name,
        host,
        seed: (seed ?? 41) + variant,
        template: `${this.document(draft.document_id).dto.kind}/${task.task}.${brief.language}`,
        tokens: 0,
        tokens_per_second: null,
        waiting: null,
        finish_reason: null,
        error: null,
        created_at: Date.now(),
        facts: { ...noFacts(model.id), made_up: host ? ["seed"] : [] },
      };
    });
    for (const take of takes) this.takes.set(take.id, take);
    void this.run(draft, task, takes, model);
    return takes;
  }

  private async run(draft: Draft, task: Task, takes: TakeDto[], model: ModelDto) {
    await this.load(model);
    for (const take of takes) {
      const { title, text } = answerTo(
        this.dto(draft.document_id),
        this.brief(draft),
        task,
        draft.body.slice(take.from, take.to),
        take.variant,
      );
      const put = (change: Partial<TakeDto>) => {
        const next = { ...this.take(take.id), ...change };
        this.takes.set(take.id, next);
        this.emit({ event: "take", take: next });
      };
      const halted = () => this.stopped.has(take.id) || this.stopped.has(take.batch_id);
      const pieces = text.match(/\S+\s*|\s+|./gsu) ?? [];
      let written = "";
      for (const piece of pieces) {
        await wait(this.pace);
        if (halted()) break;
        written += piece;
        const tokens = this.take(take.id).tokens + 1;
        put({ status: "writing", text: written, tokens, tokens_per_second: 18.4 });
      }
      if (halted()) put({ status: "stopped", finish_reason: "cancelled" });
      else put({ status: "done", title, finish_reason: "stop" });
      if (take.host) {
        this.entries.unshift({
          id: this.id("entry"),
          at: Date.now(),
          host: take.host,
          method: "POST",
          path: "/v1/chat/completions",
          purpose: take.task,
          project_id: null,
          project: null,
          bytes_out: 1840,
          bytes_in: written.length,
          generation_id: take.id,
          state: "done",
          status: 200,
          failure: null,
          masked: false,
          sha256: "5c".repeat(32),
          kept: true,
        });
        this.changed("ledger");
      }
    }
  }

  readonly bodies: Bodies = commands(this);

  addModel(model: ModelDto): ModelDto {
    this.models.push(model);
    this.changed("models");
    return model;
  }

  list(which: (document: Document) => boolean) {
    return [...this.documents.values()].filter(which).map(({ dto }) => this.dto(dto.id));
  }

  search(asked: Search): SearchPageDto {
    this.searched = asked;
    const wanted = asked.query.trim().toLowerCase();
    const groups: SearchGroupDto[] = [];
    for (const draft of [...this.drafts.values()].filter((draft) => !draft.deleted)) {
      const { dto, deleted } = this.document(draft.document_id);
      const { project_id, title, kind } = dto;
      const at = draft.body.toLowerCase().indexOf(wanted);
      const other =
        (asked.kind ?? kind) !== kind ||
        (asked.project_id ?? project_id) !== project_id ||
        (asked.document_id ?? dto.id) !== dto.id;
      if (other || deleted || (at < 0 && !title.toLowerCase().includes(wanted))) continue;
      const start = Math.max(0, at - 30);
      const from = at - start;
      const hit: SearchHitDto = {
        found_in: { in: "text" },
        draft_id: draft.id,
        draft: draft.name,
        line: draft.body.slice(start, start + 90),
        marks: [{ from, to: from + wanted.length }],
        place: { from: at, to: at + wanted.length },
        origins: ["typed"],
      };
      groups.push({
        project_id,
        project: this.projects.find(({ id }) => id === project_id)?.name ?? "",
        document_id: dto.id,
        draft_id: draft.id,
        drafts: 1,
        title,
        title_marks: [],
        kind,
        updated_at: draft.updated_at,
        in_texts: at < 0 ? 0 : 1,
        in_fields: 0,
        in_history: 0,
        hits: at < 0 ? [] : [hit],
      });
    }
    return { groups, documents: groups.length, more: false, unread: 0 };
  }
}

const wait = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
