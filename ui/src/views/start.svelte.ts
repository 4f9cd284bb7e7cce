import { composition } from "../editor/composition";
import { own } from "../features/actions/own.svelte";
import { archive } from "../features/archive/archive.svelte";
import { assistant } from "../features/assistant/assistant.svelte";
import { depot } from "../features/depot/depot.svelte";
import { desk } from "../features/desk/desk.svelte";
import { ledger } from "../features/ledger/ledger.svelte";
import { library } from "../features/library/library.svelte";
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
import { asError, call, connect, currentHost, type Host, onClose, onEvent } from "../host";
import type { ErrorDto, StudioEvent } from "../wire/bindings";

/** How the window comes up, and what it does with what the studio tells. */
class Start {
  state = $state<"loading" | "ready" | "failed">("loading");
  /** Why it failed; without one there is no studio behind the page at all. */
  error = $state<ErrorDto | null>(null);
  private listening: Host | null = null;

  /** Listens to the studio, and to the window that is being closed. */
  private async listen(host: Host) {
    void zoom.recall();
    await Promise.all([
      onEvent(hear),
      onClose(async () => {
        await composition.finish();
        await writing.close();
      }),
    ]);
    this.listening = host;
  }

  async open() {
    this.state = "loading";
    this.error = null;
    settings.recall();
    try {
      if (!currentHost()) await connect();
      const host = currentHost();
      if (!host) {
        this.state = "failed";
        return;
      }
      const heard = this.listening === host ? null : this.listen(host);
      const others = Promise.all([place.load(), preferences.load(), own.load()]);
      // Heard before the texts are read, so that none of them changes unseen.
      const [state] = await Promise.all([call("app_state", {}), heard]);
      performance.mark("state");
      settings.load(state);
      library.projects = state.projects;
      models.list = state.models;
      await Promise.all([others, library.resume(state.last_open)]);
      performance.mark("read");
      this.state = "ready";
    } catch (reason) {
      this.error = asError(reason);
      this.state = "failed";
    }
  }
}

export const start = new Start();

/** A change names the kind of data that is stale; here is decided what is read again. */
const RELOAD: Record<string, () => unknown> = {
  projects: () => {
    void voice.reload();
    void chains.reload();
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
