import { asError, call, pickFile, pickFolder, restart, saveFile } from "../../host";
import { t } from "../../locales/index.svelte";
import type {
  BackupDto,
  CheckedDto,
  ErrorDto,
  LibraryStatus,
  ProjectThereDto,
  RescuedDto,
} from "../../wire/bindings";
import { attempt, notices } from "../notices/notices.svelte";
import { writing } from "../writing/writing.svelte";

/** Work that takes a while, one at a time. */
export type Busy = "check" | "backup" | "restore" | "rescue" | "open" | "move" | "bring" | "look";

/** The library as a file: where it lies, how it is open, its backups. */
class Place {
  status = $state.raw<LibraryStatus | null>(null);
  backups = $state.raw<BackupDto[] | null>(null);
  /** A backup that is looked into. */
  looked = $state.raw<{ backup: BackupDto; projects: ProjectThereDto[] } | null>(null);
  checked = $state.raw<CheckedDto | null>(null);
  rescued = $state.raw<RescuedDto | null>(null);
  /** What went wrong last, said where it was asked for. */
  problem = $state.raw<ErrorDto | null>(null);
  busy = $state<Busy | null>(null);

  get reading() {
    return this.status?.state === "reading";
  }

  async loadStatus() {
    try {
      this.status = await call("library_status", {});
    } catch (reason) {
      this.problem = asError(reason);
    }
  }

  async loadBackups() {
    try {
      this.backups = await call("list_backups", {});
    } catch (reason) {
      this.problem = asError(reason);
    }
  }

  async load() {
    await Promise.all([this.loadStatus(), this.loadBackups()]);
  }

  /** Runs one thing at a time. True when it went well. */
  private async run(what: Busy, work: () => Promise<unknown>): Promise<boolean> {
    if (this.busy) return false;
    this.busy = what;
    this.problem = null;
    try {
      await work();
      return true;
    } catch (reason) {
      this.problem = asError(reason);
      notices.say(t("notices.details"));
      return false;
    } finally {
      this.busy = null;
    }
  }

  /** Another library is to be open afterwards: all is saved first, and the window begins anew. */
  private async change(what: Busy, work: () => Promise<unknown>) {
    if (!(await writing.close())) return;
    if (await this.run(what, work)) restart();
    else await this.load();
  }

  check() {
    return this.run("check", async () => {
      this.checked = null;
      this.checked = await call("check_library", {});
    });
  }

  async backUp() {
    const made = await this.run("backup", async () => {
      // What is on its way into the library is to be in the backup.
      await writing.flush();
      await call("make_backup", {});
    });
    if (made) notices.note("place.backed_up");
    await this.load();
  }

  look(backup: BackupDto) {
    return this.run("look", async () => {
      const projects = await call("backup_contents", { path: backup.path });
      this.looked = { backup, projects };
    });
  }

  async text(backup: BackupDto, draft_id: string): Promise<string | null> {
    let text: string | null = null;
    await attempt(async () => {
      text = await call("backup_text", { path: backup.path, draft_id });
    });
    return text;
  }

  async bring(backup: BackupDto, document_ids: string[], as_drafts: boolean) {
    const done = await this.run("bring", async () => {
      await writing.flush();
      const input = { path: backup.path, document_ids, as_drafts };
      const brought = await call("take_from_backup", input);
      const count = brought.filter(({ came }) => came !== "was_there").length;
      if (count) notices.note("place.brought", { count });
      else notices.note("place.brought_nothing");
    });
    if (done) await this.look(backup);
  }

  restore(backup: BackupDto) {
    return this.change("restore", () => call("restore_backup", { path: backup.path }));
  }

  rescue() {
    return this.run("rescue", async () => {
      this.rescued = await call("rescue_library", {});
    });
  }

  openReading() {
    return this.change("open", () => call("open_for_reading", {}));
  }

  writeAgain() {
    return this.change("open", () => call("open_for_writing", {}));
  }

  open(path: string) {
    return this.change("open", () => call("choose_library", { path }));
  }

  async pick() {
    const filter = { name: t("place.kind"), endings: ["inkstone", "ink"] };
    const path = await pickFile({ title: t("place.pick_library"), filter });
    if (path) await this.open(path);
  }

  async make() {
    const filter = { name: t("place.kind"), endings: ["inkstone"] };
    const choice = { title: t("place.pick_new"), filter, name: "library.inkstone" };
    const path = await saveFile(choice);
    if (path) await this.change("open", () => call("new_library", { path }));
  }

  async move() {
    const filter = { name: t("place.kind"), endings: ["inkstone"] };
    const choice = { title: t("place.pick_move"), filter, name: "library.inkstone" };
    const path = await saveFile(choice);
    if (path) await this.change("move", () => call("move_library", { path }));
  }

  async chooseFolder() {
    const folder = await pickFolder(t("place.pick_folder"));
    if (folder) await this.setFolder(folder);
  }

  async setFolder(folder: string | null) {
    await attempt(() => call("set_backup_folder", { folder }));
    await this.load();
  }
}

export const place = new Place();

const UNITS = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"] as const;

/** A size in bytes as a person reads it. */
export function size(bytes: number, language: string): string {
  let [value, step] = [bytes, 0];
  while (value >= 1000 && step < UNITS.length - 1) {
    value /= 1000;
    step += 1;
  }
  const unit = UNITS[step];
  const digits = value < 10 && step > 0 ? 1 : 0;
  const format = {
    style: "unit",
    unit,
    unitDisplay: "short",
    maximumFractionDigits: digits,
  } as const;
  return new Intl.NumberFormat(language, format).format(value);
}
