import { call, saveFile } from "../../host";
import { t } from "../../locales/index.svelte";
import type { LedgerAsk, LedgerEntryDto, LedgerForm, SentDto } from "../../wire/bindings";
import { attempt, notices } from "../notices/notices.svelte";

/** What left the machine, as the settings show it. */
class Ledger {
  entries = $state.raw<LedgerEntryDto[] | null>(null);
  hosts = $state.raw<string[]>([]);
  next = $state<string | null>(null);
  words = $state("");
  host = $state("");
  project = $state("");
  /** Days as a date field has them; empty is any. */
  since = $state("");
  until = $state("");
  /** The entry whose text is open. */
  open = $state.raw<LedgerEntryDto | null>(null);
  sent = $state.raw<SentDto | null>(null);
  private asked = 0;

  get narrowed(): boolean {
    return [this.words.trim(), this.host, this.project, this.since, this.until].some(Boolean);
  }

  private get ask(): LedgerAsk {
    const day = (date: string, days: number) => {
      if (!date) return null;
      const at = new Date(`${date}T00:00:00`);
      at.setDate(at.getDate() + days);
      return Number.isNaN(at.getTime()) ? null : at.getTime();
    };
    return {
      words: this.words.trim(),
      host: this.host || null,
      project_id: this.project || null,
      since: day(this.since, 0),
      until: day(this.until, 1),
      after: null,
    };
  }

  async load() {
    const asked = ++this.asked;
    await attempt(async () => {
      const page = await call("ledger_page", this.ask);
      // A slower answer to an older question comes too late.
      if (asked !== this.asked) return;
      this.entries = page.entries;
      this.next = page.next;
      this.hosts = page.hosts;
    });
  }

  async more() {
    const asked = this.asked;
    await attempt(async () => {
      const page = await call("ledger_page", { ...this.ask, after: this.next });
      if (asked !== this.asked) return;
      this.entries = [...(this.entries ?? []), ...page.entries];
      this.next = page.next;
    });
  }

  async show(entry: LedgerEntryDto) {
    this.open = entry;
    this.sent = null;
    await attempt(async () => {
      const sent = await call("sent_text", { id: entry.id });
      if (this.open?.id === entry.id) this.sent = sent;
    });
  }

  back() {
    this.open = null;
    this.sent = null;
  }

  async export(form: LedgerForm) {
    await attempt(async () => {
      const ending = form === "csv" ? "csv" : "jsonl";
      const path = await saveFile({
        title: t("ledger.export"),
        name: `${t("ledger.file")}.${ending}`,
        filter: { name: ending.toUpperCase(), endings: [ending] },
      });
      if (path === null) return;
      await call("export_ledger", { path, form, ask: this.ask });
      notices.say(t("ledger.exported"));
    });
  }

  async save(entry: LedgerEntryDto) {
    await attempt(async () => {
      const path = await saveFile({
        title: t("ledger.save_text"),
        name: `${t("ledger.file_text")}.json`,
        filter: { name: "JSON", endings: ["json"] },
      });
      if (path === null) return;
      await call("export_sent", { id: entry.id, path });
      notices.say(t("ledger.exported"));
    });
  }

  /** Clears the text of an entry, or all texts. The entries stay. */
  async clear(entry: LedgerEntryDto | null) {
    await attempt(() => call("clear_sent", { ids: entry ? [entry.id] : null }));
    this.back();
    await this.load();
  }
}

export const ledger = new Ledger();
