import { composition } from "../editor/composition";
import { own } from "../features/actions/own.svelte";
import { archive } from "../features/archive/archive.svelte";
import { assistant } from "../features/assistant/assistant.svelte";
import { depot } from "../features/depot/depot.svelte";
import { desk } from "../features/desk/desk.svelte";
import { ledger } from "../features/ledger/ledger.svelte";
import { library } from "../features/library/library.svelte";
import { masking } from "../features/masking/masking.svelte";
import { models } from "../features/models/models.svelte";
import { place } from "../features/place/place.svelte";
import { preferences } from "../features/settings/preferences.svelte";
import { settings } from "../features/settings/settings.svelte";
import { beside } from "../features/split/beside.svelte";
import { waiting } from "../features/split/waiting.svelte";
import { interview } from "../features/story/interview.svelte";
import { story } from "../features/story/story.svelte";
import { chains } from "../features/switch/chains.svelte";
import { usage } from "../features/switch/usage.svelte";
import { judging } from "../features/takes/judging.svelte";
import { takes } from "../features/takes/takes.svelte";
import { voice } from "../features/voice/voice.svelte";
import { writing } from "../features/writing/writing.svelte";
import { zoom } from "../features/zoom/zoom.svelte";
import {
  asError,
  call,
  connect,
  currentHost,
  endEarly,
  type Host,
  isEarly,
  onClose,
  onEvent,
  whileTyping,
} from "../host";
import type { ErrorDto, StudioEvent } from "../wire/bindings";

/** How long news may wait while somebody types: of what is written for a text that is shown, and of
 * all else. */
const SOON_MS = 150;
const LATER_MS = 1500;

/** How the window comes up, and what it does with what the studio tells. */
class Start {
  state = $state<"loading" | "ready" | "failed">("loading");
  /** Why it failed; without one there is no studio behind the page at all. */
  error = $state<ErrorDto | null>(null);
  private heard: Host | null = null;
  private guarded: Host | null = null;

  /** Lets a window close when all is saved. */
  private async guard(host: Host) {
    if (this.guarded === host) return;
    await onClose(async () => {
      await composition.finish();
      await writing.close();
    });
    this.guarded = host;
  }

  /** Hears the studio, from before the first answer on. */
  private async listen(host: Host) {
    if (this.heard === host) return;
    void zoom.recall();
    whileTyping(() => (takes.busyHere || beside.shown ? SOON_MS : LATER_MS));
    await onEvent(hear);
    this.heard = host;
  }

  async open() {
    this.state = "loading";
    this.error = null;
    const spoken = settings.recall();
    try {
      if (!currentHost()) await connect();
      const host = currentHost();
      if (!host) {
        this.state = "failed";
        return;
      }
      const guarded = this.guard(host);
      const early = isEarly();
      await this.listen(host);
      const others = Promise.all([place.loadStatus(), preferences.load(), own.load()]);
      const state = await call("app_state", {});
      performance.mark("state");
      const looks = settings.load(state);
      library.projects = state.projects;
      models.list = state.models;
      const needed = early ? [] : [guarded];
      await Promise.all([...needed, others, spoken, looks, library.resume(state.last_open)]);
      performance.mark("read");
      this.state = "ready";
    } catch (reason) {
      this.error = asError(reason);
      this.state = "failed";
      void place.loadBackups();
    } finally {
      endEarly();
    }
  }
}

export const start = new Start();

/** A change names the kind of data that is stale; here is decided what is read again. */
const RELOAD: Record<string, () => unknown> = {
  projects: () => {
    void voice.reload();
    void chains.reload();
    void masking.follow();
    return library.reloadProjects();
  },
  documents: () => {
    writing.hearAll();
    void beside.refresh();
    return library.reloadDocuments();
  },
  history: () => desk.tab === "history" && desk.loadHistory(),
  settings: () => {
    void preferences.follow();
    if (depot.open) void depot.loadGuide();
    return settings.follow();
  },
  actions: () => own.load(),
  usage: () => settings.open && settings.page === "usage" && usage.load(),
  models: () => models.reload(),
  downloads: () => depot.open && depot.loadDownloads(),
  library: () => place.load(),
  reports: () => story.loadReports(),
  takes: () => desk.tab === "checks" && desk.loadChecks(),
  interviews: () => interview.reload(),
  ledger: () => settings.open && settings.page === "ledger" && ledger.load(),
  conversations: () => desk.tab === "assistant" && assistant.reload(),
  evaluations: () => judging.load(),
};

export function hear(event: StudioEvent) {
  if (event.event === "take") {
    takes.onEvent(event);
    waiting.onEvent(event.take);
    judging.hear(event.take);
  } else if (event.event === "text") {
    writing.heard(event.draft_id, event.revision);
    void beside.heard(event.draft_id);
  } else if (event.event === "archive") archive.onEvent(event);
  else if (event.event === "download") depot.onEvent(event);
  else if (event.event === "model") models.setState(event.model_id, event.state);
  else for (const kind of event.kinds) RELOAD[kind]?.();
}
