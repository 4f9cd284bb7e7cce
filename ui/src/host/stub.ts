import type { Commands, Language, Theme } from "../wire/bindings";
import { fail } from "./stub/given";
import { STATES } from "./stub/samples";
import { StubStudio } from "./stub/studio";
import type { Host } from "./types";

export { StubStudio } from "./stub/studio";

/** A host around a studio in memory. */
export function stubHost(studio: StubStudio): Host {
  return {
    call: (name, input) => studio.call(name, input),
    onEvent: async (listener) => studio.on(listener),
    whileTyping: () => undefined,
    hush: async () => () => undefined,
    onClose: async () => undefined,
    pickFile: async () => "/home/ada/models/qwen3-4b-q4_k_m.gguf",
    pickFiles: async () => ["/home/ada/texts/ferry.docx"],
    onDrag: async () => () => undefined,
    pickFolder: async () => "/home/ada/backups",
    newWindow: async () => undefined,
    fullScreen: async () => undefined,
    zoom: async () => undefined,
    restart: () => undefined,
    saveFile: async (choice) => `/home/ada/${choice.name ?? "text.txt"}`,
  };
}

/**
 * The studio that a plain browser gets. The address says what to show:
 * `?state=empty|work|long|writing|chinese`, `&language=zh-CN`, `&theme=dark`,
 * `&broken=app_state:in_use` (a command and the code it fails with), `&pace=20` (ms a word).
 */
export function stubFromAddress(search: string): Host {
  const asked = new URLSearchParams(search);
  const studio = new StubStudio();
  STATES[asked.get("state") ?? "empty"]?.(studio);
  const language = asked.get("language");
  if (language) studio.language = language as Language;
  studio.theme = (asked.get("theme") as Theme | null) ?? studio.theme;
  for (const [command, code] of asked.getAll("broken").map((pair) => pair.split(":")))
    studio.broken[command as keyof Commands] = fail(
      code ?? "internal",
      { found: "9", known: "1", host: "fridge.local" },
      "asked for by the address",
    );
  const pace = Number(asked.get("pace"));
  if (pace) studio.pace = pace;
  return stubHost(studio);
}
