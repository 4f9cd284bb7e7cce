import { invoke } from "@tauri-apps/api/core";
import { behindKey, isTyping, typesFor } from "../parts/typing";
import type { StudioEvent } from "../wire/bindings";
import { isEarly, takeEarly } from "./early";
import { asError } from "./error";
import type { Drag, FileChoice, Host } from "./types";

// Read when they are first used: the window comes up without them.
const ofWindow = async () => (await import("@tauri-apps/api/window")).getCurrentWindow();
const ofView = async () => (await import("@tauri-apps/api/webview")).getCurrentWebview();
const dialog = () => import("@tauri-apps/plugin-dialog");

/** A window that cannot save must still be able to close. */
const LONGEST_FAREWELL_MS = 3000;

/** Until the first question, where answers lie ready: the page comes first, and nothing is lost. */
const COMES_UP_MS = 100;
/** Until the next question, where the last one had no answer. */
const REST_MS = 200;
/** Until a question that has no answer is asked again. */
const LONGEST_MS = 8000;

const rest = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** How long, in milliseconds, what happens may wait while somebody types. */
let patience = () => 0;

/** Nobody types any more. */
async function stillness(): Promise<undefined> {
  for (let more = typesFor(); more; more = typesFor()) await rest(more);
}

/** An answer that is lost on its way is missed for no longer. */
async function late(): Promise<undefined> {
  await rest(LONGEST_MS);
}

/** What the window itself tells; see `src-tauri/src/events.rs`. */
type WindowEvent =
  | { event: "close_requested" }
  | { event: "drag_over"; paths: string[] }
  | { event: "drag_left" }
  | { event: "links_over"; links: string[] }
  | { event: "dropped"; paths: string[]; x: number; y: number };
type Told = { last: number; events: (StudioEvent | WindowEvent)[] };

const listeners = new Set<(event: StudioEvent) => void>();
const dragListeners = new Set<(drag: Drag) => void>();
/** Addresses that are over the window. */
let links: string[] = [];
let farewell: (() => Promise<void>) | undefined;
let listens = false;
/** Until when nothing is asked. */
let hushed: Promise<void> | undefined;

/** Lets the window go once all is saved, or cannot be. */
async function close() {
  const late = new Promise<void>((resolve) => setTimeout(resolve, LONGEST_FAREWELL_MS));
  await Promise.race([farewell?.().catch(() => undefined), late]);
  await (await ofWindow()).destroy();
}

function tell(event: StudioEvent | WindowEvent) {
  const drag = (drag: Drag) => {
    for (const listener of dragListeners) listener(drag);
  };
  if (event.event === "close_requested") void close();
  else if (event.event === "drag_over") drag({ what: "over", paths: event.paths });
  else if (event.event === "links_over") links = event.links;
  else if (event.event === "drag_left") {
    links = [];
    drag({ what: "left" });
  } else if (event.event === "dropped") {
    const { devicePixelRatio: scale } = window;
    const at = { x: event.x / scale, y: event.y / scale };
    drag({ what: "dropped", paths: event.paths, links, ...at });
    links = [];
  } else
    for (const listener of listeners) {
      // A fault of one is nobody else's.
      try {
        listener(event);
      } catch (reason) {
        reportError(reason);
      }
    }
}

/**
 * Asks what happens, again and again; the answer comes when something does. While somebody types it
 * comes seldom: to hear it can take as long as a frame, and keys come first.
 */
async function listen() {
  if (listens) return;
  listens = true;
  if (isEarly()) await rest(COMES_UP_MS);
  for (let after: number | null = null; ; ) {
    await hushed;
    const rests = isTyping() ? patience() : 0;
    try {
      const asked: Promise<Told> = invoke<Told>("events", { after, rest: rests });
      const told: Told | undefined = await Promise.race([asked, rests ? stillness() : late()]);
      if (!told) continue;
      if (told.events.length) after = told.last;
      else await rest(REST_MS);
      if (rests) await behindKey();
      for (const event of told.events) tell(event);
    } catch (reason) {
      console.error(reason);
      await rest(REST_MS);
    }
  }
}

/** Hears what `set` gathers, from the window's first moment on. */
function hear<T>(set: Set<T>, listener: T) {
  set.add(listener);
  void listen();
  return () => void set.delete(listener);
}

const filters = (choice: FileChoice) =>
  choice.filter ? [{ name: choice.filter.name, extensions: choice.filter.endings }] : undefined;

export const tauri: Host = {
  async call(name, input) {
    const early = takeEarly(name, input);
    if (early !== undefined) return early;
    try {
      return await invoke("call", { command: name, input });
    } catch (reason) {
      throw asError(reason);
    }
  },
  onEvent: async (listener) => hear(listeners, listener),
  async hush() {
    let listenAgain = () => {};
    hushed = new Promise((resolve) => {
      listenAgain = resolve;
    });
    // One that waits for nothing ends the one that waits.
    await invoke("events", { after: null, rest: null }).catch(() => undefined);
    return listenAgain;
  },
  whileTyping(wait) {
    patience = wait;
  },
  async onClose(finish) {
    farewell = finish;
    void listen();
  },
  async pickFile(choice) {
    const picked = await (await dialog()).open({
      title: choice.title,
      multiple: false,
      filters: filters(choice),
    });
    return typeof picked === "string" ? picked : null;
  },
  async pickFiles(choice) {
    const picked = await (await dialog()).open({
      title: choice.title,
      multiple: true,
      filters: filters(choice),
    });
    return picked ?? [];
  },
  onDrag: async (listener) => hear(dragListeners, listener),
  async pickFolder(title) {
    const picked = await (await dialog()).open({ title, directory: true, multiple: false });
    return typeof picked === "string" ? picked : null;
  },
  newWindow: () => invoke("open_window"),
  fullScreen: (on) => ofWindow().then((own) => own.setFullscreen(on)),
  zoom: (factor) => ofView().then((own) => own.setZoom(factor)),
  restart: () => window.location.reload(),
  saveFile: async (choice) =>
    (await dialog()).save({
      title: choice.title,
      defaultPath: choice.name,
      filters: filters(choice),
    }),
};
