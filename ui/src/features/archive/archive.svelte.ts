import { asError, call, pickFile, pickFolder, saveFile } from "../../host";
import { language, t } from "../../locales/index.svelte";
import type { BroughtBack, ErrorDto, ExportedDto, StudioEvent } from "../../wire/bindings";
import { notices } from "../notices/notices.svelte";
import { fileName } from "../writing/export";
import { writing } from "../writing/writing.svelte";

/** What is to be written: everything, or one project. */
export type Scope = { id: string; name: string } | null;

/** Everything as plain files, and back: one piece of work at a time, which can be stopped. */
class Archive {
  scope = $state.raw<Scope>(null);
  working = $state<"out" | "back" | null>(null);
  done = $state(0);
  total = $state(0);
  exported = $state.raw<ExportedDto | null>(null);
  brought = $state.raw<BroughtBack | null>(null);
  problem = $state.raw<ErrorDto | null>(null);

  onEvent(event: Extract<StudioEvent, { event: "archive" }>) {
    if (!this.working) return;
    this.done = event.done;
    this.total = event.total;
  }

  /** Forgets what was done last. */
  clear() {
    if (this.working) return;
    this.exported = null;
    this.brought = null;
    this.problem = null;
  }

  private async run(what: "out" | "back", work: () => Promise<void>) {
    if (this.working) return;
    this.clear();
    this.working = what;
    this.done = 0;
    this.total = 0;
    try {
      // What is on its way into the library belongs to it.
      if (await writing.flush()) await work();
    } catch (reason) {
      const error = asError(reason);
      if (error.code === "stopped") notices.note("archive.stopped");
      else this.problem = error;
    } finally {
      this.working = null;
    }
  }

  private async write(path: string) {
    const project_id = this.scope?.id ?? null;
    const input = { path, project_id, document_id: null, language: language() };
    this.exported = await call("export_everything", input);
  }

  async toFolder() {
    const folder = await pickFolder(t("archive.pick_out"));
    if (!folder) return;
    await this.run("out", async () => {
      try {
        await this.write(folder);
      } catch (reason) {
        // A folder with other things in it gets one of our own.
        if (asError(reason).code !== "folder_not_empty") throw reason;
        const name = fileName(this.scope?.name ?? t("archive.folder"), "").slice(0, -1);
        await this.write(`${folder}/${name}`);
      }
    });
  }

  async toZip() {
    const path = await saveFile({
      title: t("archive.pick_zip"),
      filter: { name: t("archive.zip"), endings: ["zip"] },
      name: fileName(this.scope?.name ?? t("archive.folder"), "zip"),
    });
    if (path) await this.run("out", () => this.write(path));
  }

  async fromFolder() {
    const path = await pickFolder(t("archive.pick_back"));
    if (path) await this.bring(path);
  }

  async fromZip() {
    const filter = { name: t("archive.zip"), endings: ["zip"] };
    const path = await pickFile({ title: t("archive.pick_back_zip"), filter });
    if (path) await this.bring(path);
  }

  bring(path: string) {
    return this.run("back", async () => {
      this.brought = await call("bring_back", { path });
    });
  }

  stop() {
    void call("stop_archive", {}).catch(notices.report);
  }
}

export const archive = new Archive();
