import { asError, call, pickFile, pickFolder } from "../../host";
import { t } from "../../locales/index.svelte";
import type {
  DownloadDto,
  ErrorDto,
  FoundModelDto,
  FoundProgramDto,
  GuideDto,
  ModelDto,
  ModelFolderDto,
  PlannedDownload,
  StudioEvent,
} from "../../wire/bindings";
import { models, STARTER } from "../models/models.svelte";
import { attempt, notices } from "../notices/notices.svelte";

export const PAGES = ["here", "get", "found"] as const;
export type DepotPage = (typeof PAGES)[number];

/** Whether there is work that goes on, or waits for its turn. */
export const busy = ({ state: { state } }: DownloadDto) =>
  state === "queued" || state === "running" || state === "waiting" || state === "checking";

/** Where model files come from: folders, other programs, downloads, and a guide to what fits. */
class Depot {
  open = $state(false);
  page = $state<DepotPage>("here");
  folders = $state.raw<ModelFolderDto[]>([]);
  /** What was found of other programs; `null` until the person asks. */
  found = $state.raw<FoundProgramDto[] | null>(null);
  looking = $state(false);
  guide = $state.raw<GuideDto | null>(null);
  downloads = $state.raw<DownloadDto[]>([]);
  /** What would be asked for, and is shown first. */
  planned = $state.raw<PlannedDownload | null>(null);
  /** Bytes that the guide says of it. */
  plannedBytes = $state<number | null>(null);
  problem = $state.raw<ErrorDto | null>(null);
  /** The model that runs for its speed. */
  measuring = $state<string | null>(null);

  show(page: DepotPage) {
    this.page = page;
    this.open = true;
  }

  async load() {
    await attempt(async () => {
      const [folders, downloads] = await Promise.all([
        call("model_folders", {}),
        call("downloads", {}),
      ]);
      this.folders = folders;
      this.downloads = downloads;
    });
    await Promise.all([this.loadGuide(), models.reload()]);
  }

  async loadGuide() {
    await attempt(async () => {
      this.guide = await call("model_guide", {});
    });
  }

  async loadDownloads() {
    await attempt(async () => {
      this.downloads = await call("downloads", {});
    });
  }

  onEvent({ download }: Extract<StudioEvent, { event: "download" }>) {
    const known = this.downloads.some(({ id }) => id === download.id);
    this.downloads = known
      ? this.downloads.map((one) => (one.id === download.id ? download : one))
      : [...this.downloads, download];
    const { name, state } = download;
    if (state.state === "done") notices.note("depot.done_note", { name });
    else if (state.state === "failed") notices.say(t("depot.failed_note", { name }));
  }

  async addFolder() {
    await attempt(async () => {
      const path = await pickFolder(t("depot.pick_folder"));
      if (path !== null) await this.putFolder(path);
    });
  }

  /** Throws an `ErrorDto`; the form shows it. */
  async putFolder(path: string) {
    this.folders = await call("add_model_folder", { path });
    await models.reload();
  }

  async removeFolder(path: string) {
    await attempt(async () => {
      this.folders = await call("remove_model_folder", { path });
      await models.reload();
    });
  }

  /** Copies a file into our own folder. */
  async copyIn() {
    await attempt(async () => {
      const filter = { name: t("models.pick_filter"), endings: ["gguf"] };
      const path = await pickFile({ title: t("models.pick_title"), filter });
      if (path === null) return;
      const model = await call("import_model", { path });
      await models.reload();
      notices.note("depot.copied", { name: model.name });
    });
  }

  async look() {
    this.looking = true;
    await attempt(async () => {
      this.found = await call("find_models", {});
    });
    this.looking = false;
  }

  async use({ program }: FoundProgramDto, { path, name }: FoundModelDto) {
    await attempt(async () => {
      await call("add_found", { path, name, program });
      await Promise.all([models.reload(), this.look()]);
    });
  }

  async measure(id: string) {
    if (this.measuring) return;
    this.measuring = id;
    await attempt(async () => {
      await call("measure_model", { id });
      await Promise.all([models.reload(), this.loadGuide()]);
    });
    this.measuring = null;
  }

  measureStarter = () => this.measure(STARTER);

  async setHub(base_url: string) {
    await attempt(async () => {
      await call("set_model_hub", { base_url });
    });
    await this.loadGuide();
  }

  /** Says what would be asked for; nothing is. */
  async plan(what: string, bytes: number | null = null) {
    this.problem = null;
    try {
      const hub = this.guide?.hub;
      this.planned = await call("plan_download", { what, ...(hub ? { hub } : {}) });
      this.plannedBytes = bytes;
    } catch (reason) {
      this.planned = null;
      this.problem = asError(reason);
    }
  }

  /** The person has seen the address, and wants it. */
  async start(sha256: string, api_key: string): Promise<boolean> {
    if (!this.planned) return false;
    this.problem = null;
    try {
      await call("start_download", { url: this.planned.url, sha256, api_key });
      this.planned = null;
      await this.loadDownloads();
      return true;
    } catch (reason) {
      this.problem = asError(reason);
      return false;
    }
  }

  pause = (id: string) => attempt(() => call("pause_download", { id }));
  resume = (id: string) => attempt(() => call("resume_download", { id }));

  async drop(id: string) {
    await attempt(() => call("drop_download", { id }));
    await this.loadDownloads();
  }

  /** How many are not there yet: they come in, or wait for the person. */
  get coming(): number {
    return this.downloads.filter(({ state }) => state.state !== "done").length;
  }
}

export const depot = new Depot();

/** What is local, in the order of the shelf. */
export const onDisk = (list: ModelDto[]) => list.filter(({ source }) => source.kind !== "server");
