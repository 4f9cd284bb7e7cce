import { call } from "../../host";
import { language, t } from "../../locales/index.svelte";
import type {
  BinItemDto,
  DocumentDto,
  DocumentKind,
  DraftView,
  LastOpen,
  Privacy,
  ProjectDto,
} from "../../wire/bindings";
import { attempt, notices } from "../notices/notices.svelte";
import { writing } from "../writing/writing.svelte";

export const KINDS: DocumentKind[] = ["news", "ads", "screenplay"];

export const titleOf = ({ title, kind }: Pick<DocumentDto, "title" | "kind">): string =>
  title.trim() || t(`library.untitled_${kind}`);

/** The first draft of a document has a name in each language; others keep their own. */
export const draftName = ({ name }: { name: string }): string =>
  name === "main" ? t("library.main_draft") : name;

class Library {
  projects = $state.raw<ProjectDto[]>([]);
  projectId = $state<string | null>(null);
  documents = $state.raw<DocumentDto[]>([]);
  bin = $state<BinItemDto[] | null>(null);
  /** True between leaving a text and showing the next. */
  turning = $state(false);

  get project(): ProjectDto | undefined {
    return this.projects.find(({ id }) => id === this.projectId);
  }

  put(project: ProjectDto) {
    const known = this.projects.some(({ id }) => id === project.id);
    this.projects = known
      ? this.projects.map((p) => (p.id === project.id ? project : p))
      : [...this.projects, project];
  }

  private putDocument(document: DocumentDto) {
    if (document.project_id !== this.projectId) return;
    const known = this.documents.some(({ id }) => id === document.id);
    this.documents = known
      ? this.documents.map((d) => (d.id === document.id ? document : d))
      : [...this.documents, document];
  }

  async reloadProjects() {
    await attempt(async () => {
      this.projects = (await call("app_state", {})).projects;
    });
  }

  async reloadDocuments() {
    const id = this.projectId;
    if (!id) return;
    await attempt(async () => {
      const documents = await call("list_documents", { id });
      if (this.projectId === id) this.documents = documents;
      for (const document of documents) writing.renamed(document);
    });
    if (this.bin) await this.readBin();
  }

  /** Opens what was open last, as far as it is still there. */
  async resume(last: LastOpen | null) {
    const project = this.projects.find(({ id }) => id === last?.project_id) ?? this.projects[0];
    if (!project) return;
    this.projectId = project.id;
    this.documents = [];
    this.bin = null;
    const draft = project.id === last?.project_id ? last.draft_id : null;
    const [, opened] = await Promise.all([
      this.reloadDocuments(),
      draft ? writing.open(draft) : false,
    ]);
    if (!opened) this.remember();
  }

  private remember() {
    if (!this.projectId) return;
    const last_open = { project_id: this.projectId, draft_id: writing.draftId };
    void call("set_last_open", { last_open }).catch(() => undefined);
  }

  async openProject(id: string, leave = true): Promise<boolean> {
    if (id === this.projectId) return true;
    if (leave && !(await writing.close())) return false;
    this.projectId = id;
    this.documents = [];
    this.bin = null;
    await this.reloadDocuments();
    this.remember();
    return true;
  }

  async openDraft(id: string, projectId?: string): Promise<boolean> {
    if (projectId && projectId !== this.projectId && !(await this.openProject(projectId)))
      return false;
    const opened = await writing.open(id);
    if (opened) this.remember();
    return opened;
  }

  async createProject(name: string): Promise<ProjectDto | null> {
    try {
      const project = await call("create_project", { name, language: language() });
      this.put(project);
      await this.openProject(project.id);
      return project;
    } catch (reason) {
      notices.report(reason);
      return null;
    }
  }

  async createDocument(kind: DocumentKind): Promise<boolean> {
    const project = this.project;
    if (!project) return false;
    return this.turn(() =>
      call("create_document", {
        project_id: project.id,
        kind,
        title: "",
        language: project.language,
      }),
    );
  }

  /** Leaves the open text for one that the library makes. */
  private async turn(make: () => Promise<DraftView>): Promise<boolean> {
    this.turning = true;
    try {
      let made = false;
      await attempt(async () => {
        const view = await writing.turn(make);
        if (!view) return;
        this.putDocument(view.document);
        this.remember();
        made = true;
      });
      return made;
    } finally {
      this.turning = false;
    }
  }

