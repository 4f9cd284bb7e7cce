import type {
  Commands,
  DownloadDto,
  Fit,
  FoundProgramDto,
  GuideDto,
  ModelDto,
  ModelFolderDto,
} from "../../wire/bindings";
import { fail, STARTER } from "./given";
import type { StubStudio } from "./studio";

type Names =
  | "model_folders"
  | "add_model_folder"
  | "remove_model_folder"
  | "find_models"
  | "add_found"
  | "import_model"
  | "measure_model"
  | "model_guide"
  | "set_model_hub"
  | "plan_download"
  | "start_download"
  | "downloads"
  | "pause_download"
  | "resume_download"
  | "drop_download";
type Bodies = {
  [K in Names]: (
    input: Commands[K]["input"],
  ) => Commands[K]["output"] | Promise<Commands[K]["output"]>;
};

const OWN = "/home/ada/.local/share/inkstone/models";
const GIGA = 1e9;
const HUB = "https://hub.example";
const CHUNK = 0.12 * GIGA;

const fitOf = (needed: number): Fit =>
  needed < 9 * GIGA ? "fits" : needed < 14 * GIGA ? "tight" : "too_big";

function fileModel(path: string, bytes: number, program: string | null = null): ModelDto {
  const name = (path.split("/").pop() ?? path).replace(/\.gguf$/, "");
  return {
    id: `file-${name}`,
    name,
    source: {
      kind: "file",
      path,
      file: {
        architecture: "qwen2",
        quantization: "Q4_K",
        parameters_millions: Math.round(bytes / 0.62e6),
        context_length: 32768,
        mebibytes: Math.round(bytes / 2 ** 20),
        license: "apache-2.0",
        description: null,
      },
    },
    state: { state: "idle" },
    beyond: [],
    price: null,
    disk: {
      missing: path.includes("gone"),
      bytes,
      needed: bytes * 1.2,
      fit: fitOf(bytes * 1.2),
      tokens_per_second: null,
      folder: path.slice(0, path.lastIndexOf("/")),
      program,
    },
  };
}

