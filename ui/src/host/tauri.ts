import { invoke } from "@tauri-apps/api/core";
import { listen } from "@tauri-apps/api/event";
import { getCurrentWebview } from "@tauri-apps/api/webview";
import { getCurrentWindow } from "@tauri-apps/api/window";
import { open, save } from "@tauri-apps/plugin-dialog";
import type { StudioEvent } from "../wire/bindings";
import { takeEarly } from "./early";
import { asError } from "./error";
import type { FileChoice, Host } from "./types";

/** A window that cannot save must still be able to close. */
const LONGEST_FAREWELL_MS = 3000;

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
  onEvent: (listener) => listen<StudioEvent>("studio", (event) => listener(event.payload)),
  missed: () => invoke("missed"),
  async onClose(finish) {
    await getCurrentWindow().onCloseRequested(async () => {
      const late = new Promise<void>((resolve) => setTimeout(resolve, LONGEST_FAREWELL_MS));
      await Promise.race([finish().catch(() => undefined), late]);
    });
  },
  async pickFile(choice) {
    const picked = await open({ title: choice.title, multiple: false, filters: filters(choice) });
    return typeof picked === "string" ? picked : null;
  },
  async pickFiles(choice) {
    const picked = await open({ title: choice.title, multiple: true, filters: filters(choice) });
    return picked ?? [];
  },
  onDrag: (listener) =>
    getCurrentWebview().onDragDropEvent(({ payload }) => {
      if (payload.type === "leave") listener({ what: "left" });
      else if (payload.type === "drop") {
        const { x, y } = payload.position;
        const { devicePixelRatio: scale } = window;
        listener({ what: "dropped", paths: payload.paths, x: x / scale, y: y / scale });
      } else if (payload.type === "enter" && payload.paths.length) listener({ what: "over" });
    }),
  async pickFolder(title) {
    const picked = await open({ title, directory: true, multiple: false });
    return typeof picked === "string" ? picked : null;
  },
  newWindow: () => invoke("open_window"),
  fullScreen: (on) => getCurrentWindow().setFullscreen(on),
  zoom: (factor) => getCurrentWebview().setZoom(factor),
  restart: () => window.location.reload(),
  saveFile: (choice) =>
    save({ title: choice.title, defaultPath: choice.name, filters: filters(choice) }),
};