  /** One step from nothing to a page: a project with a document in it. */
  async begin(kind: DocumentKind): Promise<boolean> {
    const project = this.project ?? (await this.createProject(t(`welcome.${kind}_project`)));
    return project !== null && this.createDocument(kind);
  }

  /**
   * A project to try things out in, in the language of the window. The first takes of its briefs
   * begin at once; where they can't, the project is there all the same.
   */
  async sample(): Promise<boolean> {
    return attempt(async () => {
      const name = t("welcome.sample_project");
      const made = await call("sample_project", { name, language: language() });
      this.put(made.project);
      if (!(await this.openProject(made.project.id))) return;
      await this.openDraft(made.start);
      const first = { from: 0, to: 0, note: "", variants: 0, seed: null, over_budget: false };
      for (const draft_id of made.to_write)
        void call("generate", { draft_id, task: { task: "draft" }, ...first }).catch(
          () => undefined,
        );
    });
  }

  renameProject = (id: string, name: string) =>
    attempt(async () => this.put(await call("rename_project", { id, name })));

  setPrivacy = (project_id: string, privacy: Privacy) =>
    attempt(async () => this.put(await call("set_privacy", { project_id, privacy })));

  setHouseRules = (project_id: string, house_rules: string) =>
    attempt(async () => this.put(await call("set_house_rules", { project_id, house_rules })));

  async deleteProject(id: string) {
    if (id === this.projectId && !(await writing.close())) return;
    await attempt(async () => {
      await call("delete_project", { id });
      const name = this.projects.find((project) => project.id === id)?.name ?? "";
      this.projects = this.projects.filter((project) => project.id !== id);
      notices.note("library.deleted", { name }, () => void this.restoreProject(id));
      if (id !== this.projectId) return;
      this.projectId = null;
      this.documents = [];
      const next = this.projects[0];
      if (next) await this.openProject(next.id);
    });
  }

  restoreProject = (id: string) =>
    attempt(async () => this.put(await call("restore_project", { id })));

  async renameDocument(id: string, name: string) {
    await attempt(async () => {
      const document = await call("rename_document", { id, name });
      this.putDocument(document);
      writing.renamed(document);
    });
  }

  async deleteDocument(document: DocumentDto) {
    const open = writing.document?.id === document.id;
    if (open && !(await writing.close())) return;
    await attempt(async () => {
      await call("delete_document", { id: document.id });
      this.documents = this.documents.filter(({ id }) => id !== document.id);
      if (this.bin) void this.readBin();
      notices.note(
        "library.deleted",
        { name: titleOf(document) },
        () => void this.putBack({ what: "document", id: document.id }),
      );
      this.remember();
    });
  }

  branch = (id: string, name: string) => this.turn(() => call("branch_draft", { id, name }));

  /** Makes a draft of what a node of the history keeps. */
  branchFrom = (id: string, name: string) => this.turn(() => call("branch_node", { id, name }));

  renameDraft = (id: string, name: string) =>
    attempt(async () => {
      await call("rename_draft", { id, name });
      await this.reloadDocuments();
    });

  async deleteDraft(id: string) {
    if (writing.draftId === id && !(await writing.close())) return;
    const name = this.documents.flatMap(({ drafts }) => drafts).find((d) => d.id === id);
    await attempt(async () => {
      await call("delete_draft", { id });
      notices.note("library.deleted", { name: name ? draftName(name) : "" }, () => {
        void attempt(async () => {
          await call("restore_draft", { id });
          await this.reloadDocuments();
        });
      });
    });
    await this.reloadDocuments();
  }

  async showBin() {
    this.bin ??= [];
    await this.readBin();
  }

  private readBin = () =>
    attempt(async () => {
      const found = await call("bin", {});
      // It may have been left meanwhile.
      if (this.bin) this.bin = found;
    });

  async putBack({ what, id }: Pick<BinItemDto, "what" | "id">) {
    await attempt(async () => {
      if (what === "project") this.put(await call("restore_project", { id }));
      else if (what === "draft") await call("restore_draft", { id });
      else this.putDocument(await call("restore_document", { id }));
      this.bin = this.bin?.filter((item) => item.id !== id) ?? null;
      if (what === "draft") await this.reloadDocuments();
      // Its project comes with it.
      else if (what === "document") await this.reloadProjects();
    });
  }

  /** Deletes for good what lies in the bin. */
  async emptyBin() {
    await attempt(async () => {
      await call("empty_bin", {});
      if (this.bin) await this.readBin();
      notices.outdate("library.deleted");
      notices.note("library.emptied");
    });
  }
}

export const library = new Library();