/** Model files of the studio in memory: folders hold what their names say. */
export function depotCommands(studio: StubStudio): Bodies {
  let folders: ModelFolderDto[] = [
    { path: OWN, own: true, here: true, models: [], unreadable: [], doubles: [], cut: false },
  ];
  let hub = HUB;
  let measured: number | null = null;
  const all = new Map<string, DownloadDto>();
  const put = (model: ModelDto) => {
    studio.models = [...studio.models.filter(({ id }) => id !== model.id), model];
    return model;
  };
  const tell = (download: DownloadDto) => {
    all.set(download.id, download);
    studio.emit({ event: "download", download });
    return download;
  };
  const download = (id: string) => {
    const found = all.get(id);
    if (!found) throw fail("not_found");
    return found;
  };
  const step = (id: string) => {
    const now = all.get(id);
    if (now?.state.state !== "running") return;
    const total = now.total ?? 0;
    const bytes = Math.min(total, now.bytes + CHUNK);
    if (bytes < total) {
      tell({ ...now, bytes, per_second: CHUNK * 4, seconds_left: (total - bytes) / (CHUNK * 4) });
      setTimeout(() => step(id), 250);
      return;
    }
    const model = put(fileModel(`${OWN}/${now.name}`, total));
    tell({ ...now, bytes, per_second: null, state: { state: "done", model_id: model.id } });
    studio.emit({ event: "changed", kinds: ["models"] });
  };

  return {
    model_folders: () => folders,
    add_model_folder: ({ path }) => {
      if (path.endsWith("/nowhere")) throw fail("file_unreadable", { path });
      const models = [fileModel(`${path}/writer-4b-q4.gguf`, 2.5 * GIGA)];
      for (const model of models) put(model);
      const folder: ModelFolderDto = {
        path,
        own: false,
        here: true,
        models: models.map(({ id }) => id),
        unreadable: [{ path: `${path}/old.gguf`, error: fail("model_unsupported") }],
        doubles: [],
        cut: false,
      };
      folders = [...folders.filter((known) => known.path !== path), folder];
      return folders;
    },
    remove_model_folder: ({ path }) => {
      const gone = folders.find((folder) => folder.path === path)?.models ?? [];
      folders = folders.filter((folder) => folder.path !== path);
      studio.models = studio.models.filter(({ id }) => !gone.includes(id));
      return folders;
    },
    find_models: (): FoundProgramDto[] => {
      const path = "/home/ada/.ollama/models/blobs/sha256-5c5c";
      const model = fileModel(path, 2 * GIGA);
      const on_shelf = studio.models.find(({ id }) => id === model.id)?.id ?? null;
      const file = model.source.kind === "file" ? model.source.file : null;
      return [
        {
          program: "ollama",
          name: "Ollama",
          path: "/home/ada/.ollama/models",
          models: [
            {
              name: "llama3.2:3b",
              path,
              file,
              error: null,
              needed: 2.4 * GIGA,
              fit: "fits",
              on_shelf,
            },
          ],
          cut: false,
        },
      ];
    },
    add_found: ({ path, name }) => put({ ...fileModel(path, 2 * GIGA, "Ollama"), name }),
    import_model: ({ path }) => put(fileModel(`${OWN}/${path.split("/").pop()}`, 2 * GIGA)),
    measure_model: ({ id }) => {
      const model = studio.models.find((one) => one.id === id);
      if (!model) throw fail("model_not_chosen", { id });
      measured = 21.4;
      return put({
        ...model,
        disk: model.disk ? { ...model.disk, tokens_per_second: measured } : undefined,
      });
    },
    model_guide: (): GuideDto => ({
      machine: { memory: 16.4 * GIGA, free: 11.2 * GIGA, cores: 8, disk: 212 * GIGA },
      basis: measured
        ? { model: STARTER.name, bytes: 7_000_000, tokens_per_second: measured }
        : null,
      tokens: 4096,
      hubs: [{ name: "Hub", base_url: HUB }],
      hub,
      models: (
        [
          ["Writer 4B", 2.5, ["draft", "chinese"], "Apache-2.0", false],
          ["Writer 1.5B", 1.1, ["quick"], "Apache-2.0", false],
          ["Author 8B", 5, ["large"], "Community License", true],
          ["Author 32B", 20, ["large"], "Apache-2.0", false],
        ] as const
      ).map(([name, gigabytes, good_for, license, restricted]) => ({
        family: "Writer",
        name,
        what: `acme/${name.replace(/ /g, "-")}-GGUF/${name.toLowerCase().replace(/ /g, "-")}-q4_k_m.gguf`,
        bytes: gigabytes * GIGA,
        parameters_millions: Math.round(gigabytes * 1600),
        quantization: "Q4_K_M",
        context_length: 32768,
        license,
        restricted,
        languages: ["en", "zh"],
        good_for: [...good_for],
        needed: gigabytes * 1.2 * GIGA,
        fit: fitOf(gigabytes * 1.2 * GIGA),
        expected: measured ? [measured / gigabytes / 2, measured / gigabytes] : null,
      })),
    }),
    set_model_hub: ({ base_url }) => {
      hub = base_url || HUB;
      return null;
    },
    plan_download: ({ what, hub }) => {
      if (!/\.gguf$/i.test(what)) throw fail("download_address");
      const url = what.includes("://")
        ? what
        : `${hub}/${what.split("/").slice(0, 2).join("/")}/resolve/main/${what.split("/").slice(2).join("/")}`;
      const name = url.split("/").pop() ?? "";
      const taken = studio.models.some(({ id }) => id === `file-${name.replace(/\.gguf$/, "")}`);
      return { url, host: new URL(url).host, name, folder: OWN, taken };
    },
    start_download: ({ url, sha256 }) => {
      const name = url.split("/").pop() ?? "";
      const begun = tell({
        id: `download-${name}`,
        url,
        host: new URL(url).host,
        sent_on: ["cdn.hub.example"],
        name,
        state: { state: "running" },
        bytes: 0,
        total: 2.5 * GIGA,
        per_second: null,
        seconds_left: null,
        sha256: sha256 || null,
      });
      setTimeout(() => step(begun.id), 250);
      return begun;
    },
    downloads: () => [...all.values()],
    pause_download: ({ id }) => {
      tell({ ...download(id), state: { state: "paused" }, per_second: null, seconds_left: null });
      return null;
    },
    resume_download: ({ id }) => {
      const again = tell({ ...download(id), state: { state: "running" } });
      setTimeout(() => step(id), 250);
      return again;
    },
    drop_download: ({ id }) => {
      all.delete(id);
      studio.emit({ event: "changed", kinds: ["downloads"] });
      return null;
    },
  };
}
