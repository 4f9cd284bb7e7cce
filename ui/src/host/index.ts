import type { Commands, StudioEvent } from "../wire/bindings";
import { asError } from "./error";
import { tauri } from "./tauri";
import type { Drag, FileChoice, Host } from "./types";

export { endEarly, isEarly } from "./early";
export { asError } from "./error";
export type { Drag, FileChoice, Host } from "./types";

export const inTauri = typeof window !== "undefined" && "__TAURI_INTERNALS__" in window;

let host: Host | null = inTauri ? tauri : null;

/** Puts a host in place; tests bring their own. */
export function useHost(next: Host | null) {
  host = next;
}

/** Finds out where we run. */
export async function connect(): Promise<void> {
  if (host) return;
  if (import.meta.env.DEV) {
    host = (await import("./stub")).stubFromAddress(window.location.search);
  }
}

/** What we run in; `null` in a plain browser that was given a build, where nothing can answer. */
export const currentHost = () => host;

function connected(): Host {
  if (!host) throw asError("no studio behind this window");
  return host;
}

/** Calls the studio. Rejects with an `ErrorDto`. */
export async function call<K extends keyof Commands>(
  name: K,
  input: Commands[K]["input"],
): Promise<Commands[K]["output"]> {
  return connected().call(name, input);
}

export const onEvent = (listener: (event: StudioEvent) => void) => connected().onEvent(listener);
export const hush = () => connected().hush();
export const whileTyping = (wait: () => number) => connected().whileTyping(wait);
export const onClose = (finish: () => Promise<void>) => connected().onClose(finish);
export const pickFile = (choice: FileChoice) => connected().pickFile(choice);
export const pickFiles = (choice: FileChoice) => connected().pickFiles(choice);
export const onDrag = async (listener: (drag: Drag) => void) => connected().onDrag(listener);
export const saveFile = (choice: FileChoice) => connected().saveFile(choice);
export const pickFolder = (title: string) => connected().pickFolder(title);
export const newWindow = () => connected().newWindow();
export const fullScreen = (on: boolean) => connected().fullScreen(on);
export const zoomTo = (factor: number) => connected().zoom(factor);
export const restart = () => connected().restart();
