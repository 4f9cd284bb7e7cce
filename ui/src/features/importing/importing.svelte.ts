import { asError, call, pickFiles, pickFolder } from "../../host";
import { language, t } from "../../locales/index.svelte";
import type {
  DocumentKind,
  ErrorDto,
  ImportReportDto,
  Language,
  ListedFile,
  LookedAt,
  SkippedFile,
} from "../../wire/bindings";
import { library } from "../library/library.svelte";
import { notices } from "../notices/notices.svelte";

/** What the studio reads; it looks into a file whatever its name. */
const ENDINGS = [
  "md",
  "markdown",
  "txt",
  "docx",
  "html",
  "htm",
  "csv",
  "fountain",
  "fdx",
  "highland",
  "textbundle",
  "textpack",
  "spmd",
  "pdf",
];

/** Stands for a project that is made for what comes in. */
export const NEW_PROJECT = "";

/** A file on its way in. */
export interface Row {
  file: ListedFile;
  /** Still to be looked at, looked at, not to be read, on its way, or a document by now. */
  state: "waiting" | "ready" | "failed" | "coming" | "done";
  chosen: boolean;
  looked: LookedAt | null;
  error: ErrorDto | null;
  /** What a person knows better; none leaves it to the studio. */
  kind: DocumentKind | null;
  encoding: string | null;
  language: Language | null;
  title: string | null;
  draft: string | null;
  report: ImportReportDto | null;
}

/** Files and folders that become documents, one after another. */
class Importing {
  shown = $state(false);
  step = $state<"choose" | "look" | "run" | "done">("choose");
  rows = $state<Row[]>([]);
  skipped = $state<SkippedFile[]>([]);
  more = $state(0);
  projectId = $state(NEW_PROJECT);
  projectName = $state("");
  /** How many of the chosen files were taken up. */
  at = $state(0);
  stopped = $state(false);
  /** True while files are dragged over the window. */
  over = $state(false);
  private round = 0;

  get chosen(): Row[] {
    return this.rows.filter(({ chosen, state }) => chosen && state !== "failed");
  }

  get looking(): number {
    return this.rows.filter(({ state }) => state === "waiting").length;
  }

  get done(): Row[] {
    return this.rows.filter(({ state }) => state === "done");
  }

  get failed(): Row[] {
    return this.rows.filter(({ state }) => state === "failed");
  }

  begin() {
    if (this.shown) return;
    this.round++;
    this.step = "choose";
    this.rows = [];
    this.skipped = [];
    this.more = 0;
    this.at = 0;
    this.stopped = false;
    this.projectId = library.project?.id ?? NEW_PROJECT;
    this.projectName = "";
    this.shown = true;
  }

  /** Leaves; what is on its way is finished, and nothing after it begins. */
  close() {
    this.round++;
    this.stopped = true;
    this.shown = false;
  }

  async chooseFiles() {
    await this.take(() =>
      pickFiles({
        title: t("importing.choose_files"),
        filter: { name: t("importing.filter"), endings: ENDINGS },
      }),
    );
  }

  async chooseFolder() {
    await this.take(async () => {
      const folder = await pickFolder(t("importing.choose_folder"));
      return folder === null ? [] : [folder];
    });
  }

  private async take(pick: () => Promise<string[]>) {
    try {
      const paths = await pick();
      if (paths.length) await this.add(paths);
    } catch (reason) {
      notices.report(reason);
    }
  }

  /** Files and folders that were dropped on the window. */
  async dropped(paths: string[]) {
    if (!paths.length || this.step === "run") return;
    if (this.step === "done") this.shown = false;
    this.begin();
    await this.take(async () => paths);
  }

  /** Lists files and those in folders, and looks at one after another. */
  async add(paths: string[]) {
    const list = await call("list_import", { paths });
    const known = new Set(this.rows.map(({ file }) => file.path));
    const fresh = list.files
      .filter(({ path }) => !known.has(path))
      .map(
        (file): Row => ({
          file,
          state: "waiting",
          chosen: true,
          looked: null,
          error: null,
          kind: null,
          encoding: null,
          language: null,
          title: null,
          draft: null,
          report: null,
        }),
      );
    this.rows = [...this.rows, ...fresh];
    this.skipped = [...this.skipped, ...list.skipped];
    this.more += list.skipped_more;
    this.projectName ||= list.folder ?? fresh[0]?.file.name.replace(/\.[^.]*$/, "") ?? "";
    this.step = "look";
    const round = ++this.round;
    for (const row of this.rows) {
      if (round !== this.round) return;
      if (row.state === "waiting") await this.look(row);
    }
  }

  private input = (row: Row, project_id: string) => ({
    project_id,
    path: row.file.path,
    folder: row.file.folder,
    ...(row.kind ? { kind: row.kind } : {}),
    ...(row.encoding ? { encoding: row.encoding } : {}),
    ...(row.language ? { language: row.language } : {}),
    ...(row.title ? { title: row.title } : {}),
  });

  /** Asks what a file would become. */
  private async look(row: Row) {
    try {
      row.looked = await call("look_at_file", this.input(row, this.projectId));
      row.error = null;
      row.state = "ready";
    } catch (reason) {
      row.error = asError(reason);
      row.state = "failed";
    }
  }

  async setKind(row: Row, kind: DocumentKind) {
    row.kind = kind;
    await this.look(row);
  }

  async setEncoding(row: Row, encoding: string) {
    row.encoding = encoding;
    await this.look(row);
  }

  /** Imports what is chosen, file by file; each document is whole, or not there. */
  async run(): Promise<boolean> {
    const rows = this.chosen;
    if (!rows.length || this.step === "run") return false;
    let project = this.projectId;
    if (project === NEW_PROJECT) {
      const name = this.projectName.trim() || t("library.untitled_project");
      const made = await library.createProject(name);
      if (!made) return false;
      project = made.id;
      this.projectId = project;
    }
    this.round++;
    this.step = "run";
    this.stopped = false;
    this.at = 0;
    for (const row of rows) {
      if (this.stopped) break;
      this.at++;
      row.state = "coming";
      try {
        const { view, report } = await call("import_file", this.input(row, project));
        row.draft = view.draft_id;
        row.report = report;
        row.state = "done";
      } catch (reason) {
        row.error = asError(reason);
        row.state = "failed";
      }
    }
    this.step = "done";
    if (library.projectId === project) await library.reloadDocuments();
    notices.say(t("importing.came_in", { count: this.done.length }));
    const [only] = this.done;
    // One file that leaves no question is simply opened.
    if (only && this.rows.length === 1 && !only.report?.unsure.length && this.shown)
      return this.open(only);
    return true;
  }

  stop() {
    this.stopped = true;
  }

  /** Leaves for a document that came in. */
  async open(row: Row): Promise<boolean> {
    if (!row.draft) return false;
    this.close();
    return library.openDraft(row.draft, this.projectId);
  }

  /** The language that a row would be imported in. */
  languageOf = (row: Row): Language => row.language ?? row.looked?.language ?? language();
}

export const importing = new Importing();
